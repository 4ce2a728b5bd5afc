-- Computed attributes: expressions over a row, read as any other attribute. Oracle: the same SQL by hand, and row.name.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA attribute_computed;
SET search_path = attribute_computed;
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

SELECT orm.model('Customer', 'customers',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('name', 'text', nullable => false),
    orm.computed('initial', 'text', 'upper(left(name, 1))', comment => 'the first letter'),
    orm.computed('spent', 'numeric(10,2)', '(SELECT sum(t.price * t.quantity) FROM attribute_computed.items t WHERE t.customer_id = customers.id)', deferred => true),
    orm.has_many('items', 'Item', back_populates => 'customer'));
SELECT orm.model('Item', 'items',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('price', 'numeric(8,2)', nullable => false),
    orm.column('quantity', 'integer', nullable => false),
    orm.computed('with_tax', 'numeric(10,2)', 'total * 1.21'),
    orm.computed('total', 'numeric', 'price * quantity'),
    orm.belongs_to('customer', 'Customer', back_populates => 'items'));
SELECT model_name, kind, identity FROM orm.create_all() WHERE kind = 'function' AND identity !~ '(item|customer)_' ORDER BY 3;
SELECT pg_get_functiondef('total(items)'::regprocedure);
SELECT pg_get_functiondef('with_tax(items)'::regprocedure);
SELECT pg_get_functiondef('spent(customers)'::regprocedure);
SELECT obj_description('initial(customers)'::regprocedure);
SELECT orm.create('Customer', '[{"id": 1, "name": "ada"}, {"id": 2, "name": "bob"}, {"id": 3, "name": ""}]', '{"return": false}');
SELECT orm.create('Item', '[{"id": 1, "price": 2.5, "quantity": 2, "customer_id": 1}, {"id": 2, "price": 10, "quantity": 1, "customer_id": 1}, {"id": 3, "price": 0.99, "quantity": 3, "customer_id": 2}, {"id": 4, "price": 1, "quantity": 0}]', '{"return": false}');

-- read, selected, omitted
SELECT orm.get('Customer', 1);
SELECT orm.get('Customer', 1, '{"select": ["name", "spent"]}');
SELECT orm.all('Item', '{"select": ["*"], "omit": ["price", "with_tax"], "order_by": ["id"]}');
SELECT orm.all('Item', '{"order_by": ["id"]}')::jsonb = jsonb_agg(to_jsonb(i) || jsonb_build_object('total', i.total, 'with_tax', i.with_tax) ORDER BY id) FROM items i;
SELECT orm.all('Customer', '{"load": {"items": {"select": ["id", "total"], "order_by": ["-total"], "limit": 1}}, "order_by": ["id"]}');
-- conditions, orders, groups, aggregates, paths, expressions, windows, pages
SELECT orm.all('Item', '{"where": {"total": {"gt": 4}}, "order_by": ["-with_tax"], "select": ["id", "with_tax"]}');
SELECT json_agg(id ORDER BY with_tax DESC) FROM (SELECT id, round(price * quantity * 1.21, 2) AS with_tax FROM items WHERE price * quantity > 4) x;
SELECT orm.all('Item', '{"where": {"customer": {"initial": "A"}}, "compute": {"who": "customer.initial", "half": {"/": ["total", 2]}}, "select": ["id"], "order_by": ["customer.initial", "id"]}');
SELECT orm.all('Customer', '{"where": {"items": {"any": {"total": {"lt": 5}}}}, "select": ["id"]}');
SELECT orm.aggregate('Item', '{"group_by": ["customer.initial"], "aggregate": {"sum": {"sum": "total"}, "n": {"count": "*"}}, "order_by": ["-sum"]}');
SELECT orm.all('Customer', '{"compute": {"s": {"sum": "items.total"}, "t": {"sum": {"*": ["total", 2]}, "of": "items"}}, "select": ["id"], "order_by": ["id"]}');
SELECT orm.all('Item', '{"compute": {"r": {"rank": [], "over": {"order_by": ["-total"]}}}, "select": ["id"], "order_by": ["id"]}');
SELECT orm.all('Item', '{"distinct": ["total"], "select": ["total"], "order_by": ["total"]}');
SELECT orm.count('Item', '{"where": {"$expr": {">": ["total", "price"]}}}');
SELECT orm.all('Item', '{"where": {"total": {"eq": {"$attribute": "price"}}}, "select": ["id"]}');
SELECT orm.page('Item', ('{"order_by": ["total"], "limit": 2, "select": ["id"]}'))::jsonb -> 'items';
SELECT orm.page('Item', (jsonb '{"order_by": ["total"], "limit": 2, "select": ["id"]}' || jsonb_build_object('after', orm.page('Item', '{"order_by": ["total"], "limit": 2, "select": ["id"]}')::jsonb -> 'next'))::text::orm.document)::jsonb -> 'items';
SELECT orm.update_where('Item', '{"where": {"total": {"lt": 1}}, "order_by": ["total"], "limit": 1}', '{"quantity": {"$expr": {"cast": "integer", "of": {"+": ["total", 1]}}}}');
SELECT orm.sql('Item', '{"where": {"total": {"gt": 4}}, "select": ["id"]}');
CREATE INDEX items_total ON items (total(items));
SET enable_seqscan = off;
SELECT bool_or(line LIKE '%items_total%') FROM orm.explain('Item', '{"where": {"total": 5}, "select": ["id"]}') line;
RESET enable_seqscan;
SELECT attribute, column_name, type, generated FROM orm.attributes WHERE model = 'Item' AND column_name IS NULL;

-- written: refused by create and update, passed over by save and upsert
SELECT refused($$SELECT orm.create('Item', '{"id": 9, "price": 1, "quantity": 1, "total": 1}')$$);
SELECT refused($$SELECT orm.update('Item', '1', '{"total": 1}')$$);
SELECT refused($$SELECT orm.update_where('Item', '{"where": {}}', '{"total": 1}')$$);
SELECT refused($$SELECT orm.flush('{"add": [{"model": "Item", "object": {"id": 9, "total": 1}}]}')$$);
SELECT orm.save('Item', orm.get('Item', 1)::text::orm.document, '{"action": true, "return": {"select": ["id", "total"]}}');
SELECT orm.validate('Item', orm.get('Item', 1)::text::orm.document);
SELECT refused($$SELECT orm.all('Item', '{"compute": {"total": "price"}}')$$);
SELECT refused($$SELECT orm.all('Item', '{"where": {"totl": 1}}')$$);
SELECT proname, proargnames FROM pg_proc WHERE pronamespace = 'attribute_computed'::regnamespace AND proname = 'item_create';

-- renames are followed
ALTER TABLE items RENAME COLUMN price TO "unit price";
SELECT orm.all('Item', '{"select": ["id", "total", "with_tax"], "order_by": ["id"], "limit": 1}');
SELECT orm.get('Customer', 1, '{"select": ["spent"]}');
SELECT e -> 'computed' FROM jsonb_array_elements(orm.describe('Item')::jsonb -> 'elements') e WHERE e ? 'computed';
SELECT e -> 'computed' FROM jsonb_array_elements(orm.describe('Customer')::jsonb -> 'elements') e WHERE e ? 'computed';
SELECT substring(prosrc FROM '"expr": [^}]*') FROM pg_proc WHERE oid = 'item_model()'::regprocedure;
-- declared again: dropped, changed, added and pending until it is made
DROP INDEX items_total;
SELECT orm.model('Item', 'items', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('unit price', 'numeric(8,2)', nullable => false),
    orm.column('quantity', 'integer', nullable => false), orm.computed('with_tax', 'numeric(10,2)', '"unit price" * quantity * 2'), orm.computed('extra', 'integer', 'quantity + 1'),
    orm.column('customer_id', 'integer'), orm.belongs_to('customer', 'Customer', back_populates => 'items'));
SELECT refused($$SELECT orm.all('Item', '{"select": ["extra"]}')$$);
SELECT * FROM orm.create_all();
SELECT orm.all('Item', '{"select": ["id", "with_tax", "extra"], "order_by": ["id"], "limit": 1}');
DROP FUNCTION extra(items);
SELECT * FROM orm.sync('Item');

-- mapped tables and views
CREATE TABLE points (x int, y int, PRIMARY KEY (x, y));
INSERT INTO points VALUES (3, 4);
SELECT * FROM orm.map('attribute_computed.points', 'Point', orm.computed('norm', 'float8', 'sqrt(x * x + y * y)'), orm.accessors(include => '{}'));
SELECT orm.all('Point');
SELECT (p).norm FROM points p;
CREATE VIEW dear AS SELECT * FROM items WHERE "unit price" > 1;
SELECT count(*) > 0 FROM orm.map('attribute_computed.dear', 'Dear', orm.computed('double', 'numeric', '2 * "unit price"'), orm.primary_key('id'));
SELECT orm.all('Dear', '{"order_by": ["double"], "select": ["id", "double"]}');
SELECT * FROM orm.unmap('Point');
SELECT * FROM orm.extend('Dear', orm.computed('thrice', 'numeric', 'double + "unit price"')) WHERE kind = 'function';
SELECT orm.all('Dear', '{"order_by": ["double"], "select": ["id", "thrice"], "limit": 1}');

-- bad input
SELECT refused($$SELECT orm.model('X', 'x', orm.column('id', 'integer'), orm.computed('a', 'integer', 'b + 1'), orm.computed('b', 'integer', '(SELECT c)'), orm.computed('c', 'integer', 'a'))$$);
SELECT refused($$SELECT orm.model('X', 'x', orm.column('id', 'integer'), orm.computed('a', 'integer', 'a + 1'))$$);
SELECT refused($$SELECT orm.model('X', 'x', orm.column('id', 'integer'), orm.computed('id', 'integer', '1'))$$);
SELECT refused($$SELECT orm.model('X', 'x', orm.column('id', 'integer'), orm.computed('a', 'integer', '1, 2'))$$);
SELECT refused($$SELECT orm.model('{"model": "X", "table": "x", "elements": [{"computed": {"name": "a", "type": "integer"}}]}')$$);
SELECT refused($$SELECT orm.map('attribute_computed.points', 'P', orm.computed('a', 'integer', 'z'))$$);
SELECT refused($$SELECT orm.map('attribute_computed.points', 'P', orm.computed('a', 'float8', 'random()'))$$);
SELECT refused($$SELECT orm.map('attribute_computed.points', 'P', orm.computed('a', 'bigint', 'count(x)'))$$);
SELECT refused($$SELECT orm.map('attribute_computed.points', 'P', orm.computed('a', 'bigint', 'row_number() OVER ()'))$$);
SELECT refused($$SELECT orm.map('attribute_computed.points', 'P', orm.computed('a', 'integer', 'generate_series(x, y)'))$$);
SELECT refused($$SELECT orm.map('attribute_computed.points', 'P', orm.computed('a', 'date', 'x'))$$);
SELECT refused($$SELECT orm.map('attribute_computed.points', 'P', orm.computed('a', 'nothing', 'x'))$$);
SELECT refused($$SELECT orm.map('attribute_computed.points', 'P', orm.computed('count', 'integer', 'x'))$$);
CREATE FUNCTION taken(points) RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT refused($$SELECT orm.map('attribute_computed.points', 'P', orm.computed('taken', 'integer', 'x'))$$);

-- whoever may not read a column may not read what is computed from it, and reads the rest
CREATE ROLE regress_orm_computed;
GRANT USAGE ON SCHEMA attribute_computed TO regress_orm_computed;
GRANT SELECT (id, quantity) ON items TO regress_orm_computed;
SET ROLE regress_orm_computed;
SELECT orm.all('Item', '{"select": ["id", "extra"], "order_by": ["extra", "id"], "limit": 1}');
SELECT orm.all('Item', '{"select": ["id", "with_tax"]}');
RESET ROLE;

SELECT count(*) > 0 FROM orm.unmap('Dear');
DROP VIEW dear;
-- constants of an expression mean the same under other settings, also in a plan made anew
SELECT orm.model('Event', 'events', orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('day', 'date'), orm.column('took', 'interval'),
    orm.computed('late', 'boolean', 'day > date ''2026-01-02'''), orm.computed('slow', 'boolean', 'took > interval ''1 year -2 days'''));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO events VALUES (1, '2026-01-15', '360 days'), (2, '2026-02-15', '350 days');
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'sql_standard';
SELECT orm.all('Event', '{"select": ["id", "late", "slow"], "order_by": ["id"]}');
SET datestyle = 'SQL, MDY';
SET intervalstyle = 'iso_8601';
DISCARD PLANS;
SELECT orm.all('Event', '{"select": ["id", "late", "slow"], "order_by": ["id"]}');
SELECT json_agg(json_build_object('id', id, 'late', e.late, 'slow', e.slow) ORDER BY id) FROM events e;
RESET datestyle;
RESET intervalstyle;

SELECT action, kind, identity FROM orm.drop_all() WHERE identity !~ '(item|customer|dear)_' ORDER BY 3;
DROP SCHEMA attribute_computed CASCADE;
DROP ROLE regress_orm_computed;
