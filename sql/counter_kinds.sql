-- orm.counter over has_one, many_to_many, the same table, composite keys, keys without a constraint, partitions, children, policies.
CREATE SCHEMA counter_kinds;
SET search_path = counter_kinds;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE ROLE regress_orm_counter;

-- has_one, many_to_many, and counters of counters
SELECT orm.model('User', 'users', orm.column('id', 'integer', primary_key => true, identity => 'by default'), orm.has_one('card', 'Card'), orm.many_to_many('tags', 'Tag'),
    orm.counter('cards', 'card'), orm.counter('tag_count', 'tags'), orm.has_many('groups', 'Group'), orm.counter('members', 'groups', sum_of => 'size'));
SELECT orm.model('Card', 'cards', orm.column('id', 'integer', primary_key => true, identity => 'by default'), orm.belongs_to('user', 'User'), orm.unique('user_id'));
SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true, identity => 'by default'), orm.many_to_many('users', 'User'), orm.counter('uses', 'users'));
SELECT orm.model('Group', 'groups', orm.column('id', 'integer', primary_key => true, identity => 'by default'), orm.belongs_to('user', 'User'), orm.has_many('members', 'Member'), orm.counter('size', 'members'));
SELECT orm.model('Member', 'members', orm.column('id', 'integer', primary_key => true, identity => 'by default'), orm.belongs_to('group', 'Group', on_delete => 'cascade'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT orm.create('User', '{"card": {}, "tags": [{}, {}], "groups": [{"members": [{}, {}]}, {"members": [{}]}]}');
SELECT * FROM users;
SELECT orm.update('User', 1, '{"tags": {"$disconnect": [1]}}', '{"return": {"load": ["tags"]}}');
SELECT * FROM tags ORDER BY id;
DELETE FROM groups WHERE id = 1;
SELECT * FROM users;

-- the table itself; its rows are read again, which no other trigger of counters asks for
SELECT orm.model('Node', 'nodes', orm.column('id', 'integer', primary_key => true, identity => 'by default'), orm.belongs_to('parent', 'Node', nullable => true, on_update => 'cascade'),
    orm.has_many('children', 'Node', back_populates => 'parent'), orm.counter('n', 'children'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT orm.create('Node', '{"children": [{}, {"children": [{}]}]}');
UPDATE nodes SET id = id * 10 WHERE id < 10;
SELECT * FROM nodes ORDER BY id;
UPDATE nodes SET parent_id = NULL WHERE id = 40;
SELECT * FROM nodes ORDER BY id;

-- mapped tables: composite keys, and keys without a constraint
CREATE TABLE shops (country text, no integer, n bigint, total numeric(12, 2) NOT NULL DEFAULT 0, PRIMARY KEY (country, no));
CREATE TABLE lines (id integer PRIMARY KEY, shop_country text, shop_no integer, price numeric, quantity integer,
    FOREIGN KEY (shop_country, shop_no) REFERENCES shops ON UPDATE CASCADE);
INSERT INTO shops VALUES ('es', 1), ('uy', 1), ('uy', 2);
INSERT INTO lines SELECT i, 'uy', 1 + i % 2, i, 2 FROM generate_series(1, 5) i;
SELECT count(*) > 0 FROM orm.map('shops', 'Shop', orm.has_many('lines', 'Line'), orm.counter('n', 'lines'), orm.counter('total', 'lines', sum_of => 'price * quantity'));
SELECT pending FROM orm.models WHERE model = 'Shop';
SELECT count(*) > 0 FROM orm.map('lines', 'Line', orm.belongs_to('shop', 'Shop'));
SELECT * FROM shops ORDER BY 1, 2;
UPDATE lines SET shop_country = 'es', shop_no = 1 WHERE id < 3;
UPDATE shops SET country = 'ar' WHERE country = 'uy';
SELECT * FROM shops ORDER BY 1, 2;
UPDATE shops SET n = -1 WHERE no = 2;
SELECT * FROM orm.repair('Shop');
CREATE TABLE boxes (id text PRIMARY KEY, n smallint);
CREATE TABLE things (id integer, box varchar(10));
SELECT count(*) > 0 FROM orm.map('boxes', 'Box', orm.has_many('things', 'Thing', foreign_key => 'box', has_constraint => false), orm.counter('n', 'things'));
SELECT count(*) > 0 FROM orm.map('things', 'Thing', orm.primary_key('id'), orm.belongs_to('holder', 'Box', foreign_key => 'box', has_constraint => false));
INSERT INTO things VALUES (1, 'b'), (2, 'b'), (3, 'a');
INSERT INTO boxes VALUES ('a', 0), ('b', 0);
SELECT * FROM orm.repair('Box');
UPDATE boxes SET id = 'c' WHERE id = 'b';
SELECT * FROM boxes ORDER BY id;
INSERT INTO things SELECT i, 'a' FROM generate_series(1, 40000) i;

-- partitions and children, which are written directly; a new one has no triggers yet
CREATE TABLE days (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0);
INSERT INTO days VALUES (1), (2);
CREATE TABLE visits (day integer, at integer, dropped text, what text) PARTITION BY RANGE (at);
ALTER TABLE visits DROP COLUMN dropped;
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (0) TO (10);
CREATE TABLE visits_2 (what text, at integer, day integer) PARTITION BY LIST (day);
CREATE TABLE visits_2_1 PARTITION OF visits_2 DEFAULT;
ALTER TABLE visits ATTACH PARTITION visits_2 FOR VALUES FROM (10) TO (20);
SELECT count(*) > 0 FROM orm.map('visits', 'Visit', orm.primary_key('day', 'at'), orm.belongs_to('on', 'Day', foreign_key => 'day', has_constraint => false));
SELECT count(*) > 0 FROM orm.map('days', 'Day', orm.has_many('visits', 'Visit', foreign_key => 'day', has_constraint => false), orm.counter('n', 'visits', where_expr => 'what <> ''x'''));
INSERT INTO visits (day, at, what) VALUES (1, 1, 'a'), (2, 11, 'a'), (1, 2, 'x');
INSERT INTO visits_1 (day, at, what) VALUES (1, 3, 'a');
INSERT INTO visits_2 VALUES ('a', 12, 2);
COPY visits_2_1 FROM stdin;
a	13	1
\.
SELECT * FROM days ORDER BY id;
UPDATE visits SET at = at + 10, day = 3 - day WHERE at < 10;
UPDATE visits_2_1 SET what = 'x' WHERE at = 13;
SELECT * FROM days ORDER BY id;
CREATE TABLE visits_3 PARTITION OF visits FOR VALUES FROM (20) TO (30);
SELECT l.* FROM orm.lint('Day') l WHERE rule = 'counter_without_trigger';
INSERT INTO visits_3 VALUES (1, 20, 'a');
SELECT count(*) FROM orm.sync('Day') WHERE kind = 'trigger';
INSERT INTO visits_3 VALUES (1, 21, 'a');
SELECT * FROM days ORDER BY id;
TRUNCATE visits_2;
SELECT * FROM days ORDER BY id;
CREATE TABLE old_things (why text) INHERITS (things);
SELECT count(*) FROM orm.sync('Box') WHERE kind = 'trigger';
INSERT INTO old_things VALUES (7, 'c', 'x');
SELECT * FROM boxes WHERE id = 'c';

-- forced policies, and roles that may not even see the counting table
GRANT USAGE ON SCHEMA counter_kinds TO regress_orm_counter;
GRANT INSERT, DELETE, SELECT ON visits TO regress_orm_counter;
CREATE ROLE regress_orm_counter_owner;
GRANT CREATE, USAGE ON SCHEMA counter_kinds TO regress_orm_counter_owner;
ALTER TABLE days OWNER TO regress_orm_counter_owner;
ALTER TABLE visits OWNER TO regress_orm_counter_owner;
ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
ALTER TABLE visits FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON visits TO regress_orm_counter USING (true);
ALTER TABLE days ENABLE ROW LEVEL SECURITY;
ALTER TABLE days FORCE ROW LEVEL SECURITY;
SET ROLE regress_orm_counter;
INSERT INTO visits (day, at, what) VALUES (2, 4, 'a'), (2, 5, 'a');
DELETE FROM visits WHERE at = 20;
RESET ROLE;
SELECT * FROM days ORDER BY id;
UPDATE days SET n = 50;
SELECT * FROM orm.repair('Day');

DROP SCHEMA counter_kinds CASCADE;
DROP ROLE regress_orm_counter, regress_orm_counter_owner;
