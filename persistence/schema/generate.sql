-- Prints src/tables.rs from a migrated database. Run by the golden test: UPDATE_GOLDEN=1 cargo test -p it schema
WITH columns AS (
    SELECT c.relname AS table_name, a.attnum, a.attname,
        (CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN format('Array<%s>', (SELECT m.diesel FROM (VALUES
                ('uuid', 'Uuid'), ('text', 'Text'), ('int2', 'SmallInt')) AS m (pg, diesel)
                WHERE m.pg = (SELECT e.typname FROM pg_type e WHERE e.oid = t.typelem)))
            ELSE (SELECT m.diesel FROM (VALUES ('uuid', 'Uuid'), ('text', 'Text'), ('timestamptz', 'Timestamptz'),
                ('date', 'Date'), ('time', 'Time'), ('numeric', 'Numeric'), ('int2', 'SmallInt'), ('int4', 'Integer'),
                ('int8', 'BigInt'), ('bool', 'Bool'), ('jsonb', 'Jsonb'), ('bytea', 'Bytea'),
                ('daterange', 'Daterange')) AS m (pg, diesel) WHERE m.pg = t.typname)
        END) AS diesel_type, a.attnotnull
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname <> '__diesel_schema_migrations'
), keys AS (
    SELECT c.relname AS table_name, string_agg(a.attname, ', ' ORDER BY k.position) AS key
    FROM pg_constraint p
    JOIN pg_class c ON c.oid = p.conrelid
    CROSS JOIN LATERAL unnest(p.conkey) WITH ORDINALITY AS k (attnum, position)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
    WHERE p.contype = 'p' AND c.relnamespace = 'public'::regnamespace
    GROUP BY c.relname
)
SELECT format(E'diesel::table! {\n    %s (%s) {\n%s\n    }\n}\n', columns.table_name, keys.key,
    string_agg(format('        %s -> %s,', attname,
        CASE WHEN attnotnull THEN diesel_type ELSE format('Nullable<%s>', diesel_type) END), E'\n' ORDER BY attnum)) AS text
FROM columns JOIN keys USING (table_name)
GROUP BY columns.table_name, keys.key
ORDER BY columns.table_name
