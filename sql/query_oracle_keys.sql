-- Graphs over keys of every type that can be one, against plain SQL: what joins
-- parents and children is the equality of the key's own type.
\set regression :DBNAME
\getenv source PG_ABS_SRCDIR
\set generator :source '/test/oracle/generator.sql'
\set blog :source '/test/oracle/blog.sql'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_query_oracle_keys;
CREATE DATABASE regress_orm_query_oracle_keys TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_query_oracle_keys
SET client_min_messages = warning;
SET lc_messages = 'C';
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
\set ECHO none
\i :generator
\i :blog
\set ECHO all

-- The types: of parents, of the children's columns; and values, of which the last are the children's own way to say the first
CREATE TABLE key_type (number integer GENERATED ALWAYS AS IDENTITY, parent text, child text, literals text[], same text[]);
INSERT INTO key_type (parent, child, literals)
SELECT type, type, literals FROM sample WHERE kind IN ('n', 't', 'o', 'd', 'b', 'a', 'r') AND type NOT IN ('text', 'name') ORDER BY type;
INSERT INTO key_type (parent, child, literals) VALUES ('jsonb', 'jsonb', ARRAY['{"a":1}', '"s"', '[1]', 'true', '1.0']);
-- equal, and yet not the same bytes; of different types on both sides
INSERT INTO key_type (parent, child, literals, same) VALUES
    ('numeric', 'numeric', '{1.50,2,NaN}', '{1.5,2.000,NaN}'),
    ('numeric', 'integer', '{1,2.00,3}', '{1,2,3}'),
    ('integer', 'bigint', '{1,2,3}', '{1,2,3}'),
    ('bigint', 'smallint', '{1,2,3}', '{1,2,3}'),
    ('character(5)', 'character(3)', '{a,ab,abc}', '{a,ab,abc}'),
    ('text', 'varchar(20)', '{a,ab,"ñ \"q\""}', '{a,ab,"ñ \"q\""}'),
    ('name', 'name', '{a,ab,"two words"}', NULL),
    ('double precision', 'double precision', '{0,1.5,NaN}', '{-0,1.5,NaN}'),
    ('double precision', 'real', '{0.5,1.5,NaN}', '{0.5,1.5,NaN}'),
    ('interval', 'interval', '{1 day,1 mon,2:00}', '{24 hours,30 days,120 min}'),
    ('timetz', 'timetz', '{12:00+00,13:00+03,0:00+00}', NULL),
    ('timestamptz', 'timestamptz', '{2026-01-01 00:00+00,2026-01-02 00:00+00}', '{2026-01-01 03:00+03,2026-01-01 23:00-01}'),
    ('numeric[]', 'numeric[]', ARRAY['{1.50,NULL}', '{}'], ARRAY['{1.5,NULL}', '{}']),
    ('numrange', 'numrange', '{"[1.50,2)",empty}', '{"[1.5,2.0)","(1,1)"}'),
    ('jsonb', 'jsonb', ARRAY['{"a": 1.50}', '[]'], ARRAY['{"a": 1.5}', '[]']);
-- text that is compared without regard to case, where the server has such collations
DO $$
BEGIN
    EXECUTE 'CREATE COLLATION blind (provider = icu, locale = ''und-u-ks-level2'', deterministic = false)';
EXCEPTION WHEN OTHERS THEN
    EXECUTE 'CREATE COLLATION blind FROM "C"';
END $$;
INSERT INTO key_type (parent, child, literals, same)
SELECT 'text COLLATE blind', 'text COLLATE blind', '{Ana,Berta}', CASE WHEN collisdeterministic THEN '{Ana,Berta}' ELSE '{ANA,berta}' END::text[]
FROM pg_collation WHERE collname = 'blind';

-- Parents, children of each, one child of none; and links of many to many
CREATE PROCEDURE make_keys() LANGUAGE plpgsql AS $$
DECLARE
    k key_type;
BEGIN
    FOR k IN SELECT * FROM key_type ORDER BY number LOOP
        EXECUTE format('CREATE TABLE p%1$s (id %2$s PRIMARY KEY, n integer NOT NULL);
            CREATE TABLE c%1$s (id integer PRIMARY KEY, fk %3$s REFERENCES p%1$s);
            CREATE TABLE l%1$s (p %2$s REFERENCES p%1$s, c integer REFERENCES c%1$s);
            INSERT INTO p%1$s SELECT v::%4$s, n FROM unnest(%5$L::text[]) WITH ORDINALITY u (v, n);
            INSERT INTO c%1$s SELECT 10 * n + i, CASE WHEN i = 1 THEN v ELSE w END::%6$s FROM unnest(%8$L::text[], %7$L::text[]) WITH ORDINALITY u (v, w, n), generate_series(1, 3) i;
            INSERT INTO c%1$s VALUES (1, NULL);
            INSERT INTO l%1$s SELECT p.id, c.id FROM p%1$s p, c%1$s c WHERE c.id %% 10 <= p.n;
            DELETE FROM c%1$s WHERE id NOT IN (SELECT c FROM l%1$s) AND id %% 20 = 3', k.number, k.parent, k.child, regexp_replace(k.parent, ' COLLATE.*', ''), k.literals,
            regexp_replace(k.child, ' COLLATE.*', ''), coalesce(k.same, k.literals),
            CASE WHEN k.parent = k.child THEN k.literals ELSE k.same END);
        PERFORM orm.map(format('p%s', k.number)::regclass, 'P' || k.number, orm.has_many('cs', 'C' || k.number, foreign_key => 'fk'),
            orm.many_to_many('linked', 'C' || k.number, through => 'l' || k.number), orm.accessors(include => '{}'));
        PERFORM orm.map(format('c%s', k.number)::regclass, 'C' || k.number, orm.belongs_to('p', 'P' || k.number, foreign_key => 'fk'),
            orm.many_to_many('linked', 'P' || k.number, through => 'l' || k.number), orm.accessors(include => '{}'));
    END LOOP;
END $$;
CALL make_keys();

CREATE PROCEDURE compare_keys(subject text, model text, document text, sql text) LANGUAGE plpgsql AS $$
DECLARE
    k key_type;
BEGIN
    FOR k IN SELECT * FROM key_type ORDER BY number LOOP
        PERFORM o_same(subject, format(model, k.number), document, format(sql, k.number));
    END LOOP;
END $$;
CALL compare_keys('to many', 'P%s', '{"order_by": ["n"], "load": {"cs": true}}', $$
    SELECT '[' || string_agg(left(to_json(p)::text, -1) || ',"cs":' || (SELECT o_array(array_agg(to_json(c) ORDER BY c.id)) FROM c%1$s c WHERE p.id = c.fk) || '}', ',' ORDER BY n) || ']' FROM p%1$s p$$);
CALL compare_keys('to many, limited', 'P%s', '{"order_by": ["-n"], "select": ["n"], "load": {"cs": {"order_by": ["-id"], "limit": 2, "select": ["fk"]}}}', $$
    SELECT '[' || string_agg(format('{"n":%%s,"cs":%%s}', n, (SELECT o_array(array_agg(to_json(c))) FROM (SELECT fk FROM c%1$s c WHERE p.id = c.fk ORDER BY id DESC LIMIT 2) c)), ',' ORDER BY n DESC) || ']'
    FROM p%1$s p$$);
CALL compare_keys('to one', 'C%s', '{"order_by": ["id"], "load": {"p": {"load": {"cs": {"select": ["id"]}}}}}', $$
    SELECT '[' || string_agg(left(to_json(c)::text, -1) || ',"p":' || coalesce((SELECT left(to_json(p)::text, -1) || ',"cs":'
        || (SELECT o_array(array_agg(format('{"id":%%s}', s.id)::json ORDER BY s.id)) FROM c%1$s s WHERE p.id = s.fk) || '}' FROM p%1$s p WHERE p.id = c.fk), 'null') || '}', ',' ORDER BY id) || ']'
    FROM c%1$s c$$);
CALL compare_keys('many to many', 'P%s', '{"order_by": ["n"], "select": ["n"], "load": {"linked": {"select": ["id"], "load": {"linked": {"select": ["n"], "order_by": ["n"]}}}}}', $$
    SELECT '[' || string_agg(format('{"n":%%s,"linked":%%s}', n, (SELECT o_array(array_agg(format('{"id":%%s,"linked":%%s}', c.id,
        (SELECT o_array(array_agg(format('{"n":%%s}', q.n)::json ORDER BY q.n)) FROM p%1$s q JOIN l%1$s m ON m.p = q.id WHERE m.c = c.id))::json ORDER BY c.id))
        FROM c%1$s c JOIN l%1$s l ON l.c = c.id WHERE l.p = p.id)), ',' ORDER BY n) || ']' FROM p%1$s p$$);
CALL compare_keys('conditions', 'P%s', '{"order_by": ["n"], "select": ["n"], "compute": {"children": {"count": "cs"}}, "where": {"cs": {"any": {"p": {"n": {"le": 2}}}}}}', $$
    SELECT coalesce('[' || string_agg(format('{"n":%%s,"children":%%s}', n, (SELECT count(*) FROM c%1$s c WHERE p.id = c.fk)), ',' ORDER BY n) || ']', '[]') FROM p%1$s p
    WHERE n <= 2 AND EXISTS (SELECT FROM c%1$s c WHERE p.id = c.fk)$$);

-- One object by its key, as to_json prints it
CREATE PROCEDURE get_keys() LANGUAGE plpgsql AS $$
DECLARE
    k key_type;
    key text;
    object text;
BEGIN
    PERFORM set_config('oracle.parameters', '', false);
    FOR k IN SELECT * FROM key_type ORDER BY number LOOP
        FOR key, object IN EXECUTE format('SELECT json_build_object(''id'', id), to_json(p) FROM p%s p ORDER BY n', k.number) LOOP
            PERFORM o_compare('get', 'P' || k.number, format('SELECT orm.get(%%s, %L::json, %%2$s)::text', replace(key, '%', '%%')), ('{"select": ["*"]}', format('SELECT %L', object))::o_pair);
        END LOOP;
    END LOOP;
END $$;
CALL get_keys();
-- ...and in a condition
CREATE PROCEDURE find_keys() LANGUAGE plpgsql AS $$
DECLARE
    k key_type;
    key text;
BEGIN
    FOR k IN SELECT * FROM key_type ORDER BY number LOOP
        FOR key IN EXECUTE format('SELECT to_json(fk) FROM c%s WHERE fk IS NOT NULL ORDER BY id', k.number) LOOP
            PERFORM o_same('conditions', 'C' || k.number, format('{"where": {"fk": {"eq": {"$value": %s}}}, "order_by": ["id"]}', key),
                format('SELECT %L || coalesce(string_agg(to_json(c)::text, %L ORDER BY id), %L) || %L FROM c%s c WHERE fk = (SELECT fk FROM c%5$s WHERE to_json(fk)::text = %L LIMIT 1)', '[', ',', '', ']', k.number, key));
        END LOOP;
    END LOOP;
END $$;
CALL find_keys();

-- The verdict
\pset format unaligned
SELECT * FROM o_verdict;
SELECT * FROM o_differences;
\pset format aligned

\c :regression
DROP DATABASE regress_orm_query_oracle_keys;
