-- Random cascades over random rows: what orm deletes, and what a naive reference deletes, statement by statement with
-- the checks put off, must leave the same rows or fail both; and orm.impact must have told it.  Of rows that the server
-- deletes by ON DELETE CASCADE it looks at keys at once, so that it may refuse what would be right in the end: rarely.
-- Join table rows go with an object, unless the join table is a model.
-- Keys are of three types, some parents may not be NULL, and AFTER triggers of deleted rows change others.
-- It is the same every time; ORM_TEST_SEED (0 to 1) and ORM_TEST_ROUNDS in the environment say otherwise.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA cascade_random;
SET search_path = cascade_random;
SET client_min_messages = warning;
SET DateStyle = ISO;

CREATE TABLE a (id int PRIMARY KEY, to_a int, to_b text COLLATE "C", to_c date, lost int NOT NULL DEFAULT 0);
CREATE TABLE b (id text COLLATE "C" PRIMARY KEY, to_a int, to_b text COLLATE "C", to_c date);
CREATE TABLE c (id date PRIMARY KEY, to_a int, to_b text COLLATE "C", to_c date);
CREATE TABLE ab (a_id int, b_id text COLLATE "C", PRIMARY KEY (a_id, b_id));
-- the n-th key of a table, and a key as JSON
CREATE FUNCTION key_of(model text, n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE model WHEN 'a' THEN n::text WHEN 'b' THEN 'k' || n ELSE '2020-01-0' || n END $$;
CREATE FUNCTION json_of(model text, key text) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT CASE model WHEN 'a' THEN key::json ELSE to_json(key) END $$;

-- A row of "a" counts the rows of "c" that it has lost, and "unlinked" the join table rows.
CREATE TABLE unlinked (n bigint);
INSERT INTO unlinked VALUES (0);
CREATE FUNCTION count_lost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE a SET lost = lost + 1 WHERE id = OLD.to_a;
    RETURN NULL;
END $$;
CREATE TRIGGER count_lost AFTER DELETE ON c FOR EACH ROW EXECUTE FUNCTION count_lost();
CREATE FUNCTION count_unlinked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE unlinked SET n = n + (SELECT count(*) FROM gone);
    RETURN NULL;
END $$;
CREATE TRIGGER count_unlinked AFTER DELETE ON ab REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_unlinked();
CREATE FUNCTION any_of(VARIADIC words text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT words[1 + floor(random() * cardinality(words))::int] $$;

-- The relationships of a configuration: from a model, by a column of the holder, to a target.
CREATE TABLE edges (model text, kind text, target text, holder text, cascade text);

-- Foreign keys with random actions, models with random cascades.
CREATE PROCEDURE configure() LANGUAGE plpgsql AS $$
DECLARE
    holder text; target text; source text; elements orm.document[]; e record; required boolean;
BEGIN
    PERFORM orm.unmap(m.model) FROM orm.models m WHERE m.model IN ('a', 'b', 'c', 'ab');
    TRUNCATE edges, a, b, c, ab;
    FOREACH holder IN ARRAY ARRAY['a', 'b', 'c'] LOOP
        FOREACH target IN ARRAY ARRAY['a', 'b', 'c'] LOOP
            required := (holder, target) IN (('b', 'c'), ('c', 'a')) AND random() < 0.5;
            EXECUTE format('ALTER TABLE %I DROP CONSTRAINT IF EXISTS to_%s, ADD CONSTRAINT to_%2$s FOREIGN KEY (to_%2$s) REFERENCES %2$I ON DELETE %3$s DEFERRABLE, ALTER to_%2$s %4$s NOT NULL',
                holder, target, any_of('NO ACTION', 'NO ACTION', 'CASCADE', 'CASCADE', CASE WHEN required THEN 'NO ACTION' ELSE 'SET NULL' END), CASE WHEN required THEN 'SET' ELSE 'DROP' END);
            INSERT INTO edges VALUES (holder, 'belongs_to', target, holder, any_of('save-update', 'save-update', 'save-update', 'none', 'all')),
                (target, 'has_many', holder, holder, any_of('save-update', 'none', 'all', 'delete', 'all, delete-orphan'));
        END LOOP;
    END LOOP;
    FOREACH target IN ARRAY ARRAY['a', 'b'] LOOP
        EXECUTE format('ALTER TABLE ab DROP CONSTRAINT IF EXISTS %s, ADD CONSTRAINT %1$s FOREIGN KEY (%1$s_id) REFERENCES %1$I ON DELETE %s DEFERRABLE',
            target, any_of('NO ACTION', 'CASCADE'));
        INSERT INTO edges VALUES (target, 'many_to_many', CASE target WHEN 'a' THEN 'b' ELSE 'a' END, 'ab', any_of('save-update', 'all'));
    END LOOP;
    FOREACH source IN ARRAY ARRAY['a', 'b', 'c'] LOOP
        elements := ARRAY[orm.accessors(include => '{}')];
        FOR e IN SELECT * FROM edges WHERE model = source LOOP
            elements := elements || CASE e.kind
                WHEN 'belongs_to' THEN orm.belongs_to('one_' || e.target, e.target, 'to_' || e.target, cascade => e.cascade)
                WHEN 'has_many' THEN orm.has_many('all_' || e.target, e.target, 'to_' || e.model, cascade => e.cascade)
                ELSE orm.many_to_many('linked', e.target, 'cascade_random.ab', cascade => e.cascade) END;
        END LOOP;
        PERFORM orm.map('cascade_random.' || source, source, VARIADIC elements);
    END LOOP;
    IF random() < 0.3 THEN
        PERFORM orm.map('cascade_random.ab', 'ab', orm.accessors(include => '{}'));
    END IF;
END $$;

CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
    TRUNCATE a, b, c, ab;
    SET CONSTRAINTS to_a, to_b, to_c, a, b DEFERRED;
    FOREACH t IN ARRAY ARRAY['a', 'b', 'c'] LOOP
        EXECUTE format('INSERT INTO %I (id, to_a, to_b, to_c) SELECT (r).id, (r).to_a, (r).to_b, (r).to_c FROM (SELECT jsonb_populate_record(NULL::%1$I, jsonb_build_object(''id'', key_of(%1$L, i), %2$s)) FROM generate_series(1, 8) i OFFSET 0) x (r)', t,
            (SELECT string_agg(format('''to_%s'', CASE WHEN random() < 0.2%s THEN key_of(%1$L, 1 + floor(random() * 8)::int) END', target,
                CASE WHEN attnotnull THEN ' OR true' END), ', ') FROM unnest(ARRAY['a', 'b', 'c']) target, pg_attribute WHERE attrelid = t::regclass AND attname = 'to_' || target));
    END LOOP;
    INSERT INTO ab SELECT a.id, b.id FROM a, b WHERE random() < 0.08;
    SET CONSTRAINTS to_a, to_b, to_c, a, b IMMEDIATE;
END $$;

CREATE FUNCTION state() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(r, ' ') FROM (SELECT 'a' || a::text AS r FROM a UNION ALL SELECT 'b' || b::text FROM b UNION ALL SELECT 'c' || c::text FROM c
        UNION ALL SELECT 'ab' || ab::text FROM ab UNION ALL SELECT n::text FROM unlinked ORDER BY 1) r $$;
CREATE FUNCTION counts() RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('a', (SELECT count(*) FROM a), 'b', (SELECT count(*) FROM b), 'c', (SELECT count(*) FROM c), CASE WHEN EXISTS (SELECT FROM orm.models WHERE model = 'ab') THEN 'ab' ELSE 'cascade_random.ab' END, (SELECT count(*) FROM ab)) $$;

-- The rows that are to go.
CREATE TABLE doomed (model text, id text, PRIMARY KEY (model, id));
CREATE TABLE doomed_links (a_id int, b_id text, PRIMARY KEY (a_id, b_id));

-- The reference: from what is doomed on, then deletes, one table after the other.
CREATE PROCEDURE naive() LANGUAGE plpgsql AS $$
DECLARE
    e record; n bigint; t text;
BEGIN
    LOOP
        n := (SELECT count(*) FROM doomed) + (SELECT count(*) FROM doomed_links);
        FOR e IN SELECT * FROM edges WHERE cascade ~ 'all|delete' OR (kind = 'many_to_many' AND NOT EXISTS (SELECT FROM orm.models WHERE model = 'ab')) LOOP
            IF e.kind = 'belongs_to' THEN
                EXECUTE format('INSERT INTO doomed SELECT %L, h.to_%s::text FROM %I h JOIN doomed d ON d.model = %L AND d.id = h.id::text WHERE h.to_%2$s IS NOT NULL ON CONFLICT DO NOTHING',
                    e.target, e.target, e.model, e.model);
            ELSIF e.kind = 'has_many' THEN
                EXECUTE format('INSERT INTO doomed SELECT %L, h.id::text FROM %I h JOIN doomed d ON d.model = %L AND d.id = h.to_%s::text ON CONFLICT DO NOTHING',
                    e.target, e.target, e.model, e.model);
            ELSE
                EXECUTE format('INSERT INTO doomed_links SELECT ab.* FROM ab JOIN doomed d ON d.model = %L AND d.id = ab.%s_id::text ON CONFLICT DO NOTHING', e.model, e.model);
                CONTINUE WHEN e.cascade !~ 'all|delete';
                EXECUTE format('INSERT INTO doomed SELECT %L, ab.%s_id::text FROM ab JOIN doomed d ON d.model = %L AND d.id = ab.%s_id::text ON CONFLICT DO NOTHING',
                    e.target, e.target, e.model, e.model);
            END IF;
        END LOOP;
        EXIT WHEN n = (SELECT count(*) FROM doomed) + (SELECT count(*) FROM doomed_links);
    END LOOP;
    SET CONSTRAINTS to_a, to_b, to_c, a, b DEFERRED;
    DELETE FROM ab USING doomed_links d WHERE ab.a_id = d.a_id AND ab.b_id = d.b_id;
    FOREACH t IN ARRAY ARRAY['c', 'a', 'b'] LOOP
        EXECUTE format('DELETE FROM %I t USING doomed d WHERE d.model = %L AND d.id = t.id::text', t, t);
    END LOOP;
    SET CONSTRAINTS to_a, to_b, to_c, a, b IMMEDIATE;
END $$;

-- What a statement leaves; all of it is undone.
CREATE FUNCTION outcome(statement text, OUT left_over text, OUT rows jsonb) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    left_over := state();
    rows := counts();
    RAISE SQLSTATE 'OK000';
EXCEPTION WHEN SQLSTATE 'OK000' THEN
    RETURN;
WHEN OTHERS THEN
    left_over := SQLSTATE;
END $$;

CREATE TABLE problems (round int, what text, statement text, orm text, reference text);
CREATE TABLE tally (kind text, failed boolean, early boolean);

CREATE PROCEDURE try_one(round int) LANGUAGE plpgsql AS $$
DECLARE
    statement text; mine record; its record; told jsonb; gone jsonb; before jsonb; kind text := any_of('delete', 'delete', 'where', 'unit');
BEGIN
    TRUNCATE doomed, doomed_links;
    INSERT INTO doomed SELECT m, key_of(m, n) FROM (SELECT CASE kind WHEN 'where' THEN one ELSE any_of('a', 'b', 'c') END AS m, 1 + floor(random() * 8)::int AS n
        FROM any_of('a', 'b', 'c') one, generate_series(1, CASE kind WHEN 'delete' THEN 1 ELSE 3 END) OFFSET 0) x ON CONFLICT DO NOTHING;
    statement := CASE kind
        WHEN 'delete' THEN (SELECT format('SELECT orm.delete(%L, %L::orm.document)', model, json_of(model, id)) FROM doomed)
        WHEN 'where' THEN (SELECT format('SELECT orm.delete_where(%L, %L)', min(model), jsonb_build_object('where', jsonb_build_object('id', jsonb_build_object('in', jsonb_agg(json_of(model, id)))))) FROM doomed)
        ELSE (SELECT 'SELECT ' || string_agg(format('orm.remove(%L, %L::orm.document)', model, json_of(model, id)), ', ' ORDER BY random()) || ', orm.flush()' FROM doomed) END;
    IF kind = 'delete' THEN
        told := (SELECT orm.impact(model, json_of(model, id)::text::orm.document) FROM doomed)::jsonb;
    END IF;
    before := counts();
    mine := outcome(statement);
    its := outcome('CALL naive()');
    INSERT INTO tally VALUES (kind, its.rows IS NULL, mine.left_over = '23503' AND its.rows IS NOT NULL);
    IF mine.left_over = '23503' AND its.rows IS NOT NULL AND EXISTS (SELECT FROM pg_constraint WHERE confdeltype = 'c' AND connamespace = 'cascade_random'::regnamespace) THEN
        RETURN;
    ELSIF mine.left_over IS DISTINCT FROM its.left_over THEN
        INSERT INTO problems VALUES (round, 'rows', statement, mine.left_over, its.left_over);
    END IF;
    IF kind = 'delete' THEN
        gone := (SELECT jsonb_object_agg(key, value::int - (mine.rows ->> key)::int) FROM jsonb_each(before) WHERE value::int > (mine.rows ->> key)::int);
        IF (told ? 'blocked_by') IS DISTINCT FROM (mine.rows IS NULL) OR (mine.rows IS NOT NULL AND told -> 'deleted' IS DISTINCT FROM gone) THEN
            INSERT INTO problems VALUES (round, 'impact', statement, told::text, gone::text);
        END IF;
    END IF;
END $$;

CREATE PROCEDURE try_all(configurations int, seed float8) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setseed(seed);
    FOR i IN 1 .. configurations LOOP
        CALL configure();
        COMMIT;
        FOR j IN 1 .. 4 LOOP
            CALL fill();
            FOR k IN 1 .. 5 LOOP
                CALL try_one(100 * i + 10 * j + k);
            END LOOP;
            COMMIT;
        END LOOP;
    END LOOP;
END $$;

\set seed 0.4
\set rounds 120
\getenv seed ORM_TEST_SEED
\getenv rounds ORM_TEST_ROUNDS
-- twenty rounds to a configuration
CALL try_all((:rounds + 19) / 20, :seed);
SELECT * FROM problems ORDER BY round LIMIT 5;
SELECT kind, count(*) > 0 AS went, count(*) FILTER (WHERE failed) > 0 AS refused FROM tally GROUP BY kind ORDER BY kind;
SELECT count(*) FILTER (WHERE early) * 50 < count(*) AS rarely FROM tally;

SELECT count(*) > 0 FROM orm.models m, orm.unmap(m.model) WHERE m.model IN ('a', 'b', 'c', 'ab');
DROP SCHEMA cascade_random CASCADE;
