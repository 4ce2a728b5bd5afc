-- Generated queries of models with scopes against those of models without any, where the conditions are written by hand at every level.
CREATE SCHEMA scope_oracle;
SET search_path = scope_oracle, orm;
SET client_min_messages = warning;

SELECT count(*) > 0 AS declared FROM (VALUES
    (orm.model('SoA', 'so_a', orm.column('id', 'integer', primary_key => true, identity => 'none'),
        orm.column('v', 'integer'), orm.column('off', 'boolean'), orm.has_many('ps', 'SoP'),
        orm.scope('on', '{"where": {"off": {"ne": true}}}', true),
        orm.scope('above', '{"parameters": ["n"], "where": {"v": {"ge": {"$": "n"}}}}'))),
    (orm.model('SoP', 'so_p', orm.column('id', 'integer', primary_key => true, identity => 'none'),
        orm.column('v', 'integer'), orm.column('off', 'boolean'), orm.belongs_to('a', 'SoA', foreign_key => 'a_id'), orm.has_many('ns', 'SoN'),
        orm.scope('on', '{"where": {"off": {"ne": true}}}', true),
        orm.scope('above', '{"parameters": ["n"], "where": {"v": {"ge": {"$": "n"}}}}'))),
    (orm.model('SoN', 'so_n', orm.column('id', 'integer', primary_key => true, identity => 'none'),
        orm.column('v', 'integer'), orm.column('off', 'boolean'), orm.belongs_to('p', 'SoP', foreign_key => 'p_id'),
        orm.scope('on', '{"where": {"off": {"ne": true}}}', true),
        orm.scope('above', '{"parameters": ["n"], "where": {"v": {"ge": {"$": "n"}}}}')))) x(m);
SELECT count(*) > 0 AS created FROM orm.create_all();
SELECT count(*) > 0 AS mapped FROM orm.map('so_a', 'HaA', orm.has_many('ps', 'HaP', foreign_key => 'a_id'), orm.accessors(include => '{}'));
SELECT count(*) > 0 AS mapped FROM orm.map('so_p', 'HaP', orm.belongs_to('a', 'HaA', foreign_key => 'a_id'), orm.has_many('ns', 'HaN', foreign_key => 'p_id'), orm.accessors(include => '{}'));
SELECT count(*) > 0 AS mapped FROM orm.map('so_n', 'HaN', orm.belongs_to('p', 'HaP', foreign_key => 'p_id'), orm.accessors(include => '{}'));

INSERT INTO so_a SELECT i, nullif(i % 7, 3), (ARRAY[true, false, NULL])[i % 3 + 1] FROM generate_series(1, 12) i;
INSERT INTO so_p (id, v, off, a_id) SELECT i, nullif(i % 5, 2), (ARRAY[true, false, NULL])[i / 2 % 3 + 1], nullif(i % 13, 0) FROM generate_series(1, 40) i;
INSERT INTO so_n (id, v, off, p_id) SELECT i, nullif(i % 6, 4), (ARRAY[true, false, NULL])[i / 3 % 3 + 1], nullif(i % 41, 0) FROM generate_series(1, 90) i;

CREATE TYPE pair AS (scoped jsonb, hand jsonb);
CREATE FUNCTION pick(n integer) RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT floor(random() * n)::integer';

-- What holds of a model, and what leads from it
CREATE FUNCTION shown() RETURNS jsonb IMMUTABLE LANGUAGE sql AS $$ SELECT '{"off": {"ne": true}}'::jsonb $$;
CREATE FUNCTION leads(model text, OUT name text, OUT target text, OUT many boolean) LANGUAGE sql VOLATILE AS $$
    SELECT n, t, b FROM (VALUES ('A', 'ps', 'P', true), ('P', 'a', 'A', false), ('P', 'ns', 'N', true), ('N', 'p', 'P', false)) r(m, n, t, b)
    WHERE m = model ORDER BY random() LIMIT 1 $$;

-- A condition, in both ways
CREATE FUNCTION conditions(model text, depth integer) RETURNS pair LANGUAGE plpgsql AS $$
DECLARE
    l record;
    a pair;
    b pair;
    n integer := pick(6);
    also jsonb := shown();
    lifted jsonb := '{}';
BEGIN
    IF depth > 0 AND pick(3) > 0 THEN
        IF pick(3) = 0 THEN
            a := conditions(model, depth - 1);
            b := conditions(model, depth - 1);
            CASE pick(3)
                WHEN 0 THEN RETURN ROW(jsonb_build_object('or', jsonb_build_array(a.scoped, b.scoped)), jsonb_build_object('or', jsonb_build_array(a.hand, b.hand)));
                WHEN 1 THEN RETURN ROW(jsonb_build_object('and', jsonb_build_array(a.scoped, b.scoped)), jsonb_build_object('and', jsonb_build_array(a.hand, b.hand)));
                ELSE RETURN ROW(jsonb_build_object('not', a.scoped), jsonb_build_object('not', a.hand));
            END CASE;
        END IF;
        l := leads(model);
        a := conditions(l.target, depth - 1);
        IF pick(4) = 0 THEN
            also := '{}';
            lifted := '{"$unscoped": true}';
            IF pick(2) = 0 THEN lifted := '{"$unscoped": ["on"]}'; END IF;
        END IF;
        a.scoped := jsonb_build_object('and', jsonb_build_array(a.scoped)) || lifted;
        IF NOT l.many THEN
            IF pick(4) = 0 AND lifted = '{}' THEN
                RETURN ROW(jsonb_build_object(l.name, NULL), jsonb_build_object('not', jsonb_build_object(l.name, also)));
            END IF;
            RETURN ROW(jsonb_build_object(l.name, a.scoped), jsonb_build_object(l.name, jsonb_build_object('and', jsonb_build_array(also, a.hand))));
        END IF;
        CASE pick(4)
            WHEN 0 THEN RETURN ROW(jsonb_build_object(l.name, jsonb_build_object('none', a.scoped)), jsonb_build_object(l.name, jsonb_build_object('none', jsonb_build_object('and', jsonb_build_array(also, a.hand)))));
            WHEN 1 THEN RETURN ROW(jsonb_build_object(l.name, jsonb_build_object('all', a.scoped)), jsonb_build_object(l.name, jsonb_build_object('none', jsonb_build_object('and', jsonb_build_array(also, jsonb_build_object('not', a.hand))))));
            WHEN 2 THEN RETURN ROW(jsonb_build_object(l.name, jsonb_build_object('count', jsonb_build_object('ge', n), 'where', a.scoped)), jsonb_build_object(l.name, jsonb_build_object('count', jsonb_build_object('ge', n), 'where', jsonb_build_object('and', jsonb_build_array(also, a.hand)))));
            ELSE RETURN ROW(jsonb_build_object(l.name, jsonb_build_object('any', a.scoped)), jsonb_build_object(l.name, jsonb_build_object('any', jsonb_build_object('and', jsonb_build_array(also, a.hand)))));
        END CASE;
    END IF;
    IF pick(2) = 0 THEN
        RETURN ROW(jsonb_build_object('$scope', jsonb_build_object('above', jsonb_build_object('n', n))), jsonb_build_object('v', jsonb_build_object('ge', n)));
    END IF;
    RETURN ROW(jsonb_build_object('v', jsonb_build_object('lt', n)), jsonb_build_object('v', jsonb_build_object('lt', n)));
END $$;

-- A query with its loads, in both ways
CREATE FUNCTION query(model text, depth integer, list boolean) RETURNS pair LANGUAGE plpgsql AS $$
DECLARE
    w pair := conditions(model, 2);
    q pair;
    l record;
    inner_query pair;
    n integer := pick(6);
    unscoped boolean := pick(4) = 0;
    conditions jsonb := jsonb_build_array(w.hand);
BEGIN
    q.scoped := jsonb_build_object('where', w.scoped, 'select', '["id", "v"]'::jsonb);
    q.hand := jsonb_build_object('select', '["id", "v"]'::jsonb);
    IF unscoped THEN
        q.scoped := q.scoped || '{"unscoped": true}';
    ELSE
        conditions := conditions || shown();
    END IF;
    IF pick(2) = 0 THEN
        q.scoped := q.scoped || jsonb_build_object('scope', jsonb_build_array(jsonb_build_object('above', jsonb_build_object('n', n))));
        conditions := conditions || jsonb_build_object('v', jsonb_build_object('ge', n));
    END IF;
    IF list THEN
        q.scoped := q.scoped || '{"order_by": ["id"]}';
        q.hand := q.hand || '{"order_by": ["id"]}';
    END IF;
    q.hand := q.hand || jsonb_build_object('where', jsonb_build_object('and', conditions));
    IF depth > 0 THEN
        l := leads(model);
        inner_query := query(l.target, depth - 1, l.many);
        q.scoped := q.scoped || jsonb_build_object('load', jsonb_build_object(l.name, inner_query.scoped));
        q.hand := q.hand || jsonb_build_object('load', jsonb_build_object(l.name, inner_query.hand));
    END IF;
    RETURN q;
END $$;

CREATE TABLE tried (verb text, found integer, same boolean, q pair);
CREATE PROCEDURE try(model text, times integer) LANGUAGE plpgsql AS $$
DECLARE
    q pair;
    a text;
    b text;
    verb text;
BEGIN
    FOR i IN 1..times LOOP
        q := query(model, pick(3), true);
        verb := (ARRAY['all', 'count', 'aggregate', 'page'])[i % 4 + 1];
        IF verb <> 'all' AND verb <> 'page' THEN
            q.scoped := q.scoped - 'load' - 'select' - 'order_by';
            q.hand := q.hand - 'load' - 'select' - 'order_by';
        END IF;
        IF verb = 'aggregate' THEN
            q.scoped := q.scoped || '{"group_by": ["v"], "aggregate": {"n": {"count": "*"}}, "order_by": ["v"]}';
            q.hand := q.hand || '{"group_by": ["v"], "aggregate": {"n": {"count": "*"}}, "order_by": ["v"]}';
        END IF;
        IF verb = 'page' THEN
            q.scoped := q.scoped || '{"limit": 3, "total": true}';
            q.hand := q.hand || '{"limit": 3, "total": true}';
        END IF;
        EXECUTE format('SELECT orm.%I($1, $2::text::orm.document)::text', verb) INTO a USING 'So' || model, q.scoped;
        EXECUTE format('SELECT orm.%I($1, $2::text::orm.document)::text', verb) INTO b USING 'Ha' || model, q.hand;
        IF verb = 'page' THEN
            a := (a::jsonb -> 'items')::text || (a::jsonb -> 'total')::text;
            b := (b::jsonb -> 'items')::text || (b::jsonb -> 'total')::text;
        END IF;
        INSERT INTO tried VALUES (verb, length(b), a = b, q);
    END LOOP;
END $$;

SELECT setseed(0.5);
CALL try('A', 160);
CALL try('P', 160);
CALL try('N', 160);
SELECT verb, count(*) AS n, count(*) FILTER (WHERE same) AS same, count(*) FILTER (WHERE found > CASE verb WHEN 'count' THEN 1 ELSE 4 END) > 20 AS find FROM tried GROUP BY verb ORDER BY verb;
SELECT q FROM tried WHERE NOT same LIMIT 2;

DROP SCHEMA scope_oracle CASCADE;
