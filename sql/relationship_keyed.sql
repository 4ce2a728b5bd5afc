-- The load option "key_by", and relationships without a constraint.
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
SET client_min_messages = warning;
CREATE SCHEMA relationship_keyed;
SET search_path = relationship_keyed;
SELECT orm.model('Shop', 'shops', orm.column('id', 'bigint', primary_key => true), orm.column('name', 'text'),
    orm.has_many('goods', 'Good', back_populates => 'shop', has_constraint => false),
    orm.many_to_many('brands', 'Brand', through => 'shops_brands'));
SELECT orm.model('Good', 'goods', orm.column('id', 'bigint', primary_key => true), orm.column('code', 'text'), orm.column('n', 'numeric'),
    orm.column('made', 'date'), orm.column('more', 'jsonb'), orm.column('secret', 'text', hidden => true),
    orm.belongs_to('shop', 'Shop', back_populates => 'goods', has_constraint => false),
    orm.belongs_to('parent', 'Good', foreign_key => 'parent_id', has_constraint => false, nullable => true),
    orm.has_many('parts', 'Good', foreign_key => 'parent_id'));
SELECT orm.model('Brand', 'brands', orm.column('id', 'bigint', primary_key => true), orm.column('name', 'text'));
SELECT count(*) > 0 AS made FROM orm.create_all();

-- No constraint is made, nor missed; the column and its index are
SELECT conrelid::regclass, count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'relationship_keyed'::regnamespace GROUP BY 1 ORDER BY 1;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'relationship_keyed' AND tablename = 'goods' ORDER BY 1;
SELECT count(*) AS differences FROM orm.diff();
SELECT e FROM json_array_elements(orm.describe('Good')::json->'elements') e WHERE e::text ~ 'has_constraint';
SELECT orm.model(orm.describe('Good'));
SELECT orm.create('Shop', '{"id": 1, "name": "a", "goods": [{"code": "x", "n": 1.50, "made": "2026-02-01"}, {"code": "say \"y\"", "n": 2, "made": "2026-01-01", "parts": [{"code": "z"}]}]}');
INSERT INTO goods (id, code, shop_id) VALUES (10, 'lost', 99);
SELECT orm.all('Good', '{"where": {"id": 10}, "load": ["shop"]}');
SELECT orm.count('Good', '{"where": {"shop": null}}');
ALTER TABLE goods RENAME COLUMN shop_id TO store;
SELECT orm.all('Shop', '{"select": ["id"], "load": {"goods": {"select": ["code"]}}}');
SELECT e FROM json_array_elements(orm.describe('Good')::json->'elements') e WHERE e::text ~ 'store';
SELECT array_agg(code ORDER BY id) FROM goods((SELECT s FROM shops s));
ALTER TABLE goods RENAME COLUMN store TO shop_id;
SELECT orm.model('Y', 'ys', orm.column('id', 'int', primary_key => true), orm.belongs_to('shop', 'Shop', has_constraint => false, on_delete => 'cascade'));
SELECT orm.model('Y', 'ys', orm.column('id', 'int', primary_key => true), orm.many_to_many('shops', 'Shop'));
SELECT orm.model('{"model": "Y", "table": "ys", "elements": [{"many_to_many": {"name": "shops", "model": "Shop", "has_constraint": false}}]}');

-- Tables that exist, without a constraint in the catalog
CREATE TABLE old_lands (id int PRIMARY KEY, name text);
CREATE TABLE old_towns (id int PRIMARY KEY, land_id int);
INSERT INTO old_lands VALUES (1, 'es');
INSERT INTO old_towns VALUES (1, 1), (2, 7);
SELECT count(*) > 0 FROM orm.map('old_lands', 'Land', orm.has_many('towns', 'Town', foreign_key => 'land_id', has_constraint => false));
SELECT count(*) > 0 FROM orm.map('old_towns', 'Town', orm.belongs_to('land', 'Land', has_constraint => false));
SELECT orm.all('Town', '{"load": ["land"]}'), orm.all('Land', '{"load": ["towns"]}');
SELECT count(*) > 0 FROM orm.extend('Town', orm.belongs_to('other', 'Land', has_constraint => false));

-- A collection by key
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": "code", "select": ["id"]}}}') AS text,
    orm.all('Shop', '{"select": [], "load": {"goods": {"key_by": "id", "select": ["code"], "order_by": ["-id"]}}}') AS number,
    orm.all('Shop', '{"select": [], "load": {"goods": {"key_by": "n", "select": []}}}') AS numeric,
    orm.all('Shop', '{"select": [], "load": {"goods": {"key_by": "made", "select": [], "load": ["parts"], "limit": 1}, "brands": {"key_by": "name"}}}') AS date;
SELECT orm.get('Shop', 1, '{"select": [], "load": {"goods": {"key_by": "length", "compute": {"length": {"char_length": ["code"]}}, "select": ["id"]}}}') AS computed;
SELECT orm.get('Good', 2, '{"select": ["code"], "load": {"parts": {"key_by": "code", "recursive": true, "select": ["id"]}}}') AS recursive;
INSERT INTO brands VALUES (1, 'b'), (2, 'c');
INSERT INTO shops VALUES (2, 'empty'), (3, 'both');
INSERT INTO shops_brands (shop_id, brand_id) SELECT s, b FROM generate_series(1, 3, 2) s, generate_series(1, 2) b;
-- Every object as a loop in SQL makes it
SELECT orm.all('Shop', '{"load": {"brands": {"key_by": "name"}}}')::jsonb = (SELECT jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'brands',
    coalesce((SELECT jsonb_object_agg(b.name, to_jsonb(b)) FROM brands b JOIN shops_brands j ON j.brand_id = b.id WHERE j.shop_id = s.id), '{}')) ORDER BY s.id) FROM shops s) AS same;
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": "code", "where": {"code": null}}}}');
INSERT INTO goods (id, code, n, shop_id) VALUES (11, 'x', 1.50, 1), (12, NULL, NULL, 1), (13, 'x', 9, 3);
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": "code"}}}');
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": "code", "where": {"code": {"ne": null}}}}}');
SELECT orm.all('Shop', '{"select": [], "load": {"goods": {"key_by": "code", "where": {"id": {"gt": 12}}, "select": ["id"]}}}');
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": "cod"}}}');
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": "secret"}}}');
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": "more"}}}');
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": "parts"}}}');
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": ["code"]}}}');
SELECT orm.all('Shop', '{"load": {"goods": {"key_by": "id", "one": true}}}');
SELECT orm.all('Good', '{"load": {"shop": {"key_by": "id"}}}');
SELECT orm.all('Shop', '{"key_by": "id"}');
-- It does not go in again
SELECT orm.update('Shop', 1, '{"goods": {"x": {"id": 1}}}');
SELECT orm.validate('Shop', '{"name": "s", "goods": {"x": {"id": 1}}}');
SELECT orm.update('Shop', 1, '{"goods": {"code": "x"}}');
SELECT count(*) > 0 FROM orm.unmap('Town');
SELECT count(*) > 0 FROM orm.unmap('Land');
SELECT count(*) > 0 FROM orm.drop_all();
DROP SCHEMA relationship_keyed CASCADE;
