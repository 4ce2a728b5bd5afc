-- orm.validate against the option "dry_run": patches, exchanges of values over NULL, and links of deleted objects.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA validate_patches;
SET search_path = validate_patches;
CREATE FUNCTION stored(model text, object orm.document) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM orm.save(model, object, '{"dry_run": true}');
    RETURN 'stored';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
-- The number of pairs of a document that were tried, and those in which the two disagree.
CREATE FUNCTION compare(model text, documents text[]) RETURNS TABLE (tried bigint, refused bigint, differ json) LANGUAGE sql AS $$
    SELECT count(*), count(*) FILTER (WHERE c.save <> 'stored'), json_agg(json_build_array(c.document, c.found, c.save)) FILTER (WHERE (c.found::text = '{}') <> (c.save = 'stored'))
    FROM (SELECT d AS document, orm.validate(compare.model, d::orm.document) AS found, stored(compare.model, d::orm.document) AS save FROM unnest(documents) d) c
$$;

-- every patch on every type, from every stored value, with operands on both sides of what is allowed
CREATE DOMAIN amount AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN label AS text CHECK (length(VALUE) < 8);
CREATE DOMAIN options AS jsonb CHECK (NOT VALUE ? 'bad');
CREATE TABLE things (id int PRIMARY KEY, n int CHECK (n < 50), a amount, s smallint, m numeric(6, 2) CHECK (m >= 0), f float8, l int[] CHECK (cardinality(l) < 4), j jsonb CHECK (j IS NULL OR NOT j ? 'x'), o options, r int NOT NULL,
    low int, high int, CHECK (low <= high), CONSTRAINT both_of CHECK (n + r < 180));
SELECT count(*) > 0 AS mapped FROM orm.map('things', 'Thing');
INSERT INTO things VALUES (1, 0, 0, 0, 0, 0, '{}', '{}', '{}', 0, 0, 0), (2, 49, 100, 32767, 9999.99, 1e300, '{1,2,3}', '{"y": [1]}', '{"y": 1}', 100, 5, 5), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 5, NULL, NULL);
SELECT c.* FROM (SELECT array_agg(format('{"id": %s, "%s": {"%s": %s}}', id, a, p, v)) AS documents FROM generate_series(1, 4) id, unnest('{n,a,s,m,f,r,low,high}'::text[]) a, unnest('{$inc,$mul}'::text[]) p, unnest(ARRAY['0', '1', '-1', '50', '-100', '100000', '0.005', 'null']) v) d, compare('Thing', d.documents) c;
SELECT c.* FROM (SELECT array_agg(format('{"id": %s, "%s": {"%s": %s}}', id, a, p, v)) AS documents FROM generate_series(1, 3) id, unnest('{l,j,o}'::text[]) a, unnest('{$append,$remove,$merge,$unset}'::text[]) p, unnest(ARRAY['[1]', '[4, 5]', '{"x": 1}', '{"bad": 1}', '{"ok": 1}', '"y"', '[["y"]]']) v) d, compare('Thing', d.documents) c;
-- two of them that a constraint compares, two objects, another attribute
SELECT c.* FROM (SELECT array_agg(format('{"id": %s, "low": {"$inc": %s}, "high": {"$inc": %s}}', id, x, y)) || array_agg(format('[{"id": 3, "n": {"$inc": %s}}, {"id": %s, "n": {"$inc": %s}}]', x, id % 2 + 1, y)) || array_agg(format('{"id": %s, "n": {"$inc": %s}, "r": {"$mul": %s}}', id, x, y))
    AS documents FROM generate_series(1, 3) id, unnest('{-60,-1,0,1,60}'::int[]) x, unnest('{-60,-1,0,1,60}'::int[]) y) d, compare('Thing', d.documents) c;
SELECT c.* FROM (SELECT array_agg(format('{"id": %s, "%s": {"$expr": "%s"}}', id, x, y)) AS documents FROM generate_series(1, 3) id, unnest('{n,a,s,r,low}'::text[]) x, unnest('{n,a,s,r,low,high}'::text[]) y WHERE x <> y) d, compare('Thing', d.documents) c;

-- values that rows exchange in a key in which NULL is a value like others, over every row's values
CREATE TABLE places (id int PRIMARY KEY, list int NOT NULL, pos int, UNIQUE NULLS NOT DISTINCT (list, pos));
SELECT count(*) > 0 AS mapped FROM orm.map('places', 'Place');
INSERT INTO places VALUES (1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 1), (5, 2, NULL), (6, 2, 2);
SELECT c.* FROM (SELECT array_agg(format('[{"id": %s, "list": %s, "pos": %s}, {"id": %s, "list": %s, "pos": %s}]', a.id, b.list, coalesce(b.pos::text, 'null'), b.id, a.list, coalesce(a.pos::text, 'null'))) AS documents FROM places a, places b WHERE a.id <> b.id) d, compare('Place', d.documents) c;
SELECT c.* FROM (SELECT array_agg(format('[{"id": %s, "list": %s, "pos": %s}, {"id": %s, "list": %s, "pos": %s}, {"id": %s, "list": %s, "pos": %s}]', a.id, b.list, coalesce(b.pos::text, 'null'), b.id, c.list, coalesce(c.pos::text, 'null'), c.id, a.list, coalesce(a.pos::text, 'null')))
    AS documents FROM places a, places b, places c WHERE a.id <> b.id AND b.id <> c.id AND a.id <> c.id) d, compare('Place', d.documents) c;

-- linked objects that are deleted: their own link goes first, those of others hold them
CREATE TABLE posts (id int PRIMARY KEY);
CREATE TABLE tags (id int PRIMARY KEY);
CREATE TABLE posts_tags (post_id int REFERENCES posts, tag_id int REFERENCES tags);
CREATE TABLE uses (tag_id int REFERENCES tags);
SELECT count(*) > 0 AS mapped FROM orm.map('posts', 'Post', orm.many_to_many('tags', 'Tag', through => 'posts_tags'));
SELECT count(*) > 0 AS mapped FROM orm.map('tags', 'Tag');
INSERT INTO posts VALUES (1), (2);
INSERT INTO tags SELECT generate_series(1, 6);
INSERT INTO posts_tags VALUES (1, 1), (1, 2), (2, 2), (1, 3), (1, 3), (2, 4), (1, 5);
INSERT INTO uses VALUES (5);
SELECT d, orm.validate('Post', d::orm.document), stored('Post', d::orm.document) FROM unnest(ARRAY['{"id": 1, "tags": {"$delete": [1]}}', '{"id": 1, "tags": {"$delete": [2]}}', '{"id": 1, "tags": {"$delete": [3]}}', '{"id": 1, "tags": {"$delete": [4]}}', '{"id": 1, "tags": {"$delete": [5]}}', '{"id": 1, "tags": {"$delete": [1, 3]}}',
    '[{"id": 1, "tags": {"$delete": [2]}}, {"id": 2, "tags": {"$delete": [2]}}]', '[{"id": 1, "tags": {"$disconnect": [2]}}, {"id": 2, "tags": {"$delete": [2]}}]', '{"id": 1, "tags": {"$delete": [2, 2]}}']) d;

DROP SCHEMA validate_patches CASCADE;
