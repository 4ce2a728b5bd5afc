-- A unique index says that a query finds one row only where it is about all
-- rows that are read, and goes by the equality that conditions go by.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA query_unique;
SET search_path = query_unique;
SET client_min_messages = warning;

CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, age int);
CREATE TABLE posts (id int PRIMARY KEY, person_id int REFERENCES people, title text);
CREATE TABLE cards (id int PRIMARY KEY, person_id int UNIQUE REFERENCES people, color text);
SELECT count(*) > 0 FROM orm.map('query_unique.people', 'Person', orm.has_many('posts', 'Post'), orm.has_one('card', 'Card'));
SELECT count(*) > 0 FROM orm.map('query_unique.posts', 'Post', orm.belongs_to('person', 'Person'));
SELECT count(*) > 0 FROM orm.map('query_unique.cards', 'Card', orm.belongs_to('person', 'Person'));
INSERT INTO people VALUES (2, 'a', 20), (5, 'b', 50);
INSERT INTO posts VALUES (1, 2, 'one'), (2, 5, 'two'), (3, NULL, 'nobody''s');
INSERT INTO cards VALUES (3, 2, 'red'), (4, 5, 'blue');

-- one row is one row: no order, no limit, plain joins
SELECT s LIKE '%ORDER BY%' OR s LIKE '%LIMIT%', s LIKE '%LATERAL%' FROM orm.sql('Person', '{"where": {"email": "a"}}', verb => 'first') AS s;
SELECT s LIKE '%LATERAL%' FROM orm.sql('Post', '{"order_by": ["person.age"]}') AS s;
SELECT s LIKE '%LATERAL%' FROM orm.sql('Person', '{"order_by": ["card.color"]}') AS s;

INSERT INTO people VALUES (9, NULL, 90), (8, NULL, 80);
SELECT orm.first('Person', '{"where": {"email": {"$": "x"}}}', '{"x": {"$value": null}}'), orm.first('Person', '{"where": {"email": {"$": "x"}}}', '{"x": {"$value": "a"}}');
DELETE FROM people WHERE email IS NULL;

-- a child table (INHERITS) holds rows with the same keys, which are read as well
CREATE TABLE staff () INHERITS (people);
CREATE TABLE gold_cards () INHERITS (cards);
INSERT INTO staff VALUES (1, 'a', 10), (5, 'z', 55);
INSERT INTO gold_cards VALUES (1, 2, 'gold');
SELECT orm.first('Person', '{"where": {"email": "a"}}'), orm.first('Person', '{"where": {"email": "a"}, "order_by": ["-age"]}'), orm.first('Person', '{"where": {"id": 5}, "order_by": ["-age"]}');
SELECT orm.one('Person', '{"where": {"email": "a"}}');
SELECT orm.count('Person', '{"where": {"email": "a"}}'), orm.count('Post', '{"compute": {"age": "person.age"}, "where": {"or": [{"age": {"gt": 0}}, {"age": null}]}}');
-- paths and loads add no rows, whichever of two objects with one key they find
SELECT json_array_length(orm.all('Post', '{"order_by": ["person.age", "id"]}')), json_array_length(orm.all('Post', '{"load": ["person"]}')), orm.aggregate('Post', '{"aggregate": {"n": {"count": "*"}, "people": {"count": "person.age"}}}');
SELECT orm.all('Person', '{"where": {"id": 2}, "select": ["id"], "compute": {"color": "card.color"}, "load": ["card"]}');
SELECT orm.update_where('Post', '{"compute": {"age": "person.age"}, "where": {"age": {"gt": 0}}}', '{"title": "changed"}');
-- and without it again
DROP TABLE staff, gold_cards;
ANALYZE people;
SELECT orm.first('Person', '{"where": {"email": "a"}}'), json_array_length(orm.all('Post', '{"order_by": ["person.age"]}'));

-- partitions are in the index of the whole
CREATE TABLE parts (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (10) TO (20);
SELECT count(*) > 0 FROM orm.map('query_unique.parts', 'Part');
INSERT INTO parts VALUES (1, 'low'), (11, 'high');
SELECT s LIKE '%LIMIT%' FROM orm.sql('Part', '{"where": {"id": 11}}', verb => 'first') AS s;
SELECT orm.first('Part', '{"where": {"id": 11}}');

-- an index with another collation, or another equality, than the column's
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE words (id int PRIMARY KEY, word text COLLATE any_case, strict text);
CREATE UNIQUE INDEX ON words (word COLLATE "C");
CREATE UNIQUE INDEX ON words (strict COLLATE any_case);
SELECT count(*) > 0 FROM orm.map('query_unique.words', 'Word');
INSERT INTO words VALUES (2, 'b', 'b'), (1, 'B', 'c');
SELECT orm.first('Word', '{"where": {"word": "b"}}'), orm.first('Word', '{"where": {"word": "b"}, "order_by": ["-id"]}');
SELECT orm.one('Word', '{"where": {"word": "B"}}');
SELECT orm.first('Word', '{"where": {"strict": "b"}}');

DROP SCHEMA query_unique CASCADE;
