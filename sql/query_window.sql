-- Window functions, against plain SQL.
SET client_min_messages = warning;
CREATE SCHEMA query_window;
SET search_path = query_window;
CREATE TABLE club (id integer PRIMARY KEY, name text);
CREATE TABLE player (id integer PRIMARY KEY, club_id integer REFERENCES club, points integer, day date);
INSERT INTO club SELECT n, 'club ' || n FROM generate_series(1, 4) n;
INSERT INTO player SELECT n, nullif(n % 4, 3) + 1, CASE WHEN n % 7 > 0 THEN n * 13 % 5 END, '2026-01-01'::date + n * 5 % 6 FROM generate_series(1, 30) n;
SELECT count(*) FROM orm.map('club', 'WClub', orm.has_many('players', 'WPlayer', back_populates => 'club'));
SELECT count(*) FROM orm.map('player', 'WPlayer', orm.belongs_to('club', 'WClub', back_populates => 'players'));

-- Every function with every window: how many differ from SQL
CREATE FUNCTION differs(function text, function_sql text, window_json text, window_sql text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    ours text;
    theirs text;
BEGIN
    ours := orm.all('WPlayer', format('{"select":["id"],"compute":{"w":{%s,"over":{%s}}},"order_by":["id"]}', function, window_json)::orm.document)::text;
    EXECUTE format('SELECT ''['' || string_agg(json_build_object(''id'', id, ''w'', w)::text, '','' ORDER BY id) || '']'' FROM (SELECT id, %s OVER (%s) AS w FROM player) AS p',
        function_sql, window_sql) INTO theirs;
    IF replace(ours, ' ', '') IS DISTINCT FROM replace(theirs, ' ', '') THEN
        RAISE WARNING '% % : % <> %', function, window_json, ours, theirs;
    END IF;
    RETURN replace(ours, ' ', '') IS DISTINCT FROM replace(theirs, ' ', '');
END $$;
SELECT count(*), count(*) FILTER (WHERE differs(f.json, f.sql, w.json,
    w.sql || CASE WHEN f.aggregate AND w.ordered AND w.json !~ 'rows|range' THEN ', id ROWS UNBOUNDED PRECEDING' ELSE '' END || w.frame)) AS differ
FROM (VALUES ('"row_number":[]', 'row_number()', false), ('"rank":[]', 'rank()', false), ('"dense_rank":[]', 'dense_rank()', false),
    ('"percent_rank":[]', 'percent_rank()', false), ('"cume_dist":[]', 'cume_dist()', false), ('"ntile":[3]', 'ntile(3)', false),
    ('"lag":["points"]', 'lag(points)', false), ('"lead":["points",2,-1]', 'lead(points, 2, -1)', false), ('"first_value":["day"]', 'first_value(day)', false),
    ('"last_value":"points"', 'last_value(points)', false), ('"nth_value":["points",2]', 'nth_value(points, 2)', false),
    ('"count":"*"', 'count(*)', true), ('"sum":"points"', 'sum(points)', true), ('"avg":{"*":["points",2]}', 'avg(points * 2)', true), ('"max":"day"', 'max(day)', true),
    ('"array_agg":"id"', 'array_agg(id)', true)) AS f (json, sql, aggregate),
    (VALUES ('', '', false, ''), ('"partition_by":["club_id"]', 'PARTITION BY club_id', false, ''),
    ('"order_by":["points","id"]', 'ORDER BY points, id', true, ''), ('"partition_by":["club_id","day"],"order_by":["-id"]', 'PARTITION BY club_id, day ORDER BY id DESC', true, ''),
    ('"partition_by":[{"%":["id",2]}],"order_by":[{"by":"day","nulls":"first"},"id"]', 'PARTITION BY id % 2 ORDER BY day NULLS FIRST, id', true, ''),
    ('"order_by":["id"],"rows":[-1,1]', 'ORDER BY id', true, ' ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING'),
    ('"order_by":["id"],"rows":[null,0]', 'ORDER BY id', true, ' ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW'),
    ('"order_by":["day","id"],"range":[0,null]', 'ORDER BY day, id', true, ' RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING'),
    ('"partition_by":["club.name"],"order_by":["id"]', 'PARTITION BY (SELECT name FROM club WHERE club.id = club_id) ORDER BY id', true, '')) AS w (json, sql, ordered, frame);

-- Equal rows are added up one by one: the primary key decides
SELECT orm.all('WPlayer', '{"select": ["id"], "compute": {"s": {"sum": "points", "over": {"order_by": ["day"]}}}, "where": {"id": {"le": 6}}, "order_by": ["day", "id"]}');

-- Conditions hold over the rows that the others leave
SELECT orm.all('WPlayer', '{"select": ["id"], "compute": {"r": {"row_number": [], "over": {"partition_by": ["club_id"], "order_by": ["-points", "id"]}}}, "where": {"r": 1, "points": {"ne": null}}, "order_by": ["id"]}')::jsonb
    = (SELECT jsonb_agg(json_build_object('id', id, 'r', r) ORDER BY id) FROM (SELECT id, row_number() OVER (PARTITION BY club_id ORDER BY points DESC, id) r FROM player WHERE points IS NOT NULL) p WHERE r = 1) AS same;
SELECT orm.sql('WPlayer', '{"select": ["id"], "compute": {"r": {"rank": [], "over": {"order_by": ["-points"]}}}, "where": {"and": [{"r": {"le": 2}}, {"or": [{"r": 9}, {"id": 3}]}], "club_id": 1}, "limit": 5}');
SELECT orm.count('WPlayer', '{"compute": {"r": {"row_number": [], "over": {"partition_by": ["club_id"], "order_by": ["id"]}}}, "where": {"r": {"le": 2}}}'),
    orm.exists('WPlayer', '{"compute": {"r": {"row_number": [], "over": {"order_by": ["id"]}}}, "where": {"r": 31}}');
SELECT orm.page('WPlayer', '{"select": ["id"], "compute": {"r": {"rank": [], "over": {"order_by": ["id"]}}}, "where": {"r": {"ge": 5}}, "order_by": ["-r"], "limit": 2, "total": true}')::jsonb - 'next';
SELECT orm.page('WPlayer', format('{"select": ["id"], "compute": {"r": {"rank": [], "over": {"order_by": ["id"]}}}, "order_by": ["r"], "limit": 2, "after": %s}',
    orm.page('WPlayer', '{"select": ["id"], "compute": {"r": {"rank": [], "over": {"order_by": ["id"]}}}, "order_by": ["r"], "limit": 2}') -> 'next')::orm.document) -> 'items';

-- The rows of each parent are a window of their own
SELECT orm.all('WClub', '{"select": ["id"], "load": {"players": {"select": ["id"], "compute": {"r": {"row_number": [], "over": {"order_by": ["-points", "id"]}}}, "where": {"r": {"le": 2}}, "order_by": ["r"]}}, "order_by": ["id"]}');

-- What is wrong is said, with its place
CREATE FUNCTION try(document text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text; hint text;
BEGIN
    RETURN orm.all('WPlayer', document::orm.document)::text;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT e, try(format('{"select":[],"compute":{"w":%s}}', e)) FROM unnest(ARRAY[
    '{"rnak": [], "over": {}}', '{"over": {}}', '{"rank": [], "over": {"order": ["id"]}}', '{"rank": [1], "over": {}}', '{"rank": [], "sum": "id", "over": {}}', '{"upper": ["id"], "over": {}}',
    '{"sum": "points", "over": {"rows": [0]}}', '{"sum": "points", "over": {"rows": ["a", 0]}}', '{"sum": "points", "over": {"rows": [0, 0], "range": [0, 0]}}', '{"sum": "points", "over": {"order_by": ["id"], "range": [-1, 0]}}',
    '{"sum": "points", "over": {"rows": [1, -1]}}', '{"sum": "points", "over": {"rows": [99999999999, null]}}', '{"sum": "points", "over": {"rows": [0.5, 1]}}',
    '{"sum": {"rank": [], "over": {}}, "over": {}}', '{"rank": [], "over": true}', '{"pg_sleep": [1], "over": {}}', '{"sum": "points", "over": {"partition_by": []}}'
]) e;
SELECT try('{"compute": {"w": {"rank": [], "over": {}}}, "lock": "update"}');
SELECT try('{"compute": {"w": {"rank": [], "over": {}}}, "distinct": ["w"]}');
SELECT orm.all('WClub', '{"where": {"players": {"any": {"$expr": {">": [{"rank": [], "over": {}}, 1]}}}}}');
SELECT orm.all('WClub', '{"compute": {"n": {"sum": {"rank": [], "over": {}}, "of": "players"}}}');
SELECT orm.update_where('WPlayer', '{"compute": {"w": {"rank": [], "over": {}}}, "where": {"w": 1}}', '{"points": 1}');
SELECT orm.update_where('WPlayer', '{"where": {}}', '{"points": {"$expr": {"rank": [], "over": {}}}}');
SELECT orm.aggregate('WPlayer', '{"compute": {"w": {"rank": [], "over": {}}}, "where": {"w": 1}, "aggregate": {"n": {"count": "*"}}}');
SELECT orm.aggregate('WPlayer', '{"compute": {"w": {"rank": [], "over": {}}}, "group_by": ["w"], "aggregate": {"n": {"count": "*"}}}');
SELECT orm.aggregate('WPlayer', '{"aggregate": {"n": {"sum": {"rank": [], "over": {}}}}}');
SELECT orm.aggregate('WPlayer', '{"compute": {"w": {"rank": [], "over": {}}}, "aggregate": {"n": {"sum": "w"}}}');
DROP SCHEMA query_window CASCADE;
