-- Versioned rule sets of every kind but the scenarios of dunning.

CREATE TABLE rule_set (
    kind text NOT NULL,
    code text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    activated_at timestamptz,
    retired_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT rule_set_pkey PRIMARY KEY (kind, code, version),
    CONSTRAINT rule_set_kind_check
        CHECK (kind IN ('alert_rules', 'approval_policy', 'credit_policy', 'limit_table', 'scorecard')),
    CONSTRAINT rule_set_state_check CHECK (state IN ('draft', 'active', 'retired'))
);
COMMENT ON COLUMN rule_set.activated_at IS 'With retired_at: while it was in force.';
CREATE UNIQUE INDEX rule_set_active_key ON rule_set (kind, code) WHERE state = 'active';
