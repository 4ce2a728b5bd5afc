-- Mistakes in orm.validates, and in checks with a message: each is an error with its place, and nothing is declared.
\set SHOW_CONTEXT never
CREATE SCHEMA validates_errors;
SET search_path = validates_errors;
CREATE FUNCTION refused(VARIADIC elements orm.document[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	PERFORM orm.model('Thing', 'things', VARIADIC ARRAY[orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'),
		orm.column('tags', 'text[]'), orm.column('day', 'date'), orm.column('data', 'jsonb'), orm.column('place', 'point'),
		orm.column('state', 'state'), orm.enum('state', ARRAY['on', 'off'])] || elements);
	RETURN 'declared';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ': ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;
\pset tuples_only on
\pset format unaligned

-- the attribute, and which rules there are
SELECT refused(orm.validates('nam', presence => true));
SELECT refused(orm.validates('name'));
SELECT refused(orm.validates('name', presence => false));
SELECT refused(orm.validates('name', presence => true), orm.validates('name', presence => true, min_length => 3));
SELECT refused('{"validates": {"presence": true}}');
SELECT refused('{"validates": {"attribute": "name", "pattern": "x"}}');
SELECT refused('{"validates": {"attribute": "name", "min_length": "3"}}');
SELECT refused('{"validates": {"attribute": "name", "min_length": 1.5}}');
SELECT refused(orm.validates('name', min_length => -1));
SELECT refused(orm.validates('name', min_length => 5, max_length => 4));
SELECT refused(orm.validates('name', within => '{}'));

-- types that do not have the rule, and values that they do not read
SELECT refused(orm.validates('id', min_length => 3));
SELECT refused(orm.validates('id', matches => '3'));
SELECT refused(orm.validates('tags', within => '{a}'));
SELECT refused(orm.validates('place', at_least => '(1,1)'));
SELECT refused(orm.validates('id', at_least => 'one'));
SELECT refused(orm.validates('id', within => ARRAY['1', 'two']));
SELECT refused(orm.validates('day', at_most => 'some day'));
SELECT refused(orm.validates('day', at_least => 'today'));
SELECT refused(orm.validates('state', within => ARRAY['on', 'of']));
SELECT refused(orm.validates('state', at_least => 'of'));
SELECT refused(orm.validates('state', matches => 'o'));
SELECT refused(orm.validates('name', matches => '(a'));
SELECT refused(orm.validates('name', matches => '[z-a]'));

-- messages
SELECT refused(orm.validates('name', presence => true, message => ''));
SELECT refused(orm.validates('name', presence => true, message => '{atribute} is needed'));
SELECT refused(orm.validates('name', presence => true, message => '%{attribute} is needed'));
SELECT refused(orm.check('x', 'id > 0', 'is less than {limit}'));
SELECT refused(orm.check('x', 'id > 0', 'is like {3} or {} or {a b}'));

-- checks that the server would refuse
SELECT refused(orm.check('x', 'id > (SELECT 1)'));
SELECT refused(orm.check('x', 'EXISTS (SELECT FROM things)', 'm'));
SELECT refused(orm.column('y', 'integer', check_expr => 'y IN (SELECT 1)'));

-- the same words by hand
CREATE FUNCTION other_model() RETURNS json LANGUAGE orm STABLE AS $$model Other {"table": "things", "elements": [
	{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"validates": {"attribute": "id", "at_least": "x"}}]}$$;
CREATE FUNCTION other_model() RETURNS json LANGUAGE orm STABLE AS $$model Other {"table": "things", "elements": [
	{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"validates": {"attribute": "id", "at_least": "1", "mesage": "x"}}]}$$;
SET client_min_messages = warning;
DROP SCHEMA validates_errors CASCADE;
