-- A stale write: an object that gives the version or the "$etag" of its row is written only if the row still has it.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA etag_test;
SET search_path = etag_test;

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

SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'text'),
    orm.column('born', 'date'), orm.column('tags', 'text[]'),
    orm.has_many('books', 'Book', back_populates => 'author'), orm.has_one('card', 'Card', back_populates => 'author'),
    orm.version('version'));
SELECT orm.model('Book', 'books', orm.column('id', 'int', primary_key => true),
    orm.column('isbn', 'text', is_unique => true), orm.column('title', 'text'), orm.column('price', 'numeric'),
    orm.belongs_to('author', 'Author', back_populates => 'books'), orm.many_to_many('shelves', 'Shelf'));
SELECT orm.model('Card', 'cards', orm.column('id', 'int', primary_key => true), orm.column('motto', 'text'),
    orm.belongs_to('author', 'Author', back_populates => 'card'), orm.version('version'));
SELECT orm.model('Shelf', 'shelves', orm.column('code', 'text', primary_key => true), orm.column('room', 'int'),
    orm.version('version'));
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT orm.create('Author', '{"name": "Ana", "tags": ["x"], "card": {"motto": "m"}, "books": [
    {"isbn": "1", "title": "One", "price": 1.50, "shelves": [{"code": "a", "room": 1}]},
    {"isbn": "2", "title": "Two"}]}');

-- the version: as it is, once; a second time it is stale, and the row stays
SELECT orm.get('Author', 1)::text AS read \gset
SELECT orm.save('Author', :'read');
SELECT orm.save('Author', :'read'::jsonb || '{"name": "Bea", "born": "2000-02-01"}');
SELECT refused(format('SELECT orm.save(%L, %L)', 'Author', :'read'::jsonb || '{"tags": null}'));
SELECT refused(format('SELECT orm.update(%L, 1, %L)', 'Author', '{"name": "Eva", "version": 1}'));
SELECT refused(format('SELECT orm.upsert(%L, %L)', 'Author', '{"id": 1, "name": "Eva", "version": "1"}'));
SELECT refused(format('SELECT orm.save(%L, %L)', 'Author', '[{"id": 1, "version": 2}, {"id": 1, "version": 1}]'));
SELECT * FROM authors;
SELECT orm.update('Author', 1, '{"name": "Eva", "version": 2}');
SELECT orm.update('Author', 1, '{"name": "Eva", "version": 3}', '{"action": true}');
SELECT orm.update('Author', 1, '{"version": 3}');
SELECT orm.upsert('Author', '{"id": 1, "name": "Ina", "version": 3}', '{id}', '{"action": true}');
SELECT orm.update('Author', 1, '{"name": "Ida", "version": null}');
SELECT orm.update('Author', 1, '{"tags": {"$append": ["y"]}, "version": 5}', '{"return": false}');
SELECT refused($$SELECT orm.update('Author', 1, '{"tags": {"$append": ["y"]}, "version": 5}', '{"return": false}')$$);
SELECT refused($$SELECT orm.update('Author', 1, '{"version": 1.5}')$$);
SELECT * FROM authors;

-- plain SQL counts too
UPDATE authors SET name = 'by hand';
SELECT refused($$SELECT orm.save('Author', '{"id": 1, "name": "x", "version": 6}')$$);

-- accessors: update only if it is given, save with the whole row
SELECT refused($$SELECT author_update(id => 1, name => 'y', version => 6)$$);
SELECT name, version FROM author_update(id => 1, name => 'y', version => 7);
SELECT refused($$SELECT author_save(ROW(1, 'z', NULL, NULL, 7)::authors)$$);
SELECT name, version FROM author_save(ROW(1, 'z', NULL, NULL, 8)::authors);
SELECT name, version FROM author_save(ROW(1, 'zz', NULL, NULL, NULL)::authors);
SELECT name, version FROM author_create(name => 'made', version => 20);
CREATE FUNCTION rename_author(id int, name text, version int) RETURNS authors LANGUAGE orm AS 'update Author';
SELECT refused($$SELECT rename_author(1, 'a', 9)$$);
SELECT name, version FROM rename_author(1, 'a', 10);

-- an etag needs no column; it is a string, once
SELECT orm.get('Book', 1, '{"etag": true}')::text AS book \gset
SELECT :'book'::json ->> '$etag' ~ '^[0-9a-f]{32}$' AS is_etag;
SELECT orm.save('Book', :'book');
SELECT orm.save('Book', :'book'::jsonb || '{"price": 2}');
SELECT regexp_replace(refused(format('SELECT orm.save(%L, %L)', 'Book', :'book')), '[0-9a-f]{32}', 'E');
SELECT regexp_replace(refused(format('SELECT orm.update(%L, 1, %L)', 'Book', '{"title": "t", "$etag": "no"}')), '[0-9a-f]{32}', 'E');
SELECT regexp_replace(refused(format('SELECT orm.upsert(%L, %L, %L)', 'Book', '{"isbn": "1", "title": "t", "$etag": "no"}', '{isbn}')), '[0-9a-f]{32}', 'E');
SELECT refused($$SELECT orm.save('Book', '{"id": 1, "$etag": 7}')$$);
SELECT refused($$SELECT orm.save('Book', '[{"id": 1, "$etag": null}]')$$);
SELECT refused($$SELECT orm.save('Book', '{"id": 1, "$etag": {"a": 1}}')$$);
SELECT refused($$SELECT orm.save('Book', '{"id": 1, "$etag": "a", "$etag": "b"}')$$);
SELECT refused($$SELECT orm.save('Author', '{"id": 1, "books": [{"id": 1, "$etag": true}]}')$$);
SELECT * FROM books ORDER BY id;

-- what a write returns can be given back too: the version is in it, an etag when it is asked for
SELECT orm.save('Book', '{"id": 2, "price": 3}', '{"return": {"etag": true}}')::text AS returned \gset
SELECT orm.save('Book', :'returned'::jsonb || '{"price": 4}');
SELECT regexp_replace(refused(format('SELECT orm.save(%L, %L)', 'Book', :'returned')), '[0-9a-f]{32}', 'E');

-- long and many values in what is said are cut
UPDATE books SET title = repeat('ñ', 100) WHERE id = 1;
SELECT regexp_replace(refused(format('SELECT orm.save(%L, %L)', 'Book', :'book')), '[0-9a-f]{32}', 'E');

-- the same row by the same key twice in one statement: as ever
SELECT refused($$SELECT orm.save('Author', '[{"id": 1, "name": "p", "version": 11}, {"id": 1, "name": "q", "version": 11}]')$$);

-- orm.create stores what is given and passes over an etag; a new object of upsert too
SELECT orm.create('Shelf', '{"code": "b", "version": 5, "$etag": 7}');
SELECT orm.upsert('Shelf', '{"code": "c", "version": 6, "$etag": "x"}');
SELECT orm.create('Shelf', '{"code": "c", "version": 5}', '{"on_conflict": "ignore"}');
SELECT refused($$SELECT orm.create('Shelf', '{"code": "c", "room": 3, "version": 5}', '{"on_conflict": "update"}')$$);

-- saved, but deleted since
SELECT refused($$SELECT orm.save('Shelf', '{"code": "d", "version": 1}')$$);
SELECT refused($$SELECT orm.save('Shelf', '[{"code": "e"}, {"code": "d", "$etag": "x"}]')$$);
SELECT refused($$SELECT orm.save('Book', '{"id": 99, "title": "t", "shelves": [{"code": "d", "version": 3}], "$etag": "x"}')$$);
SELECT refused($$SELECT orm.update('Shelf', 'd', '{"room": 1, "version": 1}')$$);
SELECT orm.save('Shelf', '{"code": "d", "room": 4}');
SELECT count(*) FROM books;

-- graphs: what was read goes in again, at every level; twice it does not, and the place is named
SELECT orm.get('Author', 1, '{"etag": true, "load": {"card": {"etag": true}, "books": {"etag": true, "load": {"shelves": {"etag": true}}}}}')::text AS graph \gset
SELECT orm.save('Author', :'graph')::jsonb #- '{books,0,title}';
SELECT orm.save('Author', jsonb_set(jsonb_set(:'graph'::jsonb, '{books,1,title}', '"New"'), '{books,0,shelves,0,room}', '9'))::jsonb #> '{books,0,shelves}' AS shelves;
SELECT regexp_replace(refused(format('SELECT orm.save(%L, %L)', 'Author', :'graph')), '[0-9a-f]{32}', 'E', 'g');
SELECT regexp_replace(refused(format('SELECT orm.save(%L, %L)', 'Author', :'graph'::jsonb #- '{books,1}')), '[0-9a-f]{32}', 'E', 'g');
SELECT orm.save('Author', :'graph'::jsonb - 'books' || '{"card": {"motto": "of mine", "version": 1}}')::jsonb -> 'card' AS card;
SELECT refused(format('SELECT orm.save(%L, %L)', 'Author', '{"id": 1, "card": {"motto": "late", "version": 1}}'));
SELECT refused(format('SELECT orm.update(%L, 1, %L)', 'Book', '{"author": {"id": 1, "name": "late", "version": 1}}'));
-- the same object in two places, and what the graph itself does to a row
SELECT jsonb_path_query_array(orm.save('Book', '[
    {"id": 1, "author": {"id": 1, "name": "Twin", "version": 11}},
    {"id": 2, "author": {"id": 1, "name": "Twin", "version": 11}}]')::jsonb, '$[*].author.version') AS versions;
SELECT orm.save('Author', '[
    {"id": 1, "card": null},
    {"id": 2, "card": {"id": 1, "motto": "moved", "version": 2}}]')::jsonb #> '{1,card}' AS card;
SELECT * FROM cards;
-- only named, connected or found: not asked
SELECT orm.update('Book', 1, '{"shelves": {"$connect": [{"code": "b", "$etag": "old"}], "$connect_or_create": [{"code": "c", "version": 1}]}}')::jsonb -> 'shelves' AS shelves;

-- the unit of work
SELECT orm.merge('Shelf', '{"code": "b", "room": 1, "version": 5}');
SELECT refused($$SELECT orm.merge('Shelf', '{"code": "b", "room": 2, "version": 5}'), orm.flush()$$);
BEGIN;
SELECT orm.merge('Shelf', '{"code": "b", "room": 3, "version": 6}');
SELECT orm.merge('Shelf', '{"code": "b", "room": 4, "version": 6}');
COMMIT;
SELECT * FROM shelves WHERE code = 'b';
BEGIN;
SELECT orm.merge('Shelf', '{"code": "b", "room": 5, "$etag": "old"}');
\set VERBOSITY sqlstate
COMMIT;
\set VERBOSITY default
SELECT * FROM shelves WHERE code = 'b';

-- the same object again and again: it is not stale by its own doing, but by somebody else's
SELECT orm.flush('{"merge": [{"model": "Shelf", "object": {"code": "b", "room": 6, "version": 8}},
    {"model": "Shelf", "object": {"code": "b", "room": 7, "version": 8}}, {"model": "Shelf", "object": {"code": "b", "room": 8, "version": 8}}]}');
SELECT refused($$SELECT orm.flush('{"merge": [{"model": "Shelf", "object": {"code": "b", "room": 9, "version": 11}},
    {"model": "Shelf", "object": {"code": "b", "room": 10, "version": 10}}]}')$$);
SELECT orm.flush('{"add": [{"model": "Shelf", "object": {"code": "n", "room": 1}}], "merge": [{"model": "Shelf", "object": {"code": "n", "room": 2, "version": 1}}]}');
SELECT refused($$SELECT orm.flush('{"add": [{"model": "Shelf", "object": {"code": "o", "room": 1}}], "merge": [{"model": "Shelf", "object": {"code": "o", "room": 2, "version": 2}}]}')$$);
SELECT refused($$SELECT orm.flush('{"merge": [{"model": "Author", "object": {"id": 1, "card": {"id": 1, "version": 1}}}]}')$$);
-- only the second says it: it is compared with what was there before the first
SELECT orm.flush('{"merge": [{"model": "Shelf", "object": {"code": "n", "room": 20}}, {"model": "Shelf", "object": {"code": "n", "room": 21, "version": 2}}]}');
SELECT refused($$SELECT orm.flush('{"merge": [{"model": "Shelf", "object": {"code": "n", "room": 22}}, {"model": "Shelf", "object": {"code": "n", "room": 23, "version": 5}}]}')$$);
SELECT orm.flush(json_build_object('merge', json_build_array('{"model": "Shelf", "object": {"code": "n", "room": 24}}'::json,
    json_build_object('model', 'Shelf', 'object', orm.get('Shelf', 'n', '{"etag": true}')::jsonb || '{"room": 25}'))));
SELECT refused($$SELECT orm.flush('{"merge": [{"model": "Shelf", "object": {"code": "n", "room": 26}}, {"model": "Shelf", "object": {"code": "n", "room": 27, "version": null}}]}')$$);
SELECT orm.flush('{"merge": [{"model": "Shelf", "object": {"code": "p", "room": 1}}, {"model": "Shelf", "object": {"code": "p", "room": 2, "version": null}}]}');
SELECT * FROM shelves WHERE code IN ('b', 'n', 'o') ORDER BY code;

-- the etag is that of the row as reads have it, whatever is in it
CREATE TYPE pair AS (a int, b text);
CREATE TABLE kinds (id int PRIMARY KEY, gone int, t text, n numeric, f float8, j json, jb jsonb, p pair, ts timestamptz, b bytea,
    a int[], r int4range, u text GENERATED ALWAYS AS (upper(t)) STORED, big text);
ALTER TABLE kinds DROP gone;
SELECT count(*) > 0 AS mapped FROM orm.map('kinds', 'Kind');
INSERT INTO kinds VALUES (1, 'x', 1.50, 'NaN', '{"a": 1 }', '{"a": 1}', (1, 'y'), '2026-01-01', '\x01', '{1,2}', '[1,3)', DEFAULT,
    (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 3000) i)), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, NULL);
SELECT length(orm.save('Kind', orm.all('Kind', '{"etag": true}'))::text) > 90000 AS saved;
SELECT length(orm.save('Kind', orm.get('Kind', 1, '{"etag": true}')::jsonb || '{"n": "1.5"}')::text) > 90000 AS saved;
SELECT substr(regexp_replace(refused(format('SELECT orm.save(%L, %L)', 'Kind',
    jsonb_set(orm.get('Kind', 1, '{"etag": true, "omit": ["big"]}')::jsonb, '{$etag}', '"x"') || '{"t": "other", "n": 1.50}')), '[0-9a-f]{32}', 'E'), 1, 300);

-- rights: the version must be readable, an etag needs all columns; others do not show
CREATE ROLE regress_etag_clerk;
GRANT USAGE ON SCHEMA etag_test TO regress_etag_clerk;
GRANT SELECT (code, version), UPDATE (room), INSERT (code, room, version) ON shelves TO regress_etag_clerk;
SET ROLE regress_etag_clerk;
SELECT orm.update('Shelf', 'b', '{"room": 1, "version": 11}');
SELECT etag_test.refused($$SELECT orm.update('Shelf', 'b', '{"room": 2, "version": 11}')$$);
SELECT etag_test.refused($$SELECT orm.update('Shelf', 'b', '{"room": 2, "$etag": "x"}')$$);
RESET ROLE;
REVOKE SELECT (version) ON shelves FROM regress_etag_clerk;
SET ROLE regress_etag_clerk;
SELECT etag_test.refused($$SELECT orm.update('Shelf', 'b', '{"room": 2, "version": 11}')$$);
RESET ROLE;

-- a view has etags too
CREATE VIEW shelf_view AS SELECT code, room FROM shelves;
SELECT count(*) > 0 AS mapped FROM orm.map('shelf_view', 'ShelfView', orm.primary_key('code'));
SELECT orm.get('ShelfView', 'b', '{"etag": true}')::text AS shelf \gset
SELECT orm.save('ShelfView', :'shelf'::jsonb || '{"room": 77}');
SELECT regexp_replace(refused(format('SELECT orm.save(%L, %L)', 'ShelfView', :'shelf')), '[0-9a-f]{32}', 'E');

-- many at once: one statement locks and compares; the first that is stale is named
INSERT INTO shelves SELECT 'm' || i, i FROM generate_series(1, 500) i;
SELECT json_array_length(orm.save('Shelf', orm.all('Shelf', '{"etag": true, "where": {"code": {"starts_with": "m"}}, "order_by": ["-room"]}'))) AS saved;
SELECT orm.all('Shelf', '{"where": {"code": {"starts_with": "m"}}, "order_by": ["-room"]}')::text AS many \gset
UPDATE shelves SET room = -room WHERE code IN ('m3', 'm250');
SELECT refused(format('SELECT orm.save(%L, %L)', 'Shelf', :'many'));

SET client_min_messages = warning;
DROP SCHEMA etag_test CASCADE;
DROP ROLE regress_etag_clerk;
