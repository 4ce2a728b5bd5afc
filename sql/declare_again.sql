-- A declaration changes while its table stands: what the table lacks is
-- pending, what is left out is written as removed, and parts change alone.
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
CREATE SCHEMA declare_again;
SET search_path = declare_again;
-- What a statement is refused with.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
-- The lines of a model's text that say what is removed.
CREATE FUNCTION removed(model text) RETURNS SETOF text LANGUAGE sql AS
$$SELECT trim(trailing ',]}' FROM trim(line)) || '}}' FROM pg_proc p, string_to_table(p.prosrc, E'\n') line
   WHERE p.proname = lower(model) || '_model' AND line LIKE '%"removed"%'$$;

SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'text', nullable => false),
    orm.column('email', 'text', is_unique => true), orm.column('born', 'int', indexed => true, check_expr => 'born > 1800'),
    orm.column('city', 'text'), orm.index('city', '-born'), orm.index('(lower(name))', name => 'by_name'), orm.unique('name', 'born'),
    orm.check('named', 'name <> $$-$$'), orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT orm.model('Post', 'posts', orm.column('id', 'int', primary_key => true), orm.belongs_to('author', 'Author', back_populates => 'posts'));
SELECT count(*) FROM orm.create_all() WHERE kind = 'table';
SELECT orm.create('Author', '{"name": "Ann", "email": "a@example.org", "born": 1900, "posts": [{}]}');
SELECT orm.model(orm.describe('Author'));

-- left out: what the table has is removed, and stays usable; what goes with a column is not said
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'text', nullable => false), orm.column('born', 'int'),
    orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT removed('Author');
SELECT model, pending FROM orm.models ORDER BY 1;
SELECT orm.all('Author', '{"where": {"email": "a@example.org"}}');
-- the same again says nothing else, and it is not said of a table that another has made
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'text', nullable => false), orm.column('born', 'int'),
    orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT author_model();
SELECT jsonb_path_query(orm.describe('Author')::jsonb, '$.elements[*].removed');
-- renamed meanwhile, and gone
ALTER TABLE authors RENAME COLUMN email TO mail;
SELECT removed('Author');
ALTER TABLE authors DROP COLUMN mail;
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'text', nullable => false), orm.column('born', 'int'),
    orm.has_many('posts', 'Post', back_populates => 'author'));
ALTER TABLE authors DROP COLUMN city, DROP CONSTRAINT named, DROP CONSTRAINT authors_name_born_key, DROP CONSTRAINT authors_born_check;
DROP INDEX by_name, authors_born_idx;
SELECT model, pending FROM orm.models ORDER BY 1;
SELECT orm.model(orm.describe('Author'));
SELECT removed('Author');

-- a hand-written text says it, or does not
CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS 'model Author {"table": "authors", "elements": [
  {"column": {"name": "id", "type": "int", "primary_key": true}}, {"column": {"name": "name", "type": "text"}}]}';
SELECT pending FROM orm.models WHERE model = 'Author';
CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS 'model Author {"table": "authors", "elements": [
  {"column": {"name": "id", "type": "int", "primary_key": true}}, {"column": {"name": "name", "type": "text"}}, {"has_many": {"name": "posts", "model": "Post"}}, {"removed": {"column": "born"}}]}';
SELECT pending FROM orm.models WHERE model = 'Author';
SELECT element, refused(format('CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS %L',
    'model Author {"table": "authors", "elements": [{"column": {"name": "a", "type": "int"}}, {"unique": {"columns": ["a"], "name": "u"}}, {"index": {"columns": ["a"], "name": "i"}}, {"belongs_to": {"name": "b", "model": "B", "foreign_key": "b_id"}}, ' || element || ']}'))
  FROM unnest(ARRAY['{"removed": {"column": "a"}}', '{"removed": {"column": "b_id"}}', '{"removed": {"constraint": "u"}}', '{"removed": {"index": "i"}}', '{"removed": {}}', '{"removed": {"column": "x", "index": "y"}}',
    '{"removed": {"table": "x"}}', '{"removed": {"column": 1}}', '{"removed": {"column": "x"}}, {"removed": {"column": "x"}}']) element;
SELECT refused($$SELECT orm.map('posts', 'Mapped', '{"removed": {"column": "id"}}')$$);

-- Dropping and making the table again does what was pending
SELECT count(*) > 0 AS dropped FROM orm.drop_table('Post');
SELECT count(*) > 0 AS dropped FROM orm.drop_table('Author');
SELECT author_model();
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT attname FROM pg_attribute WHERE attrelid = 'authors'::regclass AND attnum > 0 ORDER BY 1;

-- Elements are added, and pending while the table lacks them
SELECT * FROM orm.extend('Author', orm.column('email', 'text'), orm.unique('name'), orm.index('-name', name => 'backwards'), orm.check('short', 'length(name) < 20'),
    orm.enum('mood', ARRAY['good', 'bad']), orm.comment_on_table('who writes'));
SELECT author_model();
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'text'), orm.column('email', 'text'), orm.unique('name'),
    orm.index('-name', name => 'backwards'), orm.check('short', 'length(name) < 20'));
SELECT refused($$SELECT orm.all('Author', '{"where": {"email": "x"}}')$$);
ALTER TABLE authors ADD COLUMN email text, ADD UNIQUE (name), ADD CONSTRAINT short CHECK (length(name) < 20);
SELECT orm.model(author_model()::text::orm.document);
CREATE INDEX backwards ON authors (name DESC);
SELECT orm.model(author_model()::text::orm.document);
SELECT orm.all('Author', '{"where": {"email": "x"}}');
-- replaced, when of one kind and name; of unnamed ones, with the same columns
SELECT count(*) FROM orm.extend('Author', orm.column('email', 'varchar(100)', comment => 'private'), orm.unique('name', nulls_not_distinct => true), orm.index('name', name => 'backwards'));
SELECT author_model();
-- a version begins to count, a relationship gets its function when its column is there, on both sides
SELECT * FROM orm.extend('Author', orm.version('version'), orm.belongs_to('mentor', 'Author', back_populates => 'pupils'), orm.has_many('pupils', 'Author', back_populates => 'mentor'));
SELECT refused($$SELECT orm.get('Author', 1, '{"load": ["mentor"]}')$$);
SELECT refused($$SELECT orm.get('Author', 1, '{"load": ["pupils"]}')$$);
ALTER TABLE authors ADD COLUMN mentor_id int REFERENCES authors, ADD COLUMN version int NOT NULL DEFAULT 1;
SELECT action, kind, identity FROM orm.sync('Author') WHERE identity ~ 'mentor\(|pupils|version on';
SELECT orm.create('Author', '{"name": "Bea", "pupils": [{"name": "Cy"}]}');
-- mistakes leave everything as it was
CREATE TABLE before AS SELECT prosrc FROM pg_proc WHERE oid = 'author_model'::regproc;
SELECT refused('SELECT orm.extend(' || arguments || ')') FROM unnest(ARRAY[$$'Author', orm.column('x', 'nope')$$, $$'Author', orm.unique('nope')$$, $$'Author', orm.column('x', 'int'), orm.column('x', 'int')$$,
    $$'Author', orm.primary_key('name')$$, $$'Author', '{"removed": {"column": "name"}}'$$, $$'Autor', orm.column('x', 'int')$$, $$'Author', NULL$$]) arguments;
SELECT b.prosrc = p.prosrc AS untouched FROM pg_proc p, before b WHERE p.oid = 'author_model'::regproc;
-- what was removed is declared again
SELECT count(*) FROM orm.drop_element('Author', 'column', 'email');
SELECT removed('Author');
SELECT count(*) FROM orm.extend('Author', orm.column('email', 'text'));
SELECT removed('Author');

-- Elements are taken out: by their names, by columns, or by the names of the catalogs
SELECT refused($$SELECT orm.drop_element('Author', 'has_many', 'pupils')$$);
SELECT count(*) FROM orm.extend('Author', orm.belongs_to('mentor', 'Author', foreign_key => 'mentor_id'));
SELECT * FROM orm.drop_element('Author', 'has_many', 'pupils');
SELECT * FROM orm.drop_element('Author', 'relationship', 'mentor');
SELECT * FROM orm.drop_element('Author', 'unique', 'authors_name_key');
SELECT * FROM orm.drop_element('Author', 'index', 'backwards');
SELECT * FROM orm.drop_element('Author', 'constraint', 'short');
SELECT * FROM orm.drop_element('Author', 'version', 'version');
SELECT count(*) FROM orm.extend('Author', orm.enum('mood', ARRAY['good', 'bad']), orm.comment_on_table('who writes'));
SELECT * FROM orm.drop_element('Author', 'enum', 'mood');
SELECT * FROM orm.drop_element('Author', 'comment_on_table');
SELECT author_model();
-- a removal is taken back: the column is nobody's
SELECT * FROM orm.drop_element('Author', 'removed', 'mentor_id');
SELECT removed('Author');
-- a key of a column
SELECT orm.model('Town', 'towns', orm.column('id', 'int', primary_key => true), orm.column('name', 'text', is_unique => true), orm.column('code', 'text', indexed => true, check_expr => 'code <> $$$$'));
SELECT count(*) > 0 AS made FROM orm.create_table('Town');
SELECT * FROM orm.drop_element('Town', 'unique', 'name');
SELECT * FROM orm.drop_element('Town', 'index', 'towns_code_idx');
SELECT * FROM orm.drop_element('Town', 'check', 'code');
SELECT town_model();
-- what pends is what differs: done, nothing pends, though a new index has the name of a removed one
SELECT orm.model('Town', 'towns', orm.column('id', 'int', primary_key => true), orm.column('name', 'text', is_unique => true), orm.column('code', 'text', indexed => true));
SELECT count(*) FROM orm.drop_element('Town', 'index', 'code');
SELECT count(*) FROM orm.extend('Town', orm.index('-code'), orm.column('size', 'int'));
SELECT removed('Town');
SELECT sql FROM orm.diff('Town') \gexec
SELECT action, sql FROM orm.diff('Town');
SELECT pending FROM orm.models WHERE model = 'Town';
SELECT count(*) FROM orm.extend('Town', orm.column('size', 'bigint'));
SELECT removed('Town');
-- before there is a table nothing is left behind
SELECT orm.model('Later', 'laters', orm.column('id', 'int', primary_key => true), orm.column('a', 'int'), orm.accessors('late'));
SELECT count(*) FROM orm.drop_element('Later', 'column', 'a');
SELECT count(*) FROM orm.drop_element('Later', 'accessors');
SELECT later_model();
SELECT refused('SELECT orm.drop_element(' || arguments || ')') FROM unnest(ARRAY[$$'Author', 'colum', 'x'$$, $$'Author', 'column', 'nam'$$, $$'Author', 'has_many', 'pupils'$$, $$'Author', 'column', NULL$$, $$'Author', NULL, 'x'$$,
    $$NULL, 'column', 'x'$$, $$'Autor', 'column', 'x'$$, $$'Later', 'accessors'$$]) arguments;
-- a model that is mapped: only what it says
CREATE TABLE rivers (id int PRIMARY KEY, source int REFERENCES towns);
SELECT count(*) FROM orm.map('rivers', 'River', orm.belongs_to('town', 'Town', foreign_key => 'source'));
SELECT refused($$SELECT orm.drop_element('River', 'column', 'source')$$), refused($$SELECT orm.extend('River', orm.unique('source'))$$), refused($$SELECT orm.extend('River', orm.column('mouth', attribute => 'sea'))$$);
SELECT * FROM orm.drop_element('River', 'belongs_to', 'town');
SELECT river_model();

-- A model function beside functions of that name with other arguments: by name they are in the way of a new one, as prefixes are
CREATE FUNCTION ghost_model(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
SELECT refused($$SELECT orm.model('Ghost', 'ghosts')$$);
CREATE FUNCTION town_model(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
SELECT orm.model('Town', 'towns', orm.column('id', 'int', primary_key => true), orm.column('name', 'text'), orm.column('code', 'text'), orm.column('mayor', 'text'));
-- while something is pending the function says what is declared, describe what is in force
SELECT town_model() ->> 'elements' LIKE '%mayor%' AS declared, orm.describe('Town') ->> 'elements' LIKE '%mayor%' AS in_force;

DROP SCHEMA declare_again CASCADE;
SELECT count(*) FROM orm.models;
