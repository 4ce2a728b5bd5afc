-- orm.reflect over many tables: progress, and every key once.
\set SHOW_CONTEXT never
CREATE SCHEMA reflect_many;
SET search_path = reflect_many;
\getenv source PG_ABS_SRCDIR
\set oracle :source '/test/oracle/foreign_keys.sql'
\i :oracle
DO $$ BEGIN
	FOR i IN 1..250 LOOP
		EXECUTE format('CREATE TABLE t%s_things (id int PRIMARY KEY, a_id int, b_id int)', i);
	END LOOP;
	FOR i IN 1..250 LOOP
		EXECUTE format('ALTER TABLE t%s_things ADD FOREIGN KEY (a_id) REFERENCES t%s_things, ADD FOREIGN KEY (b_id) REFERENCES t%s_things',
			i, i * 7 % 250 + 1, (i * 13 + 5) % 250 + 1);
	END LOOP;
END $$;
SELECT action, kind, count(*), count(DISTINCT model_name) AS models FROM orm.reflect() GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM wrong_ends('reflect_many');
SELECT kind, count(*), bool_and(resolved) AS resolved FROM orm.relationships GROUP BY 1 ORDER BY 1;
SELECT action, kind, count(*) FROM orm.reflect() GROUP BY 1, 2;
SELECT orm.save('T1Thing', '{"id": 1, "a": {"id": 2}, "b": {"id": 3}}');
SET client_min_messages = warning;
DROP SCHEMA reflect_many CASCADE;
SELECT count(*) FROM orm.models;
