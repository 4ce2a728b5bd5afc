-- orm.migrate with "undo": a migration is taken back, and so are the declarations.
\set SHOW_CONTEXT never
\pset format unaligned
\pset null <null>
CREATE SCHEMA migrate_undo;
SET search_path = migrate_undo;
SET client_min_messages = warning;

CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN regexp_replace(concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, '')),
        'migration [0-9]+', 'migration N', 'g');
END $$;

CREATE FUNCTION latest() RETURNS bigint LANGUAGE sql AS 'SELECT max(id) FROM orm.migration';

-- Undoes a migration.
CREATE FUNCTION undo(id bigint, options jsonb = '{}') RETURNS TABLE (sql text, destructive boolean, rows_affected bigint, state text)
LANGUAGE sql AS $$
    SELECT sql, destructive, rows_affected, state FROM orm.migrate((options || jsonb_build_object('undo', id))::text::orm.document)
$$;

SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text'),
    orm.column('age', 'text'), orm.column('old', 'text', indexed => true));
SELECT count(*) > 0 AS made FROM orm.create_all();
INSERT INTO authors (email, age, old) VALUES ('a@x', '31', 'o'), ('b@x', '22', NULL);
SELECT orm.schema_hash() AS hash, orm.describe('Author') AS described \gset

-- a rename, a conversion, a column that comes and one that goes, a key, and a new model with its join table
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true),
    orm.column('mail', 'text', renamed_from => 'email', is_unique => true),
    orm.column('age', 'integer', using_expr => 'age::integer', check_expr => 'age > 0'), orm.column('level', 'integer', server_default => '1'),
    orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.belongs_to('author', 'Author'),
    orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.many_to_many('posts', 'Post'));
SELECT count(*) AS steps FROM orm.migrate('{"allow_destructive": true}');
SELECT latest() AS first \gset
SELECT orm.create('Post', '{"author": 1, "tags": [{"name": "t"}]}'::orm.document);
INSERT INTO authors (mail, age) VALUES ('c@x', 7);

-- values that it would lose are named; a rehearsal changes nothing
SELECT refused(format('SELECT undo(%s)', :first));
SELECT count(*) AS steps, min(state) AS state FROM undo(:first, '{"allow_destructive": true, "rehearse": true}');
SELECT state FROM orm.migration WHERE id = :first;
SELECT * FROM undo(:first, '{"allow_destructive": true, "name": "back"}');
SELECT * FROM orm.diff();
SELECT orm.schema_hash() = :'hash' AS same_declarations, orm.describe('Author')::jsonb = :'described'::jsonb AS same_table;
TABLE authors ORDER BY id;
SELECT model FROM orm.models;
SELECT name, action, state, undoes = :first AS of_first, models, note FROM orm.migration WHERE id >= :first ORDER BY id;
SELECT before -> 'Post' ->> 'table' AS before, after -> 'Post' AS after FROM orm.migration WHERE id = latest();
SELECT email FROM author_create(email => 'd@x');

-- undone once; what is undone can be done again by undoing that
SELECT refused(format('SELECT undo(%s)', :first));
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text'),
    orm.column('age', 'text'), orm.column('old', 'text', indexed => true), orm.column('more', 'integer', server_default => '3'));
SELECT count(*) AS steps FROM orm.migrate();
SELECT latest() AS more \gset
SELECT count(*) AS steps FROM undo(:more, '{"allow_destructive": ["Author.more"]}');
SELECT count(*) AS columns FROM information_schema.columns WHERE table_name = 'authors' AND column_name = 'more';
SELECT count(*) AS steps FROM undo(latest());
SELECT more, count(*) FROM authors GROUP BY 1;
SELECT state FROM orm.migration WHERE id >= :more ORDER BY id;
SELECT * FROM orm.diff();

-- declarations that have changed since are not thrown away
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text'),
    orm.column('age', 'text'), orm.column('old', 'text', indexed => true), orm.column('more', 'integer', server_default => '4'));
SELECT refused(format('SELECT undo(%s)', :more));
SELECT count(*) AS steps FROM orm.migrate();
SELECT refused(format('SELECT undo(%s)', :more));

-- values that were filled in, nulls where the declaration before has none, and tables that others reference
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text'),
    orm.column('age', 'text', nullable => false, fill => '''0'''));
SELECT count(*) AS steps FROM orm.migrate('{"allow_destructive": true}');
SELECT refused(format('SELECT undo(%s)', latest()));
SELECT count(*) AS steps FROM undo(latest(), '{"allow_destructive": true}');
SELECT age, old, count(*) FROM authors GROUP BY 1, 2 ORDER BY 1;
SELECT * FROM orm.diff();
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true),
    orm.column('email', 'text', nullable => false));
SELECT count(*) AS steps FROM orm.migrate('{"allow_destructive": true}');
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS steps FROM orm.migrate('{"allow_destructive": true}');
SELECT refused(format('SELECT undo(%s, ''{"allow_destructive": true}'')', latest()));
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true));
SELECT count(*) AS steps FROM orm.migrate();
SELECT latest() AS tags \gset
CREATE TABLE uses (tag text REFERENCES tags);
SELECT refused(format('SELECT undo(%s)', :tags));
DROP TABLE uses;
SELECT sql FROM undo(:tags);
SELECT to_regclass('tags') AS gone;
SELECT sql FROM undo(latest());
SELECT author_model(), tag_model();
SELECT * FROM orm.diff();
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.many_to_many('authors', 'Author'));
SELECT orm.schema_hash() AS before \gset
SELECT sql FROM orm.migrate();
SELECT orm.schema_hash() AS hash, latest() AS joined \gset
SELECT sql FROM undo(:joined);
SELECT author_model(), tag_model();
SELECT * FROM orm.diff();
SELECT sql FROM undo(latest());
SELECT orm.schema_hash() = :'hash' AS same;
SELECT * FROM orm.diff();

-- bad input
SELECT refused('SELECT undo(999999999)');
SELECT refused($$SELECT * FROM orm.migrate('{"undo": "1"}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"undo": 0}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"undo": 1, "models": ["Author"]}')$$);
CREATE ROLE regress_orm_undo;
GRANT USAGE ON SCHEMA migrate_undo TO regress_orm_undo;
SELECT refused(format('SET LOCAL ROLE regress_orm_undo; SELECT undo(%s)', latest()));
SELECT refused(format('SET LOCAL ROLE regress_orm_undo; SELECT undo(%s)', :tags - 1));

-- rows that a restore could have written: none of their columns is believed
CREATE FUNCTION written(models text[], steps text, before text, declared text, after text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
    declared_again text;
BEGIN
    INSERT INTO orm.migration (action, state, applied_at, applied_by, models, steps, before, declared, after, hash_before, hash_after)
        VALUES ('migrate', 'done', now(), '', models, steps::json, before::json, declared::json, after::json, '', '') RETURNING id INTO written;
    PERFORM undo(written, '{"allow_destructive": true}');
    SELECT p.prosrc INTO declared_again FROM pg_proc p WHERE p.proname = 'odd_model';
    RAISE 'undone: %', coalesce(declared_again, 'it is gone');
EXCEPTION WHEN OTHERS THEN
    RETURN regexp_replace(SQLSTATE || ' ' || SQLERRM, 'migration [0-9]+', 'migration N');
END $$;
SELECT orm.model('Odd', 'odds', orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS steps FROM orm.migrate('{"models": ["Odd"]}');
SELECT after ->> 'Odd' AS odd, after AS after, replace(after::text, '{"model": "Odd"', '{"model": "Author"') AS other
FROM orm.migration WHERE id = latest() \gset
SELECT written(models, steps, before, declared, coalesce(after, :'after')) FROM (VALUES ('{}'::text[], '[]', '{}', '{}', '{}'),
    ('{Nobody}', '[]', '{}', '{}', '{}'), ('{Odd}', '[]', '{}', '{}', '{}'), ('{Odd}', '[]', '[1]', '[1]', '[1]'),
    ('{NULL,Odd}', '1', 'null', '"x"', NULL), ('{Odd}', '[[], 1, "x", {"action": 1}]', '[{}]', '[[]]', NULL),
    ('{Odd}', '[]', '{}', '{}', '{"Odd": 1}'), ('{Odd}', '[]', '{}', '{}', '{"Odd": {}}'), ('{Odd}', '[]', '{}', '{}', :'other'),
    ('{Odd}', '[]', :'other', '{}', NULL), ('{Odd,Odd}', '[]', :'after', :'other', NULL), ('{Odd,Odd}', '[]', '{}', '{}', NULL))
    v(models, steps, before, declared, after);
SELECT written('{Odd}', '[]', jsonb_build_object('Odd', jsonb_set(:'odd', '{elements}', :'odd'::jsonb -> 'elements' ||
    jsonb_build_object('many_to_many', element || '{"name": "others", "model": "Odd"}')))::text, '{}', :'after')
FROM (VALUES ('{"through": "nothing", "made": true}'::jsonb), ('{"through": "authors", "made": true}'), ('{"made": true}')) v(element);

-- tables of several owners that reference each other go together, by who has the rights of all
CREATE ROLE regress_orm_undo_a;
CREATE ROLE regress_orm_undo_b;
GRANT USAGE, CREATE ON SCHEMA migrate_undo TO regress_orm_undo_a, regress_orm_undo_b;
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) TO regress_orm_undo_a, regress_orm_undo_b;
SET ROLE regress_orm_undo_a;
SELECT orm.model('OfA', 'of_as', orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS steps FROM orm.migrate('{"models": ["OfA"]}');
GRANT REFERENCES ON of_as TO regress_orm_undo_b;
SELECT orm.model('MoreOfA', 'more_of_as', orm.column('id', 'integer', primary_key => true));
SET ROLE regress_orm_undo_b;
SELECT orm.model('OfB', 'of_bs', orm.column('id', 'integer', primary_key => true), orm.many_to_many('more', 'EvenMoreOfB'));
SELECT orm.model('EvenMoreOfB', 'even_more_of_bs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('a', 'OfA'));
RESET ROLE;
SELECT count(*) AS steps FROM orm.migrate('{"models": ["MoreOfA", "OfB", "EvenMoreOfB"]}');
SELECT relname, relowner::regrole FROM pg_class WHERE relnamespace = 'migrate_undo'::regnamespace AND relkind = 'r' AND relname LIKE '%of%' ORDER BY 1;
SELECT refused(format('SET LOCAL ROLE regress_orm_undo_b; SELECT undo(%s, ''{"allow_destructive": true}'')', latest()));
SELECT count(*) AS steps FROM undo(latest(), '{"allow_destructive": true}');
SELECT relname FROM pg_class WHERE relnamespace = 'migrate_undo'::regnamespace AND relkind = 'r' AND relname LIKE '%of%' ORDER BY 1;

SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) FROM (SELECT orm.unmap(model) FROM orm.models) u;
DROP SCHEMA migrate_undo CASCADE;
REVOKE EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) FROM regress_orm_undo_a, regress_orm_undo_b;
DROP ROLE regress_orm_undo, regress_orm_undo_a, regress_orm_undo_b;
