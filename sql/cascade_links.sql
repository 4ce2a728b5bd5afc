-- Join table rows are deleted with the object that they link, in every form of a delete; the linked objects stay.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA cascade_links;
SET search_path = cascade_links;
SET client_min_messages = warning;

CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; context text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
    RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''),
        (SELECT string_agg(line, ' < ') FROM regexp_split_to_table(context, E'\n') line WHERE line ~ '^(deleting|writing)'));
END $$;

CREATE TABLE shelves (id int PRIMARY KEY);
CREATE TABLE books (id int PRIMARY KEY, code text UNIQUE, shelf_id int REFERENCES shelves ON DELETE CASCADE);
CREATE TABLE tags (id int PRIMARY KEY);
CREATE TABLE books_tags (book text REFERENCES books (code), tag int REFERENCES tags ON DELETE RESTRICT, PRIMARY KEY (book, tag));
SELECT count(*) > 0 FROM orm.map('books', 'LBook', orm.many_to_many('tags', 'LTag', through => 'books_tags'));
SELECT count(*) > 0 FROM orm.map('tags', 'LTag', orm.many_to_many('books', 'LBook', through => 'books_tags'));
SELECT count(*) > 0 FROM orm.map('shelves', 'LShelf', orm.has_many('books', 'LBook', cascade => 'all, delete-orphan'));
CREATE PROCEDURE fill() LANGUAGE sql AS $$
    TRUNCATE shelves, books, tags, books_tags CASCADE;
    INSERT INTO shelves VALUES (1), (2);
    INSERT INTO books SELECT i, 'b' || i, 1 + i / 4 FROM generate_series(1, 6) i;
    INSERT INTO tags SELECT generate_series(1, 3);
    INSERT INTO books_tags SELECT code, t.id FROM books b, tags t WHERE t.id <= 2;
$$;
CREATE FUNCTION rows() RETURNS text LANGUAGE sql AS $$
    SELECT format('books %s, tags %s, links %s', (SELECT string_agg(id::text, ' ' ORDER BY id) FROM books),
        (SELECT string_agg(id::text, ' ' ORDER BY id) FROM tags), (SELECT string_agg(book || '-' || tag, ' ' ORDER BY book, tag) FROM books_tags)) $$;
-- what a statement leaves; it is undone
CREATE FUNCTION left_by(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; left_over text;
BEGIN
    EXECUTE statement INTO result;
    left_over := coalesce(result, 'null') || ': ' || rows();
    RAISE SQLSTATE 'OK000';
EXCEPTION WHEN SQLSTATE 'OK000' THEN
    RETURN left_over;
WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CALL fill();
SELECT rows();

\echo # the impact
SELECT orm.impact('LBook', 1), orm.impact('LTag', 1), orm.impact('LTag', 3), orm.impact('LShelf', 2);

\echo # each form of a delete
SELECT statement, left_by(statement) FROM unnest(ARRAY[
    $$SELECT orm.delete('LBook', 1)$$,
    $$SELECT orm.delete('LBook', 9)$$,
    $$SELECT orm.delete('LBook', 1, '{"return": {"load": ["tags"]}}')$$,
    $$SELECT orm.delete_where('LBook', '{"where": {"tags": {"any": {"id": 1}}, "id": {"<": 4}}}')$$,
    $$SELECT orm.delete_where('LBook', '{"where": {"id": {"<": 3}}}', '{}', '{"return": {"select": ["id"]}}')$$,
    $$SELECT orm.delete_where('LTag', '{"where": {}, "order_by": ["id"], "limit": 1}')$$,
    $$SELECT l_book_delete(1)$$,
    $$SELECT l_tag_delete(2)$$,
    $$SELECT orm.flush('{"remove": [{"model": "LBook", "key": 1}, {"model": "LTag", "key": 1}]}')$$,
    $$SELECT orm.save('LShelf', '{"id": 1, "books": {"$delete": [1]}}')$$,
    $$SELECT orm.save('LShelf', '{"id": 1, "books": {"$set": [2, 3]}}')$$,
    $$SELECT orm.save('LBook', '{"id": 1, "tags": {"$delete": [1]}}')$$,
    $$SELECT orm.delete('LShelf', 1)$$,
    $$SELECT orm.delete_where('LShelf', '{"where": {}}')$$]) statement;
BEGIN;
SELECT orm.remove('LBook', 1), orm.remove('LBook', 2), orm.remove('LTag', 2) \g /dev/null
SELECT orm.flush();
SELECT rows();
ROLLBACK;

\echo # orm.validate agrees
SELECT d, orm.validate(m, d::orm.document), left_by(format('SELECT orm.save(%L, %L) IS NOT NULL', m, d)) FROM (VALUES
    ('LBook', '{"id": 1, "tags": {"$delete": [1]}}'), ('LBook', '{"id": 1, "tags": {"$set": [2], "$delete": [1]}}'), ('LBook', '{"id": 1, "tags": {"$set": [3]}}'),
    ('LShelf', '{"id": 1, "books": {"$delete": [1, 2]}}'), ('LShelf', '{"id": 1, "books": {"$set": []}}')) x (m, d);

\echo # triggers: one that deletes links before an object, ones that keep a row
CREATE FUNCTION unlink() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM books_tags WHERE book = OLD.code; RETURN OLD; END $$;
CREATE TRIGGER unlink BEFORE DELETE ON books FOR EACH ROW EXECUTE FUNCTION unlink();
SELECT left_by($$SELECT orm.delete('LBook', 1)$$);
SELECT left_by($$SELECT orm.delete_where('LBook', '{"where": {}}')$$);
SELECT left_by($$SELECT orm.flush('{"remove": [{"model": "LBook", "key": 1}, {"model": "LTag", "key": 1}]}')$$);
DROP TRIGGER unlink ON books;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE DELETE ON books FOR EACH ROW EXECUTE FUNCTION keep();
SELECT left_by($$SELECT orm.delete('LBook', 1)$$);
DROP TRIGGER keep ON books;
CREATE TRIGGER keep BEFORE DELETE ON books_tags FOR EACH ROW EXECUTE FUNCTION keep();
SELECT refused($$SELECT orm.delete('LBook', 1)$$);
DROP TRIGGER keep ON books_tags;

\echo # as the caller: privileges, and row security of the join table and of the objects
CREATE ROLE regress_orm_cascade_links;
GRANT USAGE ON SCHEMA cascade_links TO regress_orm_cascade_links;
GRANT SELECT, DELETE ON books, tags TO regress_orm_cascade_links;
SET ROLE regress_orm_cascade_links;
SELECT refused($$SELECT orm.delete('LBook', 1)$$);
RESET ROLE;
GRANT SELECT, DELETE ON books_tags TO regress_orm_cascade_links;
ALTER TABLE books_tags ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON books_tags USING (book <> 'b2' OR tag <> 2);
SET ROLE regress_orm_cascade_links;
SELECT orm.impact('LBook', 2);
SELECT orm.delete('LBook', 1);
SELECT refused($$SELECT orm.delete('LBook', 2)$$);
RESET ROLE;
ALTER TABLE books_tags DISABLE ROW LEVEL SECURITY;
SELECT rows();
ALTER TABLE books ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON books FOR SELECT USING (id <> 4);
CREATE POLICY gone ON books FOR DELETE USING (id <> 3);
SET ROLE regress_orm_cascade_links;
SELECT refused($$SELECT orm.delete('LBook', 3)$$);
SELECT orm.delete('LBook', 4), orm.delete_where('LBook', '{"where": {"id": 4}}');
RESET ROLE;
ALTER TABLE books DISABLE ROW LEVEL SECURITY;
SELECT rows();

\echo # ON DELETE CASCADE is left to the server, under the rights of the owner of the join table
ALTER TABLE books_tags DROP CONSTRAINT books_tags_book_fkey, ADD FOREIGN KEY (book) REFERENCES books (code) ON DELETE CASCADE;
REVOKE ALL ON books_tags FROM regress_orm_cascade_links;
SET ROLE regress_orm_cascade_links;
SELECT orm.delete('LBook', 3);
RESET ROLE;
SELECT rows();
ALTER TABLE books_tags DROP CONSTRAINT books_tags_book_fkey, ADD FOREIGN KEY (book) REFERENCES books (code);

\echo # a join table that is a model: its rows are objects, and their foreign key decides
CALL fill();
SELECT count(*) > 0 FROM orm.map('books_tags', 'LLink', orm.belongs_to('labelled', 'LBook', foreign_key => 'book'));
SELECT orm.impact('LBook', 1);
SELECT refused($$SELECT orm.delete('LBook', 1)$$);
SELECT refused($$SELECT orm.delete_where('LBook', '{"where": {"id": 1}}')$$);
SELECT orm.validate('LShelf', '{"id": 1, "books": {"$delete": [1]}}');
SELECT count(*) > 0 FROM orm.unmap('LLink');
SELECT left_by($$SELECT orm.delete('LBook', 1)$$);

\echo # join tables with rules, and views that no DELETE is possible from, are left to their foreign keys
CREATE RULE note AS ON DELETE TO books_tags DO ALSO NOTIFY cascade_links;
SELECT refused($$SELECT orm.delete('LBook', 1)$$);
DELETE FROM books_tags WHERE book = 'b1';
SELECT left_by($$SELECT orm.delete('LBook', 1)$$);
DROP RULE note ON books_tags;
CREATE VIEW links AS SELECT DISTINCT b.id AS book_id, t.tag AS tag_id FROM books_tags t JOIN books b ON b.code = t.book;
SELECT count(*) > 0 FROM orm.unmap('LTag');
SELECT count(*) > 0 FROM orm.map('tags', 'LTag', orm.many_to_many('volumes', 'LVolume', through => 'links', foreign_key => 'tag_id', back_populates => 'tags'));
SELECT count(*) > 0 FROM orm.map('books', 'LVolume', orm.accessors(include => '{}'),
    orm.many_to_many('tags', 'LTag', through => 'links', foreign_key => 'book_id', back_populates => 'volumes'));
SELECT orm.impact('LVolume', 2);
SELECT refused($$SELECT orm.delete('LVolume', 2)$$);
DELETE FROM books_tags WHERE book = 'b2';
SELECT left_by($$SELECT orm.delete('LVolume', 2)$$);

DROP OWNED BY regress_orm_cascade_links;
DROP ROLE regress_orm_cascade_links;
DROP SCHEMA cascade_links CASCADE;
