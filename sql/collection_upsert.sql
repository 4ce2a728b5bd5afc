-- "$upsert" in a collection, by a unique key that "on" names. Oracle: INSERT ... ON CONFLICT by that key with the owner's key.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA collection_upsert;
SET search_path = collection_upsert;
SET client_min_messages = warning;

SELECT orm.model('Shop', 'shops', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', is_unique => true),
    orm.has_many('items', 'Item'), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Item', 'items', orm.column('id', 'integer', primary_key => true), orm.column('sku', 'text'), orm.column('barcode', 'text', is_unique => true),
    orm.column('amount', 'integer', nullable => false, server_default => '0'), orm.belongs_to('shop', 'Shop'), orm.has_many('notes', 'Note'),
    orm.unique(ARRAY['shop_id', 'sku'], name => 'items_sku'));
SELECT orm.model('Note', 'notes', orm.column('id', 'integer', primary_key => true), orm.column('text', 'text'), orm.belongs_to('item', 'Item', nullable => false));
SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true), orm.column('word', 'text', nullable => false), orm.column('uses', 'integer'),
    orm.index('(lower(word))', name => 'tags_word', is_unique => true));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO shops (name) VALUES ('a'), ('b');
CREATE TABLE oracle (LIKE items INCLUDING ALL);
CREATE FUNCTION same(what text) RETURNS text LANGUAGE sql AS
$$ SELECT what || coalesce(': ' || string_agg(t::text, ' '), ' is the same') FROM (
    (SELECT 'orm', sku, barcode, amount, shop_id FROM items EXCEPT SELECT 'orm', sku, barcode, amount, shop_id FROM oracle)
    UNION ALL (SELECT 'sql', sku, barcode, amount, shop_id FROM oracle EXCEPT SELECT 'sql', sku, barcode, amount, shop_id FROM items)) t $$;

-- by a key that the owner completes, found and new; an owner that is new, and several owners
SELECT orm.update('Shop', 1, '{"items": {"$upsert": [{"sku": "x", "amount": 1}, {"sku": "y", "amount": 2}], "on": ["sku"]}}', '{"action": true}');
SELECT orm.update('Shop', 1, '{"items": {"$upsert": [{"sku": "x", "amount": {"$inc": 10}}, {"sku": "z", "amount": {"$inc": 3}}], "on": ["shop_id", "sku"]}}', '{"action": true}');
SELECT orm.save('Shop', '[{"id": 1, "items": {"$upsert": [{"sku": "y", "amount": 20}], "on": ["items_sku"]}},
    {"id": 2, "items": {"$upsert": [{"sku": "y", "amount": 21}, {"sku": "x"}], "on": ["sku"]}}]', '{"action": true}');
SELECT orm.create('Shop', '{"name": "c", "items": {"$upsert": [{"sku": "x", "barcode": "1"}], "on": ["sku"]}}', '{"action": true}');
INSERT INTO oracle (shop_id, sku, amount) VALUES (1, 'x', 1), (1, 'y', 2);
INSERT INTO oracle (shop_id, sku, amount) VALUES (1, 'x', 10), (1, 'z', 3) ON CONFLICT (shop_id, sku) DO UPDATE SET amount = oracle.amount + excluded.amount;
INSERT INTO oracle (shop_id, sku, amount) VALUES (1, 'y', 20), (2, 'y', 21) ON CONFLICT (shop_id, sku) DO UPDATE SET amount = excluded.amount;
INSERT INTO oracle (shop_id, sku, barcode) VALUES (2, 'x', NULL), (3, 'x', '1');
SELECT same('sku');

-- by a key that is unique everywhere: the row comes into this collection; without "on" by the only key that is given
SELECT orm.update('Shop', 2, '{"items": {"$upsert": [{"barcode": "1", "sku": "xx"}, {"barcode": "2", "sku": "w"}], "on": ["barcode"]}}', '{"action": true}');
SELECT orm.update('Shop', 2, '{"items": {"$upsert": [{"barcode": "2", "amount": 7}], "$update": {"where": {"sku": "xx"}, "set": {"amount": 5}}, "$delete": {"where": {"sku": "y"}}}}',
    '{"action": true}');
INSERT INTO oracle (shop_id, sku, barcode) VALUES (2, 'xx', '1'), (2, 'w', '2')
    ON CONFLICT (barcode) DO UPDATE SET sku = excluded.sku, shop_id = excluded.shop_id;
INSERT INTO oracle (shop_id, barcode, amount) VALUES (2, '2', 7) ON CONFLICT (barcode) DO UPDATE SET amount = excluded.amount;
UPDATE oracle SET amount = 5 WHERE sku = 'xx';
DELETE FROM oracle WHERE sku = 'y' AND shop_id = 2;
SELECT same('barcode');

-- nested below them, below an upserted root, and over a join table by an index over an expression
SELECT orm.upsert('Shop', '{"name": "a", "items": {"$upsert": [{"sku": "x", "amount": 100, "notes": [{"text": "n"}]}, {"sku": "new", "notes": [{"text": "m"}]}], "on": ["sku"]}}',
    '{name}', '{"action": true}');
SELECT orm.save('Shop', '{"id": 1, "tags": {"$upsert": [{"word": "Big", "uses": 1}, {"word": "red"}], "on": ["word"]}}', '{"action": true}');
SELECT orm.save('Shop', '{"id": 2, "tags": {"$upsert": [{"word": "BIG", "uses": 2}], "on": ["tags_word"]}}', '{"action": true}');
SELECT sku, amount, text FROM notes n JOIN items i ON i.id = n.item_id ORDER BY 1;
SELECT s.name, t.word, t.uses FROM shops s JOIN shops_tags st ON st.shop_id = s.id JOIN tags t ON t.id = st.tag_id ORDER BY 1, 2;
-- root options do not reach them
SELECT orm.upsert('Shop', '{"name": "a", "items": {"$upsert": [{"sku": "x", "amount": 101}], "on": ["sku"]}}', '{name}', '{"on_conflict": "ignore", "action": true}');

-- the unit of work, changesets, LANGUAGE orm, dry_run, orm.sql, validation
BEGIN;
SELECT orm.add('Shop', '{"name": "d", "items": {"$upsert": [{"barcode": "2", "amount": 70}], "on": ["barcode"]}}');
COMMIT;
SELECT orm.flush('{"merge": [{"model": "Shop", "object": {"id": 1, "items": {"$upsert": [{"sku": "x", "amount": 200}], "on": ["sku"]}}}]}');
CREATE FUNCTION restock(shop bigint, item text, n bigint) RETURNS json LANGUAGE orm
    AS 'save Shop {"id": {"$": "shop"}, "items": {"$upsert": [{"sku": {"$": "item"}, "amount": {"$inc": {"$": "n"}}}], "on": ["sku"]}} {"action": true}';
SELECT restock(1, 'x', 1);
SELECT orm.save('Shop', '{"id": 1, "items": {"$upsert": [{"sku": "x", "amount": 0}], "on": ["sku"]}}', '{"dry_run": true}') #>> '{items,0,amount}';
SELECT s.name, i.sku, i.barcode, i.amount FROM items i JOIN shops s ON s.id = i.shop_id ORDER BY 1, 2;
SELECT s ->> 'path' FROM orm.explain('Shop', '{"id": 1, "items": {"$upsert": [{"sku": "x", "amount": 0}], "on": ["sku"]}}', verb => 'save',
    options => '{"format": "json"}') e, json_array_elements(e::json -> 'statements') s;
SELECT orm.violations('Shop', '{"id": 1, "items": {"$upsert": [{"sku": "x", "amount": 0}, {"sku": "x"}, {"sku": "q", "barcode": "2"}], "on": ["sku"]}}');
SELECT orm.validate('Shop', '{"id": 1, "items": {"$upsert": [{"sku": "x"}, {"sku": "q", "amount": null}], "on": ["sku"]}}');

-- errors
CREATE FUNCTION refused(items text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    PERFORM orm.save('Shop', json_build_object('id', 1, 'items', items::json));
    RAISE NOTICE 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RAISE WARNING '% % | % | %', SQLSTATE, SQLERRM, detail, hint;
END $$;
SELECT count(refused(x)::text) FROM unnest(ARRAY['{"$upsert": [{"sku": "x"}], "on": ["skuu"]}', '{"$upsert": [{"sku": "x"}], "on": ["amount"]}', '{"$upsert": [{"sku": "x"}], "on": "sku"}',
    '{"$upsert": [{"sku": "x"}], "on": [1]}', '{"$upsert": [{"sku": "x"}], "on": []}', '{"on": ["sku"], "$save": []}', '{"$upsert": [{"amount": 1}], "on": ["sku"]}',
    '{"$upsert": [1]}', '{"$upsert": [null]}', '{"$upsert": {"sku": "x"}}', '{"$upsert": [{"$connect": 1}]}', '{"$upsert": [], "$set": []}',
    '{"$upsert": [{"sku": "x"}, {"sku": "x"}], "on": ["sku"]}', '{"$upsert": [{"barcode": "1", "sku": "x"}]}', '{"$upsret": []}', '[{"$upsert": []}]']) x;

DROP SCHEMA collection_upsert CASCADE;
