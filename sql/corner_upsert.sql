-- A row that exists is changed under the rules of UPDATE alone; those of INSERT hold for new rows.
CREATE SCHEMA corner_upsert;
SET search_path = corner_upsert;
SET client_min_messages = warning;
CREATE ROLE regress_orm_upsert;
GRANT USAGE ON SCHEMA corner_upsert TO regress_orm_upsert;

CREATE FUNCTION tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; detail text; hint text;
BEGIN
    EXECUTE statement INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;

-- Patches change what is there: they are no values of the column first
CREATE TABLE accounts (id int PRIMARY KEY, code text UNIQUE, bal numeric(8,2) NOT NULL CHECK (bal >= 0), tags text[], extra jsonb CHECK (extra IS NULL OR extra ? 'keep'), h numeric(5,-2));
CREATE TABLE owners (id int PRIMARY KEY, account_id int REFERENCES accounts);
SELECT count(*) > 0 AS mapped FROM orm.map('accounts', 'Account', orm.has_many('owners', 'Owner'));
SELECT count(*) > 0 AS mapped FROM orm.map('owners', 'Owner', orm.belongs_to('account', 'Account'));
INSERT INTO accounts VALUES (1, 'a', 10, '{x}', '{"keep": 1}', 1200), (2, 'b', 10, NULL, '{"keep": 1}', 1200);
INSERT INTO owners VALUES (1, 1);
SELECT verb, tried(format(statement, '{"id": 1, "code": "a", "bal": {"$inc": -0.005}, "tags": {"$append": ["y"]}, "extra": {"$merge": {"new": 2}}, "h": {"$inc": 60}}'))
    FROM (VALUES ('save', $$SELECT orm.save('Account', %L)$$), ('upsert', $$SELECT orm.upsert('Account', %L, '{id}')$$), ('by another key', $$SELECT orm.upsert('Account', (%L::jsonb - 'id')::json)$$),
                 ('many', $$SELECT orm.save('Account', json_build_array(%L::json, '{"id": 2, "bal": {"$inc": -1}}'::json)::orm.document)$$), ('create', $$SELECT orm.create('Account', %L, '{"on_conflict": "update"}')$$),
                 ('nested', $$SELECT orm.save('Owner', json_build_object('id', 1, 'account', %L::json)::orm.document)$$), ('update', $$SELECT orm.update('Account', 1, %L)$$)) v (verb, statement);
SELECT bal, tags, extra, h FROM accounts ORDER BY id;
BEGIN;
SELECT orm.merge('Account', '{"id": 1, "bal": {"$inc": -0.005}}'), orm.merge('Account', '{"id": 2, "bal": {"$inc": -0.005}}');
SELECT orm.flush();
SELECT id, bal FROM accounts ORDER BY id;
COMMIT;
SELECT tried($$SELECT orm.save('Account', '{"id": 1, "bal": {"$inc": -100}}')$$), tried($$SELECT orm.save('Account', '{"id": 3, "bal": {"$inc": 7.005}}')$$);

-- The privilege, and the policies, of INSERT
CREATE TABLE guarded (id int PRIMARY KEY, k text UNIQUE, n int);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY r ON guarded FOR SELECT USING (k <> 'hidden');
CREATE POLICY u ON guarded FOR UPDATE USING (true);
CREATE POLICY i ON guarded FOR INSERT WITH CHECK (n > 100);
GRANT SELECT, INSERT, UPDATE ON guarded TO regress_orm_upsert;
CREATE TABLE locked (id int PRIMARY KEY, k text UNIQUE, n int);
GRANT SELECT, UPDATE ON locked TO regress_orm_upsert;
SELECT count(*) > 0 AS mapped FROM orm.map('guarded', 'Guarded');
SELECT count(*) > 0 AS mapped FROM orm.map('locked', 'Locked');
INSERT INTO guarded VALUES (1, 'a', 1), (2, 'b', 1), (9, 'hidden', 1);
INSERT INTO locked VALUES (1, 'a', 1), (2, 'b', 1);
SET ROLE regress_orm_upsert;
SELECT model, tried(format($$SELECT orm.save(%L, '{"id": 1, "k": "a", "n": 2}')$$, model)) AS save, tried(format($$SELECT orm.upsert(%L, '{"k": "a", "n": 3}')$$, model)) AS upsert,
       tried(format($$SELECT orm.save(%L, '[{"id": 1, "n": 4}, {"id": 2, "n": 4}]')$$, model)) AS many, tried(format($$SELECT orm.upsert(%L, '{"k": "a", "n": 3}', '{}', '{"on_conflict": "ignore"}')$$, model)) AS ignore,
       tried(format($$SELECT orm.save(%L, '{"id": 3, "k": "c", "n": 5}')$$, model)) AS new, tried(format($$SELECT orm.upsert(%L, '[{"k": "b", "n": 6}, {"k": "d", "n": 6}]')$$, model)) AS mixed
    FROM unnest(ARRAY['Guarded', 'Locked']) model;
SELECT tried($$SELECT orm.save('Guarded', '{"id": 3, "k": "c", "n": 500}')$$), tried($$SELECT orm.save('Guarded', '{"id": 9, "k": "h", "n": 500}')$$),
       tried($$SELECT orm.upsert('Guarded', '{"id": 9, "n": 500}', '{id}', '{"on_conflict": "ignore"}')$$);
RESET ROLE;
-- a role that may only insert
REVOKE UPDATE ON locked FROM regress_orm_upsert;
GRANT INSERT ON locked TO regress_orm_upsert;
SET ROLE regress_orm_upsert;
SELECT tried($$SELECT orm.save('Locked', '{"id": 4, "k": "d", "n": 1}')$$), tried($$SELECT orm.save('Locked', '[{"id": 5, "k": "e"}, {"id": 1, "k": "a", "n": 9}]')$$), tried($$SELECT orm.upsert('Locked', '{"id": 1, "k": "x"}', '{id}', '{"on_conflict": "ignore"}')$$);
RESET ROLE;
TABLE guarded ORDER BY id;
TABLE locked ORDER BY id;

-- Rules of INSERT
CREATE TABLE ruled (id int PRIMARY KEY, n int);
CREATE TABLE audit (id int);
CREATE RULE noted AS ON INSERT TO ruled DO ALSO INSERT INTO audit VALUES (NEW.id);
SELECT count(*) > 0 AS mapped FROM orm.map('ruled', 'Ruled');
INSERT INTO ruled VALUES (1, 1);
TRUNCATE audit;
SELECT tried($$SELECT orm.save('Ruled', '{"id": 1, "n": 2}', '{"return": false}')$$), tried($$SELECT orm.save('Ruled', '[{"id": 1, "n": 3}, {"id": 2, "n": 3}]')$$), tried($$SELECT orm.upsert('Ruled', '{"id": 3, "n": 4}')$$);
TABLE ruled ORDER BY id;
TABLE audit ORDER BY id;

-- Generated columns are passed over in what is written, not in who is meant
CREATE TABLE seats (hall text, no int, code text GENERATED ALWAYS AS (hall || no) STORED PRIMARY KEY, guest text);
CREATE TABLE names (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text NOT NULL, norm text GENERATED ALWAYS AS (lower(name)) STORED UNIQUE, n int);
SELECT count(*) > 0 AS mapped FROM orm.map('seats', 'Seat');
SELECT count(*) > 0 AS mapped FROM orm.map('names', 'Name');
INSERT INTO seats (hall, no, guest) VALUES ('A', 1, 'Ann'), ('A', 2, 'Bob'), ('A', 3, NULL);
INSERT INTO names (name) VALUES ('One'), ('Two');
SELECT tried($$SELECT orm.save('Seat', '{"code": "A1", "guest": "Eve"}')$$);
SELECT tried($$SELECT orm.save('Seat', orm.get('Seat', 'A1'))$$);
SELECT tried($$SELECT orm.save('Seat', '{"code": "A1", "guest": "Eve", "$etag": "0"}')$$);
SELECT tried($$SELECT orm.save('Seat', '[{"code": "A1", "guest": "Zoe"}, {"code": "A2", "guest": "Zac"}, {"code": "A3", "hall": "B"}]')$$);
SELECT tried($$SELECT orm.save('Seat', '[{"code": "C1", "hall": "C", "no": 1}, {"code": "C2", "hall": "C", "no": 2}]')$$);
SELECT tried($$SELECT orm.update('Seat', 'A1', '{"hall": "D"}')$$), tried($$SELECT orm.save('Seat', '{"hall": "D", "no": 1}')$$);
SELECT tried($$SELECT orm.upsert('Name', '{"norm": "one", "n": 5}', '{norm}')$$), tried($$SELECT orm.upsert('Name', '{"norm": "two", "n": 6}')$$), tried($$SELECT orm.upsert('Name', orm.get('Name', 1))$$);
SELECT tried($$SELECT orm.upsert('Name', '{"name": "Three", "norm": "three"}', '{norm}')$$), tried($$SELECT orm.upsert('Name', '[{"norm": "one", "name": "ONE"}, {"norm": "four", "name": "Four"}]', '{norm}')$$);
SELECT code, guest FROM seats ORDER BY code;
SELECT id, name, norm, n FROM names ORDER BY id;

-- Rows that are in a table that inherits
CREATE TABLE animals (id int PRIMARY KEY, name text UNIQUE, legs int);
CREATE TABLE dogs (breed text) INHERITS (animals);
CREATE TABLE toys (id int PRIMARY KEY, animal_id int);
SELECT count(*) > 0 AS mapped FROM orm.map('animals', 'Animal');
SELECT count(*) > 0 AS mapped FROM orm.map('toys', 'Toy', orm.belongs_to('animal', 'Animal', foreign_key => 'animal_id'));
INSERT INTO animals VALUES (1, 'cat', 4);
INSERT INTO dogs VALUES (2, 'rex', 4, 'husky');
SELECT tried($$SELECT orm.save('Animal', orm.get('Animal', 2))$$), tried($$SELECT orm.upsert('Animal', '{"name": "rex", "legs": 3}')$$), tried($$SELECT orm.save('Animal', '[{"id": 1, "legs": 5}, {"id": 2, "legs": 5}]')$$);
SELECT tried($$SELECT orm.save('Toy', '{"id": 1, "animal": {"id": 2, "legs": 6}}')$$), tried($$SELECT orm.save('Toy', '{"id": 2, "animal": {"$connect_or_create": {"id": 2, "name": "rex", "legs": 1}}}')$$);
SELECT tableoid::regclass, * FROM animals ORDER BY id;

-- A trigger that gives rows another key: an array does what its objects do one by one
CREATE TABLE words (k text PRIMARY KEY, n int);
CREATE FUNCTION lower_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.k := lower(NEW.k); RETURN NEW; END $$;
CREATE TRIGGER lower_key BEFORE INSERT ON words FOR EACH ROW EXECUTE FUNCTION lower_key();
SELECT count(*) > 0 AS mapped FROM orm.map('words', 'Word');
SELECT tried($$SELECT orm.save('Word', '{"k": "Aa", "n": 1}')$$), tried($$SELECT orm.save('Word', '[{"k": "Bb", "n": 1}, {"k": "bb", "n": 2}, {"k": "Cc", "n": 3}]')$$);
SELECT tried($$SELECT orm.upsert('Word', '[{"k": "Dd", "n": 1}, {"k": "dd", "n": 2}]')$$), tried($$SELECT orm.create('Word', '[{"k": "Ee", "n": 1}, {"k": "Ff", "n": 2}]')$$);
SELECT tried($$SELECT orm.save('Word', '{"k": "AA", "n": 9}')$$);
TABLE words ORDER BY k;

-- What only a new row would need: columns that are computed, defaults that raise
CREATE TABLE tenants (id int PRIMARY KEY, name text, tenant text NOT NULL DEFAULT current_setting('corner_upsert.tenant'), up text NOT NULL GENERATED ALWAYS AS (upper(name)) STORED);
SELECT count(*) > 0 AS mapped FROM orm.map('tenants', 'Tenant');
INSERT INTO tenants (id, name, tenant) VALUES (1, 'one', 't'), (2, 'two', 't');
SELECT tried($$SELECT orm.save('Tenant', '{"id": 1, "tenant": "u"}')$$), tried($$SELECT orm.save('Tenant', '{"id": 1, "name": "first"}')$$), tried($$SELECT orm.upsert('Tenant', '[{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]')$$);
SELECT tried($$SELECT orm.save('Tenant', '{"id": 3, "name": "new"}')$$);

-- NULLS NOT DISTINCT: NULL is a value of the key
CREATE TABLE rates (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, kind text NOT NULL, country text, rate int, UNIQUE NULLS NOT DISTINCT (kind, country));
CREATE TABLE bills (id int PRIMARY KEY, rate_id int REFERENCES rates);
SELECT count(*) > 0 AS mapped FROM orm.map('rates', 'Rate');
SELECT count(*) > 0 AS mapped FROM orm.map('bills', 'Bill', orm.belongs_to('rate', 'Rate'));
INSERT INTO rates (kind, country, rate) VALUES ('vat', NULL, 10), ('vat', 'it', 22);
SELECT tried($$SELECT orm.upsert('Rate', '{"kind": "vat", "country": null, "rate": 11}')$$), tried($$SELECT orm.upsert('Rate', '[{"kind": "vat", "country": null, "rate": 12}, {"kind": "duty", "country": null, "rate": 1}, {"kind": "vat", "country": "it", "rate": 23}]', '{kind,country}')$$);
SELECT tried($$SELECT orm.upsert('Rate', '[{"kind": "x", "country": null}, {"kind": "x", "country": null}]')$$);
SELECT tried($$SELECT orm.save('Bill', '{"id": 1, "rate": {"$connect": {"kind": "vat", "country": null}}}')$$), tried($$SELECT orm.save('Bill', '{"id": 2, "rate": {"$connect_or_create": {"kind": "vat", "country": null, "rate": 0}}}')$$),
       tried($$SELECT orm.save('Bill', '{"id": 3, "rate": {"$connect_or_create": {"kind": "toll", "country": null, "rate": 5}}}')$$);
SELECT kind, country, rate FROM rates ORDER BY kind, country;

-- An object that is made unless it exists may give several unique keys: it exists by any of them
CREATE TABLE users (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, email text UNIQUE, nick text UNIQUE, age int);
CREATE TABLE logins (id int PRIMARY KEY, user_id int REFERENCES users);
SELECT count(*) > 0 AS mapped FROM orm.map('users', 'User');
SELECT count(*) > 0 AS mapped FROM orm.map('logins', 'Login', orm.belongs_to('user', 'User'));
INSERT INTO users (email, nick) VALUES ('a@x', 'ann'), ('b@x', 'bob');
SELECT o AS "user", tried(format('SELECT orm.save(%L, %L)', 'Login', json_build_object('id', n, 'user', json_build_object('$connect_or_create', o)))) FROM unnest(ARRAY['{"email": "a@x", "nick": "ann"}', '{"email": "new@x", "nick": "bob", "age": 5}',
    '{"email": "c@x", "nick": "cid"}', '{"email": "c@x", "nick": "other"}', '{"email": "a@x", "nick": "bob"}', '{"id": 2, "email": "z@x", "nick": "zed"}', '{"id": 9, "email": "z@x", "nick": "ann"}', '{"email": null, "nick": "ann"}', '{"age": 1}']::json[]) WITH ORDINALITY u (o, n);
SELECT email, nick, age FROM users ORDER BY id;

-- Constraints that may wait, which ON CONFLICT cannot name
CREATE TABLE places (id int PRIMARY KEY DEFERRABLE, pos int UNIQUE DEFERRABLE INITIALLY DEFERRED, what text);
SELECT count(*) > 0 AS mapped FROM orm.map('places', 'Place');
INSERT INTO places VALUES (1, 1, 'a');
SELECT tried($$SELECT orm.upsert('Place', '{"pos": 1, "what": "b"}')$$), tried($$SELECT orm.upsert('Place', '[{"id": 1, "what": "c"}, {"id": 2, "what": "d"}]')$$), tried($$SELECT orm.upsert('Place', '{"id": 3, "pos": 3, "what": "e"}', '{pos}')$$);
TABLE places ORDER BY id;

DROP SCHEMA corner_upsert CASCADE;
DROP ROLE regress_orm_upsert;
