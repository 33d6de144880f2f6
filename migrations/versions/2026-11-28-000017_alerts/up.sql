-- Runs that look for alerts of credit.

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
