-- orm.reflect: a relationship on both sides of every foreign key, once.
\set SHOW_CONTEXT never
CREATE SCHEMA reflect_relationships;
SET search_path = reflect_relationships;
\getenv source PG_ABS_SRCDIR
\set oracle :source '/test/oracle/foreign_keys.sql'
\i :oracle

-- several keys to one table, to itself, composite, to a unique key that is not primary, of which the columns are unique
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, manager_id int REFERENCES users);
CREATE TABLE profiles (user_id int PRIMARY KEY REFERENCES users, bio text);
CREATE TABLE posts (id int PRIMARY KEY, title text, author_id int NOT NULL REFERENCES users, editor_id int REFERENCES users);
CREATE TABLE logins (id int PRIMARY KEY, who text REFERENCES users (email));
CREATE TABLE regions (country text, code text, PRIMARY KEY (country, code));
CREATE TABLE towns (id int PRIMARY KEY, country text, region text, FOREIGN KEY (country, region) REFERENCES regions);
-- join tables: bare, with a key of its own, with payload, of one table with itself
CREATE TABLE tags (id int PRIMARY KEY, word text);
CREATE TABLE posts_tags (post_id int REFERENCES posts ON DELETE CASCADE, tag_id int REFERENCES tags, PRIMARY KEY (post_id, tag_id));
CREATE TABLE readers (id serial PRIMARY KEY, post_id int NOT NULL REFERENCES posts, user_id int NOT NULL REFERENCES users, UNIQUE (post_id, user_id));
CREATE TABLE likes (post_id int REFERENCES posts, user_id int REFERENCES users, at date DEFAULT '2020-01-01', PRIMARY KEY (user_id, post_id));
CREATE TABLE follows (follower_id int REFERENCES users, followed_id int REFERENCES users, PRIMARY KEY (follower_id, followed_id));
-- no join tables: not unique together, one column by itself, a shared column, three keys, a key to itself, referenced
CREATE TABLE visits (post_id int REFERENCES posts, user_id int REFERENCES users);
CREATE TABLE covers (post_id int PRIMARY KEY REFERENCES posts, tag_id int REFERENCES tags);
CREATE TABLE a (tenant int, id int, PRIMARY KEY (tenant, id));
CREATE TABLE b (tenant int, id int, PRIMARY KEY (tenant, id));
CREATE TABLE a_b (tenant int, a_id int, b_id int, PRIMARY KEY (tenant, a_id, b_id),
	FOREIGN KEY (tenant, a_id) REFERENCES a, FOREIGN KEY (tenant, b_id) REFERENCES b);
CREATE TABLE votes (post_id int REFERENCES posts, user_id int REFERENCES users, tag_id int REFERENCES tags, PRIMARY KEY (post_id, user_id, tag_id));
CREATE TABLE seats (id serial PRIMARY KEY, town_id int REFERENCES towns, tag_id int REFERENCES tags, UNIQUE (town_id, tag_id));
CREATE TABLE tickets (id int PRIMARY KEY, seat_id int REFERENCES seats);
-- one key twice is one
ALTER TABLE posts ADD CONSTRAINT posts_author_again FOREIGN KEY (author_id) REFERENCES users ON DELETE CASCADE NOT VALID;

SELECT * FROM orm.reflect();
SELECT * FROM wrong_ends('reflect_relationships');
SELECT model, relationship, kind, target, foreign_key, through, back_populates, resolved FROM orm.relationships;

-- they are read and written along
SELECT orm.save('User', '[{"id": 1, "email": "ada@x", "profile": {"bio": "b"}, "logins": [{"id": 1}]}, {"id": 3, "email": "x"}]') IS NOT NULL AS saved;
SELECT orm.save('User', '[{"id": 2, "email": "bob@x", "parent": 1, "users_by_follower_id": [{"id": 1}]}]') IS NOT NULL AS saved;
SELECT orm.save('Post', '{"id": 1, "title": "t", "author": 1, "editor": 2, "tags": [{"id": 7, "word": "w"}], "likes": [{"user_id": 2}]}') IS NOT NULL AS saved;
SELECT orm.all('User', '{"load": ["profile", "children", "logins", "posts_by_author_id", "posts_by_editor_id", "users_by_follower_id", "users_by_followed_id"]}');
SELECT orm.all('Post', '{"load": {"author": {"select": ["email"]}, "tags": true, "likes": {"load": ["user"]}, "users_by_likes": true}, "where": {"tags": {"any": {"word": "w"}}}}');
SELECT orm.all('Login', '{"load": ["user"]}');

-- partitions and children of an inheritance: the key of a partitioned table counts once, those of children are their own
CREATE TABLE events (id int, day date, user_id int REFERENCES users, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE marks (id int PRIMARY KEY, event_id int, day date, FOREIGN KEY (event_id, day) REFERENCES events);
CREATE TABLE admins (level int, PRIMARY KEY (id)) INHERITS (users);
CREATE TABLE shifts (id int PRIMARY KEY, admin_id int REFERENCES admins);
SELECT * FROM orm.reflect() WHERE action <> 'kept';
SELECT * FROM wrong_ends('reflect_relationships');

-- a key to a model of another schema, and one from there
CREATE SCHEMA reflect_relationships_other;
CREATE TABLE reflect_relationships_other.planets (id int PRIMARY KEY);
CREATE TABLE reflect_relationships_other.unknown (id int PRIMARY KEY);
SELECT count(*) FROM orm.map('reflect_relationships_other.planets', 'Planet', orm.accessors(include => '{}'));
CREATE TABLE moons (id int PRIMARY KEY, planet_id int REFERENCES reflect_relationships_other.planets,
	unknown_id int REFERENCES reflect_relationships_other.unknown);
CREATE TABLE reflect_relationships_other.probes (id int PRIMARY KEY, moon_id int REFERENCES moons);
SELECT count(*) FROM orm.map('reflect_relationships_other.probes', 'Probe', orm.accessors(include => '{}'));
SELECT * FROM orm.reflect(include => '{moons}');
SELECT * FROM wrong_ends('reflect_relationships');
SELECT * FROM wrong_ends('reflect_relationships_other');

SET client_min_messages = warning;
DROP SCHEMA reflect_relationships, reflect_relationships_other CASCADE;
SELECT count(*) FROM orm.models;
