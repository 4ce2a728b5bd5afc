-- How a graph is put together: keys of every kind, emptiness, cycles, snapshots, limits.
-- Where it can be said in SQL, the oracle is json_agg over the same rows ("same").
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA query_graph;
SET search_path = query_graph;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;

-- Names that JSON and SQL quote, objects without members, empty collections, null keys
CREATE TABLE "a ""b"" \ c" ("i d" int PRIMARY KEY, "q""uote" text);
CREATE TABLE "Kid" (id int PRIMARY KEY, "key" int REFERENCES "a ""b"" \ c", "new
line" text);
SELECT count(*) > 0 FROM orm.map('query_graph."a ""b"" \ c"', 'P "1"', orm.has_many('k"i\ds', 'Kid', foreign_key => 'key'));
SELECT count(*) > 0 FROM orm.map('query_graph."Kid"', 'Kid', orm.belongs_to('ü', 'P "1"', foreign_key => 'key'));
SELECT orm.all('P "1"', '{"load": ["k\"i\\ds"]}');
SELECT orm.first('P "1"', '{"load": ["k\"i\\ds"]}') IS NULL;
INSERT INTO "a ""b"" \ c" VALUES (1, E'"\\\n\u0001'), (2, NULL), (3, '');
INSERT INTO "Kid" VALUES (1, 1, 'x'), (2, NULL, NULL), (3, 1, ''), (4, 3, '{');
SELECT orm.all('P "1"', '{"order_by": ["i d"], "load": {"k\"i\\ds": {"order_by": ["-id"]}}}');
SELECT orm.all('Kid', '{"order_by": ["id"], "select": [], "load": {"ü": {"select": []}, "again": {"of": "ü", "select": ["i d"]}}}');
SELECT orm.all('Kid', '{"order_by": ["id"], "select": [], "limit": 1, "load": {"": {"of": "ü", "select": ["i d"]}}}');
SELECT orm.one('Kid', '{"where": {"id": 4}, "load": {"ü": {"load": {"k\"i\\ds": {"load": ["ü"]}}}}}');

-- Composite keys, with NULLs in one column; both directions; some parents share a key
CREATE TABLE regions (country text, code int, name text, PRIMARY KEY (country, code));
CREATE TABLE towns (id int PRIMARY KEY, country text, code int, FOREIGN KEY (country, code) REFERENCES regions);
SELECT count(*) > 0 FROM orm.map('query_graph.regions', 'Region', orm.has_many('towns', 'Town'));
SELECT count(*) > 0 FROM orm.map('query_graph.towns', 'Town', orm.belongs_to('region', 'Region'));
INSERT INTO regions SELECT c, n, c || n FROM unnest('{de,fr,ñu}'::text[]) c, generate_series(1, 3) n;
INSERT INTO towns SELECT i, (array['de', 'fr', 'ñu', NULL])[1 + i % 4], nullif(1 + i % 5, 4) % 4 FROM generate_series(1, 40) i
    WHERE nullif(1 + i % 5, 4) % 4 BETWEEN 1 AND 3 OR nullif(1 + i % 5, 4) IS NULL;
SELECT orm.all('Region', '{"order_by": ["country", "code"], "load": ["towns"]}')::jsonb =
    (SELECT jsonb_agg(r ORDER BY r.country, r.code) FROM (SELECT *, (SELECT coalesce(jsonb_agg(t ORDER BY t.id), '[]')
        FROM towns t WHERE (t.country, t.code) = (r.country, r.code)) AS towns FROM regions r) r) AS same;
SELECT orm.all('Town', '{"order_by": ["id"], "load": ["region"]}')::jsonb =
    (SELECT jsonb_agg(t ORDER BY t.id) FROM (SELECT *, (SELECT to_jsonb(r) FROM regions r
        WHERE (t.country, t.code) = (r.country, r.code)) AS region FROM towns t) t) AS same;
SELECT orm.one('Region', '{"where": {"country": "ñu", "code": 2}, "load": {"towns": {"limit": 2, "select": ["id"]}}}');

-- Keys that are equal and not the same: the collation says so
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE people (name text COLLATE any_case PRIMARY KEY);
CREATE TABLE pets (id int PRIMARY KEY, owner text COLLATE any_case REFERENCES people);
SELECT count(*) > 0 FROM orm.map('query_graph.people', 'Human', orm.has_many('pets', 'Pet'));
SELECT count(*) > 0 FROM orm.map('query_graph.pets', 'Pet', orm.belongs_to('human', 'Human', foreign_key => 'owner'));
INSERT INTO people VALUES ('Ana'), ('BOB');
INSERT INTO pets VALUES (1, 'ana'), (2, 'ANA'), (3, 'Bob'), (4, 'Ana'), (5, NULL);
SELECT orm.all('Human', '{"order_by": ["name"], "load": {"pets": {"select": ["owner"]}}}');
SELECT orm.all('Pet', '{"order_by": ["id"], "load": ["human"]}');

-- Keys of any type: as many parents, children by two or none
CREATE FUNCTION compare(key_type text, key_values text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    same text;
BEGIN
    DROP TABLE IF EXISTS query_graph.below, query_graph.above CASCADE;
    EXECUTE format('CREATE TABLE query_graph.above (k %s PRIMARY KEY, n int)', key_type);
    EXECUTE format('CREATE TABLE query_graph.below (id int PRIMARY KEY, k %s REFERENCES query_graph.above)', key_type);
    EXECUTE format('INSERT INTO query_graph.above SELECT v::%s, n FROM unnest($1) WITH ORDINALITY v(v, n)', key_type) USING key_values;
    EXECUTE format('INSERT INTO query_graph.below SELECT n * 10 + i, v::%s FROM unnest($1) WITH ORDINALITY v(v, n), '
        'generate_series(1, 2) i WHERE n %% 3 > 0', key_type) USING key_values;
    INSERT INTO query_graph.below VALUES (0, NULL);
    PERFORM orm.map('query_graph.above', 'Above', orm.has_many('below', 'Below'));
    PERFORM orm.map('query_graph.below', 'Below', orm.belongs_to('above', 'Above'));
    EXECUTE $q$SELECT concat_ws(' ',
        orm.all('Above', '{"order_by": ["n"], "load": {"below": {"order_by": ["id"]}}}')::text = (SELECT json_agg(a ORDER BY a.n) FROM
            (SELECT *, (SELECT coalesce(json_agg(b ORDER BY b.id), '[]') FROM query_graph.below b WHERE b.k = a.k) AS below
             FROM query_graph.above a) a)::text
            OR orm.all('Above', '{"order_by": ["n"], "load": {"below": {"order_by": ["id"]}}}')::jsonb = (SELECT jsonb_agg(a ORDER BY a.n) FROM
            (SELECT *, (SELECT coalesce(jsonb_agg(b ORDER BY b.id), '[]') FROM query_graph.below b WHERE b.k = a.k) AS below
             FROM query_graph.above a) a),
        orm.all('Above', '{"order_by": ["n"], "load": {"below": {"order_by": ["-id"], "limit": 1}}}')::jsonb = (SELECT jsonb_agg(a ORDER BY a.n) FROM
            (SELECT *, coalesce((SELECT jsonb_build_array(b) FROM query_graph.below b WHERE b.k = a.k ORDER BY b.id DESC LIMIT 1), '[]') AS below
             FROM query_graph.above a) a),
        orm.all('Below', '{"order_by": ["id"], "load": ["above"]}')::jsonb = (SELECT jsonb_agg(b ORDER BY b.id) FROM
            (SELECT *, (SELECT to_jsonb(a) FROM query_graph.above a WHERE b.k = a.k) AS above
             FROM query_graph.below b) b))$q$ INTO same;
    RETURN key_type || ': ' || same;
END $$;
CREATE DOMAIN few AS int CHECK (VALUE < 100);
CREATE TYPE pair AS (x int, y text);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
SELECT compare('int2', '{1,-2,3,32767}');
SELECT compare('int8', '{1,-9223372036854775808,3,9223372036854775807}');
SELECT compare('few', '{1,-2,3,99}');
SELECT compare('text', '{a,"",ü,aa,"a "}');
SELECT compare('varchar(3)', '{a,"",ü,aa}');
SELECT compare('char(3)', '{a,"",ü,aa}');
SELECT compare('numeric', '{1.0,2.50,NaN,-0.001}');
SELECT compare('float8', '{1,-0,NaN,Infinity}');
SELECT compare('boolean', '{t,f}');
SELECT compare('uuid', '{00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002}');
SELECT compare('bytea', '{"\\x00","\\x","\\xff"}');
SELECT compare('date', '{2000-01-01,infinity,0044-03-15 BC}');
SELECT compare('timestamptz', '{2000-01-01,infinity,1999-12-31 23:59:59.999999}');
SELECT compare('interval', '{1 month,1 day,01:00}');
SELECT compare('inet', '{10.0.0.1,10.0.0.0/8,::1}');
SELECT compare('int4range', '{"[1,2)",empty,"(,5)"}');
SELECT compare('int[]', '{"{1,2}","{}","{NULL}"}');
SELECT compare('jsonb', '{1,"{\"a\": [1, null]}","null"}');
SELECT compare('mood', '{sad,ok,glad}');
SELECT compare('pair', '{"(1,a)","(2,)","(,)"}');
-- ... types without a hash function
SELECT compare('bit(4)', '{0000,0001,1111}');
SELECT compare('bit varying', '{0,00,""}');
SELECT compare('money', '{1,2,-3}');
SELECT compare('tsvector', '{a b,"",c:1}');

-- An integer that refers to a numeric
CREATE TABLE amounts (n numeric PRIMARY KEY);
CREATE TABLE uses (id int PRIMARY KEY, n int REFERENCES amounts);
SELECT count(*) > 0 FROM orm.map('query_graph.amounts', 'Amount', orm.has_many('uses', 'Use'));
SELECT count(*) > 0 FROM orm.map('query_graph.uses', 'Use', orm.belongs_to('amount', 'Amount'));
INSERT INTO amounts VALUES (1.0), (2.50), (3.000), (4);
INSERT INTO uses VALUES (1, 1), (2, 3), (3, 3), (4, NULL);
SELECT orm.all('Amount', '{"order_by": ["n"], "load": {"uses": {"select": ["id"]}}}');
SELECT orm.all('Use', '{"order_by": ["id"], "load": ["amount"]}');

-- Trees and graphs
CREATE TABLE nodes (id int PRIMARY KEY, name text, parent_id int REFERENCES nodes);
CREATE TABLE edges (from_id int REFERENCES nodes, to_id int REFERENCES nodes, PRIMARY KEY (from_id, to_id));
SELECT count(*) > 0 FROM orm.map('query_graph.nodes', 'Node',
    orm.belongs_to('parent', 'Node', foreign_key => 'parent_id'), orm.has_many('children', 'Node', foreign_key => 'parent_id'),
    orm.many_to_many('next', 'Node', through => 'query_graph.edges', foreign_key => 'from_id'));
INSERT INTO nodes VALUES (1, 'root', NULL), (2, 'a', 1), (3, 'b', 1), (4, 'aa', 2), (5, 'ab', 2), (6, 'aaa', 4);
SELECT orm.all('Node', '{"where": {"id": 1}, "select": ["name"], "load": {"children": {"select": ["name"], "recursive": true}}}');
SELECT orm.all('Node', '{"where": {"id": 1}, "select": ["name"], "load": {"children": {"select": ["name"], "recursive": 1}}}');
SELECT orm.all('Node', '{"where": {"id": 1}, "select": ["name"], "load": {"children": {"select": ["name"], "recursive": 2}}}');
SELECT orm.all('Node', '{"where": {"id": {"in": [1, 6]}}, "order_by": ["id"], "select": ["name"], "load": {"parent": {"select": ["name"], "recursive": true}}}');
-- ... other loads at each step, a limit for each parent, a filter that ends branches
SELECT orm.all('Node', '{"where": {"id": 2}, "select": ["name"], "load": {"children": {"select": ["name"], "recursive": true,
    "limit": 1, "order_by": ["-id"], "load": {"parent": {"select": ["name"]}}}}}');
SELECT orm.all('Node', '{"where": {"id": 1}, "select": ["name"], "load": {"children": {"select": [], "recursive": true, "where": {"name": {"ne": "aa"}}}}}');
-- a diamond: 4 stands in both branches; a self reference and cycles end
INSERT INTO edges VALUES (1, 2), (1, 3), (2, 4), (3, 4), (4, 5);
SELECT orm.all('Node', '{"where": {"id": 1}, "select": ["id"], "load": {"next": {"select": ["id"], "recursive": true}}}');
INSERT INTO edges VALUES (5, 5), (4, 1), (3, 2);
SELECT orm.all('Node', '{"where": {"id": 1}, "select": ["id"], "load": {"next": {"select": ["id"], "recursive": true}}}');
SELECT orm.all('Node', '{"where": {"id": {"in": [4, 5]}}, "order_by": ["id"], "select": ["id"], "load": {"next": {"select": ["id"], "recursive": true}}}');
UPDATE nodes SET parent_id = 6 WHERE id = 1;
SELECT orm.all('Node', '{"where": {"id": 4}, "select": ["id"], "load": {"children": {"select": ["id"], "recursive": true}}}');
SELECT orm.all('Node', '{"where": {"id": 4}, "select": ["id"], "load": {"parent": {"select": ["id"], "recursive": true}}}');
SELECT orm.all('Node', '{"where": {"id": 4}, "select": ["id"], "load": {"parent": {"select": ["id"], "recursive": 6}}}');
-- ... with keys that have no hash function, where no limit but the cycle ends it
CREATE TABLE flags (b bit(4) PRIMARY KEY, up bit(4) REFERENCES flags);
SELECT count(*) > 0 FROM orm.map('query_graph.flags', 'Flag', orm.has_many('down', 'Flag', foreign_key => 'up'), orm.belongs_to('above', 'Flag', foreign_key => 'up'));
INSERT INTO flags VALUES ('0001', '0001'), ('0010', '0001'), ('0011', '0010');
UPDATE flags SET up = '0011' WHERE b = '0001';
SELECT orm.all('Flag', '{"where": {"b": "0001"}, "select": ["b"], "load": {"down": {"select": ["b"], "recursive": true}}}');
SELECT orm.all('Flag', '{"where": {"b": "0001"}, "select": ["b"], "load": {"above": {"select": ["b"], "recursive": true}}}');

-- Many rows: buffers grow, order holds; rows of a parent come scattered
CREATE TABLE big (id int PRIMARY KEY, parent int, text text);
CREATE INDEX ON big (parent);
INSERT INTO big SELECT i, (i * 7919) % 500, repeat('x', i % 90) FROM generate_series(1, 30000) i ORDER BY md5(i::text);
SELECT count(*) > 0 FROM orm.map('query_graph.big', 'Big', orm.has_many('kids', 'Big', foreign_key => 'parent'), orm.belongs_to('up', 'Big', foreign_key => 'parent'));
SELECT orm.all('Big', '{"where": {"id": {"lt": 600}}, "order_by": ["id"], "load": ["kids"]}')::jsonb =
    (SELECT jsonb_agg(b ORDER BY b.id) FROM (SELECT *, (SELECT coalesce(jsonb_agg(k ORDER BY k.id), '[]')
        FROM big k WHERE k.parent = b.id) AS kids FROM big b WHERE id < 600) b) AS same;
SELECT orm.all('Big', '{"order_by": ["id"], "load": ["up"]}')::jsonb =
    (SELECT jsonb_agg(b ORDER BY b.id) FROM (SELECT *, (SELECT to_jsonb(k) FROM big k WHERE b.parent = k.id) AS up FROM big b) b) AS same;

-- A result that cannot be, although what is read is small: too long for a value
CREATE TABLE blobs (id int PRIMARY KEY, text text);
CREATE TABLE users (id int PRIMARY KEY, blob_id int REFERENCES blobs);
SELECT count(*) > 0 FROM orm.map('query_graph.blobs', 'Blob');
SELECT count(*) > 0 FROM orm.map('query_graph.users', 'User', orm.belongs_to('blob', 'Blob'));
INSERT INTO blobs VALUES (1, repeat('x', 40000000));
INSERT INTO users SELECT i, 1 FROM generate_series(1, 30) i;
SELECT refused($$SELECT orm.all('User', '{"load": ["blob"]}')$$);
SELECT length(orm.all('User', '{"limit": 2, "load": ["blob"]}')::text);

-- One call sees its own transaction's writes, whoever's snapshot it is called under
CREATE TABLE counts (id int PRIMARY KEY, n int);
SELECT count(*) > 0 FROM orm.map('query_graph.counts', 'Count');
CREATE FUNCTION write_and_read() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM orm.create('Count', '{"id": 1, "n": 1}');
    RETURN orm.all('Count', '{}')::text || orm.count('Count', '{}');
END $$;
SELECT write_and_read();
-- ... in one statement too: what was created before the call is seen
SELECT orm.create('Count', '{"id": 2, "n": 2}') IS NOT NULL, orm.count('Count', '{}');

-- Nothing is written by reading, so it may be read-only
BEGIN READ ONLY;
SELECT orm.all('Count', '{"order_by": ["id"]}'), orm.count('Count', '{}'), orm.page('Count', '{}');
SELECT refused($$SELECT orm.all('Count', '{"lock": "update"}')$$);
COMMIT;
SELECT orm.all('Count', '{"order_by": ["id"], "lock": "update"}');

-- The table changes: the next call knows
ALTER TABLE nodes ADD weight int DEFAULT 7;
SELECT orm.first('Node', '{"where": {"id": 4}, "load": {"parent": {}}}');
ALTER TABLE nodes DROP COLUMN weight, ALTER name TYPE varchar(10);
SELECT orm.first('Node', '{"where": {"id": 4}, "load": {"parent": {}}}');

-- Few plans in the cache, while a function called for each row reads as well
SET orm.plan_cache_size = 10;
CREATE FUNCTION reading(i int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN orm.all('Node', ('{"where": {"id": ' || i || '}, "select": ["id"], "load": {"x' || i || '": {"of": "children", "select": ["id"]}}}')::orm.document);
END $$;
CREATE VIEW reading_nodes AS SELECT id, parent_id, reading(id) AS read FROM nodes;
SELECT count(*) > 0 FROM orm.map('query_graph.reading_nodes', 'Reading', orm.primary_key('id'), orm.has_many('under', 'Reading', foreign_key => 'parent_id'));
SELECT orm.all('Reading', '{"where": {"id": {"lt": 3}}, "order_by": ["id"], "load": ["under"]}') FROM generate_series(1, 20) OFFSET 19;
RESET orm.plan_cache_size;

DROP SCHEMA query_graph CASCADE;
