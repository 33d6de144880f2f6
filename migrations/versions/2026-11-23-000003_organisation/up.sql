-- Who sells and is owed: mandants, legal entities, their calendars, sources and portfolios.

CREATE TABLE mandant (
    id uuid PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT mandant_code_key UNIQUE (code)
);

CREATE TABLE calendar (
    code text PRIMARY KEY,
    name text NOT NULL,
    country text,
    subdivision text,
    weekend smallint[] NOT NULL DEFAULT '{6,7}',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL
);
COMMENT ON COLUMN calendar.weekend IS 'ISO weekdays, 1 = Monday.';

CREATE TABLE holiday (
    calendar_code text NOT NULL REFERENCES calendar (code),
    day date NOT NULL,
    name text NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT holiday_pkey PRIMARY KEY (calendar_code, day)
);

CREATE TABLE legal_entity (
    id uuid PRIMARY KEY,
    mandant_id uuid NOT NULL REFERENCES mandant (id),
    code text NOT NULL,
    name text NOT NULL,
    tax_id text,
    country text NOT NULL,
    time_zone text NOT NULL,
    language text NOT NULL,
    currency text NOT NULL,
    calendar_code text NOT NULL REFERENCES calendar (code),
    address jsonb NOT NULL DEFAULT '[]',
    payee_name text,
    payee_iban text,
    payee_bic text,
    letterhead jsonb NOT NULL DEFAULT '{}',
    signatory jsonb NOT NULL DEFAULT '{}',
    sender_name text,
    sender_email text,
    reply_to text,
    mail_relay text,
    scenario_code text,
    run_at time,
    stale_after_hours integer NOT NULL DEFAULT 48,
    interest_segments text[] NOT NULL DEFAULT '{}',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT legal_entity_code_key UNIQUE (code),
    CONSTRAINT legal_entity_stale_after_hours_check CHECK (stale_after_hours > 0)
);
COMMENT ON COLUMN legal_entity.run_at IS 'Local time of the daily dunning run; NULL = only on demand.';
COMMENT ON COLUMN legal_entity.interest_segments IS 'Segments whose letters claim statutory interest; empty = none.';

CREATE TABLE source (
    no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    legal_entity_id uuid NOT NULL REFERENCES legal_entity (id),
    code text NOT NULL,
    name text NOT NULL,
    gates_dunning boolean NOT NULL DEFAULT true,
    snapshot_close_max_percent smallint NOT NULL DEFAULT 20,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT source_id_key UNIQUE (id),
    CONSTRAINT source_code_key UNIQUE (code),
    CONSTRAINT source_snapshot_close_max_percent_check CHECK (snapshot_close_max_percent BETWEEN 0 AND 100)
);
COMMENT ON TABLE source IS 'An ERP company code. Its short number is what the natural keys carry.';

CREATE TABLE portfolio (
    id uuid PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT portfolio_code_key UNIQUE (code)
);
