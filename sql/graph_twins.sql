-- One row in several places of a document: none may say what the fullest does not.
-- Oracle: the stored rows, and every place of the answer against them.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA graph_twins;
SET search_path = graph_twins;

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

CREATE TABLE people (id int PRIMARY KEY, name text, age int, parent_id int REFERENCES people);
CREATE TABLE friends (person_id int REFERENCES people, friend_id int REFERENCES people, PRIMARY KEY (person_id, friend_id));
CREATE TABLE posts (id int PRIMARY KEY, title text, views int DEFAULT 0, author_id int REFERENCES people);
CREATE TABLE tags (id int PRIMARY KEY, name text UNIQUE);
CREATE TABLE posts_tags (post_id int REFERENCES posts, tag_id int REFERENCES tags, PRIMARY KEY (post_id, tag_id));
CREATE TABLE words (word numeric PRIMARY KEY, text text, parent numeric REFERENCES words);
CREATE TABLE writes (what text);
CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO writes VALUES (TG_OP || ' ' || TG_TABLE_NAME || ' ' || (to_jsonb(NEW) ->> 'id')); RETURN NULL; END $$;
CREATE TRIGGER count_write AFTER INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION count_write();
CREATE TRIGGER count_write AFTER INSERT OR UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION count_write();
SELECT count(*) > 0 AS mapped FROM orm.map('graph_twins.people', 'Person', orm.has_many('children', 'Person', foreign_key => 'parent_id'), orm.belongs_to('parent', 'Person'),
    orm.has_many('posts', 'Post', foreign_key => 'author_id'), orm.many_to_many('friends', 'Person', through => 'friends', foreign_key => 'person_id'));
SELECT count(*) > 0 AS mapped FROM orm.map('graph_twins.posts', 'Post', orm.belongs_to('author', 'Person'), orm.many_to_many('tags', 'Tag', through => 'posts_tags'));
SELECT count(*) > 0 AS mapped FROM orm.map('graph_twins.tags', 'Tag', orm.many_to_many('posts', 'Post', through => 'posts_tags'));
SELECT count(*) > 0 AS mapped FROM orm.map('graph_twins.words', 'Word', orm.has_many('children', 'Word', foreign_key => 'parent'));

-- How many objects an answer has, at whatever depth, and those that are not as their rows are
CREATE FUNCTION wrong(model text, answer json, OUT objects bigint, OUT wrong jsonb) LANGUAGE sql AS $$
    WITH RECURSIVE objects(model, object) AS (
        SELECT model, o FROM jsonb_path_query(answer::jsonb, '$[*]') o
        UNION ALL
        SELECT CASE r.key WHEN 'posts' THEN 'Post' WHEN 'tags' THEN 'Tag' ELSE 'Person' END, o
        FROM objects, jsonb_each(object) r, jsonb_path_query(r.value, '$[*]') o
        WHERE r.key IN ('children', 'parent', 'friends', 'posts', 'tags', 'author') AND jsonb_typeof(o) = 'object')
    SELECT count(*), jsonb_agg(object) FILTER (WHERE orm.get(objects.model, object ->> 'id')::jsonb
        IS DISTINCT FROM (object - '{children,parent,friends,posts,tags,author}'::text[]))
    FROM objects
$$;

-- The same twice, at two levels: written once
SELECT * FROM wrong('Person', orm.save('Person', '{"id": 1, "name": "Ana", "children": [{"id": 2, "name": "Leo", "parent": {"id": 1, "name": "Ana"}}]}'));
TABLE writes;
TRUNCATE writes;
-- a post of its author and of its tag: the one says less than the other, in both orders
SELECT orm.save('Person', '{"id": 1, "posts": [{"id": 5, "title": "x", "tags": [{"id": 1, "name": "t", "posts": [{"id": 5, "title": "x"}]}]}]}');
SELECT * FROM wrong('Tag', orm.save('Tag', '{"id": 1, "posts": [{"id": 5, "title": "y"}, {"id": 6, "author": {"id": 1, "posts": [{"id": 5, "title": "y", "views": 1}, {"id": 6, "title": "z"}]}}]}'));
SELECT * FROM posts ORDER BY id;
TABLE writes;
TRUNCATE writes;
-- what was said first is shown as the fullest has left it, and is written after it was there
SELECT orm.save('Person', '{"id": 1, "friends": [{"id": 4, "name": "Bo"}], "children": [{"id": 3, "name": "Eva", "children": [{"id": 4, "name": "Bo", "age": 7}]}]}');
SELECT * FROM wrong('Person', orm.save('Person', '{"id": 1, "friends": [{"id": 4, "name": "Bob"}, {"id": 4}], "children": [{"id": 3, "friends": [{"id": 4}], "children": [{"id": 4, "name": "Bob", "age": 8}]}]}'));
SELECT * FROM people ORDER BY id;
TABLE writes;
TRUNCATE writes;
SELECT orm.save('Person', '{"id": 1, "friends": [{"id": 7, "name": "new"}], "children": [{"id": 3, "children": [{"id": 7, "name": "new", "age": 1}]}]}', '{"action": true}') #>> '{friends,0,$action}' AS action;
-- its own child
SELECT orm.save('Person', '{"id": 8, "name": "self", "children": [{"id": 8, "name": "self"}]}');
-- of an update, of a create
SELECT * FROM wrong('Person', orm.update('Person', 1, '{"age": 40, "children": [{"id": 2, "parent": {"id": 1}}, {"id": 3, "parent": {"id": 1, "age": 40}}]}'));
SELECT * FROM wrong('Person', orm.create('Person', '{"id": 20, "name": "Cy", "children": [{"id": 21, "parent": {"id": 20, "name": "Cy"}}]}'));
-- what was read can be saved back as it is
SELECT orm.all('Person', '{"where": {"id": 1}, "load": {"children": {"load": ["parent", "friends", "posts.author", "posts.tags.posts.author"]}, "friends": {"load": ["parent.children", "children"]}, "posts": true}}') AS graph \gset
TRUNCATE writes;
SELECT orm.save('Person', :'graph')::jsonb = :'graph'::jsonb AS same;
TABLE writes;
-- nothing comes back
SELECT orm.save('Person', '{"id": 1, "friends": [{"id": 4, "name": "B"}], "children": [{"id": 3, "children": [{"id": 4, "name": "B", "age": 9}]}]}', '{"return": false}');
SELECT id, name, age FROM people WHERE id = 4;
-- many of one row
SELECT count(*) FROM json_array_elements(orm.save('Post', (SELECT json_agg(json_build_object('id', 1000 + i, 'author', json_build_object('id', 1, 'name', 'Ana'))) FROM generate_series(1, 5000) i)));

-- Named by its key here, written there
SELECT orm.save('Person', '{"id": 1, "posts": [5], "friends": [4, {"id": 2, "name": "Leon"}], "children": [{"id": 2, "name": "Leon", "friends": [2]}]}');

-- Two things of one row
CREATE TABLE before AS TABLE people;
SELECT document, refused(format('SELECT orm.save(%L, %L)', 'Person', document)) FROM unnest(ARRAY[
    '{"id": 1, "name": "A", "children": [{"id": 1, "name": "B"}]}',
    '{"id": 1, "name": "A", "children": [{"id": 2, "parent": {"id": 1, "name": "B"}}]}',
    '{"id": 1, "name": "A", "children": [{"id": 2, "parent": {"id": 1, "age": 1}}]}',
    '{"id": 1, "friends": [{"id": 4, "name": "A"}], "children": [{"id": 3, "children": [{"id": 4, "name": "B"}]}]}',
    '{"id": 1, "friends": [{"id": 4, "age": 1}], "children": [{"id": 3, "children": [{"id": 4, "name": "B"}]}]}',
    '{"id": 1, "children": [{"id": 3, "children": [{"id": 4}]}, {"id": 4}]}',
    '{"id": 1, "children": [{"id": 3, "children": {"$connect": [4]}}, {"id": 4, "name": "B"}]}',
    '{"id": 1, "children": [{"id": 3, "posts": [{"id": 5}]}], "posts": [{"id": 5}]}',
    '{"id": 1, "posts": [{"id": 5, "title": "x", "tags": [{"id": 1, "posts": [{"id": 5, "title": "y"}]}]}]}',
    '{"id": 1, "posts": [{"id": 5, "author_id": 1, "tags": [{"id": 1, "posts": [{"id": 5, "author_id": null}]}]}]}',
    '{"id": 1, "age": {"$inc": 1}, "children": [{"id": 2, "parent": {"id": 1, "age": {"$inc": 1}}}]}',
    '{"id": 1, "friends": [{"id": 4, "age": {"$inc": 1}}], "children": [{"id": 3, "children": [{"id": 4, "age": {"$inc": 1}}]}]}',
    '[{"id": 1, "name": "A"}, {"id": 2, "parent": {"id": 1, "name": "B"}}]',
    '[{"id": 1, "name": "A", "friends": []}, {"id": 1, "name": "A"}]']) document;
SELECT refused($$SELECT orm.update('Person', 1, '{"name": "A", "children": [{"id": 2, "parent": {"id": 1, "name": "B"}}]}')$$),
       refused($$SELECT orm.create('Person', '{"id": 30, "name": "A", "children": [{"id": 31, "parent": {"id": 30, "name": "B"}}]}')$$),
       refused($$SELECT orm.create('Person', '[{"id": 30, "name": "A", "friends": []}, {"id": 30, "name": "A"}]')$$);
SELECT refused($$SELECT orm.upsert('Tag', '{"name": "t", "posts": [{"id": 5, "tags": [{"id": 1, "name": "u"}]}]}', '{name}')$$),
       orm.upsert('Tag', '{"name": "t", "posts": [{"id": 5, "tags": [{"id": 1, "name": "t"}]}]}', '{name}');
-- an upsert shows what was saved after it
SELECT orm.upsert('Person', '{"id": 50, "name": "U", "friends": [{"id": 51, "friends": [{"id": 50, "name": "U", "age": 3}]}]}', '{}', '{"action": true}');
SELECT * FROM wrong('Person', orm.upsert('Person', '{"id": 50, "name": "V", "friends": [{"id": 51, "friends": [{"id": 50, "age": 4}, {"id": 52, "parent": {"id": 50}}]}]}'));
SELECT refused($$SELECT orm.upsert('Person', '{"id": 50, "name": "U", "friends": [{"id": 51, "friends": [{"id": 50, "name": "W"}]}]}')$$);
SELECT id, name, age FROM people WHERE id >= 50;
SELECT count(*) FROM (TABLE before EXCEPT TABLE people) x;
-- keys that are equal without being the same
SELECT refused($$SELECT orm.save('Word', '{"word": 1, "text": "a", "children": [{"word": 2, "children": [{"word": 1.00, "text": "b"}]}]}')$$);

-- a row is named more than once: what its parents make of it goes together
CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (id int PRIMARY KEY, mother_id int REFERENCES parents, father_id int REFERENCES parents, name text);
SELECT count(*) > 0 AS mapped FROM orm.map('graph_twins.parents', 'Parent', orm.has_many('of_mother', 'Child', foreign_key => 'mother_id'), orm.has_many('of_father', 'Child', foreign_key => 'father_id'));
SELECT count(*) > 0 AS mapped FROM orm.map('graph_twins.children', 'Child');
INSERT INTO children VALUES (1), (2), (3);
SELECT orm.create('Parent', '[{"id": 1, "of_mother": [1, 2, 1]}, {"id": 2, "of_father": [2, 1]}]', '{"return": false}') IS NULL AS nothing;
SELECT orm.create('Parent', '{"id": 3, "of_father": {"$connect": [{"id": 3}]}, "of_mother": [{"id": 3, "name": "three"}, 3]}', '{"action": true}');
SELECT orm.save('Parent', '{"id": 3, "of_mother": {"$set": [3, {"id": 3, "name": "3"}, 3]}}', '{"action": true}');
SELECT * FROM children ORDER BY id;
SELECT refused($$SELECT orm.save('Parent', '[{"id": 1, "of_mother": [1]}, {"id": 2, "of_mother": [1]}]')$$);
SELECT refused($$SELECT orm.save('Parent', '[{"id": 1, "of_mother": [1, {"id": 1, "mother_id": null}]}]')$$);

-- what is only connected is shown as another place has left it
SELECT orm.save('Post', '{"id": 5, "tags": {"$connect": [{"id": 1}], "$save": [{"id": 1, "name": "connected"}]}}', '{"action": true}') -> 'tags' AS tags;
SELECT orm.update('Person', 2, '{"name": "Leo!", "parent": {"$connect": {"id": 2}}}', '{"action": true}') -> 'parent' AS parent;
SELECT * FROM people WHERE id = 2;

-- objects of a has_one are exchanged
CREATE TABLE cars (id int PRIMARY KEY);
CREATE TABLE plates (id int PRIMARY KEY, car_id int UNIQUE REFERENCES cars, text text);
SELECT count(*) > 0 AS mapped FROM orm.map('graph_twins.cars', 'Car', orm.has_one('plate', 'Plate'));
SELECT count(*) > 0 AS mapped FROM orm.map('graph_twins.plates', 'Plate');
SELECT orm.create('Car', '[{"id": 1, "plate": {"id": 1, "text": "a"}}, {"id": 2, "plate": {"id": 2, "text": "b"}}]', '{"return": false}') IS NULL AS nothing;
SELECT orm.save('Car', '[{"id": 1, "plate": 2}, {"id": 2, "plate": {"id": 1, "text": "A"}}]', '{"action": true}');
SELECT orm.save('Car', '[{"id": 1, "plate": 2}, {"id": 2, "plate": {"id": 1, "text": "A"}}]', '{"action": true}');
SELECT orm.save('Car', '[{"id": 1, "plate": {"id": 1}}, {"id": 2, "plate": null}]', '{"return": {"load": ["plate"]}}');
SELECT * FROM plates ORDER BY id;

-- An object that is found, and saved by another one of the document, is shown as it was saved.
CREATE TABLE twin_found (id int PRIMARY KEY, nick text UNIQUE, v int);
CREATE TABLE twin_holder (id int PRIMARY KEY, found_id int REFERENCES twin_found);
INSERT INTO twin_found VALUES (1, 'a', 0);
SELECT count(*) > 0 AS mapped FROM orm.map('twin_found', 'TwinFound');
SELECT count(*) > 0 AS mapped FROM orm.map('twin_holder', 'TwinHolder', orm.belongs_to('found', 'TwinFound'));
SELECT orm.save('TwinHolder', '[{"id": 1, "found": {"$connect_or_create": {"nick": "a"}}}, {"id": 2, "found": {"id": 1, "v": 7}}]');
SELECT orm.save('TwinHolder', '[{"id": 2, "found": {"id": 1, "v": 8}}, {"id": 1, "found": {"$connect_or_create": {"nick": "a"}}}]');

SET client_min_messages = warning;
DROP SCHEMA graph_twins CASCADE;
