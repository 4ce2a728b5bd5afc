-- The cascade "delete": what goes with an object that is deleted, and how it goes.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA cascading;
SET search_path = cascading;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT, the extension's lines of the context.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text; context text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''),
        (SELECT string_agg(line, ' < ') FROM regexp_split_to_table(context, E'\n') line WHERE line ~ '^(deleting|writing)'));
END $$;

\echo # two levels of has_many, a has_one, and a table that nobody has declared anything of
CREATE TABLE authors (id int PRIMARY KEY, name text);
CREATE TABLE profiles (id int PRIMARY KEY, author_id int UNIQUE REFERENCES authors ON DELETE RESTRICT);
CREATE TABLE posts (id int PRIMARY KEY, author_id int NOT NULL REFERENCES authors, title text);
CREATE TABLE comments (id int PRIMARY KEY, post_id int NOT NULL REFERENCES posts, body text);
CREATE TABLE audits (post_id int REFERENCES posts);
SELECT count(*) > 0 FROM orm.map('cascading.authors', 'Author', orm.has_many('posts', 'Post', cascade => 'all'), orm.has_one('profile', 'Profile', cascade => 'all'));
SELECT count(*) > 0 FROM orm.map('cascading.posts', 'Post', orm.has_many('comments', 'Comment', cascade => 'all, delete-orphan'), orm.belongs_to('author', 'Author'));
SELECT count(*) > 0 FROM orm.map('cascading.comments', 'Comment', orm.belongs_to('post', 'Post'));
SELECT count(*) > 0 FROM orm.map('cascading.profiles', 'Profile', orm.belongs_to('author', 'Author'));
CREATE PROCEDURE fill() LANGUAGE sql AS $$
    TRUNCATE authors, profiles, posts, comments, audits;
    INSERT INTO authors SELECT i, 'a' || i FROM generate_series(1, 4) i;
    INSERT INTO profiles SELECT i, i FROM generate_series(1, 3) i;
    INSERT INTO posts SELECT 10 * a + i, a, 'p' || i FROM generate_series(1, 3) a, generate_series(1, 2) i;
    INSERT INTO comments SELECT 10 * p.id + i, p.id FROM posts p, generate_series(1, 2) i;
$$;
CREATE FUNCTION rows() RETURNS text LANGUAGE sql AS $$
    SELECT format('authors %s, profiles %s, posts %s, comments %s', (SELECT string_agg(id::text, ' ' ORDER BY id) FROM authors),
        (SELECT string_agg(id::text, ' ' ORDER BY id) FROM profiles), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM posts),
        (SELECT string_agg(id::text, ' ' ORDER BY id) FROM comments)) $$;
CALL fill();
SELECT orm.impact('Author', 1);
SELECT orm.delete('Author', 1), orm.delete('Author', 1), orm.delete('Author', 99), orm.delete('Author', NULL::int);
SELECT rows();
SELECT orm.impact('Author', 1) IS NULL;
SELECT orm.delete('Author', '{"id": 2}'::jsonb, '{"dry_run": true}');
SELECT rows();
SELECT post_delete(21), author_delete(4);
SELECT rows();
INSERT INTO audits VALUES (22);
SELECT orm.impact('Author', 2);
SELECT refused($$SELECT orm.delete('Author', 2)$$);
SELECT rows();
TRUNCATE audits;

\echo # the statements that it takes
CREATE TABLE seen (what text);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (TG_TABLE_NAME || ' ' || (SELECT count(*) FROM gone)); RETURN NULL; END $$;
CREATE TRIGGER see AFTER DELETE ON posts REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION see();
CREATE TRIGGER see AFTER DELETE ON comments REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION see();
CALL fill();
SELECT orm.delete_where('Author', '{"where": {"id": {"<": 4}}}');
SELECT what FROM seen ORDER BY what;
DROP TRIGGER see ON posts;
DROP TRIGGER see ON comments;

\echo # by query: limit, order, expect, conditions on other tables, nothing found, named queries
CALL fill();
SELECT orm.delete_where('Author', '{"where": {}, "order_by": ["-id"], "limit": 2}');
SELECT rows();
SELECT refused($$SELECT orm.delete_where('Author', '{"where": {}}', '{}', '{"expect": 1}')$$);
SELECT rows();
SELECT orm.delete_where('Author', '{"where": {"name": {"$": "n"}}}', '{"n": "nobody"}', '{"expect": 1}');
SELECT orm.delete_where('Author', '{"where": {"name": {"$": "n"}}}', '{"n": "a1"}', '{"expect": 1, "dry_run": true}');
SELECT orm.delete_where('Post', '{"where": {"author": {"name": "a1"}, "title": "p2"}}');
SELECT orm.delete_where('Author', '{"where": {"posts": {"any": {"title": "p1"}}}, "limit": 1}');
SELECT rows();
CREATE FUNCTION forget(wanted text) RETURNS bigint LANGUAGE orm AS $$delete_where Author {"where": {"name": {"$": "wanted"}}} {"expect": 1}$$;
SELECT forget('a2'), forget('a2');
SELECT rows();

\echo # in the unit of work: all that is removed goes together, whatever refers to what
CALL fill();
CREATE TABLE suns (id int PRIMARY KEY, moon_id int);
CREATE TABLE moons (id int PRIMARY KEY, sun_id int REFERENCES suns);
ALTER TABLE suns ADD FOREIGN KEY (moon_id) REFERENCES moons;
SELECT count(*) > 0 FROM orm.map('cascading.suns', 'Sun', orm.belongs_to('moon', 'Moon'));
SELECT count(*) > 0 FROM orm.map('cascading.moons', 'Moon', orm.belongs_to('sun', 'Sun'));
INSERT INTO suns VALUES (1), (2), (3);
INSERT INTO moons VALUES (1, 1), (2, 2), (3, 3);
UPDATE suns SET moon_id = id;
SELECT orm.remove('Sun', 1), orm.remove('Author', 1), orm.remove('Moon', 1), orm.remove('Post', 11), orm.remove('Author', 99), orm.remove('Comment', 211) \g /dev/null
BEGIN;
SELECT orm.remove('Sun', 2), orm.remove('Author', 2), orm.remove('Moon', 2), orm.remove('Post', 21), orm.remove('Author', 99), orm.remove('Comment', 311) \g /dev/null
SELECT orm.flush();
COMMIT;
SELECT rows(), (SELECT array_agg(id) FROM suns), (SELECT array_agg(id) FROM moons);
SELECT refused($$DO 'BEGIN PERFORM orm.remove(''Sun'', 3); PERFORM orm.flush(); END'$$);
INSERT INTO audits VALUES (31);
SELECT refused($$DO 'BEGIN PERFORM orm.remove(''Author'', 3); PERFORM orm.flush(); END'$$);
TRUNCATE audits;

\echo # a tree of one table; a row that is its own parent
CREATE TABLE nodes (id int PRIMARY KEY, parent_id int REFERENCES nodes, n int UNIQUE);
SELECT count(*) > 0 FROM orm.map('cascading.nodes', 'Node', orm.belongs_to('parent', 'Node', back_populates => 'children'), orm.has_many('children', 'Node', back_populates => 'parent', cascade => 'all, delete-orphan'));
INSERT INTO nodes SELECT i, nullif(i / 3, 0) FROM generate_series(1, 40) i;
INSERT INTO nodes VALUES (100, 100), (101, 100);
SELECT orm.impact('Node', 2), orm.impact('Node', 100);
SELECT orm.delete('Node', 2), orm.delete('Node', 100);
SELECT string_agg(id::text, ' ' ORDER BY id) FROM nodes;
SELECT count(*) = 0 FROM nodes WHERE parent_id = 2 OR id >= 100;

\echo # a deep chain, in one statement
TRUNCATE nodes;
INSERT INTO nodes SELECT i, nullif(i - 1, 0) FROM generate_series(1, 300) i;
SELECT orm.impact('Node', 101);
SELECT orm.delete('Node', 101), count(*) FROM nodes;
SELECT count(*) FROM nodes;

\echo # circles of two tables, both ways
CREATE TABLE hens (id int PRIMARY KEY, egg_id int);
CREATE TABLE eggs (id int PRIMARY KEY, hen_id int REFERENCES hens);
ALTER TABLE hens ADD FOREIGN KEY (egg_id) REFERENCES eggs;
SELECT count(*) > 0 FROM orm.map('cascading.hens', 'Hen', orm.belongs_to('egg', 'Egg', cascade => 'all'), orm.has_many('eggs', 'Egg', foreign_key => 'hen_id', cascade => 'all'));
SELECT count(*) > 0 FROM orm.map('cascading.eggs', 'Egg', orm.belongs_to('hen', 'Hen', cascade => 'all'));
INSERT INTO hens SELECT i FROM generate_series(1, 4) i;
INSERT INTO eggs SELECT i, i FROM generate_series(1, 4) i;
UPDATE hens SET egg_id = CASE id WHEN 1 THEN 2 WHEN 2 THEN 3 WHEN 3 THEN 1 ELSE 4 END;
SELECT orm.impact('Egg', 2);
SELECT orm.delete('Egg', 2);
SELECT (SELECT string_agg(id::text, ' ') FROM hens), (SELECT string_agg(id::text, ' ') FROM eggs);

\echo # composite keys, keys that are not the primary one, keys of other types, domains and collations
CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN code AS text COLLATE blind;
CREATE TABLE orders (shop int, number bigint, code code UNIQUE, slug varchar(5) UNIQUE, PRIMARY KEY (shop, number));
CREATE TABLE lines (shop int, number bigint, position smallint, PRIMARY KEY (number, position, shop), FOREIGN KEY (shop, number) REFERENCES orders);
CREATE TABLE parts (id text PRIMARY KEY, shop int, number bigint, position int, FOREIGN KEY (number, position, shop) REFERENCES lines (number, position, shop));
CREATE TABLE labels (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), order_code text COLLATE blind REFERENCES orders (code), order_slug text REFERENCES orders (slug));
SELECT count(*) > 0 FROM orm.map('cascading.orders', 'Order', orm.has_many('lines', 'Line', cascade => 'all'),
    orm.has_many('labels', 'Label', 'order_code', cascade => 'all'), orm.has_one('sticker', 'Label', 'order_slug', cascade => 'delete'));
SELECT count(*) > 0 FROM orm.map('cascading.lines', 'Line', orm.has_many('parts', 'Part', cascade => 'delete'));
SELECT count(*) > 0 FROM orm.map('cascading.parts', 'Part');
SELECT count(*) > 0 FROM orm.map('cascading.labels', 'Label');
INSERT INTO orders SELECT s, n, 'Code' || s || n, 's' || s || n FROM generate_series(1, 2) s, generate_series(1, 2) n;
INSERT INTO lines SELECT o.shop, o.number, p FROM orders o, generate_series(1, 2) p;
INSERT INTO parts SELECT concat_ws('-', shop, number, position), shop, number, position FROM lines;
INSERT INTO labels (order_code) SELECT upper(code::text) FROM orders;
INSERT INTO labels (order_slug) SELECT slug FROM orders;
SELECT orm.impact('Order', '{"shop": 1, "number": 2}'::json);
SELECT orm.delete('Order', '{"shop": 1, "number": 2}'::json), orm.delete('Order', '(2,1)');
SELECT string_agg(shop || '/' || number, ' ' ORDER BY shop) FROM orders;
SELECT string_agg(id, ' ' ORDER BY id) FROM parts;
SELECT string_agg(coalesce(order_code, order_slug), ' ' ORDER BY coalesce(order_code, order_slug) COLLATE "C") FROM labels;
SELECT count(*) FROM lines;

\echo # many_to_many: the targets and the links, and other links of the targets, whose model has the relationship, too
CREATE TABLE films (id int PRIMARY KEY, code int UNIQUE);
CREATE TABLE actors (id int PRIMARY KEY);
CREATE TABLE roles (film int REFERENCES films (code), actor int REFERENCES actors, PRIMARY KEY (film, actor));
SELECT count(*) > 0 FROM orm.map('cascading.films', 'Film', orm.many_to_many('actors', 'Actor', 'cascading.roles', cascade => 'all'));
SELECT count(*) > 0 FROM orm.map('cascading.actors', 'Actor', orm.many_to_many('films', 'Film', 'cascading.roles'));
INSERT INTO films SELECT i, 10 * i FROM generate_series(1, 3) i;
INSERT INTO actors SELECT generate_series(1, 5);
INSERT INTO roles VALUES (10, 1), (10, 2), (20, 3), (20, 4), (30, 4);
SELECT orm.impact('Film', 1), orm.impact('Film', 2);
SELECT orm.delete('Film', 1);
SELECT orm.delete('Film', 2);
SELECT orm.delete_where('Film', '{"where": {}}');
SELECT (SELECT count(*) FROM films), (SELECT string_agg(id::text, ' ') FROM actors), (SELECT count(*) FROM roles);

\echo # ... of one table with itself, where the links of others are the business of their foreign key, and with keys of several columns that share one
CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE friends (from_id int REFERENCES people, to_id int REFERENCES people);
SELECT count(*) > 0 FROM orm.map('cascading.people', 'Person', orm.many_to_many('friends', 'Person', 'cascading.friends', foreign_key => 'from_id', cascade => 'all'));
INSERT INTO people SELECT generate_series(1, 6);
INSERT INTO friends VALUES (1, 2), (2, 3), (3, 1), (3, 3), (4, 5), (6, 5);
SELECT orm.impact('Person', 1), orm.impact('Person', 4);
SELECT orm.delete('Person', 1);
SELECT refused($$SELECT orm.delete('Person', 4)$$);
SELECT (SELECT string_agg(id::text, ' ' ORDER BY id) FROM people), (SELECT count(*) FROM friends);
CREATE TABLE tenants_posts (tenant int, id int, PRIMARY KEY (tenant, id));
CREATE TABLE tenants_tags (tenant int, name text, PRIMARY KEY (name, tenant));
CREATE TABLE tenants_links (tenant int, post int, tag text, PRIMARY KEY (tenant, post, tag),
    FOREIGN KEY (tenant, post) REFERENCES tenants_posts, FOREIGN KEY (tag, tenant) REFERENCES tenants_tags ON DELETE CASCADE);
SELECT count(*) > 0 FROM orm.map('cascading.tenants_posts', 'TenantPost', orm.many_to_many('tags', 'TenantTag', 'cascading.tenants_links', cascade => 'all'));
SELECT count(*) > 0 FROM orm.map('cascading.tenants_tags', 'TenantTag', orm.many_to_many('posts', 'TenantPost', 'cascading.tenants_links'));
INSERT INTO tenants_posts SELECT t, i FROM generate_series(1, 2) t, generate_series(1, 2) i;
INSERT INTO tenants_tags SELECT t, n FROM generate_series(1, 2) t, unnest(ARRAY['x', 'y', 'z']) n;
INSERT INTO tenants_links SELECT p.tenant, p.id, g.name FROM tenants_posts p, tenants_tags g WHERE g.tenant = p.tenant AND (g.name = 'x' OR p.id = 1 AND g.name = 'y');
SELECT orm.impact('TenantPost', '(1,1)');
SELECT orm.delete('TenantPost', '(1,1)');
SELECT string_agg(tenant || name, ' ' ORDER BY tenant, name) FROM tenants_tags;
SELECT string_agg(tenant || '/' || post || tag, ' ' ORDER BY tenant, post, tag) FROM tenants_links;

\echo # keys of other kinds, one and many
CREATE DOMAIN serial_no AS numeric(6, 2);
CREATE TYPE mood AS ENUM ('good', 'bad', 'so so');
CREATE TABLE moods (id mood PRIMARY KEY);
CREATE TABLE days (id serial_no PRIMARY KEY, mood_id mood REFERENCES moods);
CREATE TABLE hours (day_id serial_no REFERENCES days, during tsrange, PRIMARY KEY (during, day_id));
SELECT count(*) > 0 FROM orm.map('cascading.moods', 'Mood', orm.has_many('days', 'Day', cascade => 'all'));
SELECT count(*) > 0 FROM orm.map('cascading.days', 'Day', orm.has_many('hours', 'Hour', cascade => 'all'));
SELECT count(*) > 0 FROM orm.map('cascading.hours', 'Hour');
INSERT INTO moods VALUES ('good'), ('bad'), ('so so');
INSERT INTO days VALUES (1, 'good'), (2.5, 'bad'), (3, 'bad'), (4, 'so so'), (5, NULL);
INSERT INTO hours SELECT d.id, tsrange('2026-01-01', '2026-01-01'::timestamp + i * interval '1 hour') FROM days d, generate_series(1, 2) i;
SELECT orm.impact('Mood', 'bad');
SELECT orm.delete('Mood', 'good'), orm.delete('Mood', 'bad'::mood), orm.delete('Mood', 'bad'::mood);
SELECT orm.delete_where('Day', '{"where": {"mood_id": null}}');
SELECT (SELECT string_agg(id::text, ' ') FROM moods), (SELECT string_agg(id::text, ' ') FROM days), (SELECT count(*) FROM hours);

\echo # what the server takes: ON DELETE CASCADE, under the rights of the owners of tables
CREATE TABLE roots (id int PRIMARY KEY);
CREATE TABLE branches (id int PRIMARY KEY, root_id int REFERENCES roots ON DELETE CASCADE);
CREATE TABLE leaves (id int PRIMARY KEY, branch_id int REFERENCES branches ON DELETE CASCADE);
CREATE TABLE ants (id int PRIMARY KEY, leaf_id int REFERENCES leaves);
SELECT count(*) > 0 FROM orm.map('cascading.roots', 'Root', orm.has_many('branches', 'Branch', cascade => 'all'));
SELECT count(*) > 0 FROM orm.map('cascading.branches', 'Branch', orm.has_many('leaves', 'Leaf', cascade => 'all'), orm.belongs_to('root', 'Root'));
SELECT count(*) > 0 FROM orm.map('cascading.leaves', 'Leaf', orm.belongs_to('branch', 'Branch'));
SELECT count(*) > 0 FROM orm.map('cascading.ants', 'Ant', orm.belongs_to('leaf', 'Leaf'));
CREATE PROCEDURE grow() LANGUAGE sql AS $$
    TRUNCATE roots, branches, leaves, ants;
    INSERT INTO roots VALUES (1), (2);
    INSERT INTO branches VALUES (1, 1), (2, 1), (3, 2);
    INSERT INTO leaves VALUES (1, 1), (2, 2), (3, 3);
$$;
CREATE ROLE regress_orm_cascade;
GRANT USAGE ON SCHEMA cascading TO regress_orm_cascade;
GRANT SELECT, DELETE ON roots, authors TO regress_orm_cascade;
CALL grow();
SET ROLE regress_orm_cascade;
SELECT orm.delete('Root', 1);
RESET ROLE;
SELECT (SELECT count(*) FROM branches), (SELECT count(*) FROM leaves);
CALL grow();
SET ROLE regress_orm_cascade;
SELECT orm.delete_where('Root', '{"where": {}}');
RESET ROLE;
SELECT (SELECT count(*) FROM roots), (SELECT count(*) FROM branches), (SELECT count(*) FROM leaves);
\echo # ... unless there is something beyond it
SELECT count(*) FROM orm.unmap('Leaf');
SELECT count(*) > 0 FROM orm.map('cascading.leaves', 'Leaf', orm.belongs_to('branch', 'Branch'), orm.has_many('ants', 'Ant', cascade => 'delete'));
CALL grow();
INSERT INTO ants VALUES (1, 1), (2, 3);
SELECT orm.impact('Root', 1);
SELECT orm.delete('Root', 1);
SELECT (SELECT count(*) FROM branches), (SELECT count(*) FROM leaves), (SELECT string_agg(id::text, ' ') FROM ants);
SET ROLE regress_orm_cascade;
SELECT refused($$SELECT orm.delete('Root', 2)$$);
RESET ROLE;
GRANT SELECT, DELETE ON branches, leaves TO regress_orm_cascade;
SET ROLE regress_orm_cascade;
SELECT refused($$SELECT orm.delete('Root', 2)$$);
RESET ROLE;
GRANT SELECT ON ants TO regress_orm_cascade;
SET ROLE regress_orm_cascade;
SELECT refused($$SELECT orm.delete('Root', 2)$$);
RESET ROLE;
GRANT DELETE ON ants TO regress_orm_cascade;
SET ROLE regress_orm_cascade;
SELECT orm.delete('Root', 2);
RESET ROLE;
SELECT (SELECT count(*) FROM branches), (SELECT count(*) FROM leaves), (SELECT count(*) FROM ants);

\echo # row security: what is hidden does not go; what may not go does not lose what belongs to it
CALL fill();
GRANT SELECT, DELETE, UPDATE ON authors, posts, comments, profiles TO regress_orm_cascade;
GRANT SELECT ON audits TO regress_orm_cascade;
ALTER TABLE comments ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON comments FOR SELECT USING (id <> 112);
CREATE POLICY gone ON comments FOR DELETE USING (true);
SET ROLE regress_orm_cascade;
SELECT orm.impact('Author', 1);
SELECT refused($$SELECT orm.delete('Author', 1)$$);
SELECT orm.delete('Author', 2);
SELECT orm.delete_where('Post', '{"where": {"id": 31}}');
RESET ROLE;
SELECT rows();
ALTER TABLE comments DISABLE ROW LEVEL SECURITY;
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON posts FOR SELECT USING (true);
CREATE POLICY gone ON posts FOR DELETE USING (id <> 32);
SET ROLE regress_orm_cascade;
SELECT refused($$SELECT orm.delete('Post', 32)$$);
SELECT refused($$SELECT orm.delete('Author', 3)$$);
RESET ROLE;
\echo # a policy on updates has no say
CREATE POLICY none ON posts FOR UPDATE USING (false);
SET ROLE regress_orm_cascade;
SELECT orm.delete_where('Post', '{"where": {"id": {"in": [11, 12]}}}', options => '{"dry_run": true}');
SELECT orm.delete_where('Post', '{"where": {"id": {"in": [11, 12]}}, "limit": 1}', options => '{"dry_run": true}');
RESET ROLE;
DELETE FROM comments WHERE post_id = 32;
SET ROLE regress_orm_cascade;
SELECT orm.delete('Post', 32);
RESET ROLE;
SELECT rows();
ALTER TABLE posts DISABLE ROW LEVEL SECURITY;

\echo # views, inheritance and partitions
CREATE VIEW author_view AS SELECT id, name FROM authors;
SELECT count(*) > 0 FROM orm.map('cascading.author_view', 'AuthorView', orm.primary_key('id'), orm.has_many('posts', 'Post', foreign_key => 'author_id', cascade => 'all'));
INSERT INTO posts VALUES (41, 4);
INSERT INTO comments VALUES (411, 41);
SELECT orm.delete('AuthorView', 4), orm.delete('AuthorView', 4);
SELECT orm.delete_where('AuthorView', '{"where": {"name": "nobody"}}');
SELECT refused($$SELECT orm.impact('AuthorView', 1)$$);
SELECT rows();
CREATE TABLE events (day int, id int, PRIMARY KEY (day, id)) PARTITION BY LIST (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
CREATE TABLE events_2 PARTITION OF events FOR VALUES IN (2);
CREATE TABLE visits (id int, day int, event_id int, PRIMARY KEY (id, day), FOREIGN KEY (day, event_id) REFERENCES events) PARTITION BY LIST (day);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES IN (1);
CREATE TABLE visits_2 PARTITION OF visits FOR VALUES IN (2);
SELECT count(*) > 0 FROM orm.map('cascading.events', 'Event', orm.has_many('visits', 'Visit', cascade => 'all'));
SELECT count(*) > 0 FROM orm.map('cascading.visits', 'Visit');
INSERT INTO events VALUES (1, 1), (2, 1), (2, 2);
INSERT INTO visits VALUES (1, 1, 1), (2, 2, 1), (3, 2, 1), (4, 2, 2);
SELECT orm.impact('Event', '(2,1)');
SELECT orm.delete('Event', '(2,1)');
SELECT string_agg(id::text, ' ' ORDER BY id) FROM visits;

\echo # two models of one table, and one of a partition: a row counts once
SELECT count(*) FROM orm.map('cascading.posts', 'Essay', orm.has_many('comments', 'Comment', cascade => 'delete'), orm.accessors(include => '{}'));
SELECT count(*) FROM orm.map('cascading.visits_2', 'LateVisit', orm.accessors(include => '{}'));
CALL fill();
BEGIN;
SELECT orm.remove('Essay', 11), orm.remove('Post', 11), orm.remove('Post', 12), orm.remove('Author', 1), orm.remove('Visit', '(4,2)'), orm.remove('LateVisit', '(4,2)'), orm.remove('Event', '(2,2)') \g /dev/null
SELECT orm.flush();
COMMIT;
SELECT rows(), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM visits);

\echo # triggers: one that keeps a row, one that deletes what would go anyhow
CALL fill();
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE DELETE ON authors FOR EACH ROW WHEN (old.id = 1) EXECUTE FUNCTION keep();
SELECT refused($$SELECT orm.delete('Author', 1)$$);
SELECT orm.delete('Author', 1, '{"skipped": "allow"}'), orm.delete('Author', 2);
SELECT rows();
DROP TRIGGER keep ON authors;

\echo # what cannot be followed
CREATE TABLE lonely (author_id int REFERENCES authors);
SELECT count(*) FROM orm.map('cascading.lonely', 'Lonely');
SELECT count(*) FROM orm.map('cascading.authors', 'Fan', orm.has_many('lonely', 'Lonely', cascade => 'all'), orm.accessors(include => '{}'));
SELECT count(*) FROM orm.map('cascading.authors', 'Pending', orm.has_many('later', 'Later', cascade => 'all'), orm.accessors(include => '{}'));
SELECT refused($$SELECT orm.delete('Fan', 3)$$);
SELECT refused($$SELECT orm.delete('Pending', 3)$$);
SELECT refused($$SELECT orm.delete('Author', 'x')$$);
SELECT refused($$SELECT orm.delete('Author', 3, '{"on_conflict": "ignore"}')$$);
SELECT rows();

DROP OWNED BY regress_orm_cascade;
DROP ROLE regress_orm_cascade;
DROP SCHEMA cascading CASCADE;
