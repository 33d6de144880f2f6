-- What rows said before a push replaced them. The figures of receivables have revisions of their own, which as-of questions read.

CREATE TABLE customer_revision (
    object_id uuid NOT NULL,
    version bigint NOT NULL,
    object_kind text NOT NULL,
    account_id uuid,
    replaced_at timestamptz NOT NULL,
    before jsonb NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT customer_revision_pkey PRIMARY KEY (object_id, version),
    CONSTRAINT customer_revision_object_kind_check CHECK (object_kind IN ('party', 'account', 'contact'))
);
CREATE INDEX customer_revision_replaced_at_idx ON customer_revision (replaced_at);
COMMENT ON COLUMN customer_revision.event_id IS 'The event that replaced this version.';

CREATE TABLE document_revision (
    account_id uuid NOT NULL,
    object_id uuid NOT NULL,
    version bigint NOT NULL,
    object_kind text NOT NULL,
    replaced_at timestamptz NOT NULL,
    before jsonb NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT document_revision_pkey PRIMARY KEY (account_id, object_id, version),
    CONSTRAINT document_revision_object_kind_check CHECK (object_kind IN ('receivable', 'instrument', 'order', 'delivery'))
);
CREATE INDEX document_revision_replaced_at_idx ON document_revision (replaced_at);
COMMENT ON COLUMN document_revision.event_id IS 'The event that replaced this version.';
