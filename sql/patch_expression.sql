-- {"$expr": expr} as the new value of an attribute: orm.update and the other
-- writers of existing rows.  The oracle is the same UPDATE by hand.
SET client_min_messages = warning;
CREATE SCHEMA patch_expression;
SET search_path = patch_expression;
\set SHOW_CONTEXT never
\set VERBOSITY default

SELECT orm.model('Owner', 'patch_expression.owners',
    orm.column('id', 'integer', primary_key => true),
    orm.column('name', 'text', is_unique => true),
    orm.column('bonus', 'integer', nullable => true),
    orm.has_many('items', 'Item'));
SELECT orm.model('Item', 'patch_expression.items',
    orm.column('id', 'integer', primary_key => true),
    orm.column('code', 'text', is_unique => true),
    orm.column('price', 'numeric(8,2)'),
    orm.column('n', 'integer', nullable => true),
    orm.column('tags', 'text[]', nullable => true),
    orm.column('info', 'jsonb', nullable => true),
    orm.belongs_to('owner', 'Owner', nullable => true));
SELECT count(*) > 0 AS made FROM orm.create_all();
INSERT INTO owners (name, bonus) VALUES ('Ana', 5), ('Bea', NULL);
INSERT INTO items (code, price, n, owner_id) VALUES ('a', 10, 1, 1), ('b', 20, 2, 1), ('c', 30, NULL, 2), ('d', 40, 4, NULL);
CREATE TABLE oracle AS SELECT * FROM items;

\echo # orm.update
SELECT orm.update('Item', 1, '{"price": {"$expr": {"*": ["price", 1.1]}}, "n": {"$expr": {"+": ["n", {"$value": 2}]}}}');
UPDATE oracle SET price = price * 1.1, n = n + 2 WHERE id = 1;
SELECT orm.update('Item', 1, '{"code": {"$expr": {"||": ["code", {"$value": "-"}, {"cast": "text", "of": "n"}]}}}') ->> 'code' AS code;
UPDATE oracle SET code = code || '-' || n::text WHERE id = 1;
\echo # columns are those of the stored row, not of the object
SELECT orm.update('Item', 2, '{"price": {"$expr": "n"}, "n": {"$expr": {"round": ["price"]}}}');
UPDATE oracle SET price = n, n = round(price) WHERE id = 2;
\echo # paths, aggregates, conditions
SELECT orm.update('Item', 3, '{"n": {"$expr": {"coalesce": ["owner.bonus", {"length": ["owner.name"]}]}}}') ->> 'n' AS n;
UPDATE oracle t SET n = (SELECT coalesce(bonus, length(name)) FROM owners o WHERE o.id = t.owner_id) WHERE id = 3;
SELECT orm.update('Owner', 1, '{"bonus": {"$expr": {"+": [{"count": "items"}, {"max": "n", "of": "items"}]}}}') ->> 'bonus' AS bonus;
SELECT orm.update('Item', 4, '{"n": {"$expr": {"case": [[{"price": {"gt": 35}, "code": "d"}, 7]], "else": 8}}, "tags": {"$expr": {"string_to_array": ["code", {"$value": ","}]}}}');
UPDATE oracle SET n = 7, tags = ARRAY['d'] WHERE id = 4;
\echo # json attributes, and a literal that takes the type of the attribute
SELECT orm.update('Item', 4, '{"info": {"$expr": {"jsonb_strip_nulls": [{"$value": {"a": null}}]}}}');
SELECT orm.update('Item', 4, '{"info": {"$expr": {"$value": {"a": 1}}}, "n": {"$expr": null}}') -> 'info' AS info;
SELECT orm.update('Item', 4, '{"info": {"$value": {"$expr": 1}}}') -> 'info' AS info;
UPDATE oracle SET info = '{"$expr": 1}', n = NULL WHERE id = 4;
SELECT * FROM items EXCEPT TABLE oracle;

\echo # a row that stays as it is, is not written
CREATE TABLE before AS SELECT id, ctid AS version FROM items;
SELECT orm.update('Item', 1, '{"n": {"$expr": "n"}, "price": {"$expr": {"+": ["price", 0]}}}') ->> 'n' AS n;
SELECT count(*) AS written FROM items i JOIN before b USING (id) WHERE i.ctid IS DISTINCT FROM b.version;

\echo # save and upsert of rows that exist, many by one statement
SELECT orm.save('Item', '[{"id": 1, "n": {"$expr": {"*": ["n", 10]}}}, {"id": 2, "n": {"$expr": {"*": ["n", 10]}}}, {"id": 3, "n": {"$expr": {"*": ["n", 100]}}},
    {"id": 4, "n": 4}]', '{"return": false}');
UPDATE oracle SET n = CASE id WHEN 3 THEN n * 100 WHEN 4 THEN 4 ELSE n * 10 END;
SELECT orm.save('Item', '[{"id": 1, "tags": ["x"], "n": {"$expr": {"+": ["n", {"$value": 1}]}}}, {"id": 2, "tags": ["y"], "n": {"$expr": {"+": ["n", {"$value": 1}]}}}]', '{"return": false}');
UPDATE oracle SET n = n + 1, tags = CASE id WHEN 1 THEN ARRAY['x'] ELSE ARRAY['y'] END WHERE id < 3;
SELECT orm.upsert('Item', '[{"code": "b", "price": {"$expr": {"+": ["price", "n"]}}}, {"code": "new", "price": 5}]', '{code}', '{"return": false, "action": true}');
UPDATE oracle SET price = price + n WHERE code = 'b';
SELECT * FROM items WHERE code <> 'new' EXCEPT TABLE oracle;
SELECT orm.save('Item', '{"id": 1, "n": {"$mul": 2}}') ->> 'n' AS n;
UPDATE oracle SET n = n * 2 WHERE id = 1;

\echo # nested, the unit of work, changesets, patches of a query
SELECT orm.update('Owner', 1, '{"items": [{"id": 1, "n": {"$expr": {"-": ["n"]}}}, 2]}', '{"return": false}');
UPDATE oracle SET n = -n WHERE id = 1;
SELECT orm.merge('Item', '{"id": 2, "n": {"$expr": {"-": ["n", 1]}}}');
SELECT orm.flush();
UPDATE oracle SET n = n - 1 WHERE id = 2;
SELECT orm.flush('{"merge": [{"model": "Item", "object": {"id": 3, "n": {"$expr": {"+": ["n", "owner.id"]}}}}]}');
UPDATE oracle SET n = n + owner_id WHERE id = 3;
SELECT orm.update_where('Item', '{"where": {"id": 3}}', '{"n": {"$expr": {"+": ["n", "owner.id"]}}}');
UPDATE oracle SET n = n + owner_id WHERE id = 3;
SELECT * FROM items WHERE code <> 'new' EXCEPT TABLE oracle;
SELECT orm.update('Item', 3, '{"n": {"$expr": {"+": ["n", 1]}}}', '{"dry_run": true}') ->> 'n' AS n;
SELECT orm.validate('Item', '[{"id": 3, "n": {"$expr": {"+": ["n", 1]}}}, {"id": 30, "n": {"$expr": {"+": ["n", 1]}}}, {"id": 3, "n": {"$expr": "m"}}]');

\echo # functions in LANGUAGE orm
CREATE FUNCTION raise_price(id integer, by numeric, word text DEFAULT NULL) RETURNS json LANGUAGE orm
    AS 'update Item {"price": {"$expr": {"*": ["price", {"$": "by"}]}}, "code": {"$expr": {"concat": ["code", {"$": "word"}]}}}';
SELECT raise_price(3, 1.5, 'price');
SELECT raise_price(3, 2);

\echo # bad input
SELECT orm.create('Item', '{"code": "z", "price": {"$expr": 1}}');
SELECT orm.save('Item', '{"code": "z", "price": 1, "n": {"$expr": 1}}');
SELECT orm.save('Item', '[{"id": 1, "n": 1}, {"id": 77, "code": "z", "price": 1, "n": {"$expr": 1}}]');
SELECT orm.upsert('Item', '{"code": "z", "price": {"$expr": "n"}}', '{code}');
SELECT orm.update('Owner', 1, '{"items": [{"code": "z", "price": 1, "n": {"$expr": 1}}]}');
SELECT orm.update('Owner', 1, '{"items": [{"$connect_or_create": {"id": 1, "n": {"$expr": 1}}}]}');
SELECT orm.update('Item', 1, '{"n": {"$expr": {"+": ["nn", 1]}}}');
SELECT orm.update('Item', 1, '{"n": {"$expr": {"upper": ["code"]}}}');
SELECT orm.update('Item', 1, '{"n": {"$expr": {"row_number": [], "over": {}}}}');
SELECT orm.update('Item', 1, '{"n": {"$expr": {"max": "n"}}}');
SELECT orm.update('Item', 1, '{"n": {"$expr": {"pg_backend_pid": []}}}');
SELECT orm.update('Item', 1, '{"n": {"$expr": {"+": ["n", {"$": "p"}]}}}');
SELECT orm.update('Item', 1, '{"n": {"$expr": 1, "x": 2}}');
SELECT orm.update('Item', 1, '{"id": {"$expr": 1}}');
SELECT orm.update('Item', 1, '{"n": {"$expression": 1}}');
SELECT orm.save('Item', '[{"id": 1, "n": 1}, {"id": 2, "n": {"$expr": {"+": ["n", {"$value": "x"}]}}}]');
SELECT orm.update('Item', 1, '{"price": {"$expr": {"/": ["price", 0]}}}');

DROP SCHEMA patch_expression CASCADE;
