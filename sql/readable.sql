-- "*" in "select" stands for what the caller may read, as in what writes return;
-- orm.attributes.readable, writable.
SET client_min_messages = warning;
CREATE SCHEMA readable;
SET search_path = readable;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SELECT orm.model('Staff', 'readable.staff', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'), orm.column('salary', 'integer', nullable => true), orm.column('token', 'text', nullable => true),
    orm.column('initials', 'text', generated => 'left(name, 1)'), orm.has_many('notes', 'Note'));
SELECT orm.model('Note', 'readable.notes', orm.column('id', 'integer', primary_key => true), orm.column('body', 'text'), orm.column('secret', 'text', nullable => true), orm.belongs_to('staff', 'Staff'));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO staff (name, salary, token) VALUES ('Ana', 10, 'x'), ('Bea', 20, 'y');
INSERT INTO notes (body, secret, staff_id) VALUES ('one', 's', 1), ('two', 't', 1);
CREATE ROLE regress_orm_clerk;
CREATE ROLE regress_orm_boss;
GRANT USAGE ON SCHEMA readable TO regress_orm_clerk, regress_orm_boss;
GRANT SELECT (id, name, initials), UPDATE (name) ON staff TO regress_orm_clerk;
GRANT SELECT (id, body, staff_id) ON notes TO regress_orm_clerk;
GRANT SELECT, UPDATE ON staff, notes TO regress_orm_boss;

\echo # one document, by several roles, in one session
CREATE FUNCTION look() RETURNS SETOF json LANGUAGE sql AS $$
    SELECT orm.all('Staff', '{"select": ["*"], "order_by": ["id"], "limit": 1, "load": {"notes": {"select": ["*"], "order_by": ["id"], "limit": 1}}}')
    UNION ALL SELECT orm.get('Staff', 1, '{"select": "*"}') $$;
SELECT look();
SET ROLE regress_orm_clerk;
SELECT look();
SELECT orm.all('Staff', '{"limit": 1}');
SELECT orm.all('Staff', '{"select": ["*", "salary"], "limit": 1}');
SELECT orm.all('Staff', '{"select": ["*"], "omit": ["initials"], "order_by": ["id"], "limit": 1}');
SELECT orm.update('Staff', 1, '{"name": "Ana"}');
SELECT orm.sql('Note', '{"select": "*"}');
SET ROLE regress_orm_boss;
SELECT look();
RESET ROLE;
\echo # a privilege that comes and goes
GRANT SELECT (salary) ON staff TO regress_orm_clerk;
SET ROLE regress_orm_clerk;
SELECT orm.all('Staff', '{"select": ["*"], "order_by": ["id"], "limit": 1}');
RESET ROLE;
REVOKE SELECT (salary, initials) ON staff FROM regress_orm_clerk;
SET ROLE regress_orm_clerk;
SELECT orm.all('Staff', '{"select": ["*"], "order_by": ["id"], "limit": 1}');
\echo # the catalog of attributes
SELECT model, attribute, readable, writable FROM orm.attributes WHERE model IN ('Staff', 'Note') ORDER BY model, ordinal;
RESET ROLE;
SELECT model, attribute, readable, writable FROM orm.attributes WHERE model = 'Staff' ORDER BY model, ordinal;
SELECT orm.model('Later', 'readable.later', orm.column('id', 'integer', primary_key => true));
SELECT model, attribute, readable IS NULL, writable IS NULL FROM orm.attributes WHERE model = 'Later';
\echo # bad input
SELECT orm.all('Staff', '{"omit": "*"}');
SELECT orm.all('Staff', '{"select": "name"}');
SELECT orm.all('Staff', '{"select": {"*": true}}');
DROP SCHEMA readable CASCADE;
DROP ROLE regress_orm_clerk, regress_orm_boss;
