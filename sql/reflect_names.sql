-- orm.reflect: names of models and relationships that are made from a catalog.
\set SHOW_CONTEXT never
CREATE SCHEMA reflect_names;
SET search_path = reflect_names;

-- singular and plural of each: the model of a table, and its relationship to what refers to it
CREATE TABLE hubs (id int PRIMARY KEY);
CREATE FUNCTION made(tables text[]) RETURNS TABLE (name text, model text, to_many text) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH name IN ARRAY tables LOOP
		BEGIN
			EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY, hub_id int REFERENCES hubs)', name);
			PERFORM orm.reflect('reflect_names');
			SELECT r.target, r.relationship INTO model, to_many FROM orm.relationships r WHERE r.model = 'Hub' AND r.kind = 'has_many';
			RAISE SQLSTATE '22222';
		EXCEPTION WHEN SQLSTATE '22222' THEN
			RETURN NEXT;
		END;
	END LOOP;
END $$;
SELECT * FROM made(ARRAY['posts', 'categories', 'keys', 'addresses', 'boxes', 'indexes', 'branches', 'dishes', 'houses',
	'statuses', 'status', 'buses', 'process', 'analyses', 'heroes', 'photos', 'knives', 'shelves', 'people', 'children',
	'men', 'salesmen', 'mice', 'series', 'news', 'data', 'media', 'quizzes', 'sizes', 'aliases', 'alias', 'gas', 'sms', 'criteria']);
-- words that are no English lose a final s, and stay as they are otherwise
SELECT * FROM made(ARRAY['usuarios', 'usuario', 'direcciones', 'canción', 'straße', 'años', '日本', 'tbl2', 's']);
-- several words, capitals, characters that are no letters
SELECT * FROM made(ARRAY['order_items', 'OrderItems', 'ORDER_ITEMS', 'orderitem', 'Order Details', 'HTTPLogs', 'wp_2_posts', 'a.b', 'quo"tes',
	'__x__', '!!!', repeat('long_name_', 6) || 's']);

-- belongs_to: the column without _id, else the target; has_one: the model; to itself: parent, children
CREATE TABLE people (id int PRIMARY KEY, "BossId" int REFERENCES people);
CREATE TABLE ones (person_id int PRIMARY KEY REFERENCES people);
CREATE TABLE twos (id int PRIMARY KEY, owner_id int REFERENCES people, hub int REFERENCES hubs);
CREATE TABLE threes (id int PRIMARY KEY, "OWNER_ID" int REFERENCES people, "hubId" int REFERENCES hubs, _id int REFERENCES ones);
SELECT * FROM orm.reflect() WHERE kind IN ('belongs_to', 'has_one', 'has_many');

-- taken by an attribute, reserved, twice: by the columns of its key; taken again: skipped
CREATE TABLE authors (id int PRIMARY KEY, books text, first_by_author_id text);
CREATE TABLE books (id int PRIMARY KEY, author_id int REFERENCES authors, author text, "or_id" int REFERENCES hubs);
CREATE TABLE firsts (id int PRIMARY KEY, author_id int UNIQUE REFERENCES authors, first text);
CREATE TABLE seconds (id int PRIMARY KEY, author_id int REFERENCES authors, author text, author_by_author_id text);
CREATE TABLE pairs (id int PRIMARY KEY REFERENCES authors REFERENCES hubs, author text, hub text);
SELECT * FROM orm.reflect(include => '{books,firsts,seconds,pairs,authors}') WHERE action <> 'kept';

-- two tables with one name for their model, and a model that has it already
CREATE TABLE cat (id int PRIMARY KEY);
CREATE TABLE cats (id int PRIMARY KEY);
CREATE SCHEMA reflect_names_other;
CREATE TABLE reflect_names_other.dogs (id int PRIMARY KEY);
CREATE TABLE dogs (id int PRIMARY KEY);
SELECT orm.model('Bird', 'birds', orm.column('id', 'int', primary_key => true));
CREATE TABLE bird (id int PRIMARY KEY);
SELECT * FROM orm.reflect('reflect_names_other');
SELECT * FROM orm.reflect(include => '{cat,cats,dogs,bird}');

-- a prefix to strip, camel case for attributes and relationships
CREATE SCHEMA reflect_names_camel;
CREATE TABLE reflect_names_camel.tbl_users (id int PRIMARY KEY, first_name text, "Last_Name" text, "A_B" int, a_b int, "and" int, is_admin boolean);
CREATE TABLE reflect_names_camel.tbl_blog_posts (id int PRIMARY KEY, main_author_id int REFERENCES reflect_names_camel.tbl_users, main_editor_id int REFERENCES reflect_names_camel.tbl_users);
CREATE TABLE reflect_names_camel.tbl_ (id int PRIMARY KEY);
SELECT * FROM orm.reflect('reflect_names_camel', options => '{"strip_prefix": "tbl_", "case": "camel"}');
SELECT model, attribute, column_name FROM orm.attributes WHERE model IN ('User', 'BlogPost') AND attribute <> column_name ORDER BY model, column_name COLLATE "C";
SELECT orm.create('BlogPost', '{"id": 1, "mainAuthor": {"id": 1, "firstName": "Ada"}}');
SELECT orm.all('User', '{"where": {"firstName": "Ada"}, "load": ["blogPostsByMainAuthorId"]}');

SET client_min_messages = warning;
DROP SCHEMA reflect_names, reflect_names_other, reflect_names_camel CASCADE;
SELECT count(*) FROM orm.models;
