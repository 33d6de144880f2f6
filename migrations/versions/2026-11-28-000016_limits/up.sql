-- For how much whom to trust: limits with their dates, who asked for them, who approved, when they are looked at again; and on which
-- terms of payment.

CREATE TABLE credit_limit (
    id uuid PRIMARY KEY,
    holder_kind text NOT NULL,
    holder_id uuid,
    segment text,
    legal_entity_id uuid REFERENCES legal_entity (id),
    limit_type text NOT NULL,
    component text,
    collateral text,
    reference text,
    currency text NOT NULL,
    amount numeric(19, 4) NOT NULL,
    covered_percent numeric(7, 4),
    valid daterange NOT NULL,
    review_on date,
    origin text NOT NULL,
    application_id uuid,
    reason text,
    set_by text NOT NULL,
    approved_by text,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT credit_limit_holder_kind_check CHECK (holder_kind IN ('account', 'party', 'group', 'segment')),
    CONSTRAINT credit_limit_holder_check CHECK ((holder_kind = 'segment') = (segment IS NOT NULL)
        AND (holder_kind = 'segment') = (holder_id IS NULL)),
    CONSTRAINT credit_limit_limit_type_check
        CHECK (limit_type IN ('own', 'insured', 'guaranteed', 'temporary', 'group', 'segment')),
    CONSTRAINT credit_limit_component_check CHECK (component IN ('not_due', 'overdue', 'disputed', 'returned', 'instruments',
        'orders', 'deliveries', 'reserved')),
    CONSTRAINT credit_limit_collateral_check CHECK (collateral IN ('bank_guarantee', 'surety', 'parent_guarantee',
        'letter_of_credit', 'mortgage', 'pledge', 'cash_deposit')),
    CONSTRAINT credit_limit_amount_check CHECK (amount >= 0),
    CONSTRAINT credit_limit_covered_percent_check CHECK (covered_percent > 0 AND covered_percent <= 100),
    CONSTRAINT credit_limit_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT credit_limit_origin_check CHECK (origin IN ('application', 'automatic', 'import')),
    -- What is not superseded does not overlap; several policies and guarantees stand side by side, each by its number.
    CONSTRAINT credit_limit_valid_excl EXCLUDE USING gist (holder_kind WITH =,
        coalesce(holder_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =, coalesce(segment, '') WITH =,
        coalesce(legal_entity_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =, limit_type WITH =,
        coalesce(component, '') WITH =, coalesce(reference, '') WITH =, valid WITH &&) WHERE (superseded_at IS NULL)
);
COMMENT ON TABLE credit_limit IS
    'Layers of what may be owed. A change supersedes the row and writes another, so that every day is answered as it was known.';
COMMENT ON COLUMN credit_limit.legal_entity_id IS 'Of this legal entity alone; of all when NULL.';
COMMENT ON COLUMN credit_limit.component IS 'The part of exposure it limits; the whole when NULL.';
COMMENT ON COLUMN credit_limit.reference IS 'Number of the policy or guarantee.';
COMMENT ON COLUMN credit_limit.covered_percent IS 'What of it insurer or guarantor would pay.';
CREATE INDEX credit_limit_holder_idx ON credit_limit (holder_id) WHERE superseded_at IS NULL;
CREATE INDEX credit_limit_segment_idx ON credit_limit (segment) WHERE superseded_at IS NULL;
CREATE INDEX credit_limit_recorded_at_idx ON credit_limit (recorded_at, id);

CREATE TABLE limit_application (
    id uuid PRIMARY KEY,
    holder_kind text NOT NULL,
    holder_id uuid NOT NULL,
    legal_entity_id uuid REFERENCES legal_entity (id),
    limit_type text NOT NULL,
    component text,
    currency text NOT NULL,
    amount numeric(19, 4) NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    terms_days smallint,
    reason text NOT NULL,
    attachments text,
    state text NOT NULL,
    requested_by uuid NOT NULL,
    requested_by_name text NOT NULL,
    key_made_by uuid,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    decided_at timestamptz,
    proposed_amount numeric(19, 4),
    granted_amount numeric(19, 4),
    proposal jsonb,
    chain jsonb,
    limit_id uuid,
    replaced uuid[] NOT NULL DEFAULT '{}',
    version integer NOT NULL DEFAULT 1,
    event_id uuid NOT NULL,
    CONSTRAINT limit_application_holder_kind_check CHECK (holder_kind IN ('account', 'party', 'group')),
    CONSTRAINT limit_application_limit_type_check CHECK (limit_type IN ('own', 'temporary', 'group')),
    CONSTRAINT limit_application_component_check CHECK (component IN ('not_due', 'overdue', 'disputed', 'returned',
        'instruments', 'orders', 'deliveries', 'reserved')),
    CONSTRAINT limit_application_state_check CHECK (state IN ('draft', 'submitted', 'proposed', 'in_approval', 'approved',
        'refused', 'withdrawn', 'expired')),
    CONSTRAINT limit_application_amount_check CHECK (amount > 0),
    -- Of two that wait for the same limit the later would undo the other, approved by people who saw only one of them.
    CONSTRAINT limit_application_pending_excl EXCLUDE USING gist (holder_kind WITH =, holder_id WITH =,
        coalesce(legal_entity_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =, limit_type WITH =,
        coalesce(component, '') WITH =, daterange(valid_from, valid_until, '[]') WITH &&)
        WHERE (state IN ('submitted', 'proposed', 'in_approval'))
);
COMMENT ON COLUMN limit_application.key_made_by IS 'Who made the key that asked: counts as having asked.';
COMMENT ON COLUMN limit_application.replaced IS 'Limits that what was granted took the place of.';
COMMENT ON COLUMN limit_application.proposal IS 'What the limit table proposed, on which facts, with every row of the table.';
COMMENT ON COLUMN limit_application.chain IS 'Who has to approve, by the policy in force when it was submitted.';
CREATE INDEX limit_application_holder_idx ON limit_application (holder_id);
CREATE INDEX limit_application_open_idx ON limit_application (expires_at) WHERE state IN ('submitted', 'proposed', 'in_approval');
CREATE INDEX limit_application_created_at_idx ON limit_application (created_at, id);

CREATE TABLE limit_approval (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES limit_application (id),
    level smallint NOT NULL,
    approver_id uuid NOT NULL,
    approver_name text NOT NULL,
    on_behalf_of uuid,
    decision text NOT NULL,
    amount numeric(19, 4),
    note text,
    decided_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT limit_approval_decision_check CHECK (decision IN ('approve', 'refuse')),
    CONSTRAINT limit_approval_application_id_key UNIQUE (application_id, approver_id)
);

CREATE TABLE approval_stand_in (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    person_id uuid NOT NULL REFERENCES app_user (id),
    stand_in_id uuid NOT NULL REFERENCES app_user (id),
    valid daterange NOT NULL,
    note text,
    set_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    ended_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    event_id uuid NOT NULL,
    CONSTRAINT approval_stand_in_kind_check CHECK (kind IN ('delegation', 'absence')),
    CONSTRAINT approval_stand_in_person_check CHECK (person_id <> stand_in_id),
    CONSTRAINT approval_stand_in_valid_excl EXCLUDE USING gist (person_id WITH =, stand_in_id WITH =, valid WITH &&)
        WHERE (ended_at IS NULL)
);
COMMENT ON TABLE approval_stand_in IS 'Who approves for whom within which dates: by delegation, or while the person is away.';
CREATE INDEX approval_stand_in_stand_in_idx ON approval_stand_in (stand_in_id) WHERE ended_at IS NULL;

CREATE TABLE limit_review (
    id uuid PRIMARY KEY,
    limit_id uuid NOT NULL REFERENCES credit_limit (id),
    cause text NOT NULL,
    due_on date NOT NULL,
    generated_at timestamptz NOT NULL,
    done_at timestamptz,
    done_by text,
    outcome text,
    note text,
    version integer NOT NULL DEFAULT 1,
    event_id uuid NOT NULL,
    CONSTRAINT limit_review_cause_check CHECK (cause IN ('review', 'expiry', 'holder_changed')),
    CONSTRAINT limit_review_outcome_check CHECK (outcome IN ('keep', 'apply', 'end')),
    CONSTRAINT limit_review_limit_id_key UNIQUE (limit_id, cause, due_on)
);
COMMENT ON COLUMN limit_review.cause IS 'Its own review date, that it ends, or that it hangs on who is no holder any more.';
CREATE INDEX limit_review_open_idx ON limit_review (due_on, id) WHERE done_at IS NULL;

CREATE TABLE payment_term (
    code text PRIMARY KEY,
    document jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL,
    event_id uuid NOT NULL
);

CREATE TABLE term_deviation (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    payment_term_code text NOT NULL REFERENCES payment_term (code),
    valid daterange NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    requested_by uuid NOT NULL,
    requested_by_name text NOT NULL,
    requested_at timestamptz NOT NULL,
    key_made_by uuid,
    acknowledged_above_cap boolean NOT NULL,
    decided_by text,
    decided_at timestamptz,
    decision_note text,
    term jsonb,
    approved_above_cap boolean NOT NULL,
    ended_by text,
    ended_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    event_id uuid NOT NULL,
    CONSTRAINT term_deviation_term_check CHECK (state <> 'approved' OR term IS NOT NULL),
    CONSTRAINT term_deviation_state_check CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn')),
    CONSTRAINT term_deviation_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT term_deviation_valid_excl EXCLUDE USING gist (account_id WITH =, valid WITH &&) WHERE (state = 'approved')
);
COMMENT ON TABLE term_deviation IS 'Terms of payment asked for one customer beside those agreed with it, and who approved them.';
COMMENT ON COLUMN term_deviation.term IS 'The terms as they were approved; the catalogue may say something else since.';
COMMENT ON COLUMN term_deviation.key_made_by IS 'The user who made the key that asked.';
CREATE INDEX term_deviation_account_idx ON term_deviation (account_id);
