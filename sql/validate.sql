-- orm.validate: every reason at once, and nothing is written.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA validate;
SET search_path = validate;
CREATE TYPE color AS ENUM ('red', 'green');
CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
SELECT orm.model('VOwner', 'validate.owners',
    orm.column('id', 'integer', primary_key => true),
    orm.column('name', 'varchar(10)', nullable => false),
    orm.column('email', 'text', is_unique => true),
    orm.column('age', 'integer', check_expr => 'age >= 0'),
    orm.column('limit', 'integer', server_default => '5'),
    orm.column('color', 'validate.color'),
    orm.column('share', 'validate.percent'),
    orm.column('tags', 'integer[]'),
    orm.column('since', 'date', nullable => false, server_default => 'now()'),
    orm.check('age_below_limit', 'age < "limit" * 20'),
    orm.has_many('pets', 'VPet'));
SELECT orm.model('VPet', 'validate.pets',
    orm.column('id', 'integer', primary_key => true),
    orm.column('name', 'text', nullable => false),
    orm.belongs_to('owner', 'VOwner', nullable => false),
    orm.unique('owner_id', 'name'));
SELECT count(*) > 0 AS made FROM orm.create_all();
INSERT INTO owners (name, email) VALUES ('Ana', 'ana@example.org');
INSERT INTO pets (name, owner_id) VALUES ('Rex', 1);

\echo # nothing wrong
SELECT orm.validate('VOwner', '{"name": "Luz", "email": "luz@example.org", "age": 20, "color": "red", "share": 5, "pets": [{"name": "Rex"}, 1]}');
\echo # everything wrong
SELECT key, value FROM json_each(orm.validate('VOwner', '{"name": "a name too long", "email": "ana@example.org", "age": -1, "color": "blue",
    "share": 101, "tags": [1, "x"], "nmae": 1, "since": null, "pets": [{"nam": "x"}, {"name": null}, {"name": "ok", "id": "x"}, {"name": {"a": 1}}]}'));
\echo # what is missing
SELECT orm.validate('VOwner', '{}');
SELECT orm.validate('VPet', '{}');
\echo # an object that exists need not say everything, and may keep its own keys
SELECT orm.validate('VOwner', '{"id": 1, "email": "ana@example.org"}');
SELECT orm.validate('VOwner', '{"id": 2, "email": "ana@example.org"}');
SELECT orm.validate('VOwner', '{"id": 1, "name": null}');
\echo # checks over several columns, with a default among them
SELECT orm.validate('VOwner', '{"name": "a", "age": 100}');
SELECT orm.validate('VOwner', '{"name": "a", "age": 100, "limit": 6}');
SELECT orm.validate('VOwner', '{"name": "a", "age": null}');
\echo # references, given as columns and as nested objects
SELECT orm.validate('VPet', '{"name": "a", "owner_id": 99}');
SELECT orm.validate('VPet', '{"name": "Rex", "owner_id": 1}');
SELECT orm.validate('VPet', '{"name": "a", "owner": {"name": "too long a name"}}');
SELECT orm.validate('VPet', '{"name": "a", "owner": null}');
\echo # what is no object
SELECT orm.validate('VOwner', '[1]');
SELECT orm.validate('VOwner', '{"name": "a", "pets": {"name": 5}}');
\echo # what is given twice
SELECT orm.validate('VOwner', '{"name": "a", "name": "b", "pets": [], "pets": []}');
\echo # rows that are named must be there
SELECT orm.validate('VPet', '{"name": "a", "owner": 99}'), orm.validate('VPet', '{"name": "a", "owner": 1}');
SELECT orm.validate('VPet', '{"name": "a", "owner": {"$connect": {"email": "nobody@example.org"}}}'), orm.validate('VPet', '{"name": "a", "owner": {"$connect": {"email": "ana@example.org"}}}');
SELECT orm.validate('VPet', '{"name": "a", "owner": "x"}'), orm.validate('VPet', '{"name": "a", "owner": {"$connect": {"emial": "x"}}}');
SELECT orm.validate('VOwner', '{"name": "a", "pets": {"$disconnect": [1, 99], "$delete": [{"id": 98}, null], "$connect": [{"owner_id": 1, "name": "Rex"}, {"owner_id": 1, "name": "Tor"}]}}');
\echo # instructions: what they write is looked at, and what they name; labels are not
SELECT orm.validate('VOwner', '{"name": "a", "pets": {"$set": [{"name": 5}, 7, {"$ref": "x"}], "$cut": []}}');
SELECT orm.validate('VOwner', '{"name": "a", "pets": {"$save": [{"name": 5}], "$connect_or_create": 1, "$connect": [{"name": 5}], "$disconnect": [1]}}');
SELECT orm.validate('VPet', '{"name": "a", "owner": {"$connect": 1}}');
SELECT orm.validate('VPet', '{"name": "a", "owner": {"$connect_or_create": {"name": "too long a name"}}}');
SELECT orm.validate('VPet', '{"name": "a", "owner": {"$ref": "x"}}');
SELECT orm.validate('VPet', '{"name": "a", "owner": {"$set": []}}');
SELECT orm.validate('VPet', '{"name": "a", "owner": [1]}');
\echo # it writes nothing
SELECT (SELECT count(*) FROM owners) AS owners, (SELECT last_value FROM owners_id_seq) AS last;
BEGIN READ ONLY;
SELECT orm.validate('VOwner', '{"name": "too long a name"}');
COMMIT;
\echo # what is queued is seen
BEGIN;
SELECT orm.add('VOwner', '{"id": 50, "name": "queued"}');
SELECT orm.validate('VPet', '{"name": "a", "owner_id": 50}');
ROLLBACK;
SELECT orm.validate('VOwnr', '{}');
SELECT orm.validate('VOwner', NULL);
\echo # keys and references that may not be read are passed over
CREATE ROLE regress_orm_validate;
GRANT USAGE ON SCHEMA validate TO regress_orm_validate;
GRANT INSERT ON owners, pets TO regress_orm_validate;
SET ROLE regress_orm_validate;
SELECT orm.validate('VOwner', '{"id": 1, "name": "b", "email": "ana@example.org", "age": -1}');
SELECT orm.validate('VPet', '{"name": "a", "owner_id": 99}');
RESET ROLE;
DROP OWNED BY regress_orm_validate;
DROP ROLE regress_orm_validate;
DROP SCHEMA validate CASCADE;
