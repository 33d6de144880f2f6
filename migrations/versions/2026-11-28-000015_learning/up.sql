-- What is learned from history, what is estimated with it, and what rules would have done in the past.

CREATE TABLE model (
    id uuid PRIMARY KEY,
    legal_entity_id uuid NOT NULL REFERENCES legal_entity (id),
    version integer NOT NULL,
    state text NOT NULL,
    state_reason text,
    seed bigint NOT NULL,
    known_on date NOT NULL,
    document jsonb,
    card jsonb,
    created_at timestamptz NOT NULL,
    trained_at timestamptz,
    activated_at timestamptz,
    retired_at timestamptz,
    job_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT model_version_key UNIQUE (legal_entity_id, version),
    CONSTRAINT model_state_check CHECK (state IN ('training', 'trained', 'refused', 'failed', 'active', 'retired'))
);
COMMENT ON TABLE model IS 'Trained on the history of one legal entity by what was known before known_on.';
COMMENT ON COLUMN model.document IS 'The weights, with everything needed to apply them and to find them again.';
COMMENT ON COLUMN model.card IS 'What it was tested on and how it did, beside the baselines.';
CREATE UNIQUE INDEX model_active_key ON model (legal_entity_id) WHERE state = 'active';
CREATE UNIQUE INDEX model_training_key ON model (legal_entity_id) WHERE state = 'training';

CREATE TABLE prediction_run (
    id uuid PRIMARY KEY,
    legal_entity_id uuid NOT NULL REFERENCES legal_entity (id),
    model_id uuid NOT NULL REFERENCES model (id),
    predicted_on date NOT NULL,
    state text NOT NULL,
    state_reason text,
    last_account_id uuid,
    predicted_count bigint NOT NULL DEFAULT 0,
    abstained_count bigint NOT NULL DEFAULT 0,
    progress_done bigint NOT NULL DEFAULT 0,
    progress_total bigint,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    job_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT prediction_run_state_check CHECK (state IN ('running', 'finished', 'failed'))
);
COMMENT ON COLUMN prediction_run.last_account_id IS 'Accounts up to this one are done and committed: a resumed run goes on after it.';
CREATE UNIQUE INDEX prediction_run_active_key ON prediction_run (legal_entity_id) WHERE state = 'running';
CREATE INDEX prediction_run_started_at_idx ON prediction_run (started_at, id);

CREATE TABLE prediction (
    account_id uuid NOT NULL,
    receivable_id uuid NOT NULL,
    model_id uuid NOT NULL,
    run_id uuid NOT NULL,
    predicted_on date NOT NULL,
    probability_late numeric(5, 4),
    probability_late_30 numeric(5, 4),
    expected_days_late numeric(6, 1),
    days_late_low numeric(6, 1),
    days_late_high numeric(6, 1),
    abstained text,
    effects jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT prediction_pkey PRIMARY KEY (account_id, receivable_id),
    CONSTRAINT prediction_abstained_check CHECK (abstained IN ('too_few_payments', 'nothing_validated', 'not_open'))
);
COMMENT ON TABLE prediction IS 'The last estimate of each open receivable by the active model.';
CREATE INDEX prediction_receivable_id_idx ON prediction (receivable_id);
CREATE INDEX prediction_probability_late_idx ON prediction (coalesce(probability_late, -1), receivable_id);

CREATE TABLE model_drift (
    run_id uuid NOT NULL REFERENCES prediction_run (id),
    name text NOT NULL,
    model_id uuid NOT NULL REFERENCES model (id),
    measured_on date NOT NULL,
    stability_index numeric(9, 4) NOT NULL,
    level text NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT model_drift_pkey PRIMARY KEY (run_id, name),
    CONSTRAINT model_drift_level_check CHECK (level IN ('stable', 'moved', 'drifted'))
);
COMMENT ON COLUMN model_drift.stability_index IS 'Population stability index of today''s open receivables against the training rows.';

CREATE TABLE backtest (
    id uuid PRIMARY KEY,
    legal_entity_id uuid NOT NULL REFERENCES legal_entity (id),
    state text NOT NULL,
    state_reason text,
    knowledge text NOT NULL,
    from_on date NOT NULL,
    until_on date NOT NULL,
    rule jsonb NOT NULL,
    against jsonb,
    report jsonb,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    job_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT backtest_state_check CHECK (state IN ('running', 'finished', 'failed')),
    CONSTRAINT backtest_knowledge_check CHECK (knowledge IN ('recorded', 'effective'))
);
COMMENT ON COLUMN backtest.knowledge IS 'recorded: only what was in the books at each decision; effective: by business dates, also what was entered later.';
CREATE INDEX backtest_started_at_idx ON backtest (started_at, id);
