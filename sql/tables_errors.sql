-- What can be wrong with declarations only shows when their tables are made together.
-- Each case declares its models, makes their tables, says what came of it, and is undone.
CREATE SCHEMA tables_errors;
SET search_path = tables_errors;
SET client_min_messages = warning;

CREATE PROCEDURE try(VARIADIC models orm.document[]) LANGUAGE plpgsql AS $$
DECLARE
	model orm.document;
	change record;
	detail text;
	hint text;
BEGIN
	FOREACH model IN ARRAY models LOOP
		PERFORM orm.model(model);
	END LOOP;
	FOR change IN SELECT * FROM orm.create_all() WHERE kind LIKE '%table' LOOP
		RAISE INFO '%', change;
	END LOOP;
	RAISE SQLSTATE '22222';
EXCEPTION
	WHEN SQLSTATE '22222' THEN
		NULL;
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		detail := regexp_replace(detail, ' of the referenc(ing|ed) table', '', 'g');		-- said since PostgreSQL 18
		IF SQLSTATE = '42883' THEN		-- PostgreSQL 19 says more
			detail := '';
			hint := '';
		END IF;
		RAISE INFO '% %', SQLSTATE, concat_ws(E'\n       ', SQLERRM, nullif(detail, ''), nullif(hint, ''));
END
$$;
CREATE FUNCTION m(model text, table_name text, VARIADIC elements orm.document[]) RETURNS orm.document LANGUAGE sql AS $$
	SELECT json_build_object('model', model, 'table', table_name,
		'elements', (SELECT json_agg(e::json ORDER BY i) FROM unnest(elements) WITH ORDINALITY AS x (e, i)))::orm.document
$$;
CREATE FUNCTION id() RETURNS orm.document LANGUAGE sql AS $$ SELECT orm.column('id', 'int', primary_key => true) $$;

-- what is referred to must be there
CALL try(m('A', 'a', id(), orm.belongs_to('b', 'B')));
CALL try(m('A', 'a', id(), orm.column('x', 'int', foreign_key => 'B')));
CALL try(m('A', 'a', id(), orm.column('x', 'int', foreign_key => 'b.c.d')));
CALL try(m('A', 'a', id(), orm.column('x', 'int'), orm.foreign_key('x', 'Aa')));

-- and have a key
CALL try(m('A', 'a', orm.column('x', 'int')),
	m('B', 'b', id(), orm.belongs_to('a', 'A')));
CALL try(m('A', 'a', orm.column('x', 'int')),
	m('B', 'b', id(), orm.column('a', 'int', foreign_key => 'A')));
CALL try(m('A', 'a', orm.column('x', 'int')),
	m('B', 'b', id(), orm.many_to_many('a', 'A')));
CALL try(m('A', 'a', orm.column('x', 'int'), orm.many_to_many('a', 'B')),
	m('B', 'b', id()));

-- two foreign keys could be meant
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.column('x', 'int', foreign_key => 'A'), orm.column('y', 'int', foreign_key => 'A'), orm.belongs_to('a', 'A')));
CALL try(m('A', 'a', orm.column('x', 'int'), orm.column('y', 'int'), orm.primary_key('x', 'y')),
	m('B', 'b', id(), orm.column('p', 'int'), orm.column('q', 'int'), orm.column('r', 'int'),
	orm.foreign_key(ARRAY['p', 'q'], 'A'), orm.foreign_key(ARRAY['p', 'r'], 'A'), orm.belongs_to('a', 'A')));

-- what another belongs_to takes by its name is not meant
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.column('creator_id', 'int', foreign_key => 'A'), orm.belongs_to('creator', 'A'), orm.belongs_to('editor', 'A')));

-- the only foreign key is found
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.column('x', 'int', foreign_key => 'a.id'), orm.belongs_to('a', 'A')));

-- as many columns as the key has
CALL try(m('A', 'a', orm.column('x', 'int'), orm.column('y', 'int'), orm.primary_key('x', 'y')),
	m('B', 'b', id(), orm.belongs_to('a', 'A', foreign_key => 'z')));
CALL try(m('A', 'a', orm.column('x', 'int'), orm.column('y', 'int'), orm.primary_key('x', 'y')),
	m('B', 'b', id(), orm.column('z', 'int'), orm.belongs_to('a', 'A', foreign_key => 'z')));
CALL try(m('A', 'a', orm.column('x', 'int'), orm.column('y', 'int'), orm.primary_key('x', 'y')),
	m('B', 'b', id(), orm.column('z', 'int', foreign_key => 'A')));

-- the name of an added column is free
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.column('x', 'int', attribute => 'a_id'), orm.belongs_to('a', 'A')));
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.has_many('a_id', 'A'), orm.belongs_to('a', 'A')));

-- the columns refer to the target
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.column('c_id', 'int', foreign_key => 'B'), orm.belongs_to('c', 'A')));

-- relationship and foreign key say one thing
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.column('c_id', 'int', foreign_key => 'A', on_delete => 'cascade'), orm.belongs_to('c', 'A', on_delete => 'restrict')));
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.column('c_id', 'int', nullable => true), orm.belongs_to('c', 'A', nullable => false)));
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.column('c_id', 'int'), orm.belongs_to('c', 'A', nullable => false, on_delete => 'CASCADE')));

-- keys that depend on each other
CALL try(m('A', 'a', orm.primary_key('b_id'), orm.belongs_to('b', 'B')),
	m('B', 'b', orm.primary_key('a_id'), orm.belongs_to('a', 'A')));

-- an element may name a column that belongs_to adds, if it does
CALL try(m('A', 'a', id()),
	m('B', 'b', id(), orm.index('a_x'), orm.belongs_to('a', 'A')));
CALL try(m('A', 'a', id()),
	m('B', 'b', orm.primary_key('a_x'), orm.belongs_to('a', 'A')));

-- one join table for a relationship and its inverse
CALL try(m('A', 'a', id(), orm.many_to_many('x', 'B'), orm.many_to_many('y', 'B')),
	m('B', 'b', id()));
CALL try(m('A', 'a', id(), orm.many_to_many('x', 'A'), orm.many_to_many('y', 'A')));
CALL try(m('A', 'a', id(), orm.many_to_many('x', 'B'), orm.many_to_many('y', 'B', through => 'ab2')),
	m('B', 'b', id()));
CALL try(m('A', 'a', id(), orm.many_to_many('x', 'B', foreign_key => 'q', through => 'tables_errors.zzz')),
	m('B', 'b', id(), orm.many_to_many('x', 'A', foreign_key => 'r', through => 'tables_errors.zzz')));
CALL try(m('A', 'a', id(), orm.many_to_many('x', 'B', foreign_key => ARRAY['q', 'z'])),
	m('B', 'b', id()));

-- a model can be the join table
CALL try(m('A', 'a', id(), orm.many_to_many('x', 'B', through => 'AB')),
	m('B', 'b', id()),
	m('AB', 'abx', id(), orm.belongs_to('a', 'A'), orm.belongs_to('b', 'B')));
CALL try(m('A', 'a', id(), orm.many_to_many('x', 'B')),
	m('B', 'b', id()),
	m('AB', 'a_b', id(), orm.belongs_to('a', 'A'), orm.belongs_to('b', 'B')));

-- what only the server knows
CALL try(m('A', 'a', id(), orm.column('x', 'int', server_default => 'nope()')));
CALL try(m('A', 'a', id(), orm.column('x', 'int', check_expr => 'y > 1')));
CALL try(m('A', 'a', id(), orm.column('x', 'int', foreign_key => 'a.nope')));
CALL try(m('A', 'a', id(), orm.column('x', 'point'), orm.index('x')));
CALL try(m('A', 'a', id(), orm.column('x', 'text', foreign_key => 'A')));
CALL try(m('A', 'nowhere.a', id()));
CALL try(m('A', 'pg_catalog.a', id()));

-- no columns at all
CALL try('{"model":"A","table":"a"}');

-- two models on one table: the second finds it there
CALL try(m('A', 'a', id(), orm.column('x', 'text')),
	m('B', 'a', orm.column('x', 'text'), orm.accessors('bb')));
CALL try(m('A', 'a', id(), orm.column('x', 'text')),
	m('B', 'a', orm.column('y', 'text'), orm.accessors('bb')));

-- tables that exist must have what is declared
CREATE TABLE a (id bigint primary key, n varchar(3), u int);
CREATE TABLE b (id int primary key, writer int references a, k int unique);
CALL try(m('A', 'a', id()));
CALL try(m('A', 'a', orm.column('id', 'bigint',primary_key => true), orm.column('m', 'int')));
CALL try(m('A', 'a', orm.column('id', 'bigint',primary_key => true), orm.column('n', 'varchar')));
CALL try(m('A', 'a', orm.column('id', 'bigint',primary_key => true), orm.column('n', 'varchar(3)', is_unique => true)));
CALL try(m('A', 'a', orm.column('id', 'bigint'), orm.column('n', 'varchar(3)'), orm.primary_key('id', 'n')));
CALL try(m('A', 'a', orm.column('id', 'bigint'), orm.column('u', 'int', foreign_key => 'b')));
CALL try(m('A', 'a', orm.column('id', 'bigint',primary_key => true)),
	m('B', 'b', id(), orm.belongs_to('a', 'A')));
CALL try(m('A', 'a', orm.column('id', 'bigint',primary_key => true)),
	m('B', 'b', id(), orm.belongs_to('a', 'A', foreign_key => 'a_id')));
CALL try(m('A', 'a', orm.column('id', 'bigint',primary_key => true)),
	m('B', 'b', id(), orm.belongs_to('a', 'A', foreign_key => 'writer')));
CALL try(m('A', 'a', orm.column('id', 'bigint',primary_key => true)),
	m('B', 'b', id(), orm.column('k', 'int',is_unique => true), orm.unique('k')));
CREATE TABLE a_b (x int);
CALL try(m('A', 'a', orm.column('id', 'bigint',primary_key => true), orm.many_to_many('bs', 'B')),
	m('B', 'b', id()));
CREATE VIEW v AS SELECT * FROM a;
CALL try(m('V', 'v', orm.column('id', 'bigint',primary_key => true)));

SELECT count(*) FROM orm.models;
DROP SCHEMA tables_errors CASCADE;
