-- What is owed. Every key of a table that grows with the receivables begins with account_id (see distribution.toml).

-- No foreign key to the account: checked row by row it takes a sixth of a push (ADR 14). An account cannot go, because its link to
-- the party refers to it; `recobra verify` looks for receivables without one.
CREATE TABLE receivable (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    credited_receivable_id uuid,
    source_no integer,
    issue_on date NOT NULL,
    due_on date NOT NULL,
    agreed_due_on date,
    tax_point_on date,
    shipped_on date,
    goods_received_on date,
    expected_pay_on date,
    closed_on date,
    recorded_at timestamptz NOT NULL,
    original_amount numeric(19, 4) NOT NULL,
    open_amount numeric(19, 4) NOT NULL,
    currency text NOT NULL,
    kind text NOT NULL,
    document_no text NOT NULL,
    order_no text,
    delivery_note_no text,
    payment_reference text,
    disputed boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    vat jsonb,
    dimensions jsonb,
    attributes jsonb,
    CONSTRAINT receivable_pkey PRIMARY KEY (account_id, id),
    CONSTRAINT receivable_kind_check CHECK (kind IN ('invoice', 'credit_note', 'debit_note', 'instalment', 'retention',
        'fee', 'interest', 'unallocated_cash')),
    CONSTRAINT receivable_closed_on_check CHECK ((closed_on IS NULL) = (open_amount <> 0))
);
COMMENT ON COLUMN receivable.original_amount IS 'Debit items positive, credit notes and unallocated cash negative.';
COMMENT ON COLUMN receivable.closed_on IS
    'Set when nothing is open. The open items'' index hangs on it, so that a part payment stays a heap-only update.';
CREATE INDEX receivable_open_idx ON receivable (account_id) WHERE closed_on IS NULL;
CREATE INDEX receivable_due_idx ON receivable (coalesce(agreed_due_on, due_on), id) WHERE closed_on IS NULL;
CREATE INDEX receivable_id_idx ON receivable (id);
CREATE INDEX receivable_document_no_idx ON receivable (document_no text_pattern_ops);

CREATE TABLE receivable_revision (
    account_id uuid NOT NULL,
    receivable_id uuid NOT NULL,
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL,
    changed_on date NOT NULL,
    reason text NOT NULL,
    original_amount numeric(19, 4) NOT NULL,
    issue_on date NOT NULL,
    due_on date NOT NULL,
    agreed_due_on date,
    document_no text NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT receivable_revision_pkey PRIMARY KEY (account_id, receivable_id, recorded_to, recorded_from),
    CONSTRAINT receivable_revision_receivable_fkey
        FOREIGN KEY (account_id, receivable_id) REFERENCES receivable (account_id, id),
    CONSTRAINT receivable_revision_reason_check CHECK (reason IN ('correction', 'extension'))
);
COMMENT ON TABLE receivable_revision IS 'What a receivable said before the ERP changed it; event_id is the last event that changed the row while it said so.';
COMMENT ON COLUMN receivable_revision.reason IS 'What kind of change ended this version, on business date changed_on.';

CREATE TABLE ledger_entry (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    receivable_id uuid NOT NULL,
    event_id uuid NOT NULL,
    allocation_id uuid,
    reversed_entry_id uuid,
    source_no integer,
    effective_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    amount numeric(19, 4) NOT NULL,
    kind text NOT NULL,
    reference text,
    CONSTRAINT ledger_entry_pkey PRIMARY KEY (account_id, id),
    CONSTRAINT ledger_entry_receivable_fkey
        FOREIGN KEY (account_id, receivable_id) REFERENCES receivable (account_id, id),
    CONSTRAINT ledger_entry_amount_check CHECK ((amount = 0) = (kind = 'doubtful')),
    CONSTRAINT ledger_entry_kind_check CHECK (kind IN ('payment', 'credit', 'write_off', 'adjustment', 'return',
        'reversal', 'transfer', 'clearing_reset', 'residual', 'doubtful', 'cleared_unknown', 'snapshot_close'))
);
COMMENT ON TABLE ledger_entry IS 'Append-only. open = original + sum of amounts; the currency is the receivable''s.';
CREATE INDEX ledger_entry_id_idx ON ledger_entry (id);
CREATE UNIQUE INDEX ledger_entry_reversed_key ON ledger_entry (account_id, reversed_entry_id)
    WHERE reversed_entry_id IS NOT NULL;
CREATE INDEX ledger_entry_receivable_idx ON ledger_entry (account_id, receivable_id);
CREATE INDEX ledger_entry_snapshot_close_idx ON ledger_entry (account_id, receivable_id) WHERE kind = 'snapshot_close';
-- Which receivables came back unpaid: few, and asked at every change of exposure.
CREATE INDEX ledger_entry_return_idx ON ledger_entry (account_id, receivable_id) WHERE kind = 'return';

CREATE TABLE allocation (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    credit_receivable_id uuid NOT NULL,
    debit_receivable_id uuid NOT NULL,
    amount numeric(19, 4) NOT NULL,
    rule text NOT NULL,
    effective_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    reversed_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT allocation_pkey PRIMARY KEY (account_id, id),
    CONSTRAINT allocation_credit_fkey
        FOREIGN KEY (account_id, credit_receivable_id) REFERENCES receivable (account_id, id),
    CONSTRAINT allocation_debit_fkey
        FOREIGN KEY (account_id, debit_receivable_id) REFERENCES receivable (account_id, id),
    CONSTRAINT allocation_amount_check CHECK (amount > 0),
    CONSTRAINT allocation_rule_check CHECK (rule IN ('explicit', 'by_reference', 'exact_match', 'oldest_first'))
);
CREATE INDEX allocation_id_idx ON allocation (id);
CREATE INDEX allocation_credit_idx ON allocation (account_id, credit_receivable_id);
CREATE INDEX allocation_debit_idx ON allocation (account_id, debit_receivable_id);

CREATE TABLE instrument (
    account_id uuid NOT NULL REFERENCES account (id),
    id uuid NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    amount numeric(19, 4) NOT NULL,
    currency text NOT NULL,
    received_on date NOT NULL,
    maturity_on date NOT NULL,
    bank text,
    discounted_on date,
    with_recourse boolean NOT NULL DEFAULT true,
    status text NOT NULL,
    settled_on date,
    returned_on date,
    return_code text,
    costs_amount numeric(19, 4) NOT NULL DEFAULT 0,
    source_no integer,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT instrument_pkey PRIMARY KEY (account_id, id),
    CONSTRAINT instrument_kind_check CHECK (kind IN ('promissory_note', 'confirming', 'bill', 'sepa_debit')),
    CONSTRAINT instrument_status_check CHECK (status IN ('received', 'discounted', 'matured', 'settled', 'returned'))
);
CREATE INDEX instrument_id_idx ON instrument (id);
CREATE INDEX instrument_live_idx ON instrument (maturity_on) WHERE status IN ('received', 'discounted', 'matured');

CREATE TABLE instrument_item (
    account_id uuid NOT NULL,
    instrument_id uuid NOT NULL,
    receivable_id uuid NOT NULL,
    amount numeric(19, 4) NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT instrument_item_pkey PRIMARY KEY (account_id, instrument_id, receivable_id),
    CONSTRAINT instrument_item_instrument_fkey
        FOREIGN KEY (account_id, instrument_id) REFERENCES instrument (account_id, id),
    CONSTRAINT instrument_item_receivable_fkey
        FOREIGN KEY (account_id, receivable_id) REFERENCES receivable (account_id, id),
    CONSTRAINT instrument_item_amount_check CHECK (amount > 0)
);
CREATE INDEX instrument_item_receivable_idx ON instrument_item (account_id, receivable_id);
