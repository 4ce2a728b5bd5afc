-- Upsert with a condition: the option "where". Oracle: INSERT ... ON CONFLICT DO UPDATE ... WHERE.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA upsert_where;
SET search_path = upsert_where;
SET client_min_messages = warning;

SELECT orm.model('Stock', 'stocks', orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('code', 'text', is_unique => true), orm.column('amount', 'integer', nullable => false, server_default => '0'),
    orm.column('seen', 'date'), orm.has_many('moves', 'Move'));
SELECT orm.model('Move', 'moves', orm.column('id', 'integer', primary_key => true), orm.belongs_to('stock', 'Stock'));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO stocks VALUES (1, 'a', 1, '2026-01-01'), (2, 'b', 2, NULL), (3, 'c', 3, '2026-03-03');
CREATE TABLE oracle AS SELECT * FROM stocks;
ALTER TABLE oracle ADD PRIMARY KEY (id);

-- one and many; a row that does not satisfy the condition is left alone and is no result
SELECT orm.upsert('Stock', '{"id": 1, "amount": 10}', options => '{"where": {"amount": {"lt": 1}}}') IS NULL;
SELECT orm.upsert('Stock', '{"id": 1, "amount": 10}', options => '{"where": {"amount": {"lt": 2}}, "action": true}');
SELECT orm.upsert('Stock', '[{"id": 1, "amount": 11}, {"id": 2, "amount": 12}, {"id": 3, "amount": 13}, {"id": 4, "amount": 14}]',
    options => '{"where": {"or": [{"seen": null}, {"seen": {"gt": "2026-02-01"}}]}, "action": true}');
INSERT INTO oracle (id, amount) VALUES (1, 10) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount WHERE oracle.amount < 2;
INSERT INTO oracle (id, amount) VALUES (1, 11), (2, 12), (3, 13), (4, 14) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount
    WHERE oracle.seen IS NULL OR oracle.seen > '2026-02-01';
SELECT id, amount, seen FROM stocks EXCEPT SELECT id, amount, seen FROM oracle;

-- by another key, with patches, expressions, and without a result
SELECT orm.upsert('Stock', '[{"id": 1, "code": "a", "amount": {"$inc": 1}}, {"id": 9, "code": "b", "amount": {"$inc": 5}}]', '{code}',
    '{"where": {"$expr": {"<": ["amount", 12]}}}');
SELECT orm.upsert('Stock', '[{"id": 3, "code": "c2"}]', '{id}', options => '{"where": {"code": "other"}, "return": false}') IS NULL;
SELECT orm.upsert('Stock', '[{"id": 3, "code": "c2"}, {"id": 5, "code": "e"}]', '{id}', options => '{"where": {"code": "other"}, "return": {"select": ["code"]}}');
SELECT orm.upsert('Stock', '{"id": 3, "code": "c3"}', '{id}', options => '{"where": {}}');
SELECT orm.upsert('Stock', '{"id": 3, "code": "c4"}', '{id}', options => '{"where": {"moves": {"any": {}}}}') IS NULL;
SELECT orm.upsert('Stock', '{"id": 3, "code": "c5"}', '{id}', options => '{"where": {"moves": {"none": {}}}, "dry_run": true}');
SELECT orm.upsert('Stock', '[{"id": 6}, {"amount": 7, "id": 7}]', options => '{"where": {"amount": {"eq": 1}}}');
SELECT * FROM stocks ORDER BY id;

-- a trigger counts the rows that are written
CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE WARNING '% %', TG_OP, NEW; RETURN NEW; END$$;
CREATE TRIGGER told AFTER INSERT OR UPDATE ON stocks FOR EACH ROW EXECUTE FUNCTION told();
SELECT orm.upsert('Stock', '[{"id": 1, "amount": 21}, {"id": 2, "amount": 22}, {"id": 8, "amount": 28}]', options => '{"where": {"id": 2}, "action": true}');
DROP TRIGGER told ON stocks;

-- LANGUAGE orm, with an argument in the condition
CREATE FUNCTION restock(id bigint, amount bigint, below bigint) RETURNS json LANGUAGE orm
    AS 'upsert Stock {"id": {"$": "id"}, "amount": {"$": "amount"}} {"where": {"amount": {"lt": {"$": "below"}}}}';
SELECT restock(1, 31, 22), restock(1, 32, 5);

-- privileges: the columns of the condition are read
CREATE ROLE regress_orm_upsert_where;
GRANT USAGE ON SCHEMA upsert_where TO regress_orm_upsert_where;
GRANT SELECT (id, amount), INSERT, UPDATE ON stocks TO regress_orm_upsert_where;
SET ROLE regress_orm_upsert_where;
SELECT orm.upsert('Stock', '{"id": 1, "amount": 41}', options => '{"where": {"amount": {"lt": 5}}}');
SELECT orm.upsert('Stock', '{"id": 1, "amount": 41}', options => '{"where": {"amount": {"gt": 5}}}');
SELECT orm.upsert('Stock', '{"id": 1, "amount": 41}', options => '{"where": {"seen": null}}');
RESET ROLE;

-- errors
SELECT orm.upsert('Stock', '{"id": 1}', options => '{"where": {"amont": 1}}');
SELECT orm.upsert('Stock', '{"id": 1}', options => '{"where": {"amount": "x"}}');
SELECT orm.upsert('Stock', '{"id": 1}', options => '{"where": [1]}');
SELECT orm.upsert('Stock', '{"id": 1}', options => '{"where": {}, "on_conflict": "ignore"}');
SELECT orm.save('Stock', '{"id": 1}', options => '{"where": {}}');
SELECT orm.upsert('Stock', '{"id": 1, "moves": []}', options => '{"where": {}}');

DROP SCHEMA upsert_where CASCADE;
DROP ROLE regress_orm_upsert_where;
