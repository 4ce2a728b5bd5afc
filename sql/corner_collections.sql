-- Collections: what may leave them, and what is not said to have left
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA corner_collections;
SET search_path = corner_collections;
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''));
END $$;

\echo # many to many: rows that lead to no object, or to one that row security hides, stay
CREATE TABLE posts (id int PRIMARY KEY);
CREATE TABLE tags (id int PRIMARY KEY, secret boolean NOT NULL DEFAULT false);
CREATE TABLE posts_tags (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id int REFERENCES posts, tag_id int REFERENCES tags);
SELECT count(*) > 0 FROM orm.map('posts', 'Post', orm.many_to_many('tags', 'Tag', through => 'posts_tags'));
SELECT count(*) > 0 FROM orm.map('tags', 'Tag');
INSERT INTO posts VALUES (1), (2);
INSERT INTO tags VALUES (1, false), (2, false), (3, true);
INSERT INTO posts_tags (post_id, tag_id) VALUES (1, 1), (1, 2), (1, 3), (1, NULL), (NULL, 1), (2, 1);
CREATE ROLE regress_orm_collections;
GRANT USAGE ON SCHEMA corner_collections TO regress_orm_collections;
GRANT ALL ON posts, tags, posts_tags TO regress_orm_collections;
ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
CREATE POLICY open ON tags USING (NOT secret);
SET ROLE regress_orm_collections;
SELECT orm.get('Post', '1', '{"load": {"tags": {"select": ["id"]}}}');
SELECT orm.update('Post', '1', '{"tags": {"$set": [2]}}');
RESET ROLE;
SELECT post_id, tag_id FROM posts_tags ORDER BY id;
SELECT orm.update('Post', '1', '{"tags": {"$set": []}}');
SELECT post_id, tag_id FROM posts_tags ORDER BY id;
DROP OWNED BY regress_orm_collections;
DROP ROLE regress_orm_collections;

\echo # a row that is named twice
CREATE TABLE owners (tenant int, id int, n int NOT NULL DEFAULT 0, PRIMARY KEY (tenant, id));
CREATE TABLE items (tenant int, id int, owner_id int, v int, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, owner_id) REFERENCES owners);
SELECT count(*) > 0 FROM orm.map('owners', 'Owner', orm.has_many('items', 'Item', back_populates => 'owner'));
SELECT count(*) > 0 FROM orm.map('items', 'Item', orm.belongs_to('owner', 'Owner', foreign_key => ARRAY['tenant', 'owner_id'], back_populates => 'items'));
INSERT INTO owners VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO items VALUES (1, 1, 1, 1), (1, 2, 1, 2), (1, 3, NULL, 3), (2, 3, 1, 4);
BEGIN;
SELECT orm.update('Owner', '{"tenant": 1, "id": 1}', '{"items": {"$disconnect": [{"id": 1}, {"tenant": 1, "id": 1}]}}');
SELECT orm.update('Owner', '{"tenant": 1, "id": 1}', '{"items": {"$delete": [{"id": 2}, {"id": 2}]}}');
SELECT * FROM items ORDER BY 1, 2;
ROLLBACK;

\echo # $connect: the parent supplies the part of the key that it shares
BEGIN;
SELECT orm.update('Owner', '{"tenant": 1, "id": 2}', '{"items": {"$connect": [{"id": 3}, {"tenant": 1, "id": 1}]}}');
SELECT * FROM items ORDER BY 1, 2;
SELECT orm.create('Owner', '{"tenant": 1, "id": 9, "items": {"$connect": [{"id": 3}]}}');
SELECT * FROM items ORDER BY 1, 2;
ROLLBACK;
SELECT refused($$SELECT orm.update('Owner', '{"tenant": 1, "id": 2}', '{"items": {"$connect": [{"id": 9}]}}')$$);
SELECT refused($$SELECT orm.update('Owner', '{"tenant": 1, "id": 2}', '{"items": {"$connect": [{"tenant": 2, "id": 3}]}}')$$);
SELECT refused($$SELECT orm.update('Owner', '{"tenant": 1, "id": 2}', '{"items": {"$connect": [{"id": 3, "v": 5}]}}')$$);

\echo # rows that a trigger passes over
CREATE FUNCTION pass_over() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER pass_over BEFORE UPDATE OR DELETE ON items FOR EACH ROW WHEN (OLD.id = 2) EXECUTE FUNCTION pass_over();
SELECT refused($$SELECT orm.update('Owner', '{"tenant": 1, "id": 1}', '{"items": {"$disconnect": [{"id": 2}]}}')$$);
SELECT refused($$SELECT orm.update('Owner', '{"tenant": 1, "id": 1}', '{"items": {"$delete": [{"id": 1}, {"id": 2}]}}')$$);
SELECT refused($$SELECT orm.update('Owner', '{"tenant": 1, "id": 1}', '{"items": {"$set": []}}')$$);
SELECT * FROM items ORDER BY 1, 2;

DROP SCHEMA corner_collections CASCADE;
