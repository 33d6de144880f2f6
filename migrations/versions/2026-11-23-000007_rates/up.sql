-- Dated figures from outside: legal interest, exchange rates, ageing buckets.

CREATE TABLE legal_rate (
    id uuid PRIMARY KEY,
    jurisdiction text NOT NULL,
    valid daterange NOT NULL,
    annual_percent numeric(9, 4) NOT NULL,
    status text NOT NULL,
    source text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT legal_rate_status_check CHECK (status IN ('published', 'unconfirmed')),
    CONSTRAINT legal_rate_valid_excl EXCLUDE USING gist (jurisdiction WITH =, valid WITH &&) WHERE (superseded_at IS NULL)
);

CREATE TABLE fixed_compensation (
    id uuid PRIMARY KEY,
    jurisdiction text NOT NULL,
    valid daterange NOT NULL,
    amount numeric(19, 4) NOT NULL,
    currency text NOT NULL,
    source text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT fixed_compensation_valid_excl
        EXCLUDE USING gist (jurisdiction WITH =, valid WITH &&) WHERE (superseded_at IS NULL)
);

CREATE TABLE fx_rate (
    source text NOT NULL,
    base text NOT NULL,
    quote text NOT NULL,
    quoted_on date NOT NULL,
    rate numeric(24, 10) NOT NULL,
    recorded_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT fx_rate_pkey PRIMARY KEY (source, base, quote, quoted_on, recorded_at),
    CONSTRAINT fx_rate_rate_check CHECK (rate > 0)
);
COMMENT ON TABLE fx_rate IS 'Append-only: the row recorded last is the one in force, earlier ones stay askable.';

CREATE TABLE bucket_set (
    code text PRIMARY KEY,
    name text NOT NULL,
    bounds smallint[] NOT NULL,
    by_date text NOT NULL DEFAULT 'due',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT bucket_set_by_date_check CHECK (by_date IN ('due', 'issue'))
);
