-- Hidden attributes: their values are in no result and in no message, through any door.
-- Every answer, also an error with all its fields, is searched for the stored values.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA attribute_hidden;
SET search_path = attribute_hidden;
SET client_min_messages = warning;

-- What a statement answers, as a result or as an error; LEAKED where a stored secret is in it.
CREATE FUNCTION tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text; context text; answer text;
BEGIN
    BEGIN
        EXECUTE statement INTO answer;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
        answer := concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''),
            substring(context FROM '(?n)^at .*'));
    END;
    RETURN CASE WHEN answer ~* 's3cret' THEN 'LEAKED ' ELSE '' END || answer;
END $$;

SELECT orm.model('Account', 'accounts',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('name', 'text', nullable => false),
    orm.column('token', 'text', hidden => true, is_unique => true, check_expr => $$token <> 'bad'$$),
    orm.column('pin', 'text', hidden => true),
    orm.column('referrer', 'text', foreign_key => 'accounts.token', hidden => true),
    orm.column('boss_id', 'integer', foreign_key => 'Account'),
    orm.version('v'),
    orm.belongs_to('boss', 'Account', foreign_key => 'boss_id', back_populates => 'staff'),
    orm.has_many('staff', 'Account', foreign_key => 'boss_id', back_populates => 'boss'));
SELECT count(*) > 0 FROM orm.create_all();
CREATE UNIQUE INDEX lowered ON accounts (lower(pin));

-- writes return nothing of it
SELECT tried($$SELECT orm.create('Account', '{"id": 1, "name": "a", "token": "s3cret-1", "pin": "S3CRET-p"}')$$);
SELECT tried($$SELECT orm.save('Account', '{"id": 2, "name": "b", "token": "s3cret-2", "boss": {"id": 1, "pin": "s3cret-q"}, "staff": [{"id": 3, "name": "c", "token": "s3cret-3"}]}')$$);
SELECT tried($$SELECT orm.update('Account', '1', '{"pin": "s3cret-4", "boss_id": null}', '{"action": true}')$$);
SELECT tried($$SELECT orm.upsert('Account', '{"name": "b", "token": "s3cret-2", "v": 1}', ARRAY['token'])$$);
SELECT tried($$SELECT orm.update('Account', '1', '{"name": "aa"}', '{"return": {"select": ["*"], "etag": false, "load": ["staff"]}}')$$);
SELECT tried($$SELECT orm.update('Account', '1', '{"name": "aa"}', '{"return": {"select": ["token"]}}')$$);
SELECT tried($$SELECT orm.update('Account', '1', '{"name": {"$attribute": "token"}}')$$);
SELECT tried($$SELECT orm.update('Account', '1', '{"name": {"$expr": "token"}}')$$);
SELECT tried($$SELECT orm.update_where('Account', '{"where": {}}', '{"name": {"$attribute": "token"}}')$$);
SELECT tried($$SELECT orm.update_where('Account', '{"where": {}}', '{"name": {"$expr": {"upper": ["token"]}}}')$$);
SELECT tried($$SELECT orm.update_where('Account', '{"where": {"token": "s3cret-3"}}', '{"pin": "s3cret-9"}')$$);
SELECT id, name, token, pin FROM accounts ORDER BY id;

-- reads pass over it
SELECT tried($$SELECT orm.get('Account', 1)$$);
SELECT tried($$SELECT orm.all('Account', '{"order_by": ["id"], "select": ["*"], "omit": ["token", "pin", "v"]}')$$);
SELECT tried($$SELECT orm.all('Account', '{"where": {"token": "s3cret-1"}, "load": ["staff"]}')$$);
SELECT tried($$SELECT orm.all('Account', '{"where": {"token": {"in": ["s3cret-1", "s3cret-3"]}, "pin": {"eq": null}}, "select": ["id"]}')$$);
SELECT tried($$SELECT orm.count('Account', '{"where": {"not": {"boss": {"token": {"eq": "s3cret-1"}}}}}')$$);
SELECT tried($$SELECT orm.first('Account', '{"where": {"token": {"eq": {"$": "t"}}}}', '{"t": "s3cret-2"}')$$);

-- and refuse its name
CREATE TABLE doors (n int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO doors (query) VALUES
    ('{"select": ["token"]}'), ('{"select": ["*", "pin"]}'), ('{"distinct": ["token"]}'), ('{"order_by": ["token"]}'), ('{"order_by": ["-boss.token"]}'),
    ('{"order_by": [{"by": {"md5": ["token"]}}]}'), ('{"compute": {"x": "token"}}'), ('{"compute": {"x": {"upper": ["boss.token"]}}}'),
    ('{"compute": {"x": {"max": "staff.token"}}}'), ('{"compute": {"x": {"array_agg": {"concat": ["token"]}, "of": "staff"}}}'),
    ('{"compute": {"x": {"count": "staff.token"}}}'), ('{"compute": {"x": {"lag": ["token"], "over": {"order_by": ["id"]}}}}'),
    ('{"compute": {"x": {"rank": [], "over": {"order_by": ["token"]}}}}'), ('{"compute": {"x": {"case": [[{"token": {"gt": "m"}}, 1]], "else": 2}}}'),
    ('{"compute": {"x": {"exists": {"staff": {"token": {"like": "s%"}}}}}}'), ('{"where": {"token": {"ne": "x"}}}'), ('{"where": {"token": {"gt": "s"}}}'),
    ('{"where": {"token": {"not_in": ["x"]}}}'), ('{"where": {"token": {"like": "s%"}}}'), ('{"where": {"token": {"ieq": "x"}}}'),
    ('{"where": {"token": {"search": "x"}}}'), ('{"where": {"token": {"~": "^s"}}}'), ('{"where": {"token": {"is": "x"}}}'),
    ('{"where": {"name": {"eq": {"$attribute": "token"}}}}'), ('{"where": {"name": {"lt": {"$expr": "token"}}}}'),
    ('{"where": {"$expr": {"=": ["name", "token"]}}}'), ('{"where": {"staff": {"any": {"token": {"ge": "s"}}}}}'), ('{"where": {"or": [{"token": {"starts_with": "s"}}]}}'),
    ('{"load": {"staff": {"select": ["token"]}}}'), ('{"load": {"staff": {"order_by": ["pin"]}}}');
SELECT n, query, tried(format($$SELECT orm.all('Account', %L)$$, query)) FROM doors ORDER BY n;
SELECT tried($$SELECT orm.aggregate('Account', '{"group_by": ["token"]}')$$);
SELECT tried($$SELECT orm.aggregate('Account', '{"aggregate": {"x": {"min": "token"}}}')$$);
SELECT tried($$SELECT orm.page('Account', '{"order_by": ["token"], "limit": 1}')$$);
SELECT tried($$SELECT orm.delete('Account', '3', '{"return": {"select": ["token"]}}')$$);
SELECT tried($$SELECT orm.sql('Account', '{"select": ["token"]}')$$);
SELECT tried($$SELECT a.id FROM orm.rows(NULL::accounts, '{"select": ["token"]}') a$$);
SELECT tried($$SELECT orm.explain('Account', '{"order_by": ["token"]}')$$);

-- an etag is a hash under a secret, and of the hidden values, too
SELECT (orm.get('Account', 1, '{"etag": true}')::jsonb ->> '$etag') <> orm.etag(a), (orm.get('Account', 1, '{"etag": true}')::jsonb ->> '$etag') = orm.secret_etag(a) FROM accounts a WHERE id = 1;
CREATE TEMP TABLE seen AS SELECT orm.get('Account', 1, '{"etag": true, "omit": ["v"]}')::jsonb AS object;
SELECT tried(format($$SELECT orm.save('Account', %L, '{"action": true}')$$, object)) FROM seen;
ALTER TABLE accounts DISABLE TRIGGER orm_version;
UPDATE accounts SET pin = 's3cret-new' WHERE id = 1;
ALTER TABLE accounts ENABLE TRIGGER orm_version;
SELECT regexp_replace(tried(format($$SELECT orm.save('Account', %L::jsonb || '{"pin": "mine"}')$$, object)), '[0-9a-f]{32}', '<etag>') FROM seen;
SELECT count(*), min(length(key)) FROM orm.secret;
CREATE ROLE regress_orm_hidden;
GRANT USAGE ON SCHEMA attribute_hidden TO regress_orm_hidden;
SET ROLE regress_orm_hidden;
SELECT tried('SELECT key FROM orm.secret');
RESET ROLE;
REVOKE USAGE ON SCHEMA attribute_hidden FROM regress_orm_hidden;
DROP ROLE regress_orm_hidden;

-- errors
SELECT tried($$SELECT orm.create('Account', '{"id": 9, "name": "x", "token": "s3cret-2"}')$$);
SELECT tried($$SELECT orm.save('Account', '[{"id": 7, "name": "x", "token": "t7"}, {"id": 8, "name": "y", "token": "s3cret-3"}]')$$);
SELECT tried($$SELECT orm.create('Account', '{"id": 9, "name": "x", "pin": "s3CRET-new"}')$$);
SELECT tried($$SELECT orm.create('Account', '{"id": 9, "name": "x", "token": "t9", "referrer": "s3cret-none"}')$$);
SELECT tried($$SELECT orm.create('Account', '{"id": 9, "token": "s3cret-9"}')$$);
SELECT tried($$SELECT orm.update('Account', '1', '{"token": "bad"}')$$);
SELECT tried($$SELECT orm.update_where('Account', '{"where": {"id": 1}}', '{"token": "bad"}')$$);
SELECT tried($$SELECT orm.update_where('Account', '{"where": {"id": 1}}', '{"name": null}')$$);
UPDATE accounts SET referrer = 's3cret-2' WHERE id = 1;
SELECT tried($$SELECT orm.delete('Account', '2')$$);
SELECT tried($$SELECT orm.update('Account', '2', '{"token": "changed"}')$$);
SELECT tried($$SELECT orm.upsert('Account', '[{"name": "b", "token": "s3cret-2"}, {"name": "c", "token": "s3cret-2"}]', ARRAY['token'])$$);
SELECT tried($$SELECT orm.validate('Account', '{"id": 9, "token": "s3cret-2", "pin": 5}')$$);
SELECT tried($$SELECT * FROM account_create(id => 9, name => 'x', token => 's3cret-2')$$);
SELECT tried($$SELECT orm.impact('Account', '2')$$);
SELECT tried($$SELECT orm.create('Account', '{"id": 9, "name": "x", "token": "s3cret-2"}', '{"dry_run": true}')$$);

-- a key without it is shown
SELECT tried($$SELECT orm.create('Account', '{"id": 1, "name": "x"}')$$);

-- the unit of work
BEGIN;
SELECT tried($$SELECT orm.add('Account', '{"id": 20, "name": "q", "token": "s3cret-q", "pin": null, "staff": {"$save": [{"id": 21, "name": "r", "token": "s3cret-r"}]}}')$$);
SELECT tried($$SELECT string_agg(p::text, ' ') FROM orm.pending() p$$);
SELECT tried($$SELECT orm.flush()$$);
ROLLBACK;
SELECT tried($$SELECT orm.flush('{"add": [{"model": "Account", "object": {"id": 22, "name": "q", "token": "s3cret-2"}, "label": "l"}]}')$$);

-- functions that answer with documents
CREATE FUNCTION make(id int, name text, token text) RETURNS json LANGUAGE orm AS 'create Account';
SELECT tried($$SELECT make(30, 'f', 's3cret-f')$$);
CREATE FUNCTION by_token(t text) RETURNS json LANGUAGE orm STABLE AS 'all Account {"where": {"token": {"$": "t"}}}';
SELECT tried($$SELECT by_token('s3cret-f')$$);
SELECT tried($$CREATE FUNCTION by_order() RETURNS json LANGUAGE orm STABLE AS 'all Account {"order_by": ["token"]}'$$);
-- rows are whole: privileges keep them
SELECT token FROM account_find(30);

-- partitions, mapped tables and views
CREATE TABLE parts (id int PRIMARY KEY, token text, CHECK (token <> 'bad')) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
SELECT count(*) >= 0 FROM orm.map('attribute_hidden.parts', 'Part', orm.column('token', hidden => true), orm.accessors(include => '{}'));
SELECT tried($$SELECT orm.create('Part', '{"id": 1, "token": "s3cret-1"}')$$);
SELECT tried($$SELECT orm.create('Part', '{"id": 50, "token": "s3cret-1"}')$$);
ALTER TABLE parts_1 ADD CHECK (token NOT LIKE '%s3cret-x%');
SELECT tried($$SELECT orm.create('Part', '{"id": 2, "token": "s3cret-x"}')$$);
CREATE VIEW shown AS SELECT id, name, token FROM accounts WITH CHECK OPTION;
SELECT count(*) >= 0 FROM orm.map('attribute_hidden.shown', 'Shown', orm.column('token', hidden => true), orm.primary_key('id'), orm.accessors(include => '{}'));
SELECT tried($$SELECT orm.get('Shown', 1)$$);
SELECT tried($$SELECT orm.all('Shown', '{"order_by": ["token"]}')$$);
-- behind a view every row and key is kept back
CREATE TABLE behind (id int PRIMARY KEY, secret text UNIQUE, n int CHECK (n > 0));
CREATE VIEW front AS SELECT id, secret AS renamed, n FROM behind;
SELECT count(*) >= 0 FROM orm.map('attribute_hidden.front', 'Front', orm.column('renamed', hidden => true), orm.primary_key('id'), orm.accessors(include => '{}'));
SELECT tried($$SELECT orm.create('Front', '{"id": 1, "renamed": "s3cret-1", "n": 1}')$$);
SELECT tried($$SELECT orm.create('Front', '{"id": 2, "renamed": "s3cret-1", "n": 1}')$$);
SELECT tried($$SELECT orm.update('Front', '1', '{"n": 0}')$$);

-- errors about the tables of other models, in a session that has opened none that hides something
SELECT orm.model('Boss', 'bosses', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('code', 'text', is_unique => true));
SELECT orm.model('Secret', 'secrets',
    orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('token', 'text', hidden => true),
    orm.belongs_to('boss', 'Boss', nullable => false, on_delete => 'set null'));
SELECT count(*) > 0 FROM orm.create_all();
CREATE TABLE vaults (id int PRIMARY KEY, contents text, code text NOT NULL REFERENCES bosses (code) ON UPDATE CASCADE, CHECK (code <> 'bad'));
CREATE VIEW rooms AS SELECT id, contents AS held, code FROM vaults;
CREATE VIEW doors_of AS SELECT id, held AS behind FROM rooms;
SELECT count(*) >= 0 FROM orm.map('attribute_hidden.doors_of', 'DoorOf', orm.column('behind', hidden => true), orm.primary_key('id'), orm.accessors(include => '{}'));
CREATE TABLE left_parents (id int PRIMARY KEY);
CREATE TABLE right_parents (secret text);
CREATE TABLE children (boss int NOT NULL REFERENCES bosses ON DELETE SET NULL) INHERITS (left_parents, right_parents);
SELECT count(*) >= 0 FROM orm.map('attribute_hidden.right_parents', 'RightParent', orm.column('secret', hidden => true), orm.accessors(include => '{}'));
INSERT INTO bosses VALUES (1, 'a'), (2, 'b'), (3, 'c');
INSERT INTO secrets VALUES (1, 's3cret-1', 1);
INSERT INTO vaults VALUES (1, 's3cret-2', 'b');
INSERT INTO children VALUES (1, 's3cret-3', 3);
\connect -
\set SHOW_CONTEXT never
SET search_path = attribute_hidden;
SELECT tried($$SELECT orm.delete('Boss', 1)$$);
\connect -
\set SHOW_CONTEXT never
SET search_path = attribute_hidden;
SELECT tried($$SELECT orm.update('Boss', 2, '{"code": "bad"}')$$);
\connect -
\set SHOW_CONTEXT never
SET search_path = attribute_hidden;
SELECT tried($$SELECT orm.delete('Boss', 3)$$);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attribute_hidden.secrets (id, token) VALUES (9, 's3cret-9'); RETURN NULL; END $$;
CREATE TRIGGER tells AFTER INSERT ON bosses FOR EACH ROW EXECUTE FUNCTION tell();
\connect -
\set SHOW_CONTEXT never
SET search_path = attribute_hidden;
SELECT tried($$SELECT orm.create('Boss', '{"id": 4}')$$);
SET client_min_messages = warning;

SELECT orm.describe('Account')::jsonb #> '{elements,2}';
SELECT tried($$SELECT orm.model('X', 'x', orm.column('id', 'integer', primary_key => true, hidden => true))$$);

DROP SCHEMA attribute_hidden CASCADE;
