-- Attributes that are written once, by documents and by plain SQL. Oracle: the table.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA attribute_write_once;
SET search_path = attribute_write_once;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text; context text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''), substring(context FROM '(?n)^at .*'));
END $$;

SELECT orm.model('Order', 'orders',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('code', 'text', write_once => true),
    orm.column('amount', 'numeric', write_once => true, attribute => 'sum'),
    orm.column('note', 'text'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal;

-- set at create or while null, unchanged passes, changed is refused
SELECT orm.create('Order', '[{"id": 1, "code": "a", "note": "n"}, {"id": 2}, {"id": 3, "code": "c", "sum": 1.0}]');
SELECT orm.update('Order', '2', '{"code": "b"}');
SELECT orm.update('Order', '2', '{"code": "b", "note": "same"}');
SELECT orm.save('Order', orm.get('Order', 1)::text::orm.document, '{"action": true}');
SELECT refused($$SELECT orm.update('Order', '1', '{"code": "x"}')$$);
SELECT refused($$SELECT orm.update('Order', '1', '{"code": null}')$$);
SELECT refused($$SELECT orm.update('Order', '3', '{"sum": {"$inc": 1}}')$$);
SELECT refused($$SELECT orm.update('Order', '3', '{"sum": 1.00}')$$);
SELECT refused($$SELECT orm.save('Order', '[{"id": 1, "note": "x"}, {"id": 3, "code": "y"}, {"id": 9, "code": "i"}]')$$);
SELECT refused($$SELECT orm.save('Order', '[{"id": 1, "code": "a"}, {"id": 2, "code": "y"}, {"id": 3, "code": "c"}]')$$);
SELECT refused($$SELECT orm.upsert('Order', '{"id": 1, "code": "z"}')$$);
SELECT refused($$SELECT orm.update_where('Order', '{"where": {"id": {"gt": 1}}}', '{"code": "z"}')$$);
SELECT refused($$SELECT orm.flush('{"merge": [{"model": "Order", "object": {"id": 1, "code": "z"}}]}')$$);
SELECT refused($$SELECT orm.update('Order', '1', '{"code": "x"}', '{"dry_run": true}')$$);
SELECT refused($$SELECT * FROM order_save(ROW(1, 'x', NULL, NULL)::orders)$$);
SELECT refused($$UPDATE orders SET code = 'x' WHERE id = 1$$);
SELECT refused($$INSERT INTO orders VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET code = excluded.code$$);
UPDATE orders SET code = code, note = 'plain' WHERE id = 1;
SELECT * FROM orders ORDER BY id;

-- an argument of create, not of update
SELECT proname, proargnames FROM pg_proc WHERE pronamespace = 'attribute_write_once'::regnamespace
    AND proname IN ('order_create', 'order_update') ORDER BY 1;

-- who may not read the key does not see it
CREATE ROLE regress_orm_write_once;
GRANT USAGE ON SCHEMA attribute_write_once TO regress_orm_write_once;
GRANT UPDATE ON orders TO regress_orm_write_once;
SET ROLE regress_orm_write_once;
SELECT refused($$UPDATE orders SET code = 'x'$$);
RESET ROLE;

-- the trigger follows the column, is described and made again
ALTER TABLE orders RENAME COLUMN code TO "the code";
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal;
SELECT refused($$SELECT orm.update('Order', '1', '{"the code": "x"}')$$);
SELECT orm.describe('Order')::jsonb #> '{elements,1}';
SELECT * FROM orm.sync('Order');
DROP TRIGGER "~orm" ON orders;
SELECT model, pending FROM orm.models WHERE model = 'Order';
SELECT * FROM orm.sync('Order');
SELECT model, pending FROM orm.models WHERE model = 'Order';
ALTER TABLE orders DISABLE TRIGGER "~orm";
SELECT * FROM orm.create_all();

-- declared again without it, and with it: pending until it is made
SELECT orm.model('Order', 'orders', orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('the code', 'text'), orm.column('amount', 'numeric', attribute => 'sum'), orm.column('note', 'text', write_once => true));
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal;
SELECT orm.update('Order', '1', '{"the code": "x", "note": "free"}');
SELECT * FROM orm.create_all();
SELECT refused($$SELECT orm.update('Order', '1', '{"the code": "y", "note": "not free"}')$$);

-- on tables that are there: partitioned, with inheritance, with a version; two models of one table
CREATE TABLE parts (id int, kind int, code text, v int NOT NULL DEFAULT 1, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 (code text, v int NOT NULL DEFAULT 1, kind int NOT NULL, id int NOT NULL);
ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES IN (2);
SELECT * FROM orm.map('attribute_write_once.parts', 'Part', orm.column('code', write_once => true), orm.version('v'), orm.accessors(include => '{}'));
SELECT orm.create('Part', '[{"id": 1, "kind": 1, "code": "a"}, {"id": 2, "kind": 2, "code": "b"}]');
SELECT refused($$SELECT orm.update('Part', '{"id": 2, "kind": 2}', '{"code": "x"}')$$);
SELECT refused($$UPDATE parts_1 SET code = 'x'$$);
SELECT * FROM orm.map('attribute_write_once.parts', 'Piece', orm.column('code', write_once => true), orm.column('v', write_once => true, attribute => 'w'), orm.accessors(include => '{}'));
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'parts'::regclass AND NOT tgisinternal ORDER BY tgname;
SELECT * FROM orm.unmap('Piece');
SELECT * FROM orm.unmap('Part');
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('parts'::regclass, 'parts_2'::regclass);

-- rows that exchange a unique value: what is written once stays, while the rest is null
CREATE TABLE places (id int PRIMARY KEY, code text, pos int, once text UNIQUE, UNIQUE (code, pos));
SELECT * FROM orm.map('attribute_write_once.places', 'Place', orm.column('code', write_once => true), orm.column('once', write_once => true), orm.accessors(include => '{}'));
INSERT INTO places VALUES (1, 'x', 1, 'a'), (2, 'x', 2, 'b'), (3, 'x', 3, NULL);
SELECT orm.save('Place', '[{"id": 1, "code": "x", "pos": 2}, {"id": 2, "code": "x", "pos": 1}]');
SELECT orm.save('Place', '[{"id": 1, "code": "x", "pos": 3, "once": "a"}, {"id": 2, "code": "x", "pos": 2}, {"id": 3, "code": "x", "pos": 1, "once": "c"}]');
SELECT refused($$SELECT orm.save('Place', '[{"id": 1, "once": "b"}, {"id": 2, "once": "a"}]')$$);

-- where it cannot be
CREATE VIEW shown AS SELECT * FROM orders;
SELECT refused($$SELECT orm.map('attribute_write_once.shown', 'Shown', orm.column('note', write_once => true), orm.primary_key('id'))$$);
CREATE TABLE made (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);
SELECT refused($$SELECT orm.map('attribute_write_once.made', 'Made', orm.column('twice', write_once => true))$$);
SELECT refused($$INSERT INTO made SELECT 1 WHERE orm.write_once(NULL)$$);
CREATE TRIGGER wrong AFTER UPDATE ON made FOR EACH ROW EXECUTE FUNCTION orm.keep_attributes();
SELECT refused($$UPDATE made SET id = 2$$);

DROP SCHEMA attribute_write_once CASCADE;
DROP ROLE regress_orm_write_once;
