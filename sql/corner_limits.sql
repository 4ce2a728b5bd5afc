-- Limits of a session: the memory of prepared statements, and who may raise limits.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA corner_limits;
SET search_path = corner_limits;
CREATE TABLE things (id int PRIMARY KEY, n int, word text);
INSERT INTO things SELECT i, i % 7, 'w' || i FROM generate_series(1, 50) AS i;
SELECT count(*) FROM orm.map('things', 'ClThing');

-- Conditions on two attributes in an order of their own: another shape for each number.
CREATE FUNCTION conditions(shape int, many int) RETURNS orm.document LANGUAGE sql AS $$
    SELECT ('{"where": {"or": [' || string_agg(CASE WHEN (i * shape) % 13 < 6 THEN '{"n": {"gt": ' || i || '}}' ELSE '{"id": {"lt": ' || -i || '}}' END, ',') || ']}}')::orm.document
    FROM generate_series(10, many + 9) AS i $$;
CREATE FUNCTION cached() RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(sum(total_bytes), 0) FROM pg_backend_memory_contexts
    WHERE name IN ('CachedPlanSource', 'CachedPlanQuery', 'CachedPlan', 'orm plan', 'orm query') $$;

\echo # many shapes of large queries do not add up
SET orm.plan_cache_memory = '8MB';
SELECT sum(orm.count('ClThing', conditions(s, 400))) AS found FROM generate_series(1, 60) AS s;
SELECT cached() BETWEEN 4 * 1024 * 1024 AND 12 * 1024 * 1024 AS bounded;
\echo # one that takes more than a quarter of the memory is not kept, and runs all the same
SET orm.plan_cache_memory = '1MB';
SELECT orm.count('ClThing', conditions(1, 2000)), orm.count('ClThing', conditions(1, 2000));
SELECT json_array_length(orm.all('ClThing', conditions(2, 2000))) AS n;
SELECT orm.page('ClThing', conditions(3, 2000)) -> 'items' AS items;
SELECT cached() < 3 * 1024 * 1024 AS bounded;
\echo # others stay
SELECT orm.count('ClThing', '{"where": {"n": 3}}'), orm.get('ClThing', 3) IS NOT NULL AS got;
SELECT count(*) > 0 AS kept FROM pg_backend_memory_contexts WHERE name = 'orm plan';
\echo # a writer, and a function that runs while the cache is full
CREATE FUNCTION full_cache() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM orm.count('ClThing', corner_limits.conditions(NEW.id, 2000));
    RETURN NEW;
END $$;
CREATE TRIGGER full_cache BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION full_cache();
SELECT orm.create('ClThing', '[{"id": 101}, {"id": 102, "n": 1}, {"id": 103, "word": "x"}]', '{"return": {"select": ["id"]}}');
RESET orm.plan_cache_memory;
SHOW orm.plan_cache_memory;

\echo # users do not raise limits
CREATE ROLE regress_orm_limited;
SET ROLE regress_orm_limited;
SET orm.max_document_depth = 1000;
SET orm.max_document_nodes = 100000000;
SET orm.max_load_depth = 100;
SET orm.max_flush_rounds = 1000000;
SET orm.plan_cache_size = 1000000;
SET orm.plan_cache_memory = '100GB';
SET orm.numbers = 'text';
SET orm.queue_size = '1MB';
RESET ROLE;
SELECT name, setting, unit, min_val, max_val, context FROM pg_settings WHERE name LIKE 'orm.%' ORDER BY name;
DROP ROLE regress_orm_limited;
\echo # names in messages are cut at 200 characters
CREATE FUNCTION corner_limits.longest(call text) RETURNS TABLE (code text, message text, longest int) LANGUAGE plpgsql AS $$
DECLARE
    detail text; hint text;
BEGIN
    EXECUTE replace(call, 'LONG', repeat('n', 3000));
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    code := SQLSTATE;
    message := regexp_replace(SQLERRM, 'n{50,}', 'n', 'g');
    longest := (SELECT max(length(m[1])) FROM regexp_matches(concat_ws(' ', SQLERRM, detail, hint), '(n{50,})', 'g') m);
    RETURN NEXT;
END $$;
SELECT call, l.* FROM unnest(ARRAY[$$SELECT orm.get('LONG', 1)$$, $$SELECT orm.all('ClThing', '{"LONG": 1}')$$, $$SELECT orm.all('ClThing', '{"lock": "LONG"}')$$, $$SELECT orm.all('ClThing', '{"load": ["LONG"]}')$$, $$SELECT orm.all('ClThing', '{"order_by": ["LONG"]}')$$,
    $$SELECT orm.all('ClThing', '{"where": {"id": {"$": "LONG"}}}')$$, $$SELECT orm.all('ClThing', '{"where": {}}', '{"LONG": 1}')$$, $$SELECT orm.create('ClThing', '{"LONG": 1}')$$, $$SELECT orm.create('ClThing', '{}', '{"LONG": 1}')$$, $$SELECT orm.upsert('ClThing', '{"id": 1}', '{LONG}')$$,
    $$SELECT orm.unmap('LONG')$$, $$SELECT orm.flush('{"LONG": []}')$$]) call, corner_limits.longest(call) l;
DROP SCHEMA corner_limits CASCADE;
