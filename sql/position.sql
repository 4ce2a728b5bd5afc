-- orm.position: lists are 1 to n after every write; what is made, described and refused.
CREATE SCHEMA position;
SET search_path = position;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on

SELECT orm.model('Board', 'boards', orm.column('id', 'integer', primary_key => true), orm.has_many('cards', 'Card', order_by => '["place"]'));
SELECT orm.model('Card', 'cards', orm.column('id', 'integer', primary_key => true, identity => 'by default'), orm.column('title', 'text'),
    orm.belongs_to('board', 'Board', nullable => true, on_delete => 'cascade'), orm.position('place', 'board'), orm.position('rank'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgfoid = 'orm.keep_positions'::regproc AND tgrelid = 'cards'::regclass ORDER BY tgname;
CREATE VIEW lists AS SELECT board_id, string_agg(title || '=' || coalesce(place::text, '?'), ' ' ORDER BY place, id),
    bool_and(place IS NOT DISTINCT FROM n) AND bool_and(rank IS NOT NULL) FROM (SELECT *, CASE WHEN board_id IS NOT NULL THEN row_number() OVER (PARTITION BY board_id ORDER BY place) END n FROM cards) c GROUP BY 1 ORDER BY 1;

-- filled at the end; put in between; documents give what came of it
INSERT INTO boards VALUES (1), (2);
INSERT INTO cards (title, board_id) VALUES ('a', 1), ('b', 1), ('x', 2), ('c', 1);
SELECT orm.create('Card', '{"title": "d", "board": 1}');
SELECT orm.create('Card', '{"title": "first", "board": 1, "place": 1}');
SELECT orm.create('Card', '{"title": "far", "board": 1, "place": 100}');
INSERT INTO cards (title, board_id, place) VALUES ('second', 1, 2), ('y', 2, 1), ('nowhere', NULL, 7);
SELECT * FROM lists;

-- moved up, down, to the end, and out of range
UPDATE cards SET place = 2 WHERE title = 'far';
SELECT * FROM lists WHERE board_id = 1;
UPDATE cards SET place = 5 WHERE title = 'first';
SELECT * FROM lists WHERE board_id = 1;
UPDATE cards SET place = NULL WHERE title = 'a';
UPDATE cards SET place = -3 WHERE title = 'd';
SELECT * FROM lists WHERE board_id = 1;
SELECT orm.update('Card', 1, '{"place": 3}');
SELECT (card_update(2, place => 1)).place;
UPDATE cards SET place = CASE title WHEN 'b' THEN 2 ELSE 1 END WHERE title IN ('b', 'd');
UPDATE cards SET place = place + 1 WHERE board_id = 1 AND place >= 4;
UPDATE cards SET title = title;
SELECT * FROM lists WHERE board_id = 1;

-- between lists: at the end, or where it is put; out of all lists
UPDATE cards SET board_id = 2 WHERE title = 'b';
UPDATE cards SET board_id = 2, place = 1 WHERE title = 'c';
UPDATE cards SET board_id = NULL WHERE title = 'far';
SELECT * FROM lists;
UPDATE cards SET board_id = 1 WHERE board_id IS NULL;
SELECT * FROM lists;

-- closed
DELETE FROM cards WHERE title IN ('second', 'd');
SELECT orm.delete('Card', 1);
SELECT * FROM lists;
SELECT array_agg(rank ORDER BY rank) FROM cards;
DELETE FROM boards WHERE id = 2;
SELECT array_agg(rank ORDER BY rank) FROM cards;
COPY cards (title, board_id, place) FROM stdin;
p	1	1
q	1	\N
r	1	1
\.
MERGE INTO cards c USING (VALUES ('p', 3), ('s', 1)) v (t, n) ON c.title = v.t WHEN MATCHED THEN UPDATE SET place = v.n WHEN NOT MATCHED THEN INSERT (title, board_id, place) VALUES (v.t, 1, v.n);
SELECT * FROM lists;
SELECT orm.update('Board', 1, '{"cards": [{"title": "new"}]}');
SELECT * FROM lists;

-- in the order of an array
SELECT orm.update('Board', 1, '{"cards": {"$set": [{"id": 11}, {"title": "made"}, 6, {"id": 10, "title": "P"}]}}', '{"reorder": true}');
SELECT * FROM lists;
SELECT orm.update('Board', 1, '{"cards": {"$set": [6, 10, 11]}}');
SELECT orm.save('Board', '{"id": 1, "cards": {"$set": [11, 10, 6], "$save": [{"title": "more"}]}}', '{"reorder": true, "return": {"load": ["cards"]}}');
SELECT orm.update('Board', 1, '{"cards": [{"title": "more"}]}', '{"reorder": true}');
SELECT orm.create('Card', '{"title": "more"}', '{"reorder": true}');
INSERT INTO cards (title, board_id) VALUES ('e', 1), ('f', 1);
SELECT * FROM lists;

-- wrong all the same
ALTER TABLE cards DISABLE TRIGGER USER;
UPDATE cards SET place = 7;
INSERT INTO cards (title, board_id) VALUES ('late', 1);
ALTER TABLE cards ENABLE TRIGGER USER;
SELECT * FROM orm.repair('Card');
SELECT * FROM orm.repair('Card');
SELECT * FROM lists;

-- described; renamed; repaired by orm.sync
SELECT e FROM json_array_elements(orm.describe('Card') -> 'elements') e WHERE e ->> 'position' IS NOT NULL OR e ->> 'statement' IS NOT NULL;
SELECT count(*) FROM orm.diff();
DROP VIEW lists;
ALTER TABLE cards RENAME place TO n;
ALTER TABLE cards RENAME board_id TO "Board";
ALTER TABLE cards RENAME id TO no;
SELECT e FROM json_array_elements(orm.describe('Card') -> 'elements') e WHERE e ->> 'position' IS NOT NULL;
INSERT INTO cards (title, "Board", n) VALUES ('z', 1, 1);
SELECT title, n, rank FROM cards ORDER BY n LIMIT 2;
DROP TRIGGER orm_position_delete_card_board ON cards;
DELETE FROM cards WHERE n < 3;
SELECT action, object, sql FROM orm.diff();
SELECT action, kind, identity FROM orm.sync('Card') WHERE kind = 'trigger';
SELECT min(n), max(n) = count(n) FROM cards;
SELECT count(*) FROM orm.diff();

-- of mapped tables with rows, with a deferrable key; partitions written directly; added and taken out
CREATE TABLE items (id integer PRIMARY KEY, list integer, at bigint, UNIQUE (list, at) DEFERRABLE);
INSERT INTO items VALUES (1, 1, 10), (2, 1, 5), (3, 1, NULL), (4, 2, 7);
SELECT count(*) FROM orm.map('boards', 'Liste', orm.has_many('items', 'Item', foreign_key => 'list', has_constraint => false));
SELECT count(*) > 0 FROM orm.map('items', 'Item', orm.belongs_to('in', 'Liste', foreign_key => 'list', has_constraint => false), orm.position('at', 'in'));
SELECT * FROM items ORDER BY list, at;
INSERT INTO items VALUES (5, 1, 1), (6, 1, 2);
UPDATE items SET at = 5 WHERE id = 5;
UPDATE items SET list = 2, at = 1 WHERE id = 6;
SELECT orm.upsert('Item', '{"id": 6, "at": 2}');
SELECT * FROM items ORDER BY list, at;
SELECT orm.upsert('Item', '{"id": 7, "list": 1, "at": 1}');
SELECT orm.upsert('Item', '{"list": 1, "at": 1}', ARRAY['list', 'at']);
SELECT orm.validate('Item', '{"id": 8, "list": 1, "at": 1}');
INSERT INTO items VALUES (8, 1, 1), (8, 1, 2);
BEGIN;
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE items SET at = 1 WHERE id = 3;
COMMIT;
SELECT * FROM items ORDER BY list, at;
SELECT count(*) FROM orm.drop_element('Item', 'position', 'at') WHERE kind = 'trigger';
CREATE TABLE parts (id integer, at integer, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
SELECT count(*) > 0 FROM orm.map('parts', 'Part', orm.position('at'));
INSERT INTO parts VALUES (1), (11), (2);
INSERT INTO parts_1 VALUES (3, 1);
UPDATE parts_2 SET at = 1;
UPDATE parts SET id = 12, at = 4 WHERE id = 3;
SELECT * FROM parts ORDER BY at;
DELETE FROM parts_1 WHERE id = 1;
SELECT * FROM parts ORDER BY at;
SELECT orm.model('Step', 'steps', orm.column('id', 'integer', primary_key => true));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO steps VALUES (3), (1), (2);
SELECT orm.model('Step', 'steps', orm.column('id', 'integer', primary_key => true), orm.position('n'));
SELECT action, object, sql FROM orm.diff();
SELECT count(*) FROM orm.migrate();
SELECT * FROM steps ORDER BY n;
SELECT orm.model('Step', 'steps', orm.column('id', 'integer', primary_key => true), orm.column('n', 'integer'));
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'steps'::regclass;
SELECT count(*) FROM orm.diff();

-- refused
\set begin 'SELECT orm.model(''A'', ''a'', orm.column(''id'', ''integer'', primary_key => true), orm.belongs_to(''up'', ''A''), orm.has_many(''downs'', ''A'', back_populates => ''up''),'
:begin orm.position('n', 'nothing'));
:begin orm.position('n', 'downs'));
:begin orm.position('n'), orm.position('n', 'up'));
:begin orm.position('n', 'up'), orm.position('m', 'up'));
CREATE TABLE c (id integer PRIMARY KEY, n integer UNIQUE, word text, g integer GENERATED ALWAYS AS (id) STORED);
CREATE VIEW v AS SELECT id, n FROM c;
CREATE TABLE keyless (n integer);
SELECT orm.map('c', 'C', orm.position('n'));
SELECT orm.map('c', 'C', orm.position('word'));
SELECT orm.map('c', 'C', orm.position('g'));
SELECT orm.map('c', 'C', orm.position('id'));
SELECT orm.map('c', 'C', orm.position('missing'));
SELECT orm.map('v', 'V', orm.primary_key('id'), orm.position('n'));
SELECT orm.map('keyless', 'Keyless', orm.position('n'));
CREATE TRIGGER t AFTER INSERT ON c FOR EACH ROW EXECUTE FUNCTION orm.keep_positions('C', '');
INSERT INTO c VALUES (1);

DROP SCHEMA position CASCADE;
