-- Deletes that a trigger or a rule passes over: 09000 with the place, unless the caller allows it; counts are the server's.
CREATE SCHEMA corner_skipped_deletes;
SET search_path = corner_skipped_deletes;
SET client_min_messages = warning;
\pset null '~'
\pset format unaligned
\pset tuples_only on
\set SHOW_CONTEXT never

CREATE FUNCTION pass_over() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN OLD.name LIKE 'skip%' THEN NULL ELSE OLD END; END $$;
CREATE FUNCTION delete_base() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.name LIKE 'skip%' THEN RETURN NULL; END IF;
    DELETE FROM corner_skipped_deletes.base WHERE id = OLD.id;
    RETURN OLD;
END $$;
CREATE TABLE owners (id int PRIMARY KEY, name text);
CREATE TABLE kids (id int PRIMARY KEY, name text, owner_id int REFERENCES owners);
CREATE TABLE notes (id int PRIMARY KEY, name text, owner_id int); -- without a foreign key
CREATE TABLE labels (id int PRIMARY KEY, name text);
CREATE TABLE owners_labels (owner_id int REFERENCES owners ON DELETE CASCADE, label_id int REFERENCES labels, PRIMARY KEY (owner_id, label_id));
CREATE TABLE ruled (id int PRIMARY KEY, name text);
CREATE TABLE base (id int PRIMARY KEY, name text);
CREATE VIEW seen AS SELECT * FROM base;
CREATE TRIGGER pass_over BEFORE DELETE ON owners FOR EACH ROW EXECUTE FUNCTION pass_over();
CREATE TRIGGER pass_over BEFORE DELETE ON kids FOR EACH ROW EXECUTE FUNCTION pass_over();
CREATE TRIGGER pass_over BEFORE DELETE ON notes FOR EACH ROW EXECUTE FUNCTION pass_over();
CREATE TRIGGER pass_over BEFORE DELETE ON labels FOR EACH ROW EXECUTE FUNCTION pass_over();
CREATE TRIGGER delete_base INSTEAD OF DELETE ON seen FOR EACH ROW EXECUTE FUNCTION delete_base();
CREATE RULE pass_over AS ON DELETE TO ruled WHERE OLD.name LIKE 'skip%' DO INSTEAD NOTHING;
SELECT count(*) > 0 FROM orm.map('owners', 'Owner', orm.has_many('kids', 'Kid', cascade => 'all, delete-orphan'), orm.has_many('notes', 'Note', foreign_key => 'owner_id', cascade => 'all'), orm.many_to_many('labels', 'Label', through => 'owners_labels'));
SELECT count(*) > 0 FROM orm.map('kids', 'Kid');
SELECT count(*) > 0 FROM orm.map('notes', 'Note', orm.belongs_to('owner', 'Owner', foreign_key => 'owner_id', back_populates => 'notes'));
SELECT count(*) > 0 FROM orm.map('labels', 'Label');
SELECT count(*) > 0 FROM orm.map('ruled', 'Ruled');
SELECT count(*) > 0 FROM orm.map('seen', 'Seen', orm.primary_key('id'));
INSERT INTO owners VALUES (1, 'a'), (2, 'skip'), (3, 'c'), (4, 'd');
INSERT INTO kids VALUES (1, 'skip', 1), (2, 'k', 1), (3, 'k', 2);
INSERT INTO notes VALUES (1, 'n', 3), (2, 'skip', 4), (3, 'n', 4);
INSERT INTO labels VALUES (1, 'l'), (2, 'skip');
INSERT INTO owners_labels VALUES (1, 1), (1, 2);
INSERT INTO ruled VALUES (1, 'a'), (2, 'skip');
INSERT INTO base VALUES (1, 'a'), (2, 'skip');
CREATE FUNCTION forget(id int) RETURNS boolean LANGUAGE orm AS 'delete Kid';
CREATE FUNCTION may_forget(id int) RETURNS boolean LANGUAGE orm AS 'delete Kid {"skipped": "allow"}';

-- What a call returns, or raises, and how many rows are gone then; all is undone.
CREATE FUNCTION tried(call text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    result text; detail text; gone text;
BEGIN
    BEGIN
        EXECUTE 'SELECT ' || call INTO result;
        gone := (SELECT string_agg(format('%s %s', n, t), ', ' ORDER BY t) FROM (VALUES (4 - (SELECT count(*) FROM owners), 'owners'), (3 - (SELECT count(*) FROM kids), 'kids'), (3 - (SELECT count(*) FROM notes), 'notes'), (2 - (SELECT count(*) FROM labels), 'labels'),
            (2 - (SELECT count(*) FROM owners_labels), 'links'), (2 - (SELECT count(*) FROM ruled), 'ruled'), (2 - (SELECT count(*) FROM base), 'base')) v (n, t) WHERE n <> 0);
        RAISE EXCEPTION USING ERRCODE = 'TR001';
    EXCEPTION
        WHEN SQLSTATE 'TR001' THEN NULL;
        WHEN OTHERS THEN GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
            result := concat_ws(' ', SQLSTATE, SQLERRM, detail);
    END;
    RETURN NEXT call;
    RETURN NEXT '  ' || coalesce(result, 'null') || coalesce(', deleted: ' || gone, '');
END $$;
\echo # one object
SELECT tried(c) FROM unnest(ARRAY[$$orm.delete('Kid', 1)$$, $$orm.delete('Kid', 1, '{"skipped": "allow"}')$$, $$orm.delete('Kid', 2)$$, $$orm.delete('Kid', 9)$$, $$orm.delete('Kid', 1, '{"return": {}}')$$, $$orm.delete('Kid', 1, '{"return": {}, "skipped": "allow"}')$$,
    $$orm.delete('Kid', 1, '{"dry_run": true}')$$, $$kid_delete(1)$$, $$kid_delete(2)$$, $$forget(1)$$, $$may_forget(1)$$, $$orm.delete('Ruled', 2)$$, $$orm.delete('Ruled', 2, '{"skipped": "allow"}')$$, $$orm.delete('Ruled', 1)$$,
    $$orm.delete('Seen', 2)$$, $$orm.delete('Seen', 2, '{"skipped": "allow"}')$$, $$orm.delete('Seen', 1)$$]) c;
\echo # with a cascade: the object, and rows that go with it; a foreign key speaks first
SELECT tried(c) FROM unnest(ARRAY[$$orm.delete('Owner', 2)$$, $$orm.delete('Owner', 2, '{"skipped": "allow"}')$$, $$orm.delete('Owner', 3)$$, $$orm.delete('Owner', 4)$$, $$orm.delete('Owner', 4, '{"skipped": "allow"}')$$, $$orm.delete('Owner', 1)$$]) c;
\echo # out of collections
SELECT tried(format('orm.save(''Owner'', %L, %L)', o, options)) FROM unnest(ARRAY['{"id": 1, "kids": {"$delete": [2, 1]}}', '{"id": 1, "kids": {"$set": []}}', '{"id": 1, "labels": {"$delete": [1, 2]}}', '{"id": 1, "kids": {"$delete": [2]}}']) o, unnest(ARRAY['{}', '{"skipped": "allow"}']) options;
\echo # changesets, with counts
SELECT tried(format('orm.flush(%L, %L)', o, options)) FROM unnest(ARRAY['{"remove": [{"model": "Kid", "key": 2}, {"model": "Kid", "key": 1}]}', '{"remove": [{"model": "Owner", "key": 4}]}', '{"merge": [{"model": "Owner", "object": {"id": 1, "labels": {"$delete": [1, 2]}}}]}',
    '{"merge": [{"model": "Owner", "object": {"id": 1, "kids": {"$delete": [1, 2]}}}]}']) o, unnest(ARRAY['{}', '{"skipped": "allow"}']) options;
\echo # the queue
BEGIN;
SELECT orm.remove('Kid', 2), orm.remove('Kid', 1);
SELECT orm.flush();
ROLLBACK;
\echo # statements over many rows count what the server counts
SELECT tried(c) FROM unnest(ARRAY[$$orm.delete_where('Kid', '{"where": {}}')$$, $$orm.delete_where('Ruled', '{"where": {}}')$$, $$orm.delete_where('Kid', '{"where": {}}', '{}', '{"return": {"select": ["id"]}}')$$, $$orm.delete_where('Note', '{"where": {}}')$$]) c;

\echo # objects that a trigger marks as deleted keep their links, and no others do
CREATE TABLE pages (id int PRIMARY KEY, name text, gone boolean DEFAULT false);
CREATE TABLE words (id int PRIMARY KEY);
CREATE TABLE pages_words (page_id int REFERENCES pages, word_id int REFERENCES words, PRIMARY KEY (page_id, word_id));
CREATE TABLE authors (id int PRIMARY KEY);
ALTER TABLE pages ADD author_id int REFERENCES authors;
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.name LIKE 'keep%' THEN UPDATE corner_skipped_deletes.pages SET gone = true WHERE id = OLD.id; RETURN NULL; END IF;
    IF OLD.name LIKE 'own%' THEN DELETE FROM corner_skipped_deletes.pages_words WHERE page_id = OLD.id; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER mark BEFORE DELETE ON pages FOR EACH ROW EXECUTE FUNCTION mark();
SELECT count(*) > 0 FROM orm.map('pages', 'Page', orm.many_to_many('words', 'Word', through => 'pages_words'));
SELECT count(*) > 0 FROM orm.map('words', 'Word', orm.many_to_many('pages', 'Page', through => 'pages_words'));
SELECT count(*) > 0 FROM orm.map('authors', 'Author', orm.has_many('pages', 'Page', foreign_key => 'author_id', cascade => 'all'));
CREATE FUNCTION marked(call text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    result text; stored text;
BEGIN
    BEGIN
        EXECUTE 'SELECT ' || call INTO result;
        SELECT string_agg(format('%s%s %s', id, CASE WHEN gone THEN ' gone' END, ARRAY(SELECT word_id FROM pages_words WHERE page_id = id ORDER BY 1)), ', ' ORDER BY id) INTO stored FROM pages;
        RAISE EXCEPTION USING ERRCODE = 'TR001';
    EXCEPTION
        WHEN SQLSTATE 'TR001' THEN NULL;
        WHEN OTHERS THEN result := concat_ws(' ', SQLSTATE, SQLERRM);
    END;
    RETURN NEXT call;
    RETURN NEXT '  ' || coalesce(result, 'null') || coalesce(', stored: ' || stored, '');
END $$;
INSERT INTO authors VALUES (1);
INSERT INTO pages (id, name, author_id) VALUES (1, 'keep', 1), (2, 'go', 1), (3, 'own', NULL), (4, 'keep', NULL);
INSERT INTO words VALUES (1), (2), (3);
INSERT INTO pages_words VALUES (1, 1), (1, 2), (2, 1), (2, 3), (3, 2), (4, 3);
SELECT marked(c) FROM unnest(ARRAY[$$orm.delete('Page', 1)$$, $$orm.delete('Page', 1, '{"skipped": "allow"}')$$, $$orm.delete('Page', 2, '{"skipped": "allow"}')$$, $$orm.delete('Page', 3)$$, $$orm.delete('Page', 3, '{"skipped": "allow"}')$$,
    $$orm.delete_where('Page', '{"where": {"id": {"lt": 3}}}')$$, $$orm.delete_where('Page', '{"where": {"id": 3}}')$$, $$orm.delete('Author', 1, '{"skipped": "allow"}')$$, $$orm.delete('Word', 3, '{"skipped": "allow"}')$$,
    $$orm.flush('{"remove": [{"model": "Page", "key": 1}, {"model": "Page", "key": 2}]}', '{"skipped": "allow"}')$$, $$orm.delete_where('Page', '{"where": {"id": {"in": [2, 4]}}}', '{}', '{"return": {"select": ["id"]}}')$$,
    $$orm.save('Author', '{"id": 1, "pages": {"$delete": [1, 2]}}', '{"skipped": "allow"}')$$, $$orm.save('Word', '{"id": 1, "pages": {"$delete": [1, 2]}}', '{"skipped": "allow"}')$$]) c;

DROP SCHEMA corner_skipped_deletes CASCADE;
