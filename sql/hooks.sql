-- orm.on: triggers of a user's functions.
\set SHOW_CONTEXT never
CREATE SCHEMA hooks;
SET search_path = hooks;
\pset tuples_only on
\pset format unaligned
CREATE FUNCTION raised(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE command;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ': ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;
CREATE TABLE log (n serial, what text);
CREATE FUNCTION set_slug() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.slug = lower(NEW.title); RETURN NEW; END $$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO log (what) VALUES (concat_ws(' ', TG_WHEN, TG_LEVEL, TG_OP));
	RETURN NULL;
END $$;
CREATE FUNCTION add(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION no_trigger() RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- mistakes
CREATE FUNCTION refused(VARIADIC elements orm.document[]) RETURNS text LANGUAGE sql AS $$
	SELECT raised(format('SELECT orm.model(''Post'', ''posts'', VARIADIC ARRAY[orm.column(''id'', ''integer'', primary_key => true)] || %L::orm.document[])', elements)) $$;
SELECT refused(orm.on('before insert', 'note'));
SELECT refused(orm.on('create', 'note'));
SELECT refused(orm.on('before', 'note'));
SELECT refused(orm.on('before create update', 'note'));
SELECT refused(orm.on('before create,', 'note'));
SELECT refused(orm.on('before create, create', 'note'));
SELECT refused(orm.on('after truncate', 'note'));
SELECT refused(orm.on('instead of create', 'note'));
SELECT refused(orm.on('', 'note'));
SELECT refused(orm.on('before create', 'notes'));
SELECT refused(orm.on('before create', 'add'));
SELECT refused(orm.on('before create', 'nowhere.note'));
SELECT refused(orm.on('before create', 'no_trigger'));
SELECT refused(orm.on('before create', 'note', columns => '{id}'));
SELECT refused(orm.on('before create', 'note', when_expr => 'NEW.id >'));
SELECT refused(orm.on('before create', 'note'), orm.on('before CREATE', 'hooks.note'));

-- made with the table; they fire for documents, typed functions and plain SQL
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text'), orm.column('slug', 'text'),
	orm.column('code', 'text', write_once => true),
	orm.on('before create, update', 'set_slug', columns => '{title}', when_expr => 'NEW.title IS NOT NULL'),
	orm.on('after update, delete', 'note', when_expr => 'OLD.title <> ''quiet'''),
	orm.on('after statement create, truncate', 'hooks.note'));
SELECT kind, identity FROM orm.create_all() WHERE kind = 'trigger' ORDER BY identity;
SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'posts'::regclass AND NOT tgisinternal ORDER BY tgname;
SELECT orm.create('Post', '{"id": 1, "title": "One"}');
SELECT slug FROM post_create(id => 2, title => 'Two');
INSERT INTO posts (id, title) VALUES (3, 'Three'), (4, 'quiet') RETURNING slug;
SELECT orm.update('Post', 1, '{"title": "Uno"}') ->> 'slug';
SELECT orm.update('Post', 1, '{"slug": "x"}') ->> 'slug';
UPDATE posts SET title = 'silent' WHERE id = 4;
SELECT orm.delete('Post', 2);
TRUNCATE posts;
SELECT what, count(*) FROM log GROUP BY what ORDER BY what;

-- described as declared, nothing to do, and columns are followed
SELECT e FROM json_array_elements(orm.describe('Post') -> 'elements') e WHERE e::text ~ '"on"';
SELECT count(*) FROM orm.diff();
SELECT count(*) FROM orm.sync('Post');
ALTER TABLE posts RENAME COLUMN title TO "Head line";
CREATE OR REPLACE FUNCTION set_slug() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.slug = upper(NEW."Head line"); RETURN NEW; END $$;
SELECT count(*) FROM orm.sync('Post') WHERE kind = 'trigger';
SELECT e FROM json_array_elements(orm.describe('Post') -> 'elements') e WHERE e::text ~ '"on"';
SELECT count(*) FROM orm.diff();
SELECT orm.create('Post', '{"id": 1, "Head line": "One"}') ->> 'slug';

-- what was changed by hand is made again
ALTER TABLE posts DISABLE TRIGGER orm_after_update_delete_note;
DROP TRIGGER orm_after_statement_create_truncate_note ON posts;
SELECT pending FROM orm.models WHERE model = 'Post';
SELECT action, object, sql FROM orm.diff();
SELECT action, object FROM orm.migrate();
SELECT count(*) FROM orm.diff();
CREATE OR REPLACE TRIGGER orm_after_update_delete_note AFTER UPDATE OR DELETE ON posts FOR EACH ROW EXECUTE FUNCTION note();
SELECT action, identity FROM orm.sync('Post');

-- changed, added, taken out; a trigger of the user's stays
CREATE TRIGGER mine BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION set_slug();
SELECT action, identity FROM orm.extend('Post', orm.on('after update, delete', 'note'), orm.on('after create', 'note'));
SELECT action, identity FROM orm.drop_element('Post', 'on', 'orm_after_create_note');
SELECT raised($$SELECT orm.drop_element('Post', 'on', 'orm_after_create_note')$$);
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('Head line', 'text'), orm.column('slug', 'text'),
	orm.column('code', 'text', write_once => true), orm.on('before statement delete', 'note'));
SELECT action, object, sql FROM orm.migrate();
SELECT tgname FROM pg_trigger WHERE tgrelid = 'posts'::regclass AND NOT tgisinternal ORDER BY tgname;

-- a later trigger of the user's is reported
CREATE TRIGGER "~z" BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION set_slug();
SELECT rule, object, message FROM orm.lint('Post') WHERE rule ~ 'trigger';

-- mapped tables, partitions and views
CREATE OR REPLACE FUNCTION set_slug() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.slug = lower(NEW.title); RETURN NEW; END $$;
CREATE TABLE parts (id integer PRIMARY KEY, title text, slug text) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
SELECT action, kind, identity FROM orm.map('parts', 'Part', orm.on('before create', 'set_slug'), orm.accessors(include => '{}'));
INSERT INTO part_1 VALUES (1, 'Direct') RETURNING slug;
SET search_path = pg_catalog;
SELECT e FROM json_array_elements(orm.describe('Part') -> 'elements') e WHERE e::text ~ '"on"';
RESET search_path;
SET search_path = hooks;
SELECT action, kind, identity FROM orm.map('parts', 'Part', orm.accessors(include => '{}'));
CREATE VIEW seen AS SELECT * FROM parts;
SELECT raised($$SELECT orm.map('seen', 'Seen', orm.primary_key('id'), orm.on('before create', 'set_slug'))$$);
SELECT raised($$SELECT orm.map('parts', 'Part', orm.on('before update', 'set_slug', columns => '{nothing}'))$$);

-- by hand: checked as it is created, or, as a restore does it, when the table is made
CREATE FUNCTION late_model() RETURNS json LANGUAGE orm STABLE AS $$model Late {"table": "lates", "elements": [
	{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"on": {"events": "after create", "function": "late"}}]}$$;
SET check_function_bodies = off;
CREATE FUNCTION late_model() RETURNS json LANGUAGE orm STABLE AS $$model Late {"table": "lates", "elements": [
	{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"on": {"events": "after create", "function": "late"}}]}$$;
RESET check_function_bodies;
SELECT state FROM orm.models WHERE model = 'Late';
SELECT raised($$SELECT * FROM orm.create_table('Late')$$);
CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
SELECT kind, identity FROM orm.create_table('Late') WHERE kind = 'trigger';
SET client_min_messages = warning;
DROP SCHEMA hooks CASCADE;
