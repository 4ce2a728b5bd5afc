-- Cascades in written documents: what is written along a relationship, and what becomes of what leaves.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA cascade_write;
SET search_path = cascade_write;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT, the extension's lines of the context.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text; context text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''),
        (SELECT string_agg(line, ' < ') FROM regexp_split_to_table(context, E'\n') line WHERE line ~ '^(deleting|writing|at )'));
END $$;

\echo # without save-update: rows that exist are named, nothing else is written
CREATE TABLE countries (id int PRIMARY KEY, code text UNIQUE, name text);
CREATE TABLE cities (id int PRIMARY KEY, name text, country_id int REFERENCES countries);
CREATE TABLE capitals (id int PRIMARY KEY, country_id int UNIQUE REFERENCES countries);
CREATE TABLE languages (id int PRIMARY KEY, name text UNIQUE);
CREATE TABLE spoken (country_id int REFERENCES countries, language_id int REFERENCES languages, PRIMARY KEY (country_id, language_id));
SELECT count(*) > 0 FROM orm.map('cascade_write.countries', 'Country', orm.has_many('cities', 'City', cascade => 'none'),
    orm.has_one('capital', 'Capital', cascade => 'delete'), orm.many_to_many('languages', 'Language', 'cascade_write.spoken', cascade => 'none'));
SELECT count(*) > 0 FROM orm.map('cascade_write.cities', 'City', orm.belongs_to('country', 'Country', cascade => 'none'));
SELECT count(*) > 0 FROM orm.map('cascade_write.capitals', 'Capital', orm.belongs_to('country', 'Country', cascade => 'merge'));
SELECT count(*) > 0 FROM orm.map('cascade_write.languages', 'Language');
INSERT INTO countries VALUES (1, 'ar', 'Argentina'), (2, 'uy', 'Uruguay');
INSERT INTO cities VALUES (1, 'Rosario', 1), (2, 'Salto', NULL), (3, 'Junín', NULL);
INSERT INTO capitals VALUES (1, 1), (2, NULL);
INSERT INTO languages VALUES (1, 'es'), (2, 'gn');
SELECT orm.save('City', '{"id": 2, "country": 2}'), orm.save('City', '{"id": 3, "country": {"$connect": {"code": "ar"}}}');
SELECT refused($$SELECT orm.save('City', '{"id": 2, "country": {"id": 2, "name": "?"}}')$$);
SELECT refused($$SELECT orm.save('City', '{"id": 2, "country": {"id": 2}}')$$);
SELECT refused($$SELECT orm.save('City', '{"id": 2, "country": {"$connect_or_create": {"code": "br"}}}')$$);
SELECT refused($$SELECT orm.create('City', '[{"id": 8}, {"id": 9, "country": {"name": "?"}}]')$$);
SELECT orm.update('City', 2, '{"country": null}'), orm.update('City', 2, '{"country": 2}');
SELECT orm.update('Country', 2, '{"cities": [3], "capital": 2, "languages": [1]}');
SELECT refused($$SELECT orm.update('Country', 2, '{"cities": [3, {"id": 1}]}')$$);
SELECT refused($$SELECT orm.update('Country', 2, '{"cities": {"$set": [{"name": "Minas"}]}}')$$);
SELECT refused($$SELECT orm.update('Country', 2, '{"cities": {"$save": [{"name": "Minas"}]}}')$$);
SELECT refused($$SELECT orm.update('Country', 2, '{"languages": {"$connect_or_create": [{"name": "pt"}]}}')$$);
SELECT refused($$SELECT orm.update('Country', 2, '{"capital": {"id": 3}}')$$);
SELECT orm.update('Country', 2, '{"cities": {"$connect": [1], "$disconnect": [3]}, "languages": {"$set": [2]}}');
SELECT orm.update('Country', 2, '{"cities": {"$set": [2]}}');
SELECT orm.save('Capital', '{"id": 2, "country": {"id": 2, "name": "Uruguay!"}}');
SELECT c.name, array_agg(t.name ORDER BY t.id) FROM countries c LEFT JOIN cities t ON t.country_id = c.id GROUP BY c.id ORDER BY c.id;
SELECT * FROM spoken;

\echo # delete-orphan: what leaves is deleted, with what goes with it
CREATE TABLE authors (id int PRIMARY KEY, name text);
CREATE TABLE profiles (id int PRIMARY KEY, bio text, author_id int UNIQUE REFERENCES authors);
CREATE TABLE posts (id int PRIMARY KEY, title text UNIQUE, author_id int REFERENCES authors, editor_id int REFERENCES authors);
CREATE TABLE comments (id int PRIMARY KEY, body text, post_id int NOT NULL REFERENCES posts, n int);
SELECT count(*) > 0 FROM orm.map('cascade_write.authors', 'Author', orm.has_many('posts', 'Post', 'author_id', cascade => 'all, delete-orphan'),
    orm.has_many('edited', 'Post', 'editor_id'), orm.has_one('profile', 'Profile', cascade => 'all, delete-orphan'));
SELECT count(*) > 0 FROM orm.map('cascade_write.profiles', 'Profile', orm.belongs_to('author', 'Author'));
SELECT count(*) > 0 FROM orm.map('cascade_write.posts', 'Post', orm.has_many('comments', 'Comment', cascade => 'all, delete-orphan'), orm.belongs_to('author', 'Author', 'author_id'));
SELECT count(*) > 0 FROM orm.map('cascade_write.comments', 'Comment', orm.belongs_to('post', 'Post'));
CREATE PROCEDURE fill() LANGUAGE sql AS $$
    TRUNCATE authors, profiles, posts, comments;
    INSERT INTO authors VALUES (1, 'a'), (2, 'b');
    INSERT INTO profiles VALUES (1, 'x', 1), (2, 'y', 2);
    INSERT INTO posts SELECT 10 * a + i, concat('p', a, i), a FROM generate_series(1, 2) a, generate_series(1, 3) i;
    INSERT INTO comments SELECT 10 * p.id + i, 'c', p.id FROM posts p, generate_series(1, 2) i;
$$;
CREATE FUNCTION rows() RETURNS text LANGUAGE sql AS $$
    SELECT format('profiles %s, posts %s, comments %s', (SELECT string_agg(concat(id, '@', author_id), ' ' ORDER BY id) FROM profiles),
        (SELECT string_agg(concat(id, '@', author_id), ' ' ORDER BY id) FROM posts), (SELECT string_agg(concat(id, '@', post_id), ' ' ORDER BY id) FROM comments)) $$;
CALL fill();
SELECT orm.update('Author', 1, '{"posts": {"$set": [11, {"id": 14, "title": "p12"}]}}');
SELECT rows();
SELECT orm.update('Author', 1, '{"posts": {"$disconnect": [11]}}', '{"dry_run": true}');
SELECT orm.update('Author', 1, '{"posts": {"$disconnect": [11]}}');
SELECT orm.save('Post', '[{"id": 21, "comments": {"$set": [211, {"id": 213}]}}, {"id": 22, "comments": {"$set": []}}]');
SELECT rows();
SELECT orm.update('Author', 2, '{"posts": {"$delete": [23]}}');
SELECT rows();
\echo # a plain array never removes; nor does what is not said
SELECT orm.save('Author', '{"id": 2, "posts": [{"id": 24}]}');
SELECT rows();

\echo # has_one: replaced, set null, changed in place
CALL fill();
SELECT orm.update('Author', 1, '{"profile": {"bio": "changed"}}');
SELECT orm.update('Author', 1, '{"profile": {"id": 3, "bio": "new"}}');
SELECT orm.update('Author', 2, '{"profile": null}');
SELECT * FROM profiles ORDER BY id;
SELECT orm.save('Author', '[{"id": 1, "profile": null}, {"id": 2, "profile": 3}]');
SELECT * FROM profiles ORDER BY id;

\echo # what goes from one collection to another is not lost
CALL fill();
SELECT orm.save('Author', '[{"id": 1, "posts": {"$set": [21, 12]}}, {"id": 2, "posts": {"$set": [11, {"id": 22}]}}]');
SELECT rows();
CALL fill();
SELECT orm.save('Post', '[{"id": 11, "comments": {"$set": []}}, {"id": 12, "comments": {"$set": [{"id": 111, "body": "moved"}, 121]}}, {"id": 13, "author": 2, "comments": [112]}]');
SELECT rows();
SELECT orm.save('Author', '[{"id": 1, "posts": {"$set": []}}, {"id": 2, "posts": [{"id": 12, "title": "twelve"}]}]');
SELECT rows();
INSERT INTO authors VALUES (3, 'c');
SELECT orm.save('Author', '[{"id": 2, "profile": {"id": 1}}, {"id": 1, "profile": null}, {"id": 3, "profile": {"bio": "none", "id": 4}}]');
SELECT rows();
\echo # the other relationship to the same model has no such cascade
UPDATE posts SET editor_id = 2;
SELECT orm.update('Author', 2, '{"edited": {"$set": []}}');
SELECT rows();

\echo # in the unit of work, where labels name what is queued; orphans count, what goes with them does not
CALL fill();
SELECT orm.flush('{"merge": [{"model": "Author", "object": {"id": 1, "posts": {"$set": [12, {"$ref": "new"}]}, "profile": null}}, {"model": "Author", "object": {"id": 2, "posts": {"$delete": [21]}}}],
    "add": [{"model": "Post", "object": {"id": 15, "title": "new"}, "label": "new"}]}');
SELECT rows();
INSERT INTO countries VALUES (3, 'cl', 'Chile');
SELECT orm.flush('{"add": [{"model": "City", "object": {"id": 4, "name": "Arica", "country": {"$ref": "here"}}}, {"model": "Country", "object": {"id": 4}, "label": "here"}]}');
SELECT refused($$SELECT orm.flush('{"add": [{"model": "City", "object": {"id": 5, "country": {"id": 5}}}]}')$$);
SELECT refused($$SELECT orm.add('City', '{"id": 5, "country": {"id": 5}}')$$);
SELECT * FROM cities WHERE id > 3;

\echo # what keeps an orphan keeps everything; the place is told
CALL fill();
CREATE TABLE audits (comment_id int REFERENCES comments);
INSERT INTO audits VALUES (122);
SELECT refused($$SELECT orm.save('Author', '[{"id": 2, "name": "B"}, {"id": 1, "posts": {"$set": [11]}}]')$$);
SELECT refused($$SELECT orm.update('Author', 1, '{"posts": {"$delete": [11, 12]}}')$$);
SELECT refused($$SELECT orm.update('Author', 1, '{"posts": {"$disconnect": [12]}}')$$);
SELECT refused($$SELECT orm.update('Author', 1, '{"posts": {"$disconnect": [21]}}')$$);
SELECT refused($$SELECT orm.update('Post', 12, '{"comments": {"$set": [121]}}')$$);
SELECT rows();

\echo # without it, what may not leave says so
SELECT count(*) > 0 FROM orm.unmap('Post');
SELECT count(*) > 0 FROM orm.map('cascade_write.posts', 'Post', orm.has_many('comments', 'Comment', cascade => 'all'), orm.belongs_to('author', 'Author', 'author_id'));
SELECT refused($$SELECT orm.update('Post', 11, '{"comments": {"$set": []}}')$$);

\echo # what the document puts elsewhere must not go with what leaves
CREATE TABLE nodes (id int PRIMARY KEY, up int REFERENCES nodes, name text);
SELECT count(*) > 0 FROM orm.map('cascade_write.nodes', 'Node', orm.has_many('children', 'Node', cascade => 'all, delete-orphan'));
SELECT orm.create('Node', '{"id": 1, "children": [{"id": 2, "children": [{"id": 3, "name": "three"}]}, {"id": 4}]}', '{"return": false}');
SELECT refused($$SELECT orm.save('Node', '{"id": 1, "children": {"$set": [{"id": 4}, {"id": 3}]}}')$$);
SELECT refused($$SELECT orm.save('Node', '{"id": 1, "children": {"$delete": [2], "$connect": [3]}}')$$);
SELECT refused($$SELECT orm.save('Node', '{"id": 1, "children": {"$disconnect": [2], "$save": [{"id": 3, "name": "?"}]}}')$$);
ALTER TABLE nodes DROP CONSTRAINT nodes_up_fkey, ADD FOREIGN KEY (up) REFERENCES nodes ON DELETE CASCADE;
SELECT refused($$SELECT orm.save('Node', '{"id": 1, "children": {"$set": [{"id": 4}, {"id": 3}]}}')$$);
SELECT orm.save('Node', '{"id": 1, "children": [{"id": 3}]}') -> 'children', orm.save('Node', '{"id": 1, "children": {"$set": [4, {"id": 3}]}}') -> 'children';
SELECT * FROM nodes ORDER BY id;

\echo # composite keys: the key of the parent is a part of that of the child
CREATE TABLE orders (shop int, number int, PRIMARY KEY (shop, number));
CREATE TABLE lines (shop int, number int, position int, what text, PRIMARY KEY (shop, number, position), FOREIGN KEY (shop, number) REFERENCES orders);
SELECT count(*) > 0 FROM orm.map('cascade_write.orders', 'Order', orm.has_many('lines', 'Line', cascade => 'all, delete-orphan'));
SELECT count(*) > 0 FROM orm.map('cascade_write.lines', 'Line');
SELECT orm.create('Order', '{"shop": 1, "number": 1, "lines": [{"position": 1}, {"position": 2}, {"position": 3}]}', '{"return": false}');
SELECT orm.save('Order', '{"shop": 1, "number": 1, "lines": {"$set": [{"position": 2, "what": "kept"}, {"position": 4}]}}');
SELECT * FROM lines ORDER BY position;

\echo # what a trigger keeps is still there: not to say that it is gone
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE DELETE ON lines FOR EACH ROW WHEN (OLD.what = 'kept') EXECUTE FUNCTION keep();
CREATE TRIGGER keep BEFORE DELETE ON posts FOR EACH ROW WHEN (OLD.id = 11) EXECUTE FUNCTION keep();
SELECT refused($$SELECT orm.update('Order', '(1,1)', '{"lines": {"$set": []}}')$$);
SELECT refused($$SELECT orm.update('Order', '(1,1)', '{"lines": {"$delete": [{"position": 4}, {"position": 2}]}}')$$);
SELECT refused($$SELECT orm.update('Author', 1, '{"posts": {"$delete": [11]}}')$$);
SELECT * FROM lines ORDER BY position;
SELECT count(*) FROM comments WHERE post_id = 11;
DROP TRIGGER keep ON lines;

SELECT orm.delete('Order', '(1,1)');
SELECT count(*) FROM lines;

DROP SCHEMA cascade_write CASCADE;
