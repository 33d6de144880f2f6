-- What is at risk with whom: orders and deliveries that are not invoiced yet, exposure by component, and who counts as one risk.

CREATE TABLE sales_order (
    account_id uuid NOT NULL REFERENCES account (id),
    id uuid NOT NULL,
    order_no text NOT NULL,
    kind text NOT NULL,
    currency text NOT NULL,
    original_amount numeric(19, 4) NOT NULL,
    open_amount numeric(19, 4) NOT NULL,
    ordered_on date NOT NULL,
    delivery_on date,
    source_no integer,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT sales_order_pkey PRIMARY KEY (account_id, id),
    CONSTRAINT sales_order_kind_check CHECK (kind IN ('standard', 'framework')),
    CONSTRAINT sales_order_open_amount_check CHECK (open_amount >= 0)
);
COMMENT ON COLUMN sales_order.open_amount IS 'What is not delivered yet.';
COMMENT ON COLUMN sales_order.kind IS 'A framework order is no risk by itself; what is called off from it is.';
CREATE INDEX sales_order_open_idx ON sales_order (account_id) WHERE open_amount > 0;
CREATE INDEX sales_order_id_idx ON sales_order (id);
CREATE INDEX sales_order_order_no_idx ON sales_order (order_no text_pattern_ops);

CREATE TABLE delivery (
    account_id uuid NOT NULL REFERENCES account (id),
    id uuid NOT NULL,
    delivery_note_no text NOT NULL,
    order_id uuid,
    currency text NOT NULL,
    original_amount numeric(19, 4) NOT NULL,
    open_amount numeric(19, 4) NOT NULL,
    delivered_on date NOT NULL,
    source_no integer,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT delivery_pkey PRIMARY KEY (account_id, id),
    CONSTRAINT delivery_order_fkey FOREIGN KEY (account_id, order_id) REFERENCES sales_order (account_id, id),
    CONSTRAINT delivery_open_amount_check CHECK (open_amount >= 0)
);
COMMENT ON COLUMN delivery.open_amount IS 'What is not invoiced yet.';
CREATE INDEX delivery_open_idx ON delivery (account_id) WHERE open_amount > 0;
CREATE INDEX delivery_id_idx ON delivery (id);
CREATE INDEX delivery_delivery_note_no_idx ON delivery (delivery_note_no text_pattern_ops);

-- Not split by due date: that moves every midnight without anybody writing. Readers split open_amount by receivable_open_idx.
CREATE TABLE exposure (
    account_id uuid NOT NULL,
    currency text NOT NULL,
    open_amount numeric(24, 4) NOT NULL DEFAULT 0,
    disputed_amount numeric(24, 4) NOT NULL DEFAULT 0,
    returned_amount numeric(24, 4) NOT NULL DEFAULT 0,
    instruments_amount numeric(24, 4) NOT NULL DEFAULT 0,
    orders_amount numeric(24, 4) NOT NULL DEFAULT 0,
    deliveries_amount numeric(24, 4) NOT NULL DEFAULT 0,
    reserved_amount numeric(24, 4) NOT NULL DEFAULT 0,
    credits_amount numeric(24, 4) NOT NULL DEFAULT 0,
    event_id uuid NOT NULL,
    CONSTRAINT exposure_pkey PRIMARY KEY (account_id, currency)
);
COMMENT ON TABLE exposure IS 'Exposure by component, as far as its movements are added up: exposure + exposure_movement is what is true.';
COMMENT ON COLUMN exposure.open_amount IS 'Wider than an item''s: many items of the greatest size add up.';
COMMENT ON COLUMN exposure.credits_amount IS 'Open credit notes and unallocated cash, as a positive amount.';

CREATE TABLE exposure_movement (
    account_id uuid NOT NULL,
    currency text NOT NULL,
    event_id uuid NOT NULL,
    open_amount numeric(24, 4) NOT NULL,
    disputed_amount numeric(24, 4) NOT NULL,
    returned_amount numeric(24, 4) NOT NULL,
    instruments_amount numeric(24, 4) NOT NULL,
    orders_amount numeric(24, 4) NOT NULL,
    deliveries_amount numeric(24, 4) NOT NULL,
    reserved_amount numeric(24, 4) NOT NULL,
    credits_amount numeric(24, 4) NOT NULL,
    CONSTRAINT exposure_movement_pkey PRIMARY KEY (account_id, currency, event_id)
);
COMMENT ON TABLE exposure_movement IS
    'What a transaction adds to the exposure of an account: appended, so that writers never wait for each other, and added up later.';

CREATE TABLE party_relation (
    id uuid PRIMARY KEY,
    party_id uuid NOT NULL REFERENCES party (id),
    related_party_id uuid NOT NULL REFERENCES party (id),
    kind text NOT NULL,
    origin text NOT NULL,
    valid daterange NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT party_relation_kind_check CHECK (kind IN ('parent', 'branch', 'joint_control', 'merged')),
    CONSTRAINT party_relation_origin_check CHECK (origin IN ('pushed', 'manual')),
    CONSTRAINT party_relation_self_check CHECK (party_id <> related_party_id),
    -- Whom a party belongs to is one at a time; who controls it jointly are several.
    CONSTRAINT party_relation_valid_excl EXCLUDE USING gist (party_id WITH =, valid WITH &&)
        WHERE (superseded_at IS NULL AND kind IN ('parent', 'branch')),
    CONSTRAINT party_relation_merged_excl EXCLUDE USING gist (party_id WITH =, valid WITH &&)
        WHERE (superseded_at IS NULL AND kind = 'merged'),
    CONSTRAINT party_relation_joint_excl EXCLUDE USING gist (party_id WITH =, related_party_id WITH =, valid WITH &&)
        WHERE (superseded_at IS NULL AND kind = 'joint_control')
);
COMMENT ON TABLE party_relation IS 'party_id is a daughter or branch of, is controlled by, or was merged into related_party_id.';
CREATE INDEX party_relation_party_idx ON party_relation (party_id) WHERE superseded_at IS NULL;
CREATE INDEX party_relation_related_party_idx ON party_relation (related_party_id) WHERE superseded_at IS NULL;

CREATE TABLE risk_party (
    party_id uuid NOT NULL,
    risk_party_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT risk_party_pkey PRIMARY KEY (party_id)
);
COMMENT ON TABLE risk_party IS
    'Which parties count as one today, by tax id or merger; a party that is not here counts alone. Derived, proved by verify.';
CREATE INDEX risk_party_risk_party_idx ON risk_party (risk_party_id);

CREATE TABLE risk_group (
    risk_party_id uuid NOT NULL,
    group_id uuid NOT NULL,
    debtor boolean NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT risk_group_pkey PRIMARY KEY (risk_party_id, group_id)
);
COMMENT ON TABLE risk_group IS
    'The groups of a risk today, by the party at their head: of everybody above it, one inside the other. Derived, proved by verify.';
COMMENT ON COLUMN risk_group.debtor IS
    'With this one it counts where everybody counts once: the highest above it without joint control.';
CREATE INDEX risk_group_group_idx ON risk_group (group_id);

CREATE TABLE risk_member (
    account_id uuid NOT NULL,
    legal_entity_id uuid NOT NULL,
    party_id uuid NOT NULL,
    risk_party_id uuid NOT NULL,
    eliminated boolean NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT risk_member_pkey PRIMARY KEY (account_id)
);
COMMENT ON COLUMN risk_member.eliminated IS 'A company of our own: it counts for itself alone, and in no sum above it.';
COMMENT ON TABLE risk_member IS 'Which risk an account belongs to today. Derived, proved by verify.';
CREATE INDEX risk_member_risk_party_idx ON risk_member (risk_party_id);

-- Without a foreign key to the account, as receivables: it is locked already, and locking its row would write it with every check.
CREATE TABLE credit_reservation (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    check_id uuid NOT NULL,
    currency text NOT NULL,
    amount numeric(19, 4) NOT NULL,
    reference text,
    state text NOT NULL DEFAULT 'active',
    expires_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    ended_at timestamptz,
    order_id uuid,
    event_id uuid NOT NULL,
    CONSTRAINT credit_reservation_pkey PRIMARY KEY (account_id, id),
    CONSTRAINT credit_reservation_amount_check CHECK (amount > 0),
    CONSTRAINT credit_reservation_state_check CHECK (state IN ('active', 'consumed', 'released', 'expired')),
    CONSTRAINT credit_reservation_ended_at_check CHECK ((ended_at IS NULL) = (state = 'active')),
    CONSTRAINT credit_reservation_order_id_check CHECK ((order_id IS NOT NULL) = (state = 'consumed'))
);
COMMENT ON COLUMN credit_reservation.order_id IS 'The order that took its place.';
COMMENT ON COLUMN credit_reservation.reference IS 'What it is for, in the words of the caller: mostly the number of an order.';
CREATE INDEX credit_reservation_id_idx ON credit_reservation (id);
CREATE INDEX credit_reservation_active_idx ON credit_reservation (account_id, expires_at) WHERE state = 'active';
-- For the one who ends what has expired. Said otherwise than above, so that nobody else is led to read everybody's.
CREATE INDEX credit_reservation_expires_at_idx ON credit_reservation (expires_at) WHERE ended_at IS NULL;
CREATE INDEX credit_reservation_recorded_at_idx ON credit_reservation (recorded_at, id);

CREATE TABLE credit_check (
    id uuid NOT NULL,
    checked_at timestamptz NOT NULL,
    account_id uuid,
    legal_entity_id uuid,
    asked text NOT NULL,
    checkpoint text NOT NULL,
    reference text,
    currency text NOT NULL,
    amount numeric(19, 4) NOT NULL,
    outcome text NOT NULL,
    reason_code text NOT NULL,
    degraded boolean NOT NULL,
    policy_code text NOT NULL,
    policy_version integer NOT NULL,
    reservation_id uuid,
    document jsonb NOT NULL,
    actor_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT credit_check_pkey PRIMARY KEY (id, checked_at),
    CONSTRAINT credit_check_checkpoint_check CHECK (checkpoint IN ('quote', 'order', 'pick', 'ship', 'invoice')),
    CONSTRAINT credit_check_outcome_check CHECK (outcome IN ('allow', 'hold', 'refuse'))
) PARTITION BY RANGE (checked_at);
COMMENT ON COLUMN credit_check.asked IS 'The account as the caller named it.';
COMMENT ON COLUMN credit_check.degraded IS 'Nothing could be looked at: it was answered as the policy says for that case.';
COMMENT ON COLUMN credit_check.document IS 'What came out and what it was decided on: reasons, constraints with their limits, what would unlock it, facts, rates.';
CREATE INDEX credit_check_checked_at_idx ON credit_check (checked_at, id);
CREATE INDEX credit_check_account_idx ON credit_check (account_id, checked_at);
CREATE INDEX credit_check_reference_idx ON credit_check (reference) WHERE reference IS NOT NULL;

CREATE TABLE credit_release (
    id uuid PRIMARY KEY,
    check_id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES account (id),
    reference text NOT NULL,
    currency text NOT NULL,
    amount numeric(19, 4) NOT NULL,
    expires_at timestamptz NOT NULL,
    released_at timestamptz NOT NULL,
    released_by text NOT NULL,
    reason text NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT credit_release_check_id_key UNIQUE (check_id),
    CONSTRAINT credit_release_amount_check CHECK (amount > 0)
);
COMMENT ON TABLE credit_release IS 'A person took the responsibility for a sale that was held: a check of the same reference passes while it lasts.';
CREATE INDEX credit_release_reference_idx ON credit_release (account_id, reference);
