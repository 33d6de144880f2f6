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
    document text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('recobra.partitions'));
    FOREACH parent IN ARRAY ARRAY['event', 'decision', 'attempt', 'credit_check'] LOOP
        month_start := date_trunc('month', first_day)::date;
        WHILE month_start <= last_day LOOP
            child := parent || '_' || to_char(month_start, 'YYYYMM');
            IF to_regclass(child) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    child, parent, month_start, (month_start + interval '1 month')::date);
                -- Nobody looks for rows by a document or a digest, and to sample and sort them takes a core for seconds.
                FOR document IN SELECT attname FROM pg_attribute WHERE attrelid = child::regclass
                    AND atttypid IN ('jsonb'::regtype, 'bytea'::regtype) AND NOT attisdropped LOOP
                    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET STATISTICS 0', child, document);
                END LOOP;
                made := made + 1;
            END IF;
            month_start := (month_start + interval '1 month')::date;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

-- Appends an event: the row itself, what it says, and its place among those that wait for a number. In one call, because every command
-- does it.
CREATE FUNCTION r.record_event(id uuid, at timestamptz, kind text, subject_kind text, subject uuid, account uuid, legal_entity uuid,
    actor_kind text, actor uuid, actor_name text, reason text, request text, digest bytea, salt bytea, payload text) RETURNS uuid
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO event (id, recorded_at, kind, subject_kind, subject_id, account_id, legal_entity_id, actor_kind, actor_id,
        actor_name, reason, request_id, digest)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);
    INSERT INTO event_payload (event_id, recorded_at, salt, payload) VALUES ($1, $2, $14, $15);
    INSERT INTO event_unsequenced (event_id, recorded_at) VALUES ($1, $2);
    RETURN $1;
END
$$;

-- The public text form of an id.
CREATE FUNCTION r.pid(prefix text, id uuid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT prefix || '_' || replace(id::text, '-', '') $$;

-- The id of its public text form; NULL for anything else, so that an index on the id can be used.
CREATE FUNCTION r.id_of(prefix text, pid text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN pid ~ ('^' || prefix || '_[0-9a-f]{32}$') THEN substr(pid, length(prefix) + 2)::uuid END
$$;

-- The same for ids that have no prefix.
CREATE FUNCTION r.uuid_of(text text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN text::uuid END
$$;

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

-- Text as it is searched: without accents, in lower case. The tables' search_text columns say the same by themselves,
-- because an index must not hang on a function that is dropped and rebuilt.
CREATE FUNCTION r.fold(text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(normalize(text, NFKD), '[\u0300-\u036f]', '', 'g'))
$$;

-- A LIKE pattern for a part of a folded text, whatever characters it holds.
CREATE FUNCTION r.part(text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '%' || regexp_replace(r.fold(text), '([\\%_])', '\\\1', 'g') || '%' $$;

-- The agreed due date in force on a business date as known at an instant; NULL when the original one is.
-- An extension holds from its day on, one stated as original or correction always; a version that repeats the date of
-- the version before says nothing new. The same rule in Rust: domain::receivables::balance.
CREATE FUNCTION r.agreed_due(account uuid, receivable uuid, business_on date, known_at timestamptz) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH version AS (
        SELECT v.agreed_due_on, v.recorded_from, row_number() OVER w AS n, lag(v.agreed_due_on) OVER w AS before,
            lag(v.reason) OVER w AS made_by, lag(v.changed_on) OVER w AS made_on
        FROM (
            SELECT agreed_due_on, recorded_from, recorded_to, reason, changed_on FROM receivable_revision
                WHERE account_id = account AND receivable_id = receivable
            UNION ALL
            SELECT c.agreed_due_on, c.recorded_at, 'infinity', NULL, NULL FROM receivable c
                WHERE c.account_id = account AND c.id = receivable
        ) v
        WINDOW w AS (ORDER BY v.recorded_to, v.recorded_from)
    ), said AS (
        SELECT n, agreed_due_on, CASE WHEN made_by = 'extension' THEN made_on ELSE '-infinity' END AS from_on,
            made_by IS DISTINCT FROM 'extension' AS resets
        FROM version WHERE recorded_from <= known_at AND agreed_due_on IS DISTINCT FROM before
    )
    SELECT agreed_due_on FROM said
    WHERE n >= coalesce((SELECT max(n) FROM said WHERE resets), 0) AND from_on <= business_on
    ORDER BY from_on DESC, n DESC LIMIT 1
$$;

-- What hands have set, with the values pushed now: a field of that name keeps the hand's value, see party.overrides.
CREATE FUNCTION r.repushed(overrides jsonb, pushed jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_object_agg(key, pushed -> key), '{}') FROM jsonb_object_keys(overrides) AS key
$$;

-- The public text form of the id of an object of some kind; kinds without ids of ours keep the plain uuid.
CREATE FUNCTION r.object_id(kind text, id uuid) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN p.prefix IS NULL THEN id::text ELSE r.pid(p.prefix, id) END
    FROM (SELECT CASE kind
        WHEN 'account' THEN 'acc' WHEN 'action' THEN 'act' WHEN 'allocation' THEN 'alo' WHEN 'api_key' THEN 'key'
        WHEN 'backtest' THEN 'bkt' WHEN 'block' THEN 'blk' WHEN 'contact' THEN 'con' WHEN 'decision' THEN 'dec' WHEN 'dunning_run' THEN 'run'
        WHEN 'instrument' THEN 'ins' WHEN 'job' THEN 'job' WHEN 'legal_entity' THEN 'len' WHEN 'legal_rate' THEN 'lrt'
        WHEN 'mandant' THEN 'man' WHEN 'model' THEN 'mdl'
        WHEN 'prediction_run' THEN 'prn' WHEN 'message' THEN 'msg' WHEN 'party' THEN 'pty' WHEN 'portfolio' THEN 'prt'
        WHEN 'credit_check' THEN 'chk' WHEN 'credit_release' THEN 'rls' WHEN 'order' THEN 'ord' WHEN 'delivery' THEN 'dlv' WHEN 'reservation' THEN 'rsv' WHEN 'party_relation' THEN 'rel'
        WHEN 'credit_limit' THEN 'lim' WHEN 'limit_application' THEN 'lap' WHEN 'limit_review' THEN 'lrv'
        WHEN 'approval_stand_in' THEN 'sub' WHEN 'term_deviation' THEN 'tdv'
        WHEN 'push_session' THEN 'psh' WHEN 'receivable' THEN 'rcv' WHEN 'source' THEN 'src' WHEN 'user' THEN 'usr'
        END AS prefix) p
$$;

-- What each open item adds to the risk of its account, by component: the one rule for keeping exposure, proving it and showing
-- what it is made of. A receivable under paper counts as the paper; paper discounted without recourse is somebody else's risk.
CREATE VIEW r.exposure_source AS
SELECT 'receivable'::text AS kind, c.account_id, c.id, c.currency, c.document_no, coalesce(c.agreed_due_on, c.due_on) AS due_on,
    CASE WHEN c.open_amount < 0 THEN 'credits' WHEN c.disputed THEN 'disputed' WHEN x.came_back THEN 'returned' ELSE 'open' END AS component,
    CASE WHEN c.open_amount < 0 THEN -c.open_amount ELSE greatest(0, c.open_amount - coalesce(x.under_paper, 0)) END AS amount,
    c.closed_on IS NULL AS counts
-- Aggregates and not EXISTS: the planner would answer that for the whole book at once, wherever it takes the ledger for small.
FROM receivable c CROSS JOIN LATERAL (
    SELECT p.under_paper, coalesce(p.came_back, false) OR coalesce(b.came_back, false) AS came_back
    FROM (SELECT sum(t.amount) FILTER (WHERE i.status IN ('received', 'discounted', 'matured')) AS under_paper,
            bool_or(i.status = 'returned') AS came_back
        FROM instrument_item t JOIN instrument i ON i.account_id = t.account_id AND i.id = t.instrument_id
        WHERE t.account_id = c.account_id AND t.receivable_id = c.id) p
    CROSS JOIN (SELECT bool_or(NOT EXISTS (SELECT 1 FROM ledger_entry b
            WHERE b.account_id = e.account_id AND b.reversed_entry_id = e.id)) AS came_back
        FROM ledger_entry e WHERE e.account_id = c.account_id AND e.receivable_id = c.id AND e.kind = 'return') b
    OFFSET 0) x
UNION ALL
SELECT 'instrument', i.account_id, i.id, i.currency, i.number, i.maturity_on, 'instruments', i.amount,
    i.status IN ('received', 'discounted', 'matured') AND (i.discounted_on IS NULL OR i.with_recourse)
FROM instrument i
UNION ALL
SELECT 'order', o.account_id, o.id, o.currency, o.order_no, o.delivery_on, 'orders', o.open_amount,
    o.open_amount > 0 AND o.kind = 'standard'
FROM sales_order o
UNION ALL
SELECT 'delivery', d.account_id, d.id, d.currency, d.delivery_note_no, NULL, 'deliveries', d.open_amount, d.open_amount > 0
FROM delivery d
UNION ALL
SELECT 'reservation', v.account_id, v.id, v.currency, coalesce(v.reference, ''), NULL, 'reserved', v.amount, v.state = 'active'
FROM credit_reservation v;

-- What counts for exposure now.
CREATE VIEW r.exposure_item AS
SELECT kind, account_id, id, currency, document_no, due_on, component, amount FROM r.exposure_source WHERE counts;

-- Exposure as it is: what is added up and what is not yet.
CREATE VIEW r.exposure_now AS
SELECT account_id, currency, open_amount, disputed_amount, returned_amount, instruments_amount, orders_amount,
    deliveries_amount, reserved_amount, credits_amount FROM exposure
UNION ALL
SELECT account_id, currency, open_amount, disputed_amount, returned_amount, instruments_amount, orders_amount,
    deliveries_amount, reserved_amount, credits_amount FROM exposure_movement;

-- Limits in force on a day of an account, its party and its groups. The limit of a segment is for those who have none: of the account
-- where neither it nor its party has one, of the party where it has none.
CREATE FUNCTION r.limits_in_force(of_account uuid, of_entity uuid, of_party uuid, of_groups uuid[], of_segment text,
    of_party_segment text, on_day date) RETURNS jsonb
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    own jsonb;
    by_segment jsonb;
    account_has_one boolean;
BEGIN
    -- By holder first: the planner takes a day for choosier than it is, and would look at the limits of everybody.
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'kind', l.holder_kind, 'holder_id', l.holder_id,
        'legal_entity_id', l.legal_entity_id, 'limit_type', l.limit_type, 'component', l.component, 'currency', l.currency,
        'amount', l.amount::text, 'covered_percent', l.covered_percent::text, 'until', upper(l.valid) - 1,
        'review_on', l.review_on) ORDER BY l.id), '[]')
    INTO own
    FROM (SELECT * FROM credit_limit k WHERE k.holder_id = ANY(ARRAY[of_account, of_party] || of_groups)
        AND k.superseded_at IS NULL OFFSET 0) l
    -- A group has the id of the party at its head, which may have limits of its own.
    WHERE l.valid @> on_day AND CASE l.holder_kind WHEN 'account' THEN l.holder_id = of_account
        WHEN 'party' THEN l.holder_id = of_party ELSE l.holder_id = ANY(of_groups) END;
    IF NOT EXISTS (SELECT 1 FROM credit_limit l WHERE l.segment IN (of_segment, of_party_segment) AND l.superseded_at IS NULL) THEN
        RETURN own;
    END IF;
    account_has_one := jsonb_path_exists(own, '$[*] ? ((@.kind == "party" || @.kind == "account") && @.component == null
        && (@.legal_entity_id == null || @.legal_entity_id == $entity))', jsonb_build_object('entity', of_entity));
    -- Those of a segment for the legal entity of the account go before those for all; with the party they are a sum of their own.
    SELECT jsonb_agg(jsonb_build_object('id', l.id, 'kind', s.kind, 'holder_id', s.id,
        'legal_entity_id', CASE WHEN s.kind = 'party' THEN l.legal_entity_id END, 'limit_type', l.limit_type,
        'component', l.component, 'currency', l.currency, 'amount', l.amount::text,
        'covered_percent', l.covered_percent::text, 'until', upper(l.valid) - 1, 'review_on', l.review_on) ORDER BY l.id)
    INTO by_segment
    FROM (VALUES ('account', of_account, of_segment), ('party', of_party, of_party_segment)) s (kind, id, segment)
        CROSS JOIN LATERAL (SELECT * FROM credit_limit k WHERE k.segment = s.segment AND k.superseded_at IS NULL OFFSET 0) l
    WHERE l.valid @> on_day AND CASE s.kind
        WHEN 'party' THEN NOT own @> jsonb_build_array(jsonb_build_object('kind', 'party', 'component', NULL,
            'legal_entity_id', l.legal_entity_id))
        ELSE NOT account_has_one
            AND (l.legal_entity_id = of_entity OR (l.legal_entity_id IS NULL AND NOT EXISTS (SELECT 1 FROM credit_limit o
                WHERE o.segment = s.segment AND o.legal_entity_id = of_entity AND o.component IS NOT DISTINCT FROM l.component
                    AND o.superseded_at IS NULL AND o.valid @> on_day))) END;
    RETURN own || coalesce(by_segment, '[]');
END
$$;

-- Everything a credit check needs to know of amounts, in one answer of one moment: what is at risk around an account, by ring, legal
-- entity and currency; the limits; what the sale itself already holds; what is overdue - of the account, and of the others where the
-- policy or a limit speaks of it (`by_due_date`).
--
-- Rings, so that each account is added up once: the account itself (`alone` where it is a company of our own, which counts in no sum
-- above it), the other accounts of its party, and of each group those of other parties. A party is the account and its ring, a group is
-- the party and the ring of that group.
--
-- In plpgsql, with generic plans, so that they are kept: planning this anew takes ten times as long as the answer. By indexes alone: a
-- plan that is kept may be one made while a table was empty. In short statements, and only those that are needed: starting a long one
-- took most of the time.
CREATE FUNCTION r.credit_facts(of_account uuid, of_entity uuid, of_party uuid, of_groups uuid[], of_segment text,
    of_party_segment text, of_reference text, overdue_of text, wants_credits boolean, at timestamptz, today date) RETURNS jsonb
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    limits jsonb := r.limits_in_force(of_account, of_entity, of_party, of_groups, of_segment, of_party_segment, today);
    everybody boolean := overdue_of = 'everybody' OR limits @? '$[*] ? (@.kind != "account" && (@.component == "overdue" || @.component == "not_due"))';
    of_orders uuid[];
    rings text[];
    ids uuid[];
    entities uuid[];
    accounts uuid[];
    others record;
    totals jsonb;
    any_credits boolean;
    any_returned boolean;
    is_reserved boolean;
    is_ordered boolean;
    in_credit jsonb := '[]';
    sale jsonb := '[]';
    overdue jsonb;
BEGIN
    SELECT array_agg(CASE WHEN m.account_id <> of_account THEN 'party' WHEN m.eliminated THEN 'alone' ELSE 'account' END),
        array_agg(NULL::uuid), array_agg(m.legal_entity_id), array_agg(m.account_id)
    INTO rings, ids, entities, accounts
    FROM risk_member m WHERE m.risk_party_id = of_party AND (m.account_id = of_account OR NOT m.eliminated);
    IF cardinality(of_groups) > 0 THEN
        SELECT array_agg('group'::text) AS rings, array_agg(g.id) AS ids, array_agg(m.legal_entity_id) AS entities,
            array_agg(m.account_id) AS accounts
        INTO others
        FROM unnest(of_groups) g (id)
            CROSS JOIN LATERAL (SELECT p.risk_party_id FROM risk_group p WHERE p.group_id = g.id AND p.risk_party_id <> of_party OFFSET 0) p
            CROSS JOIN LATERAL (SELECT * FROM risk_member n WHERE n.risk_party_id = p.risk_party_id AND NOT n.eliminated OFFSET 0) m;
        rings := rings || others.rings;
        ids := ids || others.ids;
        entities := entities || others.entities;
        accounts := accounts || others.accounts;
    END IF;
    SELECT coalesce(jsonb_agg(jsonb_build_object('ring', ring, 'id', id, 'legal_entity_id', legal_entity_id,
        'currency', currency, 'open', open::text, 'disputed', disputed::text, 'returned', returned::text,
        'instruments', instruments::text, 'orders', orders::text, 'deliveries', deliveries::text,
        'reserved', reserved::text, 'credits', credits::text)), '[]'),
        coalesce(bool_or(credits <> 0), false), coalesce(bool_or(returned <> 0), false),
        coalesce(bool_or(reserved <> 0 AND ring IN ('account', 'alone')), false),
        coalesce(bool_or((orders <> 0 OR deliveries <> 0) AND ring IN ('account', 'alone')), false)
    INTO totals, any_credits, any_returned, is_reserved, is_ordered
    FROM (
        SELECT m.ring, m.id, m.legal_entity_id, n.currency, sum(n.open_amount) AS open, sum(n.disputed_amount) AS disputed,
            sum(n.returned_amount) AS returned, sum(n.instruments_amount) AS instruments, sum(n.orders_amount) AS orders,
            sum(n.deliveries_amount) AS deliveries, sum(n.reserved_amount) AS reserved, sum(n.credits_amount) AS credits
        FROM unnest(rings, ids, entities, accounts) m (ring, id, legal_entity_id, account_id)
            -- Account by account here and below: joined, views and large tables would be worked out for the whole book.
            CROSS JOIN LATERAL (SELECT * FROM r.exposure_now n WHERE n.account_id = m.account_id
                -- What has lapsed and was not ended yet holds nothing any more.
                UNION ALL SELECT c.account_id, c.currency, 0, 0, 0, 0, 0, 0, -c.amount, 0 FROM credit_reservation c
                    WHERE c.account_id = m.account_id AND c.state = 'active' AND c.expires_at <= at OFFSET 0) n
        GROUP BY m.ring, m.id, m.legal_entity_id, n.currency) total;
    -- Where each account sets off its own credits, what each has and owes: few have any. What of it is late matters only where that
    -- counts otherwise, and then everybody's is asked for.
    IF wants_credits AND any_credits THEN
        SELECT coalesce(jsonb_agg(jsonb_build_object('ring', ring, 'id', id, 'legal_entity_id', legal_entity_id,
            'currency', currency, 'each', each)), '[]')
        INTO in_credit
        FROM (
            SELECT m.ring, m.id, m.legal_entity_id, n.currency, jsonb_agg(jsonb_build_object('credits', n.credits::text,
                'open', n.open::text, 'overdue', n.overdue::text, 'disputed', n.disputed::text, 'returned', n.returned::text)) AS each
            FROM unnest(rings, ids, entities, accounts) m (ring, id, legal_entity_id, account_id) CROSS JOIN LATERAL (
                SELECT e.currency, sum(e.credits_amount) AS credits, sum(e.open_amount) AS open, sum(e.disputed_amount) AS disputed,
                    sum(e.returned_amount) AS returned, CASE WHEN everybody THEN (SELECT coalesce(sum(i.amount), 0)
                        FROM r.exposure_item i WHERE i.account_id = m.account_id AND i.currency = e.currency AND i.kind = 'receivable'
                            AND i.component = 'open' AND i.amount > 0 AND i.due_on < today) ELSE 0 END AS overdue
                FROM r.exposure_now e WHERE e.account_id = m.account_id GROUP BY e.currency OFFSET 0) n
            WHERE n.credits <> 0
            GROUP BY m.ring, m.id, m.legal_entity_id, n.currency) own;
    END IF;
    IF of_reference IS NOT NULL AND is_reserved THEN
        -- What was reserved before its order was there that order holds as well, also where it names no reservation.
        SELECT coalesce(jsonb_agg(jsonb_build_object('component', 'reserved', 'currency', v.currency, 'amount', v.amount::text,
            'twice', least(v.amount, (SELECT coalesce(sum(o.original_amount), 0) FROM sales_order o WHERE o.account_id = of_account
                AND o.order_no = of_reference AND o.kind = 'standard' AND o.currency = v.currency AND o.recorded_at >= v.recorded_at))::text)), '[]')
        INTO sale
        FROM credit_reservation v
        WHERE v.account_id = of_account AND v.state = 'active' AND v.expires_at > at AND v.reference = of_reference;
    END IF;
    IF of_reference IS NOT NULL AND is_ordered THEN
        -- Also the orders that came of what was reserved under this reference, such as a quotation's.
        of_orders := ARRAY(SELECT v.order_id FROM credit_reservation v WHERE v.account_id = of_account
            AND v.reference = of_reference AND v.state = 'consumed');
        SELECT sale || coalesce(jsonb_agg(jsonb_build_object('component', component, 'currency', currency, 'amount', amount::text)), '[]')
        INTO sale
        FROM (
            SELECT 'orders' AS component, o.currency, o.open_amount AS amount FROM sales_order o WHERE o.account_id = of_account
                AND o.open_amount > 0 AND o.kind = 'standard' AND (o.order_no = of_reference OR o.id = ANY(of_orders))
            UNION ALL SELECT 'deliveries', d.currency, d.open_amount FROM delivery d JOIN sales_order o ON o.account_id = d.account_id
                AND o.id = d.order_id WHERE d.account_id = of_account AND d.open_amount > 0
                AND (o.order_no = of_reference OR o.id = ANY(of_orders))) held;
    END IF;
    IF any_returned OR EXISTS (SELECT 1 FROM instrument_item t WHERE t.account_id = ANY(accounts)) THEN
        -- What came back is late as well; its amount is a part of its own.
        SELECT coalesce(jsonb_agg(jsonb_build_object('ring', ring, 'id', id, 'legal_entity_id', legal_entity_id,
            'currency', currency, 'amount', amount::text, 'returned', returned::text, 'days', days)), '[]')
        INTO overdue
        FROM (
            SELECT m.ring, m.id, m.legal_entity_id, x.currency, coalesce(sum(x.amount) FILTER (WHERE x.component = 'open'), 0) AS amount,
                coalesce(sum(x.amount) FILTER (WHERE x.component = 'returned'), 0) AS returned, max(today - x.due_on) AS days
            FROM unnest(rings, ids, entities, accounts) m (ring, id, legal_entity_id, account_id)
                CROSS JOIN LATERAL (SELECT i.currency, i.component, i.amount, i.due_on FROM r.exposure_item i
                    WHERE i.account_id = m.account_id AND i.kind = 'receivable' AND i.component IN ('open', 'returned') AND i.amount > 0
                        AND i.due_on < today OFFSET 0) x
            WHERE everybody OR m.account_id = of_account OR (overdue_of = 'party' AND m.ring = 'party')
            GROUP BY m.ring, m.id, m.legal_entity_id, x.currency) late;
    ELSE
        -- Without paper and returns what is open and not disputed is `open`, all of it.
        SELECT coalesce(jsonb_agg(jsonb_build_object('ring', ring, 'id', id, 'legal_entity_id', legal_entity_id,
            'currency', currency, 'amount', amount::text, 'returned', '0', 'days', days)), '[]')
        INTO overdue
        FROM (
            SELECT m.ring, m.id, m.legal_entity_id, x.currency, sum(x.open_amount) AS amount, max(today - x.due_on) AS days
            FROM unnest(rings, ids, entities, accounts) m (ring, id, legal_entity_id, account_id)
                CROSS JOIN LATERAL (SELECT c.currency, c.open_amount, coalesce(c.agreed_due_on, c.due_on) AS due_on FROM receivable c
                    WHERE c.account_id = m.account_id AND c.closed_on IS NULL AND c.open_amount > 0 AND NOT c.disputed
                        AND coalesce(c.agreed_due_on, c.due_on) < today OFFSET 0) x
            WHERE everybody OR m.account_id = of_account OR (overdue_of = 'party' AND m.ring = 'party')
            GROUP BY m.ring, m.id, m.legal_entity_id, x.currency) late;
    END IF;
    RETURN jsonb_build_object('totals', totals, 'in_credit', in_credit, 'sale', sale, 'overdue', overdue, 'limits', limits);
END
$$;

-- The same once the locks are got: who takes headroom names one per holder, and nobody else takes any of theirs until the end of the
-- transaction; who only looks names none. They are taken in the order given. Volatile, so that what is looked at is what was committed when the last of them was got.
CREATE FUNCTION r.credit_facts_alone(locks bigint[], of_account uuid, of_entity uuid, of_party uuid, of_groups uuid[], of_segment text,
    of_party_segment text, of_reference text, overdue_of text, wants_credits boolean, at timestamptz, today date) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    lock bigint;
BEGIN
    FOREACH lock IN ARRAY locks LOOP
        PERFORM pg_advisory_xact_lock(lock);
    END LOOP;
    RETURN r.credit_facts(of_account, of_entity, of_party, of_groups, of_segment, of_party_segment, of_reference, overdue_of,
        wants_credits, at, today);
END
$$;

-- An account with what the rules of a check may read of it, by its id or by the key its ERP pushes it under.
CREATE FUNCTION r.risk_account(by_id uuid, by_source text, by_key text, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    wanted uuid := by_id;
    found jsonb;
BEGIN
    IF wanted IS NULL THEN
        SELECT k.object_id INTO wanted FROM source s JOIN natural_key k ON k.source_no = s.no AND k.kind = 'account'
            AND k.external_id = by_key WHERE s.code = by_source;
    END IF;
    SELECT jsonb_build_object('id', a.id, 'number', a.number, 'name', a.name, 'legal_entity_id', a.legal_entity_id,
        'legal_entity_code', e.code, 'portfolio_id', a.portfolio_id, 'portfolio_code', f.code, 'currency', a.currency,
        'segment', a.segment, 'payment_terms_days', a.payment_terms_days, 'attributes', a.attributes,
        'today', (at AT TIME ZONE e.time_zone)::date, 'party_id', p.id, 'party_kind', p.kind, 'party_country', p.country,
        'party_segment', p.segment, 'party_attributes', p.attributes,
        'insolvent_since', o.insolvent_since, 'doubtful', o.doubtful, 'vulnerable', o.vulnerable, 'intercompany', p.intercompany,
        'risk_party_id', m.risk_party_id, 'groups', coalesce((SELECT jsonb_agg(g.group_id ORDER BY g.group_id)
            FROM risk_group g WHERE g.risk_party_id = m.risk_party_id), '[]'))
    INTO found
    FROM account a JOIN legal_entity e ON e.id = a.legal_entity_id JOIN risk_member m ON m.account_id = a.id
        JOIN party p ON p.id = m.party_id LEFT JOIN portfolio f ON f.id = a.portfolio_id
        -- What is known of one customer number is known of all of its tax id.
        CROSS JOIN LATERAL (SELECT min(q.insolvent_since) AS insolvent_since, bool_or(q.doubtful) AS doubtful,
                bool_or(q.vulnerable) AS vulnerable
            FROM (SELECT m.risk_party_id AS id UNION ALL SELECT s.party_id FROM risk_party s
                WHERE s.risk_party_id = m.risk_party_id) u JOIN party q ON q.id = u.id) o
    WHERE a.id = wanted;
    RETURN found;
END
$$;

-- Has a new connection make the plans of a check before anybody waits for it: the first check of a connection takes as long as twenty.
CREATE FUNCTION r.make_ready() RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    PERFORM r.risk_account(nobody, NULL, NULL, now());
    PERFORM r.risk_account(NULL, '', '', now());
    PERFORM r.credit_facts(nobody, nobody, nobody, ARRAY[nobody], NULL, NULL, '', 'party', true, now(), current_date);
END
$$;

-- Exposure as it was at the end of a business day, as known at an instant. What has no business date of its own - disputes, orders,
-- deliveries, reservations - is taken as it stood recorded at that time.
CREATE FUNCTION r.exposure_as_of(of_accounts uuid[], on_day date, known_at timestamptz) RETURNS TABLE (
    account_id uuid, kind text, id uuid, document_no text, currency text, component text, due_on date, amount numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH moment AS (
        SELECT a.id AS account, least(known_at, ((on_day + 1)::timestamp AT TIME ZONE e.time_zone)) AS at
        FROM account a JOIN legal_entity e ON e.id = a.legal_entity_id WHERE a.id = ANY(of_accounts)
    ), moved AS (
        SELECT t.account_id, t.receivable_id, sum(t.amount) AS amount,
            bool_or(t.kind = 'return' AND NOT EXISTS (SELECT 1 FROM ledger_entry b WHERE b.account_id = t.account_id
                AND b.reversed_entry_id = t.id AND b.effective_on <= on_day AND b.recorded_at <= known_at)) AS came_back
        FROM ledger_entry t WHERE t.account_id = ANY(of_accounts) AND t.recorded_at <= known_at AND t.effective_on <= on_day
        GROUP BY t.account_id, t.receivable_id
    ), note AS (
        -- Paper as it stood recorded then.
        SELECT n.account_id, n.id, s.number, s.currency, s.amount, s.received_on, s.maturity_on, s.discounted_on, s.with_recourse,
            s.settled_on, s.returned_on
        FROM instrument n LEFT JOIN LATERAL (SELECT v.before FROM document_revision v WHERE v.account_id = n.account_id
                AND v.object_id = n.id AND v.object_kind = 'instrument' AND v.replaced_at > known_at
                ORDER BY v.replaced_at, v.version LIMIT 1) v ON true
            CROSS JOIN LATERAL jsonb_populate_record(CASE WHEN v.before IS NULL THEN n END, coalesce(v.before, '{}')) s
        WHERE n.account_id = ANY(of_accounts) AND n.recorded_at <= known_at
    ), document AS (
        SELECT i.account_id, i.id, i.document_no, i.currency, i.original_amount AS original, i.issue_on, i.due_on AS stated, i.agreed_due_on AS agreed,
            i.disputed
        FROM receivable i WHERE i.account_id = ANY(of_accounts) AND i.recorded_at <= known_at
        UNION ALL
        SELECT i.account_id, i.id, i.document_no, i.currency, v.original_amount, v.issue_on, v.due_on, v.agreed_due_on, i.disputed
        FROM receivable i JOIN receivable_revision v ON v.account_id = i.account_id AND v.receivable_id = i.id
        WHERE i.account_id = ANY(of_accounts) AND i.recorded_at > known_at AND v.recorded_from <= known_at AND v.recorded_to > known_at
    ), open AS (
        SELECT d.account_id, d.id, d.document_no, d.currency,
            CASE WHEN d.issue_on <= on_day THEN d.original ELSE 0 END + coalesce(m.amount, 0) AS open,
            CASE WHEN d.agreed IS NULL THEN d.stated
                ELSE coalesce(r.agreed_due(d.account_id, d.id, on_day, known_at), d.stated) END AS due,
            coalesce((SELECT (v.before ->> 'disputed')::boolean FROM document_revision v WHERE v.account_id = d.account_id
                AND v.object_id = d.id AND v.object_kind = 'receivable' AND v.replaced_at > o.at
                ORDER BY v.replaced_at, v.version LIMIT 1), d.disputed) AS disputed,
            coalesce(m.came_back, false) OR EXISTS (SELECT 1 FROM instrument_item t JOIN note n
                ON n.account_id = t.account_id AND n.id = t.instrument_id WHERE t.account_id = d.account_id
                AND t.receivable_id = d.id AND n.returned_on <= on_day) AS came_back,
            coalesce((SELECT sum(t.amount) FROM instrument_item t JOIN note n ON n.account_id = t.account_id
                AND n.id = t.instrument_id WHERE t.account_id = d.account_id AND t.receivable_id = d.id
                AND n.received_on <= on_day AND coalesce(n.settled_on > on_day, true)
                AND coalesce(n.returned_on > on_day, true)), 0) AS under_paper
        FROM document d JOIN moment o ON o.account = d.account_id
            LEFT JOIN moved m ON m.account_id = d.account_id AND m.receivable_id = d.id
        WHERE d.issue_on <= on_day OR m.amount IS NOT NULL
    ), paper AS (
        SELECT n.account_id, n.id, n.number, n.currency, n.maturity_on, n.amount FROM note n
        WHERE n.received_on <= on_day
            AND coalesce(n.settled_on > on_day, true) AND coalesce(n.returned_on > on_day, true)
            AND (n.with_recourse OR coalesce(n.discounted_on > on_day, true))
    ), sold AS (
        SELECT s.account_id, s.id, s.recorded_at, 'order' AS kind, to_jsonb(s) AS now FROM sales_order s
        WHERE s.account_id = ANY(of_accounts)
        UNION ALL SELECT s.account_id, s.id, s.recorded_at, 'delivery', to_jsonb(s) FROM delivery s WHERE s.account_id = ANY(of_accounts)
    ), standing AS (
        -- Orders and deliveries as they stood recorded then.
        SELECT s.account_id, s.id, s.kind, coalesce(w.state ->> 'order_no', w.state ->> 'delivery_note_no') AS number,
            w.state ->> 'currency' AS currency, (w.state ->> 'open_amount')::numeric AS amount
        FROM sold s JOIN moment o ON o.account = s.account_id CROSS JOIN LATERAL (SELECT coalesce((SELECT v.before
            FROM document_revision v WHERE v.account_id = s.account_id AND v.object_id = s.id AND v.object_kind = s.kind
                AND v.replaced_at > o.at ORDER BY v.replaced_at, v.version LIMIT 1), s.now) AS state OFFSET 0) w
        WHERE s.recorded_at <= o.at AND coalesce(w.state ->> 'kind', 'standard') = 'standard'
    )
    SELECT x.account_id, 'receivable', x.id, x.document_no, x.currency, CASE WHEN x.open < 0 THEN 'credits' WHEN x.disputed THEN 'disputed'
        WHEN x.came_back THEN 'returned' ELSE 'open' END, x.due,
        CASE WHEN x.open < 0 THEN -x.open ELSE greatest(0, x.open - x.under_paper) END FROM open x WHERE x.open <> 0
    UNION ALL SELECT p.account_id, 'instrument', p.id, p.number, p.currency, 'instruments', p.maturity_on, p.amount FROM paper p
    UNION ALL SELECT g.account_id, g.kind, g.id, g.number, g.currency, CASE g.kind WHEN 'order' THEN 'orders' ELSE 'deliveries' END, NULL, g.amount
        FROM standing g WHERE g.amount > 0
    UNION ALL SELECT v.account_id, 'reservation', v.id, coalesce(v.reference, ''), v.currency, 'reserved', NULL, v.amount
        FROM credit_reservation v JOIN moment o ON o.account = v.account_id
        WHERE v.recorded_at <= o.at AND v.expires_at > o.at AND coalesce(v.ended_at > o.at, true);
END
$$;

-- What the model says of an account in each currency: sums over its open receivables about which something is said, weighted by
-- what is open, to be added up over accounts. Amounts of different currencies are no weights of each other.
CREATE VIEW r.currency_prediction AS
SELECT p.account_id, c.currency, count(*) AS receivables, count(p.abstained) AS abstained, max(p.predicted_on) AS predicted_on,
    sum(p.probability_late * c.open_amount) AS late_weighted,
    sum(c.open_amount) FILTER (WHERE p.probability_late IS NOT NULL) AS late_weight,
    sum(p.probability_late_30 * c.open_amount) AS late_30_weighted,
    sum(c.open_amount) FILTER (WHERE p.probability_late_30 IS NOT NULL) AS late_30_weight,
    sum(p.expected_days_late * c.open_amount) AS days_weighted,
    sum(c.open_amount) FILTER (WHERE p.expected_days_late IS NOT NULL) AS days_weight
FROM prediction p JOIN receivable c ON c.account_id = p.account_id AND c.id = p.receivable_id
WHERE c.closed_on IS NULL AND c.open_amount > 0 GROUP BY p.account_id, c.currency;

-- What the model says of an account: the means over its open receivables in the currency in which most of them are, as with
-- behaviour.
CREATE VIEW r.account_prediction AS
SELECT s.account_id, s.currency, s.receivables, s.abstained, s.predicted_on,
    round(late_weighted / nullif(late_weight, 0), 4) AS probability_late,
    round(late_30_weighted / nullif(late_30_weight, 0), 4) AS probability_late_30,
    round(days_weighted / nullif(days_weight, 0), 1) AS expected_days_late
FROM (SELECT DISTINCT ON (account_id) account_id, currency, late_weighted, late_weight, late_30_weighted, late_30_weight,
        days_weighted, days_weight, sum(receivables) OVER w AS receivables, sum(abstained) OVER w AS abstained,
        max(predicted_on) OVER w AS predicted_on
    FROM r.currency_prediction p WINDOW w AS (PARTITION BY account_id)
    ORDER BY account_id, p.receivables DESC, currency) s;
