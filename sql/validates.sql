-- Rules about values: orm.validates, and checks with a message.
\set SHOW_CONTEXT never
CREATE SCHEMA validates;
SET search_path = validates;
CREATE FUNCTION raised(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
	place text;
BEGIN
	EXECUTE command;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
		place = COLUMN_NAME;
	RETURN concat_ws(E'\n', SQLSTATE || ': ' || message, nullif(detail, ''), nullif(hint, ''), 'column ' || nullif(place, ''));
END
$$;
\pset tuples_only on
\pset format unaligned
SELECT orm.model('User', 'users', orm.column('id', 'integer', primary_key => true), orm.enum('kind', ARRAY['guest', 'member', 'staff']),
	orm.column('email', 'text'), orm.column('nick', 'varchar(20)'), orm.column('age', 'integer'), orm.column('born', 'date'),
	orm.column('kind', 'kind'), orm.column('tags', 'text[]'), orm.column('secret', 'text', attribute => 'token', hidden => true),
	orm.column('starts', 'date'), orm.column('ends', 'date'),
	orm.validates('email', presence => true, message => 'An e-mail address is needed'),
	orm.validates('email', matches => '^[^@ ]+@[^@ ]+$', message => 'is not an e-mail address'),
	orm.validates('nick', min_length => 3, max_length => 10),
	orm.validates('age', at_least => '18', at_most => '120', message => '{attribute} of a {model} is from 18 to 120, limit {limit}'),
	orm.validates('born', at_least => '1900-01-01'),
	orm.validates('kind', within => ARRAY['guest', 'member'], at_most => 'member'),
	orm.validates('tags', presence => true, max_length => 2),
	orm.validates('token', min_length => 4),
	orm.check('in_order', 'starts <= ends', 'must end after it starts'),
	orm.check('old_enough', 'born < starts', 'Nobody starts before birth'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint') FROM pg_constraint
	WHERE conrelid = 'users'::regclass AND contype = 'c' ORDER BY conname;

-- what a write says
\set ok '"email": "a@b", "nick": "anna", "age": 20, "born": "1980-01-01", "kind": "guest", "tags": ["x"], "token": "abcde"'
CREATE FUNCTION said(changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT raised(format('SELECT orm.create(''User'', %L)', jsonb '{"id": 1, "email": "a@b", "nick": "anna", "age": 20, "born": "1980-01-01",
		"kind": "guest", "tags": ["x"], "token": "abcde"}' || changes));
$$;
SELECT said('{"email": null}');
SELECT said('{"email": " \t"}');
SELECT said('{"email": "ana"}');
SELECT said('{"nick": "ab"}');
SELECT said('{"nick": "abcdefghijk"}');
SELECT said('{"age": 17}');
SELECT said('{"age": 121}');
SELECT said('{"born": "1899-12-31"}');
SELECT said('{"kind": "staff"}');
SELECT said('{"tags": []}');
SELECT said('{"tags": ["a", "b", "c"]}');
SELECT said('{"token": "abc"}');
SELECT said('{"starts": "2026-02-02", "ends": "2026-02-01"}');
SELECT said('{"starts": "1970-02-02"}');
SELECT said('{"nick": null, "age": null, "born": null, "kind": null, "token": null}');
SELECT raised($$SELECT orm.create('User', '[{"id": 2, "email": "a@b", "tags": ["x"]}, {"id": 3, "email": "b", "tags": ["x"]}]')$$);
SELECT raised($$SELECT orm.update('User', 1, '{"nick": "x"}')$$);
SELECT raised($$SELECT orm.save('User', '{"id": 1, "age": 3}')$$);
SELECT raised($$SELECT orm.upsert('User', '{"id": 1, "email": "x", "tags": ["a"]}')$$);
SELECT raised($$SELECT orm.update_where('User', '{"where": {"id": 1}}', '{"nick": "x"}')$$);
SELECT raised($$SELECT user_create(id => 5, email => 'x', tags => '{a}')$$);
SELECT raised($$SELECT orm.add('User', '{"id": 6, "email": "x", "tags": ["a"]}'); SELECT orm.flush()$$);
SELECT raised($$INSERT INTO users (id, email, tags) VALUES (7, 'x', '{a}')$$);

-- a unique key says its attributes
SELECT orm.model('Login', 'logins', orm.column('id', 'integer', primary_key => true), orm.column('user_name', 'text', attribute => 'userName'),
	orm.column('site', 'text'), orm.unique('user_name', 'site'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT raised($$SELECT orm.create('Login', '[{"userName": "a", "site": "x"}, {"userName": "b", "site": "x"}, {"userName": "a", "site": "x"}]')$$);
SELECT orm.create('Login', '{"userName": "a", "site": "x"}') IS NOT NULL;
SELECT raised($$SELECT orm.create('Login', '{"userName": "a", "site": "x"}')$$);

-- described, scripted, declared again: as it was declared
SELECT e FROM json_array_elements(orm.describe('User') -> 'elements') e WHERE e::text ~ 'validates|check';
SELECT count(*) FROM orm.diff();
SELECT pending FROM orm.models WHERE model = 'User';
ALTER TABLE users RENAME COLUMN nick TO nickname;
ALTER TABLE users RENAME COLUMN secret TO hush;
ALTER TABLE users RENAME TO people;
SELECT e FROM json_array_elements(orm.describe('User') -> 'elements') e WHERE e::text ~ 'validates.*(nick|token)';
SELECT count(*) FROM orm.diff();
SELECT raised($$SELECT orm.update('User', 1, '{"nickname": "x"}')$$);
SELECT raised($$SELECT orm.update('User', 1, '{"token": "x"}')$$);

-- changed, taken out, and put back by parts
SELECT count(*) FROM orm.extend('User', orm.validates('nickname', min_length => 2, max_length => 10));
SELECT action, object, sql FROM orm.diff();
SELECT action, object FROM orm.migrate();
SELECT raised($$SELECT orm.update('User', 1, '{"nickname": "x"}')$$);
SELECT orm.drop_element('User', 'validates', 'nickname');
SELECT action, object FROM orm.migrate();
SELECT orm.update('User', 1, '{"nickname": "x"}') ->> 'nickname';
SELECT orm.extend('User', orm.validates('nickname', min_length => 2));
SELECT raised('SELECT * FROM orm.migrate()');
UPDATE people SET nickname = 'xy';
SELECT action, object FROM orm.migrate();
SELECT orm.extend('User', orm.validates('nickname', min_length => 2, message => 'is short'));
SELECT action, object FROM orm.migrate();
SELECT raised($$SELECT orm.update('User', 1, '{"nickname": "x"}')$$);
ALTER TABLE people DROP CONSTRAINT people_nickname_min_length;
SELECT pending FROM orm.models WHERE model = 'User';
SELECT action, object FROM orm.migrate();
SELECT raised('SELECT orm.drop_element(''User'', ''validates'', ''nicknam'')');

-- a description makes the same table
SELECT orm.describe('User') AS document \gset
SELECT substring(orm.script(ARRAY['User']) FROM '[^\n]*."validates": ."attribute": "nick[^\n]*');
CREATE TABLE definitions AS SELECT conname, pg_get_constraintdef(oid) AS definition, obj_description(oid, 'pg_constraint') AS comment
	FROM pg_constraint WHERE conrelid = 'people'::regclass;
SELECT count(*) > 0 FROM orm.drop_table('User');
SELECT orm.unmap('User');
SELECT orm.model(:'document');
SELECT count(*) > 0 FROM orm.create_all();
SELECT definition, comment FROM definitions EXCEPT SELECT pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')
	FROM pg_constraint WHERE conrelid = 'people'::regclass;
SELECT count(*) FROM orm.diff();

-- the message of the second of two parents
CREATE TABLE plain_parents (id int PRIMARY KEY);
CREATE TABLE rule_parents (score int);
CREATE TABLE heirs (PRIMARY KEY (id)) INHERITS (plain_parents, rule_parents);
SELECT count(*) >= 0 FROM orm.map('rule_parents', 'RuleParent', orm.validates('score', at_least => '1', message => 'is not a score'), orm.accessors(include => '{}'));
SELECT count(*) >= 0 FROM orm.map('heirs', 'Heir', orm.accessors(include => '{}'));
SELECT orm.create('Heir', '{"id": 1, "score": -1}');

-- a mapped table: the constraints are made for it, and go with the model
CREATE TABLE old (id integer PRIMARY KEY, mail text, n integer);
INSERT INTO old VALUES (1, 'a@b', 5), (2, NULL, 6);
SELECT raised($$SELECT * FROM orm.map('old', 'Old', orm.validates('mail', presence => true))$$);
SELECT raised($$SELECT * FROM orm.map('old', 'Old', orm.validates('male', presence => true))$$);
SELECT raised($$SELECT * FROM orm.map('old', 'Old', orm.validates('n', at_least => 'x'))$$);
SELECT action, kind, identity FROM orm.map('old', 'Old', orm.validates('mail', matches => '@', message => 'is no address'),
	orm.validates('n', at_least => '5'), orm.accessors(include => '{}'));
SELECT raised($$SELECT orm.update('Old', 1, '{"mail": "x"}')$$);
SELECT action, kind, identity FROM orm.extend('Old', orm.validates('n', at_least => '4'));
SELECT raised($$SELECT orm.update('Old', 1, '{"n": 3}')$$);
ALTER TABLE old DROP CONSTRAINT old_n_at_least;
SELECT action, kind, identity FROM orm.sync('Old');
ALTER TABLE old RENAME COLUMN mail TO email;
SELECT e FROM json_array_elements(orm.describe('Old') -> 'elements') e WHERE e::text ~ 'validates';
SELECT raised($$SELECT orm.update('Old', 1, '{"email": "x"}')$$);
SELECT action, kind, identity FROM orm.map('old', 'Old', orm.validates('n', at_least => '4'), orm.accessors(include => '{}'));
SELECT orm.unmap('Old');
SELECT count(*) FROM pg_constraint WHERE conrelid = 'old'::regclass AND contype = 'c';
-- a limit is read as it was checked, whatever DateStyle is
CREATE TABLE days (id integer PRIMARY KEY, day date);
SET datestyle = 'ISO, DMY';
SELECT action, kind, identity FROM orm.map('days', 'Day', orm.validates('day', at_least => '02/01/2020'), orm.accessors(include => '{}'));
RESET datestyle;
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'days'::regclass AND contype = 'c';
SELECT orm.unmap('Day');
CREATE VIEW seen AS SELECT * FROM old;
SELECT raised($$SELECT * FROM orm.map('seen', 'Seen', orm.validates('n', at_least => '4'), orm.primary_key('id'))$$);
CREATE TABLE parts (id integer, n integer) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
SELECT action, kind, identity FROM orm.map('parts', 'Part', orm.primary_key('id'), orm.validates('n', at_most => '4'), orm.accessors(include => '{}'));
SELECT raised($$SELECT orm.create('Part', '{"id": 1, "n": 5}')$$);
SET client_min_messages = warning;
DROP SCHEMA validates CASCADE;
