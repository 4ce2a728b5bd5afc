-- Expressions over groups and aggregates in orm.aggregate; the same in SQL by hand.
SET client_min_messages = warning;
CREATE SCHEMA query_group_expression;
SET search_path = query_group_expression;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on

SELECT orm.model('Shop', 'query_group_expression.shops', orm.column('id', 'integer', primary_key => true), orm.column('city', 'text'), orm.has_many('sales', 'Sale'), orm.has_many('staff', 'Person'));
SELECT orm.model('Sale', 'query_group_expression.sales', orm.column('id', 'integer', primary_key => true), orm.column('kind', 'text'), orm.column('price', 'numeric', nullable => true), orm.column('n', 'integer', nullable => true), orm.belongs_to('shop', 'Shop', nullable => true));
SELECT orm.model('Person', 'query_group_expression.people', orm.column('id', 'integer', primary_key => true), orm.column('age', 'integer', nullable => true), orm.belongs_to('shop', 'Shop', nullable => true));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO shops (city) VALUES ('Lima'), ('Oslo'), ('Lima'), ('Rome');
INSERT INTO sales (kind, price, n, shop_id) SELECT (ARRAY['a', 'b', 'c'])[1 + i % 3], nullif(i % 7, 3) * 1.5, nullif(i % 5, 2), nullif(i % 4, 0) FROM generate_series(1, 60) i;
INSERT INTO people (age, shop_id) SELECT nullif(20 + i, 25), 1 + i % 3 FROM generate_series(1, 9) i;

-- the same as SQL?
CREATE FUNCTION grouped(model text, query orm.document, sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE ours jsonb := orm.aggregate(model, query)::jsonb; theirs jsonb;
BEGIN
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(q)), ''[]'') FROM (%s) q', sql) INTO theirs;
    RETURN CASE WHEN ours = theirs THEN 'same: ' || jsonb_array_length(ours) ELSE format('%s / %s', ours, theirs) END;
END $$;

\echo # over rows
SELECT grouped('Sale', '{"group_by": ["kind"], "aggregate": {"mean": {"/": [{"sum": "price"}, {"count": "price"}]}, "n": {"count": "*"}, "twice": {"*": ["n", 2]}, "label": {"concat": ["kind", {"$value": "-"}, "twice"]}},
    "having": {"twice": {"gt": 2}}, "order_by": ["-mean", "kind"]}',
    'SELECT kind, sum(price) / count(price) AS mean, count(*) AS n, count(*) * 2 AS twice, concat(kind, ''-'', count(*) * 2) AS label FROM sales GROUP BY 1 HAVING count(*) * 2 > 2 ORDER BY 2 DESC, 1');
SELECT grouped('Sale', '{"aggregate": {"worth": {"coalesce": [{"sum": {"*": ["price", "n"]}, "where": {"kind": "a"}}, 0]}, "share": {"case": [[{"n": {"gt": 10}}, {"-": ["n", 1]}]], "else": 0}, "n": {"count": "*"}}}',
    'SELECT coalesce(sum(price * n) FILTER (WHERE kind = ''a''), 0) AS worth, CASE WHEN count(*) > 10 THEN count(*) - 1 ELSE 0 END AS share, count(*) AS n FROM sales');
\echo # over one chain, several, none; a computed group
SELECT grouped('Shop', '{"group_by": ["city"], "aggregate": {"mean": {"/": [{"sum": "sales.price"}, {"nullif": [{"count": "sales"}, 0]}]}}, "order_by": ["city"]}',
    'SELECT city, sum(price) / nullif(count(s.id), 0) AS mean FROM shops LEFT JOIN sales s ON s.shop_id = shops.id GROUP BY 1 ORDER BY 1');
SELECT grouped('Shop', '{"compute": {"c": {"upper": ["city"]}}, "group_by": ["c"], "aggregate": {"shops": {"count": "*"}, "x": {"+": [{"coalesce": [{"sum": "sales.price"}, 0]}, {"count": "staff"}, "shops"]}, "l": {"lower": ["c"]}}, "order_by": ["c"]}',
    'SELECT upper(city) AS c, count(*) AS shops, coalesce(sum((SELECT sum(price) FROM sales s WHERE s.shop_id = shops.id)), 0) + sum((SELECT count(*) FROM people p WHERE p.shop_id = shops.id)) + count(*) AS x, lower(upper(city)) AS l FROM shops GROUP BY 1 ORDER BY 1');
SELECT grouped('Sale', '{"group_by": ["shop.city"], "aggregate": {"x": {"||": ["shop.city", {"cast": "text", "of": {"max": "n"}}]}}, "order_by": ["shop.city"]}',
    'SELECT city AS "shop.city", city || max(n)::text AS x FROM sales LEFT JOIN shops ON shops.id = shop_id GROUP BY 1 ORDER BY 1');
\echo # no rows
SELECT grouped('Sale', '{"where": {"id": 0}, "aggregate": {"x": {"coalesce": [{"sum": "n"}, 0]}, "y": {"is_null": [{"max": "n"}]}}}', 'SELECT 0 AS x, true AS y');
\echo # parameters
SELECT orm.aggregate('Sale', '{"aggregate": {"x": {"+": [{"count": "*"}, {"$": "p"}]}}}', '{"p": 7}');

\echo # bad input
SELECT orm.aggregate('Sale', '{"aggregate": {"x": {"+": [{"count": "*"}, "price"]}}}');
SELECT orm.aggregate('Sale', '{"aggregate": {"x": {"+": ["y", 1]}, "y": {"+": [{"count": "*"}, 1]}}}');
SELECT orm.aggregate('Sale', '{"aggregate": {"x": {"+": [{"sum": {"max": "n"}}, 1]}}}');
SELECT orm.aggregate('Sale', '{"aggregate": {"x": {"+": [{"summ": "n"}, 1]}}}');
SELECT orm.aggregate('Sale', '{"aggregate": {"n": {"count": "*"}, "x": {"rank": [], "over": {"order_by": ["n"]}}}}');
SELECT orm.aggregate('Sale', '{"aggregate": {"x": {"max": ["n", "price"]}}}');
SELECT orm.aggregate('Sale', '{"aggregate": {"x": {"exists": {"shop": {}}}}}');
SELECT orm.aggregate('Sale', '{"aggregate": {"x": {"cout": "*"}}}');
SELECT orm.aggregate('Sale', '{"aggregate": {"x": {"+": [{"$attribute": "price"}, 1]}}}');
DROP SCHEMA query_group_expression CASCADE;
