-- Conditions in "where": what they find.
-- Oracle: beside each condition the same one in SQL; the keys found by both must be equal.
\set SHOW_CONTEXT never
CREATE SCHEMA query_filter;
SET search_path = query_filter;
SET client_min_messages = warning;
SET default_text_search_config = 'pg_catalog.simple';

CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN calm AS mood CHECK (VALUE <> 'happy');
CREATE TYPE address AS (street text, no int);
CREATE TABLE people (
    id int PRIMARY KEY, name text, age int, nick text, code varchar(3), initials char(4), login name, level positive, mood mood, calm calm,
    home address, tags text[], nums int[], doc json, data jsonb, span int4range, words tsvector, born date, price numeric(6,2), active boolean, spot point);
CREATE TABLE posts (id int PRIMARY KEY, author_id int REFERENCES people, title text, likes int);
CREATE TABLE labels (id int PRIMARY KEY, "a ""label""" text);
CREATE TABLE posts_labels (post_id int REFERENCES posts, label_id int REFERENCES labels, PRIMARY KEY (post_id, label_id));
CREATE TABLE profiles (id int PRIMARY KEY, person_id int UNIQUE REFERENCES people, bio text);
INSERT INTO people VALUES (3, 'Cid\', 50);
INSERT INTO people VALUES
    (1, 'Ana', 30, 'Ana', 'abc', 'ab', 'ana', 1, 'happy', 'ok', ('Gran Via', 3), '{a,b}', '{1,2}', '{"k": 1, "z": null}', '{"k": 1}', '[1,10)',
     'hello world', '2000-01-01', 1.50, true, '(1,1)'),
    (2, 'bob_%', NULL, 'bob', 'abd', 'AB', 'bob', 2, 'sad', NULL, (NULL, NULL), '{b,NULL}', '{2,3}', '[1, 2]', '[1, 2]', 'empty', NULL, '2001-01-01', 2, false, NULL),
    (4, 'ANA', 20, 'ANA', 'ab ', 'ana', 'x', 4, 'ok', 'ok', ('x', NULL), '{}', NULL, 'null', 'null', '[5,5]', 'bye world', '2002-01-01', 1.5, true, '(2,2)');
INSERT INTO posts VALUES (1, 1, 'one', 5), (2, 1, 'two', 0), (3, 2, 'three', NULL), (4, NULL, 'orphan', 7);
INSERT INTO labels VALUES (1, 'red'), (2, 'blue'), (3, 'none');
INSERT INTO posts_labels VALUES (1, 1), (1, 2), (3, 2);
INSERT INTO profiles VALUES (1, 1, 'about Ana'), (2, 4, NULL);
SELECT count(*) > 0 FROM orm.map('query_filter.people', 'Person', orm.has_many('posts', 'Post'), orm.has_one('profile', 'Profile'));
SELECT count(*) > 0 FROM orm.map('query_filter.posts', 'Post', orm.belongs_to('author', 'Person'),
    orm.many_to_many('labels', 'Label', through => 'query_filter.posts_labels'));
SELECT count(*) > 0 FROM orm.map('query_filter.labels', 'Label', orm.many_to_many('posts', 'Post', through => 'query_filter.posts_labels'));
SELECT count(*) > 0 FROM orm.map('query_filter.profiles', 'Profile', orm.belongs_to('person', 'Person'));

-- The keys that a condition finds, and what SQL says where that is something else.
CREATE FUNCTION found(model text, "where" text, params text DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(o ->> 'id', ' ' ORDER BY o ->> 'id'), 'none')
    FROM json_array_elements(orm.all(model, format('{"where": %s, "select": ["id"]}', "where")::orm.document, params::orm.document)) o
$$;
CREATE FUNCTION filter(model text, "where" text, condition text, params text DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    keys text := found(model, "where", params);
    oracle text;
BEGIN
    EXECUTE format('SELECT coalesce(string_agg(t.id::text, '' '' ORDER BY t.id), ''none'') FROM %I t WHERE %s',
        CASE model WHEN 'Person' THEN 'people' WHEN 'Post' THEN 'posts' WHEN 'Label' THEN 'labels' WHEN 'Fact' THEN 'facts' END, condition) INTO oracle;
    RETURN keys || CASE WHEN keys = oracle THEN '' ELSE ', but SQL: ' || oracle END;
END $$;
-- What count and exists say of it.
CREATE FUNCTION counted(model text, "where" text, params text DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT orm.count(model, format('{"where": %s}', "where")::orm.document, params::orm.document) || ' ' ||
        orm.exists(model, format('{"where": %s}', "where")::orm.document, params::orm.document)
$$;
\pset format unaligned
\pset tuples_only on

-- equality, order, lists; a NULL never vanishes from "is not"
SELECT w, filter('Person', w, condition) FROM (VALUES
    ('{}', 'true'),
    ('{"id": 1}', 'id = 1'),
    ('{"age": {"eq": 30}}', 'age = 30'),
    ('{"age": null}', 'age IS NULL'),
    ('{"age": {"eq": null}}', 'age IS NULL'),
    ('{"age": {"ne": null}}', 'age IS NOT NULL'),
    ('{"age": {"ne": 30}}', 'age IS DISTINCT FROM 30'),
    ('{"age": {"ge": 20, "lt": 50}}', 'age >= 20 AND age < 50'),
    ('{"age": {"gt": 20, "le": 50}, "id": {"ne": 3}}', 'age > 20 AND age <= 50 AND id <> 3'),
    ('{"age": {"in": [30, 50, 99]}}', 'age IN (30, 50, 99)'),
    ('{"age": {"in": [30, null]}}', 'age = 30 OR age IS NULL'),
    ('{"age": {"in": []}}', 'false'),
    ('{"age": {"in": [null]}}', 'age IS NULL'),
    ('{"age": {"not_in": [30]}}', 'age IS DISTINCT FROM 30'),
    ('{"age": {"not_in": [30, null]}}', 'age <> 30 AND age IS NOT NULL'),
    ('{"age": {"not_in": []}}', 'true'),
    ('{"age": {"in": {"$value": [30, 50]}}}', 'age IN (30, 50)'),
    ('{"active": true}', 'active'),
    ('{"active": {"ne": true}}', 'active IS NOT TRUE'),
    ('{"active": {"in": [false, null]}}', 'active IS NOT TRUE')) v(w, condition);

-- and, or, not
SELECT w, filter('Person', w, condition) FROM (VALUES
    ('{"and": []}', 'true'),
    ('{"or": []}', 'false'),
    ('{"not": {}}', 'false'),
    ('{"or": [{}]}', 'true'),
    ('{"and": [{"id": {"ge": 2}}, {"id": {"le": 3}}]}', 'id BETWEEN 2 AND 3'),
    ('{"or": [{"id": 1}, {"id": 2, "name": "x"}, {"id": 3}]}', 'id = 1 OR id = 3'),
    ('{"id": {"gt": 1}, "or": [{"age": 50}, {"age": null}]}', 'id > 1 AND (age = 50 OR age IS NULL)'),
    ('{"not": {"age": 30}}', '(age = 30) IS NOT TRUE'),
    ('{"not": {"age": 30, "id": 1}}', '(age = 30 AND id = 1) IS NOT TRUE'),
    ('{"not": {"not": {"age": 30}}}', 'age = 30'),
    ('{"not": {"or": [{"age": {"lt": 30}}, {"age": {"gt": 30}}]}}', '(age < 30 OR age > 30) IS NOT TRUE')) v(w, condition);

-- text: what is looked for is taken as it is
SELECT w, filter('Person', w, condition) FROM (VALUES
    ('{"name": {"ieq": "ana"}}', 'lower(name) = ''ana'''),
    ('{"name": {"like": "A%"}}', 'name LIKE ''A%'''),
    ('{"name": {"ilike": "a%"}}', 'name ILIKE ''a%'''),
    ('{"name": {"contains": "b_%"}}', 'strpos(name, ''b_%'') > 0'),
    ('{"name": {"contains": "\\"}}', 'id = 3'),
    ('{"name": {"contains": ""}}', 'name IS NOT NULL'),
    ('{"name": {"contains": "n"}}', 'strpos(name, ''n'') > 0'),
    ('{"name": {"icontains": "N"}}', 'strpos(lower(name), ''n'') > 0'),
    ('{"name": {"starts_with": "bob_"}}', 'starts_with(name, ''bob_'')'),
    ('{"name": {"starts_with": "bo_"}}', 'false'),
    ('{"name": {"istarts_with": "BOB"}}', 'id = 2'),
    ('{"name": {"ends_with": "%"}}', 'right(name, 1) = ''%'''),
    ('{"name": {"iends_with": "NA"}}', 'name IN (''Ana'', ''ANA'')'),
    ('{"name": {"regex": "^A"}}', 'name ~ ''^A'''),
    ('{"name": {"iregex": "^a"}}', 'name ~* ''^a'''),
    ('{"name": {"search": "ana -bob"}}', 'name IN (''Ana'', ''ANA'')'),
    ('{"words": {"search": "world -bye"}}', 'id = 1'),
    ('{"words": {"@@": "world & !bye"}}', 'words @@ ''world & !bye'''),
    ('{"name": {"^@": "A"}}', 'name ^@ ''A'''),
    ('{"nick": {"ieq": "ANA"}}', 'nick ILIKE ''ana''')) v(w, condition);

-- values are not cut to a column's length, and no domain's check is made
SELECT w, filter('Person', w, condition) FROM (VALUES
    ('{"code": "abc"}', 'code = ''abc'''),
    ('{"code": "abcd"}', 'false'),
    ('{"code": {"ne": "abcd"}}', 'true'),
    ('{"code": {"in": ["abc", "too long"]}}', 'code = ''abc'''),
    ('{"code": {"lt": "abcd"}}', 'code < ''abcd'''),
    ('{"code": {"ieq": "ABC"}}', 'id = 1'),
    ('{"code": {"like": "ab%"}}', 'code LIKE ''ab%'''),
    ('{"initials": "ab"}', 'initials = ''ab'''),
    ('{"initials": "ab          "}', 'initials = ''ab'''),
    ('{"initials": "ab  x"}', 'false'),
    ('{"initials": {"ieq": "AB"}}', 'id IN (1, 2)'),
    ('{"login": "bob"}', 'login = ''bob'''),
    ('{"login": "bob456789012345678901234567890123456789012345678901234567890123456789"}', 'false'),
    ('{"login": {"in": ["bob", "x"]}}', 'id IN (2, 4)'),
    ('{"login": {"lt": "b"}}', 'login < ''b'''),
    ('{"login": {"starts_with": "b"}}', 'id = 2'),
    ('{"login": {"ieq": "BOB"}}', 'id = 2'),
    ('{"level": 2}', 'level = 2'),
    ('{"level": {"gt": -1}}', 'level > -1'),
    ('{"level": {"in": [-1, 1, null]}}', 'level = 1 OR level IS NULL'),
    ('{"price": 1.5}', 'price = 1.5'),
    ('{"price": 1.501}', 'false'),
    ('{"price": {"ne": "NaN"}}', 'true')) v(w, condition);

-- other types: enums, rows, arrays, ranges, dates
SELECT w, filter('Person', w, condition) FROM (VALUES
    ('{"mood": "ok"}', 'mood = ''ok'''),
    ('{"mood": {"gt": "sad"}}', 'mood > ''sad'''),
    ('{"mood": {"not_in": ["sad", "ok"]}}', 'mood = ''happy'' OR mood IS NULL'),
    ('{"calm": "ok"}', 'calm::mood = ''ok'''),
    ('{"calm": {"ne": "happy"}}', 'true'),
    ('{"calm": {"in": ["ok"]}}', 'calm::mood = ''ok'''),
    ('{"home": {"eq": {"street": "Gran Via", "no": 3}}}', 'home = (''Gran Via'', 3)::address'),
    ('{"home": {"eq": {"street": null, "no": null}}}', 'id = 2'),
    ('{"home": "(x,)"}', 'home = (''x'', NULL)::address'),
    ('{"home": {"in": [{"street": "x", "no": null}, null]}}', 'id IN (3, 4)'),
    ('{"home": null}', 'home IS NOT DISTINCT FROM NULL'),
    ('{"home": {"ne": null}}', 'home IS DISTINCT FROM NULL'),
    ('{"tags": ["a", "b"]}', 'tags = ''{a,b}'''),
    ('{"tags": {"eq": ["b", null]}}', 'tags = ''{b,NULL}'''),
    ('{"tags": []}', 'tags = ''{}'''),
    ('{"tags": {"ne": ["a", "b"]}}', 'tags IS DISTINCT FROM ''{a,b}'''),
    ('{"tags": {"@>": ["a"]}}', 'tags @> ''{a}'''),
    ('{"tags": {"&&": ["b", "z"]}}', 'tags && ''{b,z}'''),
    ('{"tags": {"<@": {"$value": ["a", "b", "c"]}}}', 'tags <@ ''{a,b,c}'''),
    ('{"nums": {"@>": [2]}}', 'nums @> ''{2}'''),
    ('{"span": "[1,10)"}', 'span = ''[1,10)'''),
    ('{"span": {"@>": "[5,5]"}}', 'span @> 5'),
    ('{"span": {"&&": "[1,2)"}}', 'span && ''[1,2)'''),
    ('{"spot": {"~=": "(1,1)"}}', 'spot ~= ''(1,1)'''),
    ('{"born": {"ge": "2001-01-01", "lt": "infinity"}}', 'born >= ''2001-01-01''')) v(w, condition);

-- json: equality is that of jsonb; an object is data unless its one key is an instruction
SELECT w, filter('Person', w, condition) FROM (VALUES
    ('{"doc": {"eq": {"z": null, "k": 1}}}', 'doc::jsonb = ''{"k": 1, "z": null}'''),
    ('{"doc": [1, 2]}', 'doc::jsonb = ''[1, 2]'''),
    ('{"doc": {"ne": [1, 2]}}', 'doc::jsonb IS DISTINCT FROM ''[1, 2]'''),
    ('{"doc": null}', 'doc IS NULL'),
    ('{"doc": {"$value": null}}', 'doc::jsonb = ''null'''),
    ('{"doc": {"eq": {"$value": null}}}', 'doc::jsonb = ''null'''),
    ('{"doc": {"in": [[1, 2], {"$value": null}, null]}}', 'doc::jsonb IN (''[1, 2]'', ''null'') OR doc IS NULL'),
    ('{"data": {"eq": {"k": 1}}}', 'data = ''{"k": 1}'''),
    ('{"data": {"$value": {"k": 1}}}', 'data = ''{"k": 1}'''),
    ('{"data": {"eq": {"$value": {"$value": 1}}}}', 'data = ''{"$value": 1}'''),
    ('{"data": {"eq": {"$other": 1}}}', 'data = ''{"$other": 1}'''),
    ('{"data": {"eq": {"$": "k", "b": 2}}}', 'data = ''{"$": "k", "b": 2}'''),
    ('{"data": {"@>": {"k": 1}}}', 'data @> ''{"k": 1}'''),
    ('{"data": {"@>": {"$value": {"k": 1}}}}', 'data @> ''{"k": 1}'''),
    ('{"data": {"@>": {"$value": null}}}', 'data @> ''null'''),
    ('{"data": {"?": "k"}}', 'data ? ''k'''),
    ('{"data": {"?|": ["k", "x"]}}', 'data ?| ''{k,x}'''),
    ('{"data": {"@?": "$.k ? (@ == 1)"}}', 'data @? ''$.k ? (@ == 1)'''),
    ('{"data": {"lt": [9, 9]}}', 'data < ''[9, 9]''')) v(w, condition);

-- attributes of the same row, through to-one relationships as well
SELECT w, filter('Person', w, condition) FROM (VALUES
    ('{"name": {"$attribute": "nick"}}', 'name = nick'),
    ('{"name": {"eq": {"$attribute": "nick"}}}', 'name = nick'),
    ('{"age": {"ne": {"$attribute": "level"}}}', 'age IS DISTINCT FROM level'),
    ('{"home": {"ne": {"$attribute": "home"}}}', 'false'),
    ('{"age": {"gt": {"$attribute": "id"}}}', 'age > id'),
    ('{"age": {"gt": {"$attribute": "price"}}}', 'age > price'),
    ('{"id": {"in": {"$attribute": "nums"}}}', 'id = ANY (nums)'),
    ('{"id": {"not_in": {"$attribute": "nums"}}}', '(id = ANY (nums)) IS NOT TRUE'),
    ('{"name": {"ieq": {"$attribute": "login"}}}', 'lower(name) = lower(login)'),
    ('{"name": {"like": {"$attribute": "code"}}}', 'name LIKE code'),
    ('{"name": {"contains": {"$attribute": "nick"}}}', 'strpos(name, nick) > 0'),
    ('{"name": {"icontains": {"$attribute": "nick"}}}', 'strpos(lower(name), lower(nick)) > 0'),
    ('{"name": {"starts_with": {"$attribute": "nick"}}}', 'starts_with(name, nick)'),
    ('{"name": {"istarts_with": {"$attribute": "login"}}}', 'starts_with(lower(name), lower(login))'),
    ('{"name": {"ends_with": {"$attribute": "nick"}}}', 'name = nick'),
    ('{"name": {"iends_with": {"$attribute": "login"}}}', 'lower(name) = lower(login)'),
    ('{"mood": {"eq": {"$attribute": "calm"}}}', 'mood = calm::mood'),
    ('{"doc": {"eq": {"$attribute": "data"}}}', 'doc::jsonb = data'),
    ('{"span": {"@>": {"$attribute": "level"}}}', 'span @> level::int'),
    ('{"tags": {"@>": {"$attribute": "tags"}}}', 'tags @> tags'),
    ('{"id": {"eq": {"$attribute": "profile.id"}}}', 'id = (SELECT f.id FROM profiles f WHERE f.person_id = t.id)'),
    ('{"name": {"ne": {"$attribute": "profile.bio"}}}', 'name IS DISTINCT FROM (SELECT f.bio FROM profiles f WHERE f.person_id = t.id)')) v(w, condition);

-- to-many relationships
SELECT w, filter('Person', w, condition) FROM (VALUES
    ('{"posts": {"any": {}}}', 'EXISTS (SELECT FROM posts p WHERE p.author_id = t.id)'),
    ('{"posts": {"none": {}}}', 'NOT EXISTS (SELECT FROM posts p WHERE p.author_id = t.id)'),
    ('{"posts": {"all": {}}}', 'true'),
    ('{"posts": {"any": {"likes": {"ge": 0}}}}', 'id = 1'),
    ('{"posts": {"none": {"likes": {"gt": 1}}}}', 'id <> 1'),
    ('{"posts": {"all": {"likes": {"ge": 0}}}}', 'id <> 2'),
    ('{"posts": {"all": {"likes": {"gt": 0}}}}', 'id IN (3, 4)'),
    ('{"posts": {"any": {"likes": 5}, "none": {"title": "three"}}}', 'id = 1'),
    ('{"posts": {"count": 2}}', '(SELECT count(*) FROM posts p WHERE p.author_id = t.id) = 2'),
    ('{"posts": {"count": 0}}', 'id IN (3, 4)'),
    ('{"posts": {"count": {"ge": 1, "le": 2}}}', 'id IN (1, 2)'),
    ('{"posts": {"count": {"ne": 2}}}', 'id <> 1'),
    ('{"posts": {"count": {"in": [1, 2]}}}', 'id IN (1, 2)'),
    ('{"posts": {"count": {"ge": 1}, "where": {"likes": 5}}}', 'id = 1'),
    ('{"posts": {"where": {"likes": 5}, "count": 0}}', 'id <> 1'),
    ('{"posts": {"where": {}, "count": 1}}', 'id = 2'),
    ('{"posts": {"count": {"lt": {"$attribute": "id"}}}}', 'id <> 1'),
    ('{"posts": {"any": {"author": {"name": "Ana"}}}}', 'id = 1'),
    ('{"posts": {"any": {"labels": {"any": {"a \"label\"": "red"}}}}}', 'id = 1'),
    ('{"posts": {"any": {"labels": {"count": 1, "none": {"a \"label\"": "red"}}}}}', 'id = 2'),
    ('{"not": {"posts": {"any": {"likes": {"ge": 0}}}}}', 'id <> 1'),
    ('{"or": [{"posts": {"any": {"likes": 5}}}, {"profile": null}]}', 'id <> 4')) v(w, condition);
SELECT w, filter('Label', w, condition) FROM (VALUES
    ('{"posts": {"any": {}}}', 'id <> 3'),
    ('{"posts": {"all": {"author": {"name": "Ana"}}}}', 'id <> 2'),
    ('{"posts": {"count": 2}}', 'id = 2'),
    ('{"posts": {"any": {"title": {"gt": {"$attribute": "author.name"}}}}}', 'id <> 3')) v(w, condition);

-- to-one relationships, from either side
SELECT w, filter('Person', w, condition) FROM (VALUES
    ('{"profile": {}}', 'id IN (1, 4)'),
    ('{"profile": null}', 'id IN (2, 3)'),
    ('{"profile": {"bio": null}}', 'id = 4'),
    ('{"not": {"profile": {"bio": null}}}', 'id <> 4'),
    ('{"profile": {"not": {"bio": null}}}', 'id = 1')) v(w, condition);
SELECT w, filter('Post', w, condition) FROM (VALUES
    ('{"author": {}}', 'author_id IS NOT NULL'),
    ('{"author": null}', 'author_id IS NULL'),
    ('{"author": {"name": "Ana"}}', 'author_id = 1'),
    ('{"author": {"not": {"name": "Ana"}}}', 'author_id = 2'),
    ('{"not": {"author": {"name": "Ana"}}}', 'id IN (3, 4)'),
    ('{"author": {"profile": {"bio": {"contains": "Ana"}}}}', 'author_id = 1'),
    ('{"author": {"posts": {"count": {"gt": 1}}}}', 'author_id = 1'),
    ('{"author": {"id": {"eq": {"$attribute": "profile.id"}}}}', 'author_id = 1')) v(w, condition);

-- parameters stand for whole values, and for null as well
SELECT w, p, filter('Person', w, condition, p) FROM (VALUES
    ('{"age": {"$": "x"}}', '{"x": 30}', 'age = 30'),
    ('{"age": {"$": "x"}}', '{"x": "30"}', 'age = 30'),
    ('{"age": {"$": "x"}}', '{"x": null}', 'age IS NULL'),
    ('{"age": {"ne": {"$": "x"}}}', '{"x": 30}', 'age IS DISTINCT FROM 30'),
    ('{"age": {"ne": {"$": "x"}}}', '{"x": null}', 'age IS NOT NULL'),
    ('{"age": {"in": {"$": "x"}}}', '{"x": [30, 50]}', 'age IN (30, 50)'),
    ('{"age": {"in": {"$": "x"}}}', '{"x": [30, null]}', 'age = 30 OR age IS NULL'),
    ('{"age": {"not_in": {"$": "x"}}}', '{"x": [30, null]}', 'age <> 30 AND age IS NOT NULL'),
    ('{"age": {"not_in": {"$": "x"}}}', '{"x": []}', 'true'),
    ('{"age": {"ge": {"$": "x"}, "lt": {"$": "x"}}}', '{"x": 30}', 'false'),
    ('{"age": {"ge": {"$": "x"}}, "posts": {"any": {"likes": {"$": "y"}}}}', '{"y": 5, "x": 30}', 'id = 1'),
    ('{"name": {"contains": {"$": "x"}}}', '{"x": "_%"}', 'id = 2'),
    ('{"tags": {"$": "x"}}', '{"x": ["a", "b"]}', 'id = 1'),
    ('{"tags": {"&&": {"$": "x"}}}', '{"x": ["b"]}', 'id IN (1, 2)'),
    ('{"home": {"$": "x"}}', '{"x": {"street": "x", "no": null}}', 'id = 4'),
    ('{"data": {"$": "x"}}', '{"x": {"k": 1}}', 'id = 1'),
    ('{"data": {"$": "x"}}', '{"x": {"$value": null}}', 'id = 4'),
    ('{"age": {"$": "x"}}', '{"x": {"$value": 30}}', 'age = 30'),
    ('{"age": {"$": "x"}}', '{"x": {"$value": null}}', 'age IS NULL'),
    ('{"age": {"ne": {"$": "x"}}}', '{"x": {"$value": null}}', 'age IS NOT NULL'),
    ('{"or": [{"age": {"$": "x"}}, {"data": {"$": "x"}}]}', '{"x": {"$value": null}}', 'age IS NULL OR data = ''null'''),
    ('{"age": {"in": {"$": "x"}}}', '{"x": {"$value": [30, null]}}', 'age = 30 OR age IS NULL'),
    ('{"data": {"in": {"$": "x"}}}', '{"x": [{"$value": null}, {"$value": {"k": 1}}]}', 'id IN (1, 4)'),
    ('{"name": {"contains": {"$": "x"}}}', '{"x": {"$value": "_%"}}', 'id = 2'),
    ('{"data": {"@>": {"$": "x"}}}', '{"x": {"k": 1}}', 'id = 1'),
    ('{"posts": {"count": {"$": "x"}, "where": {"likes": {"ge": {"$": "y"}}}}}', '{"x": 1, "y": 5}', 'id = 1')) v(w, p, condition);

-- documents of one shape run the same statements; those that only look alike do not
SELECT w, found('Person', w) FROM unnest('{
    "{\"age\": 30}", "{\"age\": 50}", "{\"age\": \"20\"}", "{\"age\": null}", "{\"age\": {\"$value\": 30}}", "{\"age\": {\"$value\": null}}", "{\"age\": {\"$value\": 50}}",
    "{\"age\": {\"in\": [30]}}", "{\"age\": {\"in\": [50, 20]}}", "{\"age\": {\"in\": [null, 20]}}", "{\"age\": {\"in\": [20]}}",
    "{\"data\": {\"@>\": {\"k\": 1}}}", "{\"data\": {\"@>\": {\"k\": 2}}}", "{\"data\": {\"@>\": {\"$value\": null}}}", "{\"data\": {\"@>\": {\"$value\": {\"k\": 1}}}}",
    "{\"tags\": [\"a\", \"b\"]}", "{\"tags\": []}", "{\"active\": true}", "{\"active\": false}"}'::text[]) WITH ORDINALITY AS t(w, n) ORDER BY n;

-- the same in counts
SELECT w, counted('Person', w) FROM unnest('{"{}", "{\"age\": {\"gt\": 20}}", "{\"or\": []}", "{\"posts\": {\"any\": {}}}",
    "{\"name\": {\"ne\": {\"$attribute\": \"profile.bio\"}}}"}'::text[]) w;

-- what it looks like; no value stands in it, and nothing is found by search_path
SELECT orm.sql('Person', $${"where": {"age": {"in": [1, null]}, "name": {"icontains": "x"}, "or": [{"code": "y"}, {"not": {"level": {"ne": 2}}}],
    "posts": {"any": {"labels": {"none": {}}}, "count": {"ge": 1, "le": 2}, "where": {"likes": {"gt": {"$attribute": "id"}}}}}}$$);

-- indexes are used for all of this
CREATE TABLE many (id int PRIMARY KEY, level positive, calm calm, code varchar(9), login name, tags text[]);
INSERT INTO many SELECT i, i, CASE i WHEN 7 THEN 'ok' ELSE 'sad' END::mood, i, i, ARRAY[i::text] FROM generate_series(1, 9999) i;
CREATE INDEX many_level ON many (level);
CREATE INDEX many_calm ON many (calm);
CREATE INDEX many_code ON many (code);
CREATE INDEX many_login ON many (login);
CREATE INDEX many_tags ON many USING gin (tags);
CREATE INDEX many_lower ON many (lower(code));
ANALYZE many;
SELECT count(*) > 0 FROM orm.map('query_filter.many', 'Many');
SELECT w, substring(line FROM 'many_[a-z]+') FROM unnest('{"{\"level\": 5}", "{\"level\": {\"in\": [5, 6]}}", "{\"level\": {\"gt\": 9990}}", "{\"calm\": \"ok\"}", "{\"code\": \"5\"}",
    "{\"code\": {\"in\": [\"5\", \"6\"]}}", "{\"code\": {\"ieq\": \"5\"}}", "{\"login\": \"5\"}", "{\"tags\": {\"@>\": [\"5\"]}}", "{\"id\": {\"$\": \"x\"}}"}'::text[]) w,
    orm.explain('Many', format('{"where": %s}', w)::orm.document, CASE WHEN w ~ '"x"' THEN '{"x": 5}' ELSE '{}' END::orm.document) line
WHERE line ~ 'many_[a-z]+';

-- typed parameters; those that were not given take their conditions away, and what consists of nothing else
CREATE FUNCTION people_by(age int DEFAULT orm.unset(NULL::int), name text DEFAULT orm.unset(NULL::text), likes int DEFAULT orm.unset(NULL::int))
RETURNS SETOF people LANGUAGE orm STABLE AS $$all Person {"where": {"age": {"ge": {"$": "age"}}, "or": [{"name": {"$": "name"}}, {"nick": {"$": "name"}}],
    "posts": {"any": {"likes": {"$": "likes"}}}}, "order_by": ["id"]}$$;
SELECT array_agg(id) FROM people_by();
SELECT array_agg(id) FROM people_by(25);
SELECT array_agg(id) FROM people_by(name => 'ANA');
SELECT array_agg(id) FROM people_by(name => NULL);
SELECT array_agg(id) FROM people_by(likes => 0);
CREATE FUNCTION people_by_posts(likes int DEFAULT orm.unset(NULL::int), n int DEFAULT orm.unset(NULL::int)) RETURNS SETOF people LANGUAGE orm STABLE AS
$$all Person {"where": {"posts": {"none": {"likes": {"$": "likes"}}, "all": {"likes": {"$": "likes"}}, "count": {"$": "n"}, "where": {"likes": {"$": "likes"}}},
    "not": {"profile": {"id": {"$": "likes"}}}}, "order_by": ["id"]}$$;
SELECT array_agg(id) FROM people_by_posts();
SELECT array_agg(id) FROM people_by_posts(n => 2);
SELECT array_agg(id) FROM people_by_posts(5);
SELECT array_agg(id) FROM people_by_posts(5, 0);
SELECT array_agg(id) FROM people_by_posts(2, 0);
CREATE FUNCTION people_in(ages bigint[]) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"age": {"in": {"$": "ages"}}}, "order_by": ["id"]}';
SELECT array_agg(id) FROM people_in('{30,50}');
SELECT array_agg(id) FROM people_in('{30,NULL}');
SELECT array_agg(id) FROM people_in('{{30},{50}}');
SELECT array_agg(id) FROM people_in('{}');
-- the type of an argument chooses the operator where it cannot be the left one's
CREATE FUNCTION people_at(n int) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"span": {"@>": {"$": "n"}}}, "order_by": ["id"]}';
SELECT array_agg(id) FROM people_at(5);
CREATE FUNCTION people_within(area circle) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"spot": {"<@": {"$": "area"}}}, "order_by": ["id"]}';
SELECT array_agg(id) FROM people_within('<(1,1),1>');
CREATE FUNCTION people_like(what text, tag varchar[], mood mood, home address) RETURNS SETOF people LANGUAGE orm STABLE AS
$$all Person {"where": {"name": {"icontains": {"$": "what"}}, "tags": {"@>": {"$": "tag"}}, "mood": {"$": "mood"}, "home": {"$": "home"}}}$$;
SELECT array_agg(id) FROM people_like('AN', '{a}', 'happy', ('Gran Via', 3));

-- types that are compared as another are read as what they are, as they were written
CREATE TABLE facts (id int PRIMARY KEY, source regclass, kind regtype, net cidr, span int4range, spans int4multirange, prices numrange, days daterange);
INSERT INTO facts VALUES (1, 'people', 'integer', '10.0.0.0/8', '[1,10)', '{[1,3),[7,9)}', '[1.5,2]', '[2026-01-01,2026-02-01)'),
    (2, 'posts', 'text', '192.168.1.0/24', '[5,5]', '{[5,5]}', '(2,)', '[2026-03-01,)'), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT count(*) > 0 FROM orm.map('query_filter.facts', 'Fact');
SELECT w, filter('Fact', w, condition, params) FROM (VALUES
    ('{"source": "people"}', 'source = ''people''::regclass', '{}'),
    ('{"source": {"ne": "query_filter.people"}}', 'source IS DISTINCT FROM ''people''::regclass', '{}'),
    ('{"source": {"in": ["posts", "people", null]}}', 'true', '{}'),
    ('{"source": {"not_in": {"$": "names"}}}', 'source IS DISTINCT FROM ''posts''::regclass', '{"names": ["posts"]}'),
    ('{"source": {"=": "posts"}}', 'source = ''posts''::regclass', '{}'),
    ('{"source": {"<>": {"$": "name"}}}', 'source <> ''posts''::regclass', '{"name": "posts"}'),
    ('{"source": {"ge": 1}}', 'source >= 1', '{}'),
    ('{"kind": "int4"}', 'kind = ''int4''::regtype', '{}'),
    ('{"net": "10"}', 'net = ''10''::cidr', '{}'),
    ('{"net": {">>": "192.168.1.7"}}', 'net >> ''192.168.1.7''', '{}')) AS x (w, condition, params);

-- of a range a number is an element, a string another range
SELECT w, filter('Fact', w, condition, params) FROM (VALUES
    ('{"span": {"@>": 5}}', 'span @> 5', '{}'),
    ('{"span": {"@>": 9.0}}', 'span @> 9', '{}'),
    ('{"span": {"@>": "[5,5]"}}', 'span @> int4range(5, 6)', '{}'),
    ('{"span": {"@>": {"$value": 5}}}', 'span @> 5', '{}'),
    ('{"span": {"@>": {"$value": "[7,8]"}}}', 'span @> int4range(7, 9)', '{}'),
    ('{"span": {"@>": {"$": "x"}}}', 'span @> 9', '{"x": 9}'),
    ('{"span": {"@>": {"$": "x"}}}', 'span @> int4range(5, 6)', '{"x": "[5,6)"}'),
    ('{"spans": {"@>": 7}}', 'spans @> 7', '{}'),
    ('{"spans": {"@>": "{[5,5]}"}}', 'spans @> ''{[5,5]}''::int4multirange', '{}'),
    ('{"prices": {"@>": 2}}', 'prices @> 2.0', '{}'),
    ('{"prices": {"@>": 2.25}}', 'prices @> 2.25', '{}'),
    ('{"days": {"@>": "[2026-01-31,2026-01-31]"}}', 'days @> date ''2026-01-31''', '{}')) AS x (w, condition, params);

DROP SCHEMA query_filter CASCADE;
SELECT count(*) FROM orm.models;
