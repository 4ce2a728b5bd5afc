--
-- Paths and functions of relationships are checked when the model is declared
--
CREATE SCHEMA derived_checks;
SET search_path = derived_checks, public;

-- without tables what is missing may still come
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B'), orm.has_many('cs', 'C', path => 'bs.cs'));
SELECT orm.model('B', 'bs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('a', 'A'), orm.has_many('cs', 'C'));
SELECT orm.model('C', 'cs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('b', 'B'));
SELECT count(*) > 0 AS created FROM orm.create_all();

-- with tables not
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B'), orm.has_many('cs', 'C', path => 'bs.nothing'));
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B'), orm.has_many('cs', 'A', path => 'bs.cs'));
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B'), orm.has_many('cs', 'C', path => 'cs'));
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B'), orm.related('c', 'C', 'no_function'));
SELECT * FROM orm.declare('{"models": [{"model": "A", "table": "as", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"related": {"name": "c", "model": "C", "function": "no_function"}}]}]}');
CREATE OR REPLACE FUNCTION a_model() RETURNS json LANGUAGE orm STABLE AS
'model A {"table": "as", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"has_many": {"name": "bs", "model": "B"}}, {"has_many": {"name": "cs", "model": "C", "path": "bs.nothing"}}]}';
SELECT orm.all('A', '{"load": ["cs"]}');

-- a step whose model has no table yet is left until it has
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B'), orm.has_many('ds', 'D'), orm.has_many('cs', 'C', path => 'ds.cs'));
SELECT orm.model('D', 'ds', orm.column('id', 'integer', primary_key => true), orm.belongs_to('a', 'A'), orm.has_many('cs', 'C', path => 'a.bs.cs'));
SELECT count(*) > 0 AS created FROM orm.create_all();
SELECT orm.all('A', '{"load": ["cs"]}');
CREATE FUNCTION c_of_a("as") RETURNS SETOF cs LANGUAGE sql STABLE AS 'SELECT c FROM derived_checks.cs c';
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B'), orm.related('c', 'C', 'c_of_a'));

SET client_min_messages = warning;
DROP SCHEMA derived_checks CASCADE;
