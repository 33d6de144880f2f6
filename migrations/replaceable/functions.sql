-- Functions, re-created whenever this text changes. They live in schema r, which is dropped and rebuilt as a whole.

DROP SCHEMA IF EXISTS r CASCADE;
CREATE SCHEMA r;

-- Creates the month partitions of every partitioned table from first_day's month to last_day's month.
-- Concurrent callers are serialised by the advisory lock; existing partitions are left alone.
CREATE FUNCTION r.ensure_partitions(first_day date, last_day date) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    month_start date;
    child text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('recobra.partitions'));
    FOREACH parent IN ARRAY ARRAY['event', 'decision', 'attempt'] LOOP
        month_start := date_trunc('month', first_day)::date;
        WHILE month_start <= last_day LOOP
            child := parent || '_' || to_char(month_start, 'YYYYMM');
            IF to_regclass(child) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    child, parent, month_start, (month_start + interval '1 month')::date);
                made := made + 1;
            END IF;
            month_start := (month_start + interval '1 month')::date;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

-- The public text form of an id.
CREATE FUNCTION r.pid(prefix text, id uuid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT prefix || '_' || replace(id::text, '-', '') $$;

-- An amount as text without needless zeros; JSON numbers would lose digits on their way.
CREATE FUNCTION r.amount(amount numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT trim_scale(amount)::text $$;

-- The rights of a principal as the interface shows them.
CREATE FUNCTION r.rights(principal uuid) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('kind', object_kind, 'id', r.pid(
        CASE object_kind WHEN 'mandant' THEN 'man' WHEN 'legal_entity' THEN 'len' ELSE 'prt' END, object_id))
        ORDER BY object_kind, object_id), '[]')
    FROM access_right WHERE principal_id = principal
$$;
