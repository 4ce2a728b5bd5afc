-- orm.reflect over a database that was there before, the Chinook music shop,
-- against information_schema.  ORM_TEST_CHINOOK names its chinook.sql; without it there is
-- nothing to test (expected/reflect_chinook_1.out).
\set there `test -r "$ORM_TEST_CHINOOK" && echo true || echo false`
\if :there
\else
\quit
\endif
\getenv chinook ORM_TEST_CHINOOK
\getenv source PG_ABS_SRCDIR
\set oracle :source '/test/oracle/foreign_keys.sql'
\set regression :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_reflect_chinook;
CREATE DATABASE regress_orm_reflect_chinook TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_reflect_chinook
SET lc_messages = 'C';
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
\set ECHO none
\i :chinook
CREATE SCHEMA oracle;
SET search_path = oracle, public;
\i :oracle
\set ECHO all

SELECT * FROM orm.reflect('public');
SELECT * FROM wrong_ends('public');
-- by the standard's own views: each foreign key is one relationship there, and one back
SELECT count(DISTINCT constraint_name) FROM information_schema.table_constraints WHERE constraint_schema = 'public' AND constraint_type = 'FOREIGN KEY';
SELECT kind, count(*), bool_and(resolved) AS resolved, bool_and(back_populates IS NOT NULL) AS paired FROM orm.relationships GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM orm.reflect('public') WHERE action <> 'kept';

-- the same numbers as SQL has them
SELECT orm.count('Track', '{"where": {"genre": {"name": "Jazz"}}}'),
	(SELECT count(*) FROM track JOIN genre USING (genre_id) WHERE genre.name = 'Jazz');
SELECT orm.count('Playlist', '{"where": {"tracks": {"any": {"album": {"artist": {"name": "AC/DC"}}}}}}'),
	(SELECT count(DISTINCT playlist_id) FROM playlist_track JOIN track USING (track_id) JOIN album USING (album_id)
		JOIN artist a ON a.artist_id = album.artist_id WHERE a.name = 'AC/DC');
SELECT orm.all('Employee', '{"select": ["last_name"], "load": {"children": {"select": ["last_name"], "order_by": ["last_name"]}}, "where": {"parent": null}}');

-- declared as they are, the tables need no statement
SELECT count(*) AS models, min(action) AS least, max(action) AS most FROM orm.migrate('{"baseline": true}');
SELECT * FROM orm.diff(options => '{"strict": true}');
SELECT count(*) FROM orm.models WHERE pending;

\c :regression
SET client_min_messages = warning;
DROP DATABASE regress_orm_reflect_chinook;
