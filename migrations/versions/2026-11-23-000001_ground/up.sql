-- What every other table leans on: the event record with its sequencer and chain, idempotency, jobs, leases.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE installation (
    singleton boolean PRIMARY KEY DEFAULT true,
    id uuid NOT NULL,
    cluster_identifier text NOT NULL,
    database_oid bigint NOT NULL,
    timeline integer NOT NULL,
    place text,
    sending_quarantined boolean NOT NULL DEFAULT false,
    quarantine_reason text,
    test_book boolean NOT NULL DEFAULT false,
    test_now timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT installation_singleton_check CHECK (singleton),
    CONSTRAINT installation_test_now_check CHECK (test_now IS NULL OR test_book)
);
COMMENT ON TABLE installation IS
    'One row: who this database is. A restored, cloned or copied one differs in one of these and starts quarantined.';
COMMENT ON COLUMN installation.timeline IS 'Counts the recoveries to an earlier moment: what was sent after that moment is forgotten.';
COMMENT ON COLUMN installation.place IS 'Of a private cluster: a hash of machine and folder, so that a copied folder is recognised.';

CREATE TABLE event (
    id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    kind text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid,
    account_id uuid,
    legal_entity_id uuid,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    reason text,
    request_id text NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT event_pkey PRIMARY KEY (id, recorded_at),
    CONSTRAINT event_actor_kind_check CHECK (actor_kind IN ('user', 'api_key', 'system'))
) PARTITION BY RANGE (recorded_at);
COMMENT ON COLUMN event.digest IS 'SHA-256 over the salt and the payload, so that the payload can be erased and the chain stays valid.';
CREATE INDEX event_recorded_at_idx ON event (recorded_at, id);
CREATE INDEX event_subject_idx ON event (subject_id, recorded_at);
CREATE INDEX event_account_idx ON event (account_id, recorded_at) WHERE account_id IS NOT NULL;

CREATE TABLE event_payload (
    event_id uuid PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    salt bytea NOT NULL,
    payload text NOT NULL
);
COMMENT ON TABLE event_payload IS 'Before and after, as canonical JSON text. Rows may be erased; the chain is over the digest.';

CREATE TABLE event_unsequenced (
    no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL
);
COMMENT ON TABLE event_unsequenced IS
    'Events not yet numbered. The number is drawn while the aggregate is locked, so it follows commit order per aggregate.';

CREATE TABLE event_chain (
    seq bigint PRIMARY KEY,
    event_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT event_chain_event_id_key UNIQUE (event_id)
);
COMMENT ON TABLE event_chain IS 'The gapless feed. hash = SHA-256(previous hash, seq, event row, digest).';

CREATE TABLE idempotency (
    principal_id uuid NOT NULL,
    key text NOT NULL,
    operation text NOT NULL,
    fingerprint bytea NOT NULL,
    answer text,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (principal_id, key)
);
CREATE INDEX idempotency_created_at_idx ON idempotency (created_at);

CREATE TABLE job (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    dedupe_key text,
    state text NOT NULL DEFAULT 'queued',
    priority smallint NOT NULL DEFAULT 100,
    run_at timestamptz NOT NULL,
    locked_until timestamptz,
    attempt integer NOT NULL DEFAULT 0,
    attempts_max integer NOT NULL DEFAULT 5,
    progress_done bigint NOT NULL DEFAULT 0,
    progress_total bigint,
    error_code text,
    error_message text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    event_id uuid NOT NULL,
    CONSTRAINT job_state_check CHECK (state IN ('queued', 'running', 'finished', 'failed', 'cancelled'))
);
CREATE INDEX job_due_idx ON job (priority, run_at) WHERE state IN ('queued', 'running');
CREATE INDEX job_failed_idx ON job (finished_at) WHERE state = 'failed';
CREATE UNIQUE INDEX job_dedupe_key_key ON job (dedupe_key) WHERE state IN ('queued', 'running');

CREATE TABLE lease (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    held_until timestamptz NOT NULL
);
COMMENT ON TABLE lease IS 'Which instance runs a scheduler; any number of instances compete by time.';

CREATE TABLE seed (
    name text PRIMARY KEY,
    version integer NOT NULL,
    source text NOT NULL,
    row_count bigint NOT NULL,
    planted_at timestamptz NOT NULL,
    event_id uuid NOT NULL
);
COMMENT ON TABLE seed IS 'Reference data that came with the program, by the version planted last; a start plants what is newer.';
