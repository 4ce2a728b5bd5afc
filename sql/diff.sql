-- orm.diff: the steps that make the database what declarations say.
\set SHOW_CONTEXT never
\pset format unaligned
\pset null <null>
CREATE SCHEMA diff_test;
SET search_path = diff_test;

-- declare, create: no difference, whatever the settings of the session
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN short AS varchar(10) CHECK (VALUE <> '');
CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1';
SELECT orm.model('Author', 'authors',
    orm.column('id', 'integer', primary_key => true),
    orm.column('name', 'text', nullable => false, is_unique => true, check_expr => 'length(name) < 100'),
    orm.column('email', 'varchar(100)', indexed => true, comment => 'lower case'),
    orm.column('born', 'date', server_default => '''2000-01-31'''),
    orm.has_many('posts', 'Post'), orm.version('lock'));
SELECT orm.model('Post', 'posts',
    orm.column('id', 'bigint', primary_key => true),
    orm.column('title', 'text'),
    orm.column('at', 'timestamptz', server_default => 'now()'),
    orm.column('price', 'numeric(10,2)', server_default => '0', check_expr => 'price >= 0 AND price IN (1, 2, 0)'),
    orm.belongs_to('author', 'Author', nullable => false, on_delete => 'cascade'),
    orm.many_to_many('tags', 'Tag'),
    orm.index(ARRAY['(lower(title)) DESC', 'at'], name => 'posts_title', where_expr => 'title <> '''''),
    orm.check('cheap', 'price < 1000 OR title LIKE ''A%'''));
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.many_to_many('posts', 'Post'));
SELECT step, model_name, action, object, lock FROM orm.diff();
SELECT * FROM orm.diff('Tag');
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT * FROM orm.diff();
SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'SQL, DMY'; SET search_path = pg_catalog;
SELECT * FROM orm.diff();
RESET TimeZone; RESET DateStyle; SET search_path = diff_test;

-- every type, with a default, an index and a check: declare, create, no difference
CREATE TABLE kinds (n serial, type text, value text);
INSERT INTO kinds (type, value) VALUES
    ('smallint', '1'), ('integer', '1 + 1'), ('bigint', '10000000000'), ('real', '1.5'), ('double precision', '1.5'),
    ('numeric', '1.50'), ('numeric(5,2)', '0'), ('boolean', 'true'), ('text', '''x'''), ('varchar', '''x'''),
    ('varchar(10)', '''x'''), ('char(3)', '''x'''), ('"char"', '''x'''), ('name', '''x'''), ('bytea', '''\x00'''),
    ('date', '''2020-02-03'''), ('date', 'current_date'), ('time', '''10:00'''), ('time(2)', '''10:00'''),
    ('timetz', '''10:00'''), ('timestamp', '''2020-02-03'''), ('timestamp(3)', 'localtimestamp'),
    ('timestamptz', '''2020-02-03 10:00'''), ('timestamptz', 'now()'), ('interval', '''1 day'''),
    ('interval day to second', '''1 day'''), ('uuid', 'gen_random_uuid()'), ('json', '''{}'''), ('jsonb', '''{"a": 1}'''),
    ('inet', '''10.0.0.1'''), ('cidr', '''10.0.0.0/8'''), ('macaddr', '''08:00:2b:01:02:03'''), ('bit(3)', 'B''101'''),
    ('bit varying(5)', 'B''101'''), ('money', '''1'''), ('point', '''(1,2)'''), ('int4range', '''[1,2)'''),
    ('integer[]', '''{1,2}'''), ('text[]', 'ARRAY[''a'']'), ('varchar(5)[]', '''{}'''), ('diff_test.mood', '''sad'''),
    ('diff_test.mood[]', '''{sad}'''), ('diff_test.short', '''x'''), ('integer', 'diff_test.twice(3)'),
    ('tsvector', '''a b'''), ('oid', '1'), ('regclass', '''pg_class'''), ('xml', '''<a/>''');
SELECT count(orm.model('Kind' || n, 'kind' || n, orm.column('id', 'integer', primary_key => true),
    orm.column('value', type, server_default => value, nullable => n % 2 = 0),
    orm.check('kind' || n || '_present', format('value IS NOT NULL OR (id > 0 AND value::text IN (%L, %L))', 'a', 'b')),
    orm.index('id', name => 'kind' || n || '_some', where_expr => 'value IS NOT NULL'))) AS kinds FROM kinds;
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT model_name, sql FROM orm.diff();
SET TimeZone = 'America/Lima'; SET DateStyle = 'German';
SELECT model_name, sql FROM orm.diff();
RESET TimeZone; RESET DateStyle;

-- the description declared again is the same
SELECT count(orm.model(orm.describe(model)::text::orm.document)) AS described FROM orm.models WHERE state = 'created';
SELECT model_name, object, sql FROM orm.diff();
SELECT count(*) AS dropped FROM kinds, orm.drop_table('Kind' || n);
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT model_name, object, sql FROM orm.diff();
SELECT count(*) AS dropped FROM kinds, orm.drop_table('Kind' || n);
SELECT count(*) AS forgotten FROM kinds, orm.unmap('Kind' || n);

-- what another session did to the tables
INSERT INTO authors (name) VALUES ('Ann'), ('Bob');
ALTER TABLE posts DROP COLUMN title, ALTER price TYPE integer, ALTER price SET DEFAULT 1, ADD extra text;
ALTER TABLE authors DROP CONSTRAINT authors_name_key, ALTER name DROP NOT NULL;
ALTER TABLE authors ALTER born SET DEFAULT '2001-01-01', DROP CONSTRAINT authors_name_check;
ALTER TABLE authors ADD CONSTRAINT authors_name_check CHECK (length(name) < 99);
COMMENT ON COLUMN authors.email IS 'upper case';
DROP TRIGGER orm_version ON authors;
DROP INDEX authors_email_idx;
CREATE UNIQUE INDEX authors_email_idx ON authors (email);
SELECT step, model_name, action, object, sql, reverse_sql, lock, rewrites, destructive, rows_affected FROM orm.diff();

-- objects that no declaration names are left alone, and listed on demand
SELECT action, object, sql FROM orm.diff('Post', '{"strict": true}') WHERE action = 'unmanaged';

-- what is removed
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.column('rank', 'integer', indexed => true),
    orm.many_to_many('posts', 'Post'));
SELECT sql FROM orm.diff('Tag');
ALTER TABLE tags ADD rank integer;
CREATE INDEX ON tags (rank);
INSERT INTO tags VALUES ('a', 1), ('b', NULL);
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.many_to_many('posts', 'Post'));
SELECT action, sql, destructive, rows_affected, reverse_sql FROM orm.diff('Tag');

-- enum types
SELECT orm.model('Day', 'days', orm.enum('weather', ARRAY['sun', 'rain']), orm.column('id', 'integer', primary_key => true),
    orm.column('weather', 'weather', server_default => '''sun'''));
SELECT sql FROM orm.diff('Day');
SELECT count(*) > 0 AS made FROM orm.create_table('Day');
SELECT sql FROM orm.diff('Day');
INSERT INTO days (weather) VALUES ('rain'), ('sun'), ('rain');
SELECT orm.model('Day', 'days', orm.enum('weather', ARRAY['snow', 'sun', 'rain', 'fog']),
    orm.column('id', 'integer', primary_key => true), orm.column('weather', 'weather', server_default => '''sun'''));
SELECT sql, note FROM orm.diff('Day');
SELECT orm.model('Day', 'days', orm.enum('weather', ARRAY['fog', 'sun']),
    orm.column('id', 'integer', primary_key => true), orm.column('weather', 'weather', server_default => '''sun'''));
SELECT sql, destructive, rows_affected FROM orm.diff('Day');

-- nothing is written: read-only transactions; and the same twice
BEGIN READ ONLY;
SELECT count(*) > 5 AS same FROM orm.diff();
COMMIT;

-- keys with every option
SELECT orm.model('Key', 'keys', orm.column('id', 'integer', primary_key => true), orm.column('a', 'integer'),
    orm.column('b', 'text'), orm.column('during', 'tsrange'),
    orm.unique(ARRAY['a', 'b'], name => 'keys_ab', include => ARRAY['id']),
    orm.unique('a', is_deferrable => true, initially_deferred => true),
    orm.exclude('keys_during', ARRAY['during WITH &&'], where_expr => 'a > 0'),
    orm.index('b', opclass => 'text_pattern_ops', name => 'keys_pattern'),
    orm.index(ARRAY['-a', '(b || ''x'') COLLATE "C"'], nulls => NULL, name => 'keys_mixed'),
    orm.index('id', include => ARRAY['a'], is_unique => true, comment => 'carries', name => 'keys_id'),
    orm.index('during', method => 'gist'),
    orm.foreign_key(ARRAY['a'], 'Key', on_delete => 'set null', is_deferrable => true, match_full => true));
SELECT count(*) > 0 AS made FROM orm.create_table('Key');
SELECT * FROM orm.diff('Key');
ALTER TABLE keys DROP CONSTRAINT keys_ab, ADD CONSTRAINT keys_ab UNIQUE (b, a);
ALTER TABLE keys ALTER CONSTRAINT keys_a_fkey NOT DEFERRABLE;
DROP INDEX keys_mixed, keys_pattern;
CREATE INDEX keys_pattern ON keys (b);
SELECT action, sql, reverse_sql, lock FROM orm.diff('Key');

-- mistakes
SELECT * FROM orm.diff('Nobody');
SELECT * FROM orm.diff('Key', '{"strikt": true}');
SELECT * FROM orm.diff('Key', '{"strict": 1}');
SELECT * FROM orm.diff('Key', NULL);
CREATE ROLE regress_orm_diff;
GRANT USAGE ON SCHEMA diff_test TO regress_orm_diff;
SET ROLE regress_orm_diff;
SELECT * FROM orm.diff();
SELECT * FROM orm.diff('Key');
RESET ROLE;
ALTER TABLE tags FORCE ROW LEVEL SECURITY;
ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
ALTER TABLE tags OWNER TO regress_orm_diff;
GRANT CREATE ON SCHEMA diff_test TO regress_orm_diff;
SELECT * FROM orm.diff('Tag');

SELECT count(*) > 0 AS forgotten FROM (SELECT orm.unmap(model) FROM (SELECT model FROM orm.models ORDER BY model OFFSET 0) AS m) AS u;
SET client_min_messages = warning;
DROP SCHEMA diff_test CASCADE;
DROP ROLE regress_orm_diff;
SELECT count(*) FROM orm.models;
