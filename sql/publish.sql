-- orm.publish: its triggers, and what cannot be declared. What is received: test/isolation/specs/publish.spec.
CREATE SCHEMA publish;
SET search_path = publish;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on

SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text'),
    orm.column('secret', 'text', hidden => true), orm.publish('posts', attributes => '{title}'), orm.publish('it''s "gone"', 'delete'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT regexp_replace(pg_get_triggerdef(oid), '.*( AFTER .*)', '\1') FROM pg_trigger WHERE tgrelid = 'posts'::regclass AND NOT tgisinternal ORDER BY tgname;
SELECT e FROM json_array_elements(orm.describe('Post') -> 'elements') e WHERE e ->> 'publish' IS NOT NULL;
SELECT count(*) FROM orm.diff();
SELECT prosrc LIKE '%{"publish": {"channel": "posts", "attributes": ["title"]}}%' FROM pg_proc WHERE proname = 'post_model';

-- they are no triggers that change rows, and rows are not read again
SELECT orm.create('Post', '{"title": "a"}');

-- added, changed, taken out; dropped and disabled by hand
SELECT * FROM orm.extend('Post', orm.publish('posts', 'create', '{title,id}'), orm.publish('more'));
SELECT * FROM orm.drop_element('Post', 'publish', 'it''s "gone"');
DROP TRIGGER orm_after_create_publish_posts ON posts;
ALTER TABLE posts DISABLE TRIGGER orm_after_statement_truncate_publish_more;
SELECT pending FROM orm.models WHERE model = 'Post';
SELECT action, object, sql FROM orm.diff();
SELECT * FROM orm.sync('Post');
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'posts'::regclass AND NOT tgisinternal ORDER BY tgname;
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text'), orm.column('secret', 'text'));
SELECT tgname FROM pg_trigger WHERE tgrelid = 'posts'::regclass AND NOT tgisinternal;
-- names of attributes follow columns
SELECT count(*) FROM orm.extend('Post', orm.publish('posts', 'create', '{title}'));
ALTER TABLE posts RENAME COLUMN title TO heading;
SELECT e FROM json_array_elements(orm.describe('Post') -> 'elements') e WHERE e ->> 'publish' IS NOT NULL;

-- channels that begin alike, and one that is as long as can be, have triggers of their own
SELECT count(*) FROM orm.extend('Post', orm.publish('a_channel_with_a_long_name_1', 'create'), orm.publish('a_channel_with_a_long_name_2', 'create'),
    orm.publish(repeat('ñ', 31), 'create, truncate'), orm.publish('exactly_24_bytes_of_name', 'create, update, delete'));
SELECT tgname, encode(tgargs, 'escape') FROM pg_trigger WHERE tgrelid = 'posts'::regclass AND NOT tgisinternal ORDER BY tgname;
SELECT count(*) FROM orm.sync('Post') WHERE kind = 'trigger';
-- an attribute whose column goes is pending, and sync goes on
ALTER TABLE posts DROP COLUMN heading;
INSERT INTO posts DEFAULT VALUES;
SELECT count(*) > 0 FROM orm.sync('Post');
-- a value that its type cannot write makes no write fail
CREATE TYPE mood AS ENUM ('sad');
CREATE FUNCTION told(mood) RETURNS json LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'not told'; END $$;
CREATE CAST (mood AS json) WITH FUNCTION told(mood);
CREATE TABLE moods (id int PRIMARY KEY, mood mood);
SELECT count(*) > 0 FROM orm.map('moods', 'Mood', orm.publish('moods', attributes => '{mood}'));
INSERT INTO moods VALUES (1, 'sad');
SELECT * FROM moods;

-- on a mapped table, and one with partitions
CREATE TABLE measures (day date, n int, PRIMARY KEY (day, n)) PARTITION BY RANGE (day);
CREATE TABLE measures_1 PARTITION OF measures FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
SELECT count(*) > 0 FROM orm.map('measures', 'Measure', orm.publish('measures'));
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgrelid IN ('measures'::regclass, 'measures_1'::regclass) ORDER BY 1, 2;
CREATE VIEW shown AS SELECT * FROM measures;
SELECT orm.map('shown', 'Shown', orm.primary_key('n'), orm.publish('shown'));

-- what cannot be declared
CREATE FUNCTION tried(VARIADIC elements orm.document[]) RETURNS text LANGUAGE plpgsql AS $$ DECLARE d text; h text; BEGIN
    PERFORM orm.model('X', 'xs', VARIADIC orm.column('id', 'integer', primary_key => true) || elements);
    PERFORM orm.create_table('X');
    RETURN 'declared';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, nullif(d, ''), nullif(h, ''));
END $$;
SELECT tried(orm.publish(''));
SELECT tried(orm.publish(repeat('x', 64)));
SELECT tried(orm.publish(repeat('x', 63)));
SELECT tried(orm.publish('a', e)) FROM unnest(ARRAY['', 'create,', 'create update', 'insert', 'before create', 'create, create', 'create, truncate', ' UPDATE ,delete']) e;
SELECT tried(orm.publish('a'), orm.publish('a', 'create'));
SELECT tried(orm.publish('a', attributes => '{nothing}'));
SELECT tried(orm.column('s', 'text', hidden => true), orm.publish('a', attributes => '{id,s}'));
SELECT tried(orm.publish('a', attributes => '{id,id}'));
SELECT tried(orm.publish(NULL)), tried(orm.publish('a', attributes => '{}'));
SELECT tried(orm.computed('c', 'text', 'id::text'), orm.publish('a', attributes => '{c}'));
SELECT tried('{"publish": {"chanel": "a"}}');
SELECT tried('{"publish": {"channel": "a", "attributes": "id"}}');
CREATE TRIGGER wrong AFTER INSERT ON posts FOR EACH STATEMENT EXECUTE FUNCTION orm.publish_changes('Post', 'posts');
INSERT INTO posts DEFAULT VALUES;
DROP TRIGGER wrong ON posts;
CREATE TRIGGER wrong BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION orm.publish_changes();
INSERT INTO posts DEFAULT VALUES;
DROP TRIGGER wrong ON posts;

SELECT count(*) > 0 FROM orm.drop_all();
SELECT count(*) > 0 FROM (SELECT orm.unmap(model) FROM orm.models) u;
DROP SCHEMA publish CASCADE;
