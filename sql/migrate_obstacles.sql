-- Objects that depend on columns are named before a migration runs anything.
CREATE SCHEMA migrate_obstacles;
SET search_path = migrate_obstacles;
\pset format unaligned
\set SHOW_CONTEXT never

SELECT orm.model('Item', 'items', orm.column('id', 'integer', primary_key => true), orm.column('a', 'text'), orm.column('b', 'integer'),
    orm.column('c', 'integer'), orm.computed('twice', 'integer', 'b * 2'));
SELECT count(*) > 0 AS migrated FROM orm.migrate();
CREATE VIEW seen AS SELECT i.a, i.b FROM items i;
CREATE MATERIALIZED VIEW kept AS SELECT s.b FROM seen s;
CREATE FUNCTION sum_b() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(i.b) FROM items i; END;
CREATE FUNCTION as_text() RETURNS bigint LANGUAGE sql AS 'SELECT sum(i.b) FROM migrate_obstacles.items i';
CREATE POLICY own ON items USING (b > 0);
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER changed BEFORE UPDATE ON items FOR EACH ROW WHEN (OLD.b IS DISTINCT FROM NEW.b) EXECUTE FUNCTION nothing();
CREATE RULE noted AS ON DELETE TO items DO ALSO SELECT OLD.c;

-- a column to be dropped, and one whose type changes
SELECT orm.model('Item', 'items', orm.column('id', 'integer', primary_key => true), orm.column('b', 'integer'), orm.column('c', 'integer'),
    orm.computed('twice', 'integer', 'b * 2'));
SELECT count(*) FROM orm.migrate();
SELECT orm.model('Item', 'items', orm.column('id', 'integer', primary_key => true), orm.column('a', 'text'), orm.column('b', 'bigint'),
    orm.column('c', 'integer'), orm.computed('twice', 'integer', 'b * 2'));
SELECT count(*) FROM orm.migrate();
SELECT orm.model('Item', 'items', orm.column('id', 'integer', primary_key => true), orm.column('a', 'text'), orm.column('b', 'integer'),
    orm.column('c', 'bigint'), orm.computed('twice', 'integer', 'b * 2'));
SELECT count(*) FROM orm.migrate();
SELECT count(*) FROM orm.migrate('{"rehearse": true, "allow_destructive": true}');
SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = 'items'::regclass AND attnum > 0 ORDER BY attnum;

-- renamed they follow
SELECT orm.model('Item', 'items', orm.column('id', 'integer', primary_key => true), orm.column('a', 'text'), orm.column('bb', 'integer', renamed_from => 'b'),
    orm.column('c', 'integer'), orm.computed('twice', 'integer', 'bb * 2'));
SELECT sql FROM orm.migrate();
SELECT count(*) AS difference FROM orm.diff();
SELECT pg_get_viewdef('seen') ~ 'bb AS b';

-- without them it goes; so do computed attributes, which are the model's
DROP POLICY own ON items;
DROP TRIGGER changed ON items;
DROP RULE noted ON items;
DROP FUNCTION sum_b();
DROP VIEW seen CASCADE;
SELECT orm.model('Item', 'items', orm.column('id', 'integer', primary_key => true), orm.column('bb', 'bigint'), orm.column('c', 'bigint'),
    orm.computed('twice', 'bigint', 'bb * 2'));
SELECT action, sql FROM orm.migrate();
SELECT count(*) AS difference FROM orm.diff();

SET client_min_messages = warning;
DROP SCHEMA migrate_obstacles CASCADE;
