-- once
-- The event triggers for DDL that concerns models (see define/events.c), and the
-- trigger that keeps foreign rows out of orm.binding.

CREATE FUNCTION orm.binding_row() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_binding_row';
COMMENT ON FUNCTION orm.binding_row() IS
'Trigger on orm.binding: skips rows that logical replication of all tables would write there, with the OIDs of another database.';

CREATE FUNCTION orm.follow_ddl() RETURNS pg_catalog.event_trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_follow_ddl';
COMMENT ON FUNCTION orm.follow_ddl() IS
'Event trigger: before CREATE FUNCTION takes the lock of the model that it declares; after DDL writes new names of tables, schemas and columns into the texts of models, gives models to the new owners of their tables, and makes the bodies of inlined accessors anew after commands that change what they mean.';

CREATE TRIGGER binding_row BEFORE INSERT OR UPDATE OR DELETE ON orm.binding
FOR EACH ROW EXECUTE FUNCTION orm.binding_row();
ALTER TABLE orm.binding ENABLE ALWAYS TRIGGER binding_row;

CREATE EVENT TRIGGER orm_follow_ddl ON ddl_command_end
WHEN TAG IN ('CREATE FUNCTION', 'ALTER FUNCTION', 'ALTER ROUTINE', 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE FOREIGN TABLE',
    'CREATE VIEW', 'CREATE MATERIALIZED VIEW', 'IMPORT FOREIGN SCHEMA', 'ALTER TABLE', 'ALTER SCHEMA', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER FOREIGN TABLE',
    'ALTER TYPE', 'ALTER DOMAIN', 'ALTER COLLATION', 'CREATE EXTENSION', 'ALTER EXTENSION', 'DROP EXTENSION',
    'CREATE CAST', 'DROP CAST', 'CREATE OPERATOR', 'ALTER OPERATOR', 'DROP OPERATOR',
    'CREATE OPERATOR CLASS', 'ALTER OPERATOR CLASS', 'DROP OPERATOR CLASS',
    'CREATE OPERATOR FAMILY', 'ALTER OPERATOR FAMILY', 'DROP OPERATOR FAMILY')
EXECUTE FUNCTION orm.follow_ddl();

CREATE EVENT TRIGGER orm_precede_ddl ON ddl_command_start
WHEN TAG IN ('CREATE FUNCTION')
EXECUTE FUNCTION orm.follow_ddl();
ALTER EVENT TRIGGER orm_precede_ddl ENABLE ALWAYS;

-- ENABLE ALWAYS: DDL under session_replication_role = replica changes what bodies mean as well.
ALTER EVENT TRIGGER orm_follow_ddl ENABLE ALWAYS;
