-- Alerts of credit: one per episode, in hand of people; and the runs that look for them.

ALTER TABLE alert
    ADD COLUMN state text NOT NULL DEFAULT 'open',
    ADD COLUMN severity text NOT NULL DEFAULT 'warning',
    ADD COLUMN holder_kind text,
    ADD COLUMN holder_id uuid,
    ADD COLUMN rule_set_code text,
    ADD COLUMN rule_set_version integer,
    ADD COLUMN due_on date,
    ADD COLUMN since_on date,
    ADD COLUMN acknowledged_at timestamptz,
    ADD COLUMN acknowledged_by text,
    ADD COLUMN snoozed_until date,
    ADD COLUMN escalated_at timestamptz,
    ADD COLUMN escalated_to text;
UPDATE alert SET state = 'resolved' WHERE resolved_at IS NOT NULL;
ALTER TABLE alert
    ADD CONSTRAINT alert_state_check CHECK (state IN ('open', 'acknowledged', 'snoozed', 'escalated', 'resolved')),
    ADD CONSTRAINT alert_severity_check CHECK (severity IN ('info', 'warning', 'critical')),
    ADD CONSTRAINT alert_holder_kind_check CHECK (holder_kind IN ('account', 'party', 'group')),
    ADD CONSTRAINT alert_resolved_at_check CHECK ((state = 'resolved') = (resolved_at IS NOT NULL));
COMMENT ON COLUMN alert.due_on IS 'The date that a rule tells of before it comes.';
COMMENT ON COLUMN alert.since_on IS 'Business date on which it was raised or came back after a rest: escalation counts from it.';
CREATE INDEX alert_holder_idx ON alert (holder_id) WHERE resolved_at IS NULL AND holder_id IS NOT NULL;

CREATE TABLE alert_run (
    id uuid NOT NULL,
    business_on date NOT NULL,
    state text NOT NULL,
    state_reason text,
    rule_sets jsonb NOT NULL,
    counts jsonb NOT NULL DEFAULT '{}',
    last_kind text,
    last_id uuid,
    job_id uuid,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT alert_run_pkey PRIMARY KEY (id),
    CONSTRAINT alert_run_state_check CHECK (state IN ('running', 'finished', 'failed'))
);
COMMENT ON COLUMN alert_run.last_id IS 'The holder, of last_kind, up to which it has looked: it goes on behind it.';
CREATE UNIQUE INDEX alert_run_running_key ON alert_run (state) WHERE state = 'running';
CREATE INDEX alert_run_started_at_idx ON alert_run (started_at, id);
