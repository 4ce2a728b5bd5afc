-- once
-- The triggers that keep the registry up to date: those of a restore, and event
-- triggers for DDL; see define/events.c.

CREATE FUNCTION orm.registry_row() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_registry_row';
COMMENT ON FUNCTION orm.registry_row() IS
'Trigger on orm.model: binds a restored row to its table; a row without a table is skipped with a WARNING.';

CREATE FUNCTION orm.registry_rows() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_registry_rows';
COMMENT ON FUNCTION orm.registry_rows() IS
'Trigger on orm.model: after the last row of a restore, binds the columns of relationships in each other''s tables.';

CREATE FUNCTION orm.binding_row() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_binding_row';
COMMENT ON FUNCTION orm.binding_row() IS
'Trigger on orm.binding: skips rows that logical replication of all tables would write there, with the OIDs of another database.';

CREATE FUNCTION orm.follow_ddl() RETURNS pg_catalog.event_trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_follow_ddl';
COMMENT ON FUNCTION orm.follow_ddl() IS
'Event trigger: writes new names of tables, schemas and columns into the registry, and makes the bodies of inlined accessors anew after commands that change what they mean.';

CREATE FUNCTION orm.follow_drop() RETURNS pg_catalog.event_trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_follow_drop';
COMMENT ON FUNCTION orm.follow_drop() IS
'Event trigger: deletes the models of dropped tables from the registry. Never raises.';

-- ENABLE ALWAYS: a subscriber's apply worker has to bind rows as well.
CREATE TRIGGER registry_row BEFORE INSERT OR UPDATE OR DELETE ON orm.model
FOR EACH ROW EXECUTE FUNCTION orm.registry_row();
ALTER TABLE orm.model ENABLE ALWAYS TRIGGER registry_row;

CREATE TRIGGER registry_row_bound AFTER INSERT OR UPDATE ON orm.model
FOR EACH ROW EXECUTE FUNCTION orm.registry_row();
ALTER TABLE orm.model ENABLE ALWAYS TRIGGER registry_row_bound;

CREATE TRIGGER registry_rows AFTER INSERT OR UPDATE ON orm.model
FOR EACH STATEMENT EXECUTE FUNCTION orm.registry_rows();
ALTER TABLE orm.model ENABLE ALWAYS TRIGGER registry_rows;

CREATE TRIGGER binding_row BEFORE INSERT OR UPDATE OR DELETE ON orm.binding
FOR EACH ROW EXECUTE FUNCTION orm.binding_row();
ALTER TABLE orm.binding ENABLE ALWAYS TRIGGER binding_row;

CREATE EVENT TRIGGER orm_follow_ddl ON ddl_command_end
WHEN TAG IN ('ALTER TABLE', 'ALTER SCHEMA', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER FOREIGN TABLE',
    'ALTER TYPE', 'ALTER DOMAIN', 'ALTER COLLATION', 'CREATE EXTENSION', 'ALTER EXTENSION', 'DROP EXTENSION',
    'CREATE CAST', 'DROP CAST', 'CREATE OPERATOR', 'ALTER OPERATOR', 'DROP OPERATOR',
    'CREATE OPERATOR CLASS', 'ALTER OPERATOR CLASS', 'DROP OPERATOR CLASS',
    'CREATE OPERATOR FAMILY', 'ALTER OPERATOR FAMILY', 'DROP OPERATOR FAMILY')
EXECUTE FUNCTION orm.follow_ddl();

CREATE EVENT TRIGGER orm_follow_drop ON sql_drop
EXECUTE FUNCTION orm.follow_drop();

-- ENABLE ALWAYS: DDL under session_replication_role = replica changes what bodies mean as well.
ALTER EVENT TRIGGER orm_follow_ddl ENABLE ALWAYS;
ALTER EVENT TRIGGER orm_follow_drop ENABLE ALWAYS;
