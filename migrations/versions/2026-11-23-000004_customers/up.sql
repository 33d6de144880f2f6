-- Parties, accounts, contacts, and the natural keys by which an ERP addresses them.

-- Parts of words are found by their trigrams. The extension is a trusted one: the database's owner may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE natural_key (
    account_id uuid,
    object_id uuid NOT NULL,
    fingerprint uuid NOT NULL,
    source_no integer NOT NULL,
    kind text NOT NULL,
    external_id text NOT NULL,
    CONSTRAINT natural_key_pkey PRIMARY KEY (source_no, kind, external_id),
    CONSTRAINT natural_key_kind_check CHECK (kind IN ('party', 'account', 'contact', 'receivable', 'instrument', 'entry', 'order',
        'delivery'))
);
COMMENT ON TABLE natural_key IS 'One place that knows every key of every ERP, globally unique.';
COMMENT ON COLUMN natural_key.fingerprint IS
    'First 16 bytes of SHA-256 over the pushed content: pushing the same again is recognised without reading the row.';

CREATE TABLE party (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    name text NOT NULL,
    tax_id text,
    lei text,
    national_id text,
    country text,
    language text,
    parent_id uuid REFERENCES party (id),
    segment text,
    address jsonb NOT NULL DEFAULT '[]',
    insolvent_since date,
    vulnerable boolean NOT NULL DEFAULT false,
    intercompany boolean NOT NULL DEFAULT false,
    doubtful boolean NOT NULL DEFAULT false,
    attributes jsonb NOT NULL DEFAULT '{}',
    overrides jsonb NOT NULL DEFAULT '{}',
    search_text text NOT NULL GENERATED ALWAYS AS
        (lower(regexp_replace(normalize(name || ' ' || coalesce(tax_id, '') || ' ' || coalesce(national_id, ''), NFKD), '[\u0300-\u036f]', '', 'g'))) STORED,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT party_kind_check CHECK (kind IN ('company', 'person', 'public_body'))
);
COMMENT ON COLUMN party.overrides IS
    'Fields set by hand, each with the value last pushed: a push keeps the hand''s value and remembers its own here.';
COMMENT ON COLUMN party.search_text IS 'Folded as r.fold does: without accents, in lower case.';
CREATE INDEX party_tax_id_idx ON party (tax_id) WHERE tax_id IS NOT NULL;
CREATE INDEX party_name_idx ON party (name, id);
CREATE INDEX party_search_idx ON party USING gin (search_text gin_trgm_ops);
CREATE INDEX party_parent_idx ON party (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX party_created_at_idx ON party (created_at, id);
-- Bureaus name companies by these.
CREATE INDEX party_lei_idx ON party (lei) WHERE lei IS NOT NULL;
CREATE INDEX party_national_id_idx ON party (national_id) WHERE national_id IS NOT NULL;

CREATE TABLE account (
    id uuid PRIMARY KEY,
    legal_entity_id uuid NOT NULL REFERENCES legal_entity (id),
    source_no integer REFERENCES source (no),
    number text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    language text,
    time_zone text,
    calendar_code text REFERENCES calendar (code),
    dunning_account_id uuid NOT NULL,
    portfolio_id uuid REFERENCES portfolio (id),
    segment text,
    scenario_code text,
    payment_terms_days smallint,
    roles text[] NOT NULL DEFAULT '{sold_to,payer,dunning_recipient}',
    address jsonb NOT NULL DEFAULT '[]',
    attributes jsonb NOT NULL DEFAULT '{}',
    overrides jsonb NOT NULL DEFAULT '{}',
    search_text text NOT NULL GENERATED ALWAYS AS
        (lower(regexp_replace(normalize(number || ' ' || name, NFKD), '[\u0300-\u036f]', '', 'g'))) STORED,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL
);
COMMENT ON COLUMN account.overrides IS 'Fields set by hand, each with the value last pushed.';
COMMENT ON COLUMN account.dunning_account_id IS 'The dunning group: the account that receives the letters of this one; itself by default.';
CREATE INDEX account_legal_entity_idx ON account (legal_entity_id, number);
CREATE INDEX account_number_idx ON account (number, id);
CREATE INDEX account_portfolio_idx ON account (portfolio_id) WHERE portfolio_id IS NOT NULL;
CREATE INDEX account_dunning_account_idx ON account (dunning_account_id);
CREATE INDEX account_name_idx ON account (name, id);
CREATE INDEX account_search_idx ON account USING gin (search_text gin_trgm_ops);
CREATE INDEX account_legal_entity_dunning_idx ON account (legal_entity_id, dunning_account_id);
CREATE INDEX account_created_at_idx ON account (created_at, id);

CREATE TABLE account_party (
    account_id uuid NOT NULL REFERENCES account (id),
    party_id uuid NOT NULL REFERENCES party (id),
    valid daterange NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT account_party_pkey PRIMARY KEY (account_id, valid, recorded_at),
    CONSTRAINT account_party_valid_excl EXCLUDE USING gist (account_id WITH =, valid WITH &&)
        WHERE (superseded_at IS NULL)
);
CREATE INDEX account_party_party_idx ON account_party (party_id);

CREATE TABLE contact (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    name text NOT NULL,
    role text NOT NULL,
    purposes text[] NOT NULL DEFAULT '{dunning,statement,invoice,general}',
    email text,
    phone text,
    language text,
    position smallint NOT NULL DEFAULT 0,
    opted_out_channels text[] NOT NULL DEFAULT '{}',
    retired_at timestamptz,
    origin text NOT NULL DEFAULT 'pushed',
    overrides jsonb NOT NULL DEFAULT '{}',
    search_text text NOT NULL GENERATED ALWAYS AS
        (lower(regexp_replace(normalize(name || ' ' || coalesce(email, ''), NFKD), '[\u0300-\u036f]', '', 'g'))) STORED,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT contact_role_check
        CHECK (role IN ('accounts_payable', 'billing', 'management', 'purchasing', 'legal', 'other')),
    CONSTRAINT contact_origin_check CHECK (origin IN ('pushed', 'manual'))
);
COMMENT ON COLUMN contact.origin IS 'Who made it: an ERP, or a person here.';
COMMENT ON COLUMN contact.overrides IS 'Fields set by hand, each with the value last pushed; of no use where a person made it.';
CREATE INDEX contact_account_idx ON contact (account_id, id);
CREATE INDEX contact_search_idx ON contact USING gin (search_text gin_trgm_ops);
