-- Scores with their explanation, what people say above them, and what outside parties say beside them.

CREATE TABLE score_run (
    id uuid PRIMARY KEY,
    scorecard_code text NOT NULL,
    scorecard_version integer NOT NULL,
    scored_on date NOT NULL,
    state text NOT NULL,
    state_reason text,
    counts jsonb NOT NULL,
    progress_done bigint NOT NULL DEFAULT 0,
    progress_total bigint,
    last_party_id uuid,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    job_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT score_run_state_check CHECK (state IN ('running', 'finished', 'failed', 'cancelled'))
);
CREATE UNIQUE INDEX score_run_running_key ON score_run (scorecard_code) WHERE state = 'running';
CREATE INDEX score_run_started_at_idx ON score_run (started_at, id);

CREATE TABLE score (
    id uuid PRIMARY KEY,
    party_id uuid NOT NULL REFERENCES party (id),
    scorecard_code text NOT NULL,
    scorecard_version integer NOT NULL,
    scored_on date NOT NULL,
    outcome text NOT NULL,
    points numeric(16, 4),
    class text,
    former_class text,
    former_points numeric(16, 4),
    reason text NOT NULL,
    reason_of text,
    explanation jsonb NOT NULL,
    facts jsonb NOT NULL,
    digest bytea NOT NULL,
    run_id uuid,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT score_outcome_check CHECK (outcome IN ('scored', 'refused')),
    CONSTRAINT score_reason_check CHECK (reason IN ('by_points', 'held_by_margin', 'knocked_out', 'missing_refused',
        'out_of_range', 'too_little_known')),
    CONSTRAINT score_class_check CHECK ((class IS NULL) = (outcome = 'refused'))
);
COMMENT ON COLUMN score.party_id IS 'The party that stands for all that count as one risk with it.';
COMMENT ON COLUMN score.facts IS 'What it was scored on, so that it can be scored again by the same version.';
COMMENT ON COLUMN score.digest IS 'SHA-256 over what the score says: one that says the same is not written again.';
CREATE UNIQUE INDEX score_current_key ON score (party_id, scorecard_code) WHERE superseded_at IS NULL;
CREATE INDEX score_recorded_at_idx ON score (recorded_at, id);
CREATE INDEX score_party_idx ON score (party_id, recorded_at);

CREATE TABLE rating_override (
    id uuid PRIMARY KEY,
    party_id uuid NOT NULL REFERENCES party (id),
    scorecard_code text NOT NULL,
    class text NOT NULL,
    reason text NOT NULL,
    valid daterange NOT NULL,
    set_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    expired_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT rating_override_valid_excl EXCLUDE USING gist (party_id WITH =, scorecard_code WITH =, valid WITH &&)
        WHERE (superseded_at IS NULL),
    CONSTRAINT rating_override_valid_check CHECK (NOT upper_inf(valid) AND NOT lower_inf(valid))
);
COMMENT ON COLUMN rating_override.superseded_at IS 'When a person ended it.';
COMMENT ON COLUMN rating_override.expired_at IS 'When its end was noticed and told.';
CREATE INDEX rating_override_party_idx ON rating_override (party_id);
CREATE INDEX rating_override_recorded_at_idx ON rating_override (recorded_at, id);
CREATE INDEX rating_override_expiring_idx ON rating_override (upper(valid)) WHERE superseded_at IS NULL AND expired_at IS NULL;

CREATE TABLE financial_statement (
    id uuid PRIMARY KEY,
    party_id uuid NOT NULL REFERENCES party (id),
    closes_on date NOT NULL,
    months smallint NOT NULL,
    currency text NOT NULL,
    assurance text NOT NULL,
    figures jsonb NOT NULL,
    note text,
    version integer NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT financial_statement_assurance_check CHECK (assurance IN ('audited', 'filed', 'provisional', 'stated')),
    CONSTRAINT financial_statement_months_check CHECK (months BETWEEN 1 AND 24)
);
COMMENT ON COLUMN financial_statement.figures IS 'By name; what is not known is not there.';
CREATE UNIQUE INDEX financial_statement_current_key ON financial_statement (party_id, closes_on) WHERE superseded_at IS NULL;
CREATE INDEX financial_statement_recorded_at_idx ON financial_statement (recorded_at, id);

CREATE TABLE rating_provider (
    code text PRIMARY KEY,
    name text NOT NULL,
    grades jsonb NOT NULL,
    valid_days integer NOT NULL,
    cursor text,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT rating_provider_valid_days_check CHECK (valid_days > 0)
);
COMMENT ON COLUMN rating_provider.grades IS 'From the best to the worst.';
COMMENT ON COLUMN rating_provider.cursor IS 'Up to where its reports were fetched, in its own words.';
COMMENT ON COLUMN rating_provider.valid_days IS 'How long a rating is relied on that does not say so itself.';

CREATE TABLE external_rating (
    id uuid PRIMARY KEY,
    provider_code text NOT NULL REFERENCES rating_provider (code),
    party_id uuid NOT NULL REFERENCES party (id),
    grade text,
    position numeric(5, 4),
    probability numeric(9, 8),
    limit_amount numeric(19, 4),
    limit_currency text,
    rated_on date NOT NULL,
    valid_until date NOT NULL,
    reference text,
    origin text NOT NULL,
    downgrade boolean NOT NULL,
    fingerprint bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT external_rating_provider_code_fingerprint_key UNIQUE (provider_code, fingerprint),
    CONSTRAINT external_rating_origin_check CHECK (origin IN ('api', 'file', 'manual')),
    CONSTRAINT external_rating_limit_check CHECK ((limit_amount IS NULL) = (limit_currency IS NULL))
);
COMMENT ON COLUMN external_rating.position IS 'Where the grade stands on its scale: 0 the best, 1 the worst.';
CREATE INDEX external_rating_party_idx ON external_rating (party_id, rated_on);
CREATE INDEX external_rating_recorded_at_idx ON external_rating (recorded_at, id);

CREATE TABLE external_inbox (
    id uuid PRIMARY KEY,
    provider_code text NOT NULL REFERENCES rating_provider (code),
    subject jsonb NOT NULL,
    rating jsonb NOT NULL,
    origin text NOT NULL,
    reason text NOT NULL,
    problem text,
    state text NOT NULL,
    fingerprint bytea NOT NULL,
    party_id uuid REFERENCES party (id),
    note text,
    received_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by text,
    event_id uuid NOT NULL,
    CONSTRAINT external_inbox_provider_code_fingerprint_key UNIQUE (provider_code, fingerprint),
    CONSTRAINT external_inbox_origin_check CHECK (origin IN ('api', 'file', 'manual')),
    CONSTRAINT external_inbox_reason_check CHECK (reason IN ('ambiguous', 'invalid', 'unmatched')),
    CONSTRAINT external_inbox_state_check CHECK (state IN ('open', 'matched', 'ignored'))
);
COMMENT ON TABLE external_inbox IS 'Reports that could not be taken in: whom they are about, or what they say, is for a person to settle.';
COMMENT ON COLUMN external_inbox.rating IS 'As it came, even where it cannot be read.';
CREATE INDEX external_inbox_received_at_idx ON external_inbox (received_at, id);

