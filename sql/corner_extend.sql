-- A living model: its name, its version, and relationships that are added to it.
CREATE SCHEMA corner_extend;
SET search_path = corner_extend, public;

-- The name of a model of another table
CREATE TABLE one (id int PRIMARY KEY, version int NOT NULL DEFAULT 1, n int);
CREATE TABLE two (id int PRIMARY KEY, one_id int REFERENCES one);
CREATE VIEW view AS SELECT * FROM two;
SELECT count(*) FROM orm.map('one', 'Name');
SELECT count(*) FROM orm.map('two', 'Name');
SELECT count(*) FROM orm.map('view', 'Name', orm.primary_key('id'));
SELECT count(*) FROM orm.map('one', 'Name');
SELECT model, table_name FROM orm.models WHERE schema = 'corner_extend';
-- one that is only declared gives way, as does one whose table is gone
SELECT orm.model('Declared', 'nowhere', orm.column('id', 'integer', primary_key => true));
SELECT count(*) FROM orm.map('two', 'Declared');
CREATE TABLE three (id int PRIMARY KEY);
SELECT count(*) FROM orm.map('three', 'Gone');
SET client_min_messages = warning;
DROP TABLE three CASCADE;
RESET client_min_messages;
CREATE TABLE four (id int PRIMARY KEY);
SELECT count(*) FROM orm.map('four', 'Gone');
SELECT count(*) FROM (SELECT orm.unmap(model) FROM orm.models WHERE schema = 'corner_extend') x;

-- orm.map again leaves the version alone
SELECT count(*) FROM orm.map('one', 'One', orm.version('version'));
SELECT orm.create('One', '{"id": 1}');
SELECT action, kind, identity FROM orm.map('one', 'One', orm.accessors('one')) WHERE kind = 'trigger';
SELECT tgname FROM pg_trigger WHERE tgrelid = 'one'::regclass AND NOT tgisinternal;
SELECT orm.save('One', '{"id": 1, "version": 1, "n": 1}');
SELECT orm.save('One', '{"id": 1, "version": 1, "n": 2}');
SELECT orm.describe('One') -> 'elements' -> -2;
-- another column does take its place, and orm.unmap ends it
ALTER TABLE one ADD COLUMN counter int NOT NULL DEFAULT 1;
SELECT action, kind, identity FROM orm.map('one', 'One', orm.version('counter')) WHERE kind = 'trigger';
SELECT action, kind, identity FROM orm.unmap('One') WHERE kind = 'trigger';

-- Adding relationships: to models with tables
SELECT count(*) FROM orm.map('one', 'One', orm.version('version'));
SELECT count(*) FROM orm.map('two', 'Two');
SELECT * FROM orm.extend('Two', orm.belongs_to('one', 'One', back_populates => 'twos'));
SELECT * FROM orm.extend('One', orm.has_many('twos', 'Two', back_populates => 'one'));
SELECT tgname FROM pg_trigger WHERE tgrelid = 'one'::regclass AND NOT tgisinternal;
SELECT orm.save('One', '{"id": 1, "twos": [{"id": 1}]}', '{"return": {"load": ["twos"]}}');
SELECT t.* FROM one o, twos(o) t;
SELECT relationship, kind, foreign_key, back_populates, resolved FROM orm.relationships WHERE model IN ('One', 'Two') ORDER BY 1;
CREATE TABLE ones_twos (one_id int REFERENCES one, two_id int REFERENCES two, PRIMARY KEY (one_id, two_id));
SELECT * FROM orm.extend('One', orm.many_to_many('many', 'Two', through => 'ones_twos'), orm.has_one('first', 'Two'));

-- ... and to one that is declared
SELECT orm.model('Three', 'threes', orm.column('id', 'integer', primary_key => true));
SELECT * FROM orm.extend('Three', orm.belongs_to('one', 'One', nullable => false), orm.belongs_to('later', 'Four'));
SELECT orm.model('Four', 'fours', orm.column('id', 'integer', primary_key => true));
SELECT orm.describe('Three');
SELECT model_name, kind, identity FROM orm.create_all() WHERE kind = 'table';
SELECT a.attname, a.attnotnull FROM pg_attribute a WHERE a.attrelid = 'threes'::regclass AND a.attnum > 0;

-- What is there is replaced
SELECT orm.extend('One', orm.has_many('twos', 'Two', foreign_key => 'one_id'));
SELECT orm.describe('One') -> 'elements' -> 4;
SELECT * FROM orm.extend('One', orm.accessors('x', include => ARRAY['find'])) WHERE action = 'created';
SELECT count(*) FROM orm.extend('One', orm.version('version'), orm.accessors('one'));

-- What cannot be
SELECT orm.extend('One', orm.has_many('more', 'Two'), orm.has_many('more', 'Two'));
SELECT orm.extend('Two', orm.belongs_to('one_id', 'One'));
SELECT orm.extend('One', orm.has_many('new', 'Two'), orm.column('x', 'text'));
SELECT orm.extend('One', orm.column('x', attribute => 'y'));
SELECT orm.extend('One', orm.primary_key('n'));
SELECT orm.extend('One', orm.version('version'));
SELECT count(*) FROM orm.extend('One', orm.accessors('x'));
SELECT orm.extend('One', orm.belongs_to('none', 'Two'));
SELECT orm.extend('One', orm.has_many('wrong', 'Two', back_populates => 'many'));
SELECT orm.extend('one', orm.has_many('x', 'Two'));
SELECT orm.extend('One', '{"has_many": {"name": "x"}}');
SELECT count(*) FROM orm.relationships WHERE model = 'One';
CREATE ROLE regress_orm_extend;
GRANT USAGE ON SCHEMA corner_extend TO regress_orm_extend;
SET ROLE regress_orm_extend;
SELECT orm.extend('One', orm.has_many('x', 'Two'));
RESET ROLE;

SET client_min_messages = warning;
SELECT count(*) > 0 FROM (SELECT orm.unmap(model) FROM orm.models WHERE schema = 'corner_extend') x;
DROP SCHEMA corner_extend CASCADE;
DROP ROLE regress_orm_extend;
