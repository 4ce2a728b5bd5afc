-- Names that are made: the prefix of accessors, the columns and the name of a join table, the column of belongs_to.
-- Each is made by the extension in a subtransaction that is undone.
CREATE SCHEMA names;
SET search_path = names;
SET client_min_messages = warning;

CREATE FUNCTION prefix_of(model text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	BEGIN
		PERFORM orm.model(model, 'a_table', orm.column('id', 'integer', primary_key => true),
			orm.accessors(include => '{all}'));
		PERFORM orm.create_table(model);
		SELECT proname INTO found FROM pg_proc
		WHERE pronamespace = 'names'::regnamespace AND prorettype = to_regtype('names.a_table');
		RAISE SQLSTATE '22222';
	EXCEPTION WHEN SQLSTATE '22222' THEN
		RETURN regexp_replace(found, '_?a?l?l?$', '');
	END;
END
$$;

-- snake case: letters are folded as the server folds a name without quotes
SELECT model, prefix_of(model) AS prefix
FROM unnest(ARRAY['Usuario', 'OrderItem', 'orderItem', 'HTTPLog', 'HTTPLogV2', 'Log2File', 'Order Line', 'order--line',
	'order_line', '  a  b  ', '__x__', 'X', 'iPhone', 'ABC', '3D', 'Año', 'Ámbito', 'ÑandúRojo', '日本', '😀 Smile', '!!!',
	'a"b', 'it''s; DROP', repeat('Name', 15), repeat('ñ', 31)]) AS model;

-- singular, in English
CREATE FUNCTION singular_of(given text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	BEGIN
		PERFORM orm.model('One', orm_table(given), orm.column('id', 'integer', primary_key => true),
			orm.many_to_many('others', 'Other', through => 'the_join'), orm.accessors(include => '{}'));
		PERFORM orm.model('Other', 'others', orm.column('id', 'integer', primary_key => true),
			orm.accessors(include => '{}'));
		PERFORM orm.create_all();
		SELECT attname INTO found FROM pg_attribute
		WHERE attrelid = to_regclass('names.the_join') AND attnum > 0 AND attname <> 'other_id';
		RAISE SQLSTATE '22222';
	EXCEPTION WHEN SQLSTATE '22222' THEN
		RETURN regexp_replace(found, '_id$', '');
	END;
END
$$;
CREATE FUNCTION orm_table(given text) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN given ~ '[."]' THEN '"' || replace(given, '"', '""') || '"' ELSE given END $$;

SELECT plural, singular_of(plural) AS singular
FROM unnest(ARRAY['posts', 'usuarios', 'categories', 'movies', 'keys', 'addresses', 'boxes', 'indexes', 'indices',
	'matrices', 'branches', 'caches', 'dishes', 'databases', 'houses', 'clauses', 'viruses', 'statuses', 'status', 'buses',
	'process', 'processes', 'analysis', 'analyses', 'axes', 'heroes', 'photos', 'shoes', 'knives', 'archives', 'shelves',
	'people', 'salespeople', 'children', 'grandchildren', 'men', 'women', 'documents', 'specimen', 'mice', 'feet', 'series',
	'species', 'news', 'data', 'quizzes', 'sizes', 'menus', 'gas', 'sms', 'ids', 's', 'es', 'ies',
	'order_items', 'order_people', 'OrderPeople', 'Categories', 'CATEGORIES', 'POSTS', 'tags2', 'años', 'canciones',
	'my posts', 'a.b', 'quo"tes', '日本']) AS plural;

-- the parts of a name that is too long are cut at the edge of a character
CREATE FUNCTION join_of(one text, other text) RETURNS TABLE (name text, bytes int, columns text)
LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		PERFORM orm.model('One', one, orm.column('id', 'integer', primary_key => true),
			orm.many_to_many('others', 'Other'), orm.accessors(include => '{}'));
		PERFORM orm.model('Other', other, orm.column('a', 'integer'), orm.column('b', 'text'), orm.primary_key('a', 'b'),
			orm.belongs_to('one', 'One'), orm.accessors(include => '{}'));
		PERFORM orm.create_all();
		SELECT c.relname, octet_length(c.relname),
			string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
		INTO name, bytes, columns
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind = 'r' AND c.relnamespace = 'names'::regnamespace AND a.attnum > 0 AND
			c.relname NOT IN (one, other)
		GROUP BY 1, 2;
		RAISE SQLSTATE '22222';
	EXCEPTION WHEN SQLSTATE '22222' THEN
		RETURN NEXT;
	END;
END
$$;
SELECT * FROM join_of('posts', 'tags');
SELECT * FROM join_of('tags', 'posts');
SELECT * FROM join_of('a_rather_long_name_of_a_table', 'another_rather_long_name_of_a_table');
\set VERBOSITY terse
SELECT * FROM join_of(repeat('ñ', 31), repeat('ó', 31));
\set VERBOSITY default


DROP SCHEMA names CASCADE;
