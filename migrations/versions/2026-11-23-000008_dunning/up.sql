-- Who is reminded of what, and why.

CREATE TABLE scenario (
    code text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    activated_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT scenario_pkey PRIMARY KEY (code, version),
    CONSTRAINT scenario_state_check CHECK (state IN ('draft', 'active', 'retired'))
);
CREATE UNIQUE INDEX scenario_active_key ON scenario (code) WHERE state = 'active';

CREATE TABLE block (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    receivable_id uuid,
    reason text NOT NULL,
    note text,
    valid daterange NOT NULL,
    set_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT block_reason_check
        CHECK (reason IN ('dispute', 'promise', 'payment_plan', 'internal_review', 'legal', 'goodwill', 'other'))
);
COMMENT ON TABLE block IS 'Stops dunning of an account, or of one item, within its dates. Lifting it closes the row.';
COMMENT ON COLUMN block.set_by IS 'Name of who set it, as the event has it: lists show it without reading events.';
CREATE INDEX block_account_idx ON block (account_id) WHERE superseded_at IS NULL;

CREATE TABLE dunning_run (
    id uuid PRIMARY KEY,
    legal_entity_id uuid NOT NULL REFERENCES legal_entity (id),
    business_on date NOT NULL,
    dry_run boolean NOT NULL,
    state text NOT NULL,
    state_reason text,
    known_at timestamptz NOT NULL,
    scenarios jsonb NOT NULL DEFAULT '[]',
    seed bigint NOT NULL DEFAULT 0,
    digest bytea,
    counts jsonb NOT NULL DEFAULT '{}',
    progress_done bigint NOT NULL DEFAULT 0,
    progress_total bigint,
    last_chunk integer NOT NULL DEFAULT 0,
    last_account_id uuid,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    job_id uuid,
    event_id uuid NOT NULL,
    CONSTRAINT dunning_run_state_check CHECK (state IN ('running', 'finished', 'held', 'failed', 'cancelled'))
);
COMMENT ON COLUMN dunning_run.last_account_id IS 'Groups up to this one are decided and committed: a resumed run goes on after it.';
CREATE UNIQUE INDEX dunning_run_active_key ON dunning_run (legal_entity_id) WHERE state = 'running' AND NOT dry_run;
CREATE UNIQUE INDEX dunning_run_business_on_key ON dunning_run (legal_entity_id, business_on)
    WHERE state IN ('running', 'finished') AND NOT dry_run;
CREATE INDEX dunning_run_started_at_idx ON dunning_run (started_at, id);

CREATE TABLE dunning_run_chunk (
    run_id uuid NOT NULL REFERENCES dunning_run (id),
    chunk_no integer NOT NULL,
    last_account_id uuid NOT NULL,
    group_count integer NOT NULL,
    hashes bytea,
    recorded_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT dunning_run_chunk_pkey PRIMARY KEY (run_id, chunk_no)
);
COMMENT ON COLUMN dunning_run_chunk.hashes IS
    'Account, currency and hash of each decision, stored or not; let go when the run''s digest is made of them.';

CREATE TABLE decision (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    decided_on date NOT NULL,
    run_id uuid NOT NULL,
    dry_run boolean NOT NULL,
    currency text NOT NULL,
    outcome text NOT NULL,
    reason_code text NOT NULL,
    step_code text,
    step_no smallint,
    total_amount numeric(19, 4) NOT NULL,
    credits_amount numeric(19, 4) NOT NULL,
    item_count integer NOT NULL,
    days_overdue_max integer NOT NULL,
    scenario_code text NOT NULL,
    scenario_version integer NOT NULL,
    items jsonb NOT NULL,
    reasons jsonb NOT NULL,
    counterfactual jsonb NOT NULL,
    facts jsonb NOT NULL,
    hash bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT decision_pkey PRIMARY KEY (account_id, decided_on, id),
    CONSTRAINT decision_outcome_check CHECK (outcome IN ('act', 'hold', 'nothing'))
) PARTITION BY RANGE (decided_on);
COMMENT ON COLUMN decision.account_id IS 'The dunning group: the account that receives the letters.';
COMMENT ON COLUMN decision.facts IS 'Everything it was decided on, so that it can be decided again.';
COMMENT ON COLUMN decision.hash IS 'SHA-256 over the whole decision: a replay compares it.';
CREATE INDEX decision_run_idx ON decision (run_id, id);
CREATE INDEX decision_id_idx ON decision (id);
CREATE INDEX decision_recorded_at_idx ON decision (recorded_at, id);

CREATE TABLE dunning_standing (
    account_id uuid NOT NULL,
    currency text NOT NULL,
    outcome text NOT NULL,
    reason_code text NOT NULL,
    step_code text,
    decision_id uuid NOT NULL,
    decided_on date NOT NULL,
    CONSTRAINT dunning_standing_pkey PRIMARY KEY (account_id, currency)
);
COMMENT ON TABLE dunning_standing IS 'The last stored decision of each group: unchanged ones are not stored again.';

CREATE TABLE action (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    legal_entity_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    decided_on date NOT NULL,
    run_id uuid NOT NULL,
    kind text NOT NULL,
    mode text NOT NULL,
    state text NOT NULL,
    state_reason text,
    scenario_code text NOT NULL,
    step_code text NOT NULL,
    step_no smallint NOT NULL,
    template_code text NOT NULL,
    purpose text NOT NULL,
    language text,
    currency text NOT NULL,
    total_amount numeric(19, 4) NOT NULL,
    item_count integer NOT NULL,
    edit jsonb,
    edited_by uuid,
    decided_by uuid,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT action_pkey PRIMARY KEY (account_id, id),
    CONSTRAINT action_kind_check CHECK (kind IN ('email', 'letter', 'call', 'task')),
    CONSTRAINT action_mode_check CHECK (mode IN ('propose', 'approve', 'automatic')),
    CONSTRAINT action_state_check
        CHECK (state IN ('proposed', 'approved', 'executed', 'rejected', 'cancelled', 'failed'))
);
COMMENT ON COLUMN action.edit IS 'What a person changed in the proposal: the difference, kept beside the proposal.';
CREATE INDEX action_open_idx ON action (legal_entity_id, created_at) WHERE state IN ('proposed', 'approved');
CREATE INDEX action_proposed_idx ON action (account_id) WHERE state = 'proposed';
CREATE INDEX action_id_idx ON action (id);
CREATE INDEX action_created_at_idx ON action (created_at, id);
