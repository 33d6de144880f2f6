-- The types of custom attributes. Values stand with their owners, as they came.

CREATE TABLE attribute (
    owner text NOT NULL,
    name text NOT NULL,
    value_type text NOT NULL,
    choices text[] NOT NULL DEFAULT '{}',
    label_en text NOT NULL,
    label_es text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT attribute_pkey PRIMARY KEY (owner, name),
    CONSTRAINT attribute_owner_check CHECK (owner IN ('party', 'account', 'receivable')),
    CONSTRAINT attribute_value_type_check CHECK (value_type IN ('text', 'number', 'bool', 'date'))
);
COMMENT ON COLUMN attribute.choices IS 'Of a text: the values it may have; any when empty.';
