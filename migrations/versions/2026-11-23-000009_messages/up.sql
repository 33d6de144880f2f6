-- What is said to debtors: templates, contact policies, messages, attempts.

CREATE TABLE template (
    code text NOT NULL,
    language text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    purpose text NOT NULL,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT template_pkey PRIMARY KEY (code, language, version),
    CONSTRAINT template_state_check CHECK (state IN ('active', 'retired'))
);
CREATE UNIQUE INDEX template_active_key ON template (code, language) WHERE state = 'active';

CREATE TABLE contact_policy (
    code text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT contact_policy_pkey PRIMARY KEY (code, version),
    CONSTRAINT contact_policy_state_check CHECK (state IN ('active', 'retired'))
);
CREATE UNIQUE INDEX contact_policy_active_key ON contact_policy (code) WHERE state = 'active';

CREATE TABLE message (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    legal_entity_id uuid NOT NULL,
    action_id uuid,
    decision_id uuid,
    decided_on date NOT NULL,
    channel text NOT NULL,
    purpose text NOT NULL,
    template_code text NOT NULL,
    template_version integer,
    language text,
    contact_id uuid,
    recipient text,
    currency text NOT NULL,
    total_amount numeric(19, 4) NOT NULL,
    step_code text,
    step_no smallint,
    state text NOT NULL,
    state_reason text,
    not_before timestamptz NOT NULL,
    waiting_for text,
    note text,
    subject text,
    content_hash bytea,
    attachment_hash bytea,
    planned_at timestamptz NOT NULL,
    reserved_at timestamptz,
    sent_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    event_id uuid NOT NULL,
    CONSTRAINT message_pkey PRIMARY KEY (account_id, id),
    CONSTRAINT message_channel_check CHECK (channel IN ('email', 'letter', 'call', 'task')),
    CONSTRAINT message_state_check
        CHECK (state IN ('planned', 'reserved', 'sent', 'delivered', 'failed', 'unknown', 'cancelled'))
);
CREATE INDEX message_due_idx ON message (not_before) WHERE state = 'planned';
CREATE INDEX message_reserved_idx ON message (reserved_at) WHERE state = 'reserved';
CREATE INDEX message_open_idx ON message (account_id) WHERE state IN ('planned', 'reserved', 'unknown');
CREATE INDEX message_planned_at_idx ON message (planned_at, id);
CREATE INDEX message_recipient_idx ON message (lower(recipient), reserved_at)
    WHERE state IN ('reserved', 'sent', 'delivered', 'unknown');
CREATE INDEX message_id_idx ON message (id);
CREATE UNIQUE INDEX message_action_key ON message (account_id, action_id) WHERE action_id IS NOT NULL AND state <> 'cancelled';

CREATE TABLE message_item (
    account_id uuid NOT NULL,
    message_id uuid NOT NULL,
    item_account_id uuid NOT NULL,
    receivable_id uuid NOT NULL,
    step_code text,
    step_no smallint,
    amount numeric(19, 4) NOT NULL,
    credit boolean NOT NULL DEFAULT false,
    compensation_amount numeric(19, 4),
    sent_on date,
    CONSTRAINT message_item_pkey PRIMARY KEY (account_id, message_id, receivable_id),
    CONSTRAINT message_item_message_fkey FOREIGN KEY (account_id, message_id) REFERENCES message (account_id, id)
);
COMMENT ON COLUMN message_item.sent_on IS 'Business date of a proven send: the only memory the schedule is derived from.';
CREATE INDEX message_item_sent_idx ON message_item (account_id, receivable_id, step_no) WHERE sent_on IS NOT NULL;
COMMENT ON COLUMN message_item.compensation_amount IS
    'The fixed sum for costs of recovery claimed with this line, in the message''s currency: once for an invoice.';
CREATE INDEX message_item_compensation_idx ON message_item (item_account_id, receivable_id)
    WHERE compensation_amount IS NOT NULL;
-- What was said about an account's items to another account, which need not be the one that receives its letters now.
CREATE INDEX message_item_item_account_idx ON message_item (item_account_id) WHERE item_account_id <> account_id;

CREATE TABLE message_content (
    account_id uuid NOT NULL,
    message_id uuid NOT NULL,
    text_body text NOT NULL,
    html_body text,
    letter_pdf bytea,
    mime bytea,
    CONSTRAINT message_content_pkey PRIMARY KEY (account_id, message_id),
    CONSTRAINT message_content_message_fkey FOREIGN KEY (account_id, message_id) REFERENCES message (account_id, id)
);
COMMENT ON TABLE message_content IS 'Exactly what was handed to the relay, frozen at reservation; what a person did has no mail.';

CREATE TABLE attempt (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    reserved_at timestamptz NOT NULL,
    state text NOT NULL,
    relay text NOT NULL,
    message_header_id text,
    response text,
    finished_at timestamptz,
    resolved_by uuid,
    resolution_note text,
    event_id uuid NOT NULL,
    CONSTRAINT attempt_pkey PRIMARY KEY (account_id, reserved_at, id),
    CONSTRAINT attempt_state_check CHECK (state IN ('reserved', 'sent', 'delivered', 'failed', 'unknown'))
) PARTITION BY RANGE (reserved_at);
CREATE INDEX attempt_message_idx ON attempt (account_id, message_id);

CREATE TABLE alert (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    episode_key text NOT NULL,
    legal_entity_id uuid,
    account_id uuid,
    message text NOT NULL,
    params jsonb NOT NULL DEFAULT '{}',
    raised_at timestamptz NOT NULL,
    resolved_at timestamptz,
    event_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open',
    severity text NOT NULL DEFAULT 'warning',
    holder_kind text,
    holder_id uuid,
    rule_set_code text,
    rule_set_version integer,
    due_on date,
    since_on date,
    acknowledged_at timestamptz,
    acknowledged_by text,
    snoozed_until date,
    escalated_at timestamptz,
    escalated_to text,
    CONSTRAINT alert_state_check CHECK (state IN ('open', 'acknowledged', 'snoozed', 'escalated', 'resolved')),
    CONSTRAINT alert_severity_check CHECK (severity IN ('info', 'warning', 'critical')),
    CONSTRAINT alert_holder_kind_check CHECK (holder_kind IN ('account', 'party', 'group')),
    CONSTRAINT alert_resolved_at_check CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
);
COMMENT ON COLUMN alert.holder_id IS 'Whose risk it is about, where a rule of credit raised it.';
COMMENT ON COLUMN alert.due_on IS 'The date that a rule tells of before it comes.';
COMMENT ON COLUMN alert.since_on IS 'Business date on which it was raised or came back after a rest: escalation counts from it.';
CREATE INDEX alert_account_idx ON alert (account_id) WHERE resolved_at IS NULL;
CREATE INDEX alert_holder_idx ON alert (holder_id) WHERE resolved_at IS NULL AND holder_id IS NOT NULL;
CREATE UNIQUE INDEX alert_episode_key ON alert (kind, episode_key) WHERE resolved_at IS NULL;
