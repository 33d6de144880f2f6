-- Who may do what.

CREATE TABLE app_user (
    id uuid PRIMARY KEY,
    login text NOT NULL,
    name text NOT NULL,
    email text,
    language text NOT NULL DEFAULT 'en',
    roles text[] NOT NULL,
    all_rights boolean NOT NULL DEFAULT false,
    password_hash text,
    failed_attempts integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    disabled_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT app_user_login_key UNIQUE (login)
);

CREATE TABLE api_key (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash bytea NOT NULL,
    roles text[] NOT NULL,
    permissions text[],
    all_rights boolean NOT NULL DEFAULT false,
    one_time boolean NOT NULL DEFAULT false,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_on date,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT api_key_prefix_key UNIQUE (prefix)
);
COMMENT ON COLUMN api_key.secret_hash IS 'SHA-256 of the secret, which is 256 random bits: a slow hash would protect nothing more.';

CREATE TABLE access_right (
    principal_id uuid NOT NULL,
    object_kind text NOT NULL,
    object_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT access_right_pkey PRIMARY KEY (principal_id, object_kind, object_id),
    CONSTRAINT access_right_object_kind_check CHECK (object_kind IN ('mandant', 'legal_entity', 'portfolio'))
);

CREATE TABLE refresh_token (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES app_user (id),
    family uuid NOT NULL,
    token_hash bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT refresh_token_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX refresh_token_family_idx ON refresh_token (family);

CREATE TABLE signing_key (
    id uuid PRIMARY KEY,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);
COMMENT ON TABLE signing_key IS 'Ed25519 keys of our own token issuer, shared by all instances (PKCS#8).';
