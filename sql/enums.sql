-- Enum types that are declared with a model: in the schema of the table, created with it, shared by several models.
\set SHOW_CONTEXT never
CREATE SCHEMA enums;
CREATE SCHEMA enums_other;
CREATE TYPE enums_other.mood AS ENUM ('of another schema');
SET search_path = enums_other, enums;
SET client_min_messages = warning;
SELECT orm.enum('mood', '{sad,"it''s ok"}');
SELECT orm.enum('mood', ARRAY['sad', 'happy']);

-- the type is not there yet; the column's type is the declared one, whatever the search_path has
SELECT orm.model('Person', 'enums.people', orm.column('id', 'integer', primary_key => true),
	orm.column('mood', 'mood', server_default => '''sad''', nullable => false), orm.column('moods', 'mood[]'),
	orm.enum('mood', '{sad,"it''s ok"}'), orm.accessors(include => '{find,create}'));
SELECT orm.describe('Person');
SELECT attribute, type FROM orm.attributes WHERE model = 'Person' ORDER BY 1;
SELECT orm.model('Pet', 'enums.pets', orm.enum('mood', '{sad,"it''s ok"}'), orm.column('mood', 'enums.mood', primary_key => true),
	orm.enum('Kind Of', '{cat}'), orm.column('kind', '"Kind Of"'), orm.accessors(include => '{}'));
SELECT orm.model('Toy', 'enums.toys', orm.column('id', 'integer', primary_key => true), orm.belongs_to('pet', 'Pet'), orm.accessors(include => '{}'));
SELECT model_name, action, kind, identity FROM orm.create_all() WHERE kind <> 'function';
SELECT attrelid::regclass AS relation, attname, format_type(atttypid, atttypmod) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
WHERE relnamespace = 'enums'::regnamespace AND relkind = 'r' AND attnum > 0 ORDER BY attrelid::regclass::text, attnum;
SELECT enumtypid::regtype AS type, enumlabel FROM pg_enum JOIN pg_type t ON t.oid = enumtypid
WHERE typnamespace = 'enums'::regnamespace ORDER BY enumtypid::regtype::text, enumsortorder;
SELECT * FROM enums.person_create(moods => '{sad,"it''s ok"}');
SELECT orm.create('Person', '{"mood": "happy"}');

-- what is described is created again; the types stay
SELECT orm.describe('Person');
SELECT orm.describe('Pet');
SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT typname FROM pg_type WHERE typnamespace = 'enums'::regnamespace AND typtype = 'e' ORDER BY 1;
SELECT model_name, action, kind, identity FROM orm.create_all() WHERE kind = 'type';
SELECT orm.describe('Pet');

-- a table that is there: its enum is described, not declared
CREATE TABLE enums.houses (id int PRIMARY KEY, mood enums.mood, other enums_other.mood);
SELECT count(*) > 0 AS mapped FROM orm.map('enums.houses', 'House');
SELECT e FROM json_array_elements(orm.describe('House')->'elements') AS e;
SELECT orm.map('enums.houses', 'House2', orm.enum('mood', '{sad}'));

-- errors: other labels, another type, no such type
SELECT orm.model('Cloud', 'enums.clouds', orm.column('id', 'integer', primary_key => true), orm.enum('mood', '{sad}'), orm.column('mood', 'mood'));
SELECT * FROM orm.create_table('Cloud');
SELECT orm.model('Cloud', 'enums.clouds', orm.column('id', 'integer', primary_key => true), orm.enum('mood', '{"it''s ok",sad}'));
SELECT * FROM orm.create_table('Cloud');
SELECT orm.model('Cloud', 'enums.clouds', orm.column('id', 'integer', primary_key => true), orm.enum('houses', '{a}'));
SELECT orm.create_table('Cloud');
SELECT orm.model('Cloud', 'enums.clouds', orm.enum('weather', '{sun}'), orm.column('w', 'whether'));
SELECT orm.model('Cloud', 'enums.clouds', orm.enum('weather', '{sun}'), orm.column('w', 'enums_other.weather'));
SELECT orm.model('Cloud', 'enums.clouds', orm.enum('weather', '{sun}'), orm.column('w', 'weather(5)'));
SELECT orm.model('Cloud', 'enums.clouds', orm.enum('weather', '{sun}'), orm.column('w', 'weather', identity => 'always'));
SELECT orm.model('Cloud', 'enums.clouds', orm.enum('weather', '{sun,sun}'));
SELECT orm.model('Cloud', 'enums.clouds', orm.enum('weather', '{}'));
SELECT orm.model('Cloud', 'enums.clouds', orm.enum('weather', ARRAY[repeat('x', 64)]));
SELECT orm.model('Cloud', 'enums.clouds', orm.enum('', '{sun}'));
SELECT orm.model('Cloud', 'enums.clouds', orm.enum('weather', '{sun}'), orm.enum('weather', '{sun}'));
SELECT orm.model('Cloud', 'enums.clouds', '{"enum": {"name": "weather"}}');
SELECT orm.extend('House', orm.enum('mood', '{sad}'));

-- labels of another role's type, and of columns in another role's table, are not changed by a model's owner
CREATE ROLE regress_orm_enums_a;
CREATE ROLE regress_orm_enums_b;
CREATE SCHEMA enums_shared;
GRANT ALL ON SCHEMA enums_shared TO regress_orm_enums_a, regress_orm_enums_b;
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) TO regress_orm_enums_a;
SET ROLE regress_orm_enums_b;
CREATE TYPE enums_shared.status AS ENUM ('a', 'b');
CREATE TABLE enums_shared.theirs (s enums_shared.status DEFAULT 'a');
INSERT INTO enums_shared.theirs VALUES ('b');
SET ROLE regress_orm_enums_a;
CREATE TYPE enums_shared.own AS ENUM ('a', 'b');
SELECT orm.model('Thing', 'enums_shared.things', orm.column('id', 'integer', primary_key => true), orm.enum('status', '{b,a,z}'), orm.column('s', 'status'));
SELECT * FROM orm.diff('Thing');
SELECT * FROM orm.migrate('{"models": ["Thing"]}');
SELECT orm.model('Thing', 'enums_shared.things', orm.column('id', 'integer', primary_key => true), orm.enum('status', '{a,b,z}'), orm.column('s', 'status'));
SELECT * FROM orm.migrate('{"models": ["Thing"]}');
RESET ROLE;
SELECT * FROM orm.migrate('{"models": ["Thing"]}');
SET ROLE regress_orm_enums_a;
SELECT orm.model('Thing', 'enums_shared.things', orm.column('id', 'integer', primary_key => true), orm.enum('status', '{a,b}'), orm.column('s', 'status'),
	orm.enum('own', '{a,b,c}'), orm.column('o', 'own'));
SELECT sql FROM orm.migrate('{"models": ["Thing"]}');
SET ROLE regress_orm_enums_b;
CREATE TABLE enums_shared.others (o enums_shared.own[] DEFAULT '{b}');
INSERT INTO enums_shared.others VALUES (DEFAULT);
SET ROLE regress_orm_enums_a;
SELECT orm.model('Thing', 'enums_shared.things', orm.column('id', 'integer', primary_key => true), orm.enum('status', '{a,b}'), orm.column('s', 'status'),
	orm.enum('own', '{a,b}'), orm.column('o', 'own'));
SELECT * FROM orm.migrate('{"models": ["Thing"]}');
SELECT orm.model('Thing', 'enums_shared.things', orm.column('id', 'integer', primary_key => true), orm.enum('status', '{b,a}'), orm.column('s', 'status'),
	orm.enum('own', '{a,b}'), orm.column('o', 'own'));
RESET ROLE;
SELECT enum_range(NULL::enums_shared.status), enum_range(NULL::enums_shared.own);

-- with their rights it runs each step as the owner of its object
GRANT regress_orm_enums_b TO regress_orm_enums_a;
SET ROLE regress_orm_enums_a;
SELECT sql FROM orm.migrate('{"models": ["Thing"]}') ORDER BY sql COLLATE "C";
RESET ROLE;
SELECT typname, typowner::regrole FROM pg_type WHERE typname IN ('own', 'status') ORDER BY 1;
SELECT relname, relowner::regrole FROM pg_class WHERE relnamespace = 'enums_shared'::regnamespace AND relkind = 'r' ORDER BY 1;
SELECT * FROM enums_shared.others, enums_shared.theirs;
SELECT enum_range(NULL::enums_shared.status), enum_range(NULL::enums_shared.own);

-- a generated column keeps labels where they are; added ones it allows
SELECT orm.model('Calc', 'enums_shared.calcs', orm.column('id', 'integer', primary_key => true), orm.enum('mode', '{a,b}'), orm.column('s', 'mode'),
	orm.column('g', 'mode', generated => 's'));
SELECT count(*) > 0 AS made FROM orm.migrate('{"models": ["Calc"]}');
SELECT orm.model('Calc', 'enums_shared.calcs', orm.column('id', 'integer', primary_key => true), orm.enum('mode', '{b,a}'), orm.column('s', 'mode'),
	orm.column('g', 'mode', generated => 's'));
SELECT object, sql, note FROM orm.diff('Calc');
SELECT sql FROM orm.migrate('{"models": ["Calc"]}');
SELECT orm.model('Calc', 'enums_shared.calcs', orm.column('id', 'integer', primary_key => true), orm.enum('mode', '{a,c,b}'), orm.column('s', 'mode'),
	orm.column('g', 'mode', generated => 's'));
SELECT sql FROM orm.migrate('{"models": ["Calc"]}');
SELECT sql FROM orm.diff('Calc');

SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT orm.unmap(model) FROM (SELECT model FROM orm.models ORDER BY model OFFSET 0) AS m;
DROP SCHEMA enums, enums_other, enums_shared CASCADE;
REVOKE EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) FROM regress_orm_enums_a;
DROP ROLE regress_orm_enums_a, regress_orm_enums_b;
SELECT count(*) FROM orm.models;
