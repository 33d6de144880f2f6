-- How an ERP's data comes in: sessions, chunks, rows that wait for others.

CREATE TABLE push_session (
    id uuid PRIMARY KEY,
    source_no integer NOT NULL REFERENCES source (no),
    mode text NOT NULL,
    as_of_on date NOT NULL,
    sequence bigint NOT NULL,
    dry_run boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'open',
    state_reason text,
    last_chunk integer NOT NULL DEFAULT 0,
    counts jsonb NOT NULL DEFAULT '{}',
    control_totals jsonb,
    control_differences jsonb,
    closed_by_snapshot integer,
    snapshot_open_count bigint,
    snapshot_missing_count bigint,
    rehearsal jsonb,
    started_at timestamptz NOT NULL,
    touched_at timestamptz NOT NULL,
    finished_at timestamptz,
    actor_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT push_session_mode_check CHECK (mode IN ('delta', 'snapshot')),
    CONSTRAINT push_session_state_check CHECK (state IN ('open', 'held', 'finished', 'unequal', 'aborted'))
);
COMMENT ON COLUMN push_session.state IS
    'held: a snapshot lacks more than its threshold and waits for a person; unequal: finished, control totals differ.';
COMMENT ON COLUMN push_session.state_reason IS 'Code of why it is held or unequal; of a dry run, why it would be.';
COMMENT ON COLUMN push_session.rehearsal IS 'Of a dry run: under way, or what its end came to before it was taken back.';
CREATE INDEX push_session_source_idx ON push_session (source_no, started_at);

CREATE TABLE push_chunk (
    session_id uuid NOT NULL REFERENCES push_session (id),
    chunk_no integer NOT NULL,
    kind text NOT NULL,
    digest bytea NOT NULL,
    row_count integer NOT NULL,
    counts jsonb NOT NULL,
    outcomes bytea NOT NULL,
    issues jsonb NOT NULL DEFAULT '[]',
    seen uuid[],
    recorded_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT push_chunk_pkey PRIMARY KEY (session_id, chunk_no)
);
COMMENT ON COLUMN push_chunk.outcomes IS 'One byte per row: created, updated, unchanged, parked, rejected, counted from 0.';
COMMENT ON COLUMN push_chunk.issues IS
    'Why rows were parked or rejected, and notices about accepted ones, with code, field and reason; a row may have several.';
COMMENT ON COLUMN push_chunk.seen IS 'Receivables this chunk of a snapshot named, so that Finish knows what is missing.';

CREATE TABLE parked_row (
    id uuid PRIMARY KEY,
    source_no integer NOT NULL REFERENCES source (no),
    session_id uuid NOT NULL,
    kind text NOT NULL,
    external_id text NOT NULL,
    waits_for_kind text NOT NULL,
    waits_for_external_id text NOT NULL,
    payload jsonb NOT NULL,
    reason_code text NOT NULL,
    parked_at timestamptz NOT NULL,
    resolved_at timestamptz,
    event_id uuid NOT NULL
);
CREATE UNIQUE INDEX parked_row_key ON parked_row (source_no, kind, external_id) WHERE resolved_at IS NULL;
CREATE INDEX parked_row_waits_idx ON parked_row (source_no, waits_for_kind, waits_for_external_id)
    WHERE resolved_at IS NULL;
