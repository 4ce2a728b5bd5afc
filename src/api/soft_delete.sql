-- replace
-- Rows that are deleted by a mark.

CREATE OR REPLACE FUNCTION orm.restore(model pg_catalog.text, key pg_catalog.text) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_restore';
COMMENT ON FUNCTION orm.restore(pg_catalog.text, pg_catalog.text) IS
'Brings back an object that orm.delete has marked as deleted, and what has gone with it along relationships with the cascade delete; a mark that is a boolean brings back the object alone. Returns the object, also one that is not deleted, and null where there is none. key: as in orm.get. Errors: 22023 for a model without orm.soft_delete, 23505 if another object has taken a unique value; otherwise as orm.update.';

CREATE OR REPLACE FUNCTION orm.restore(model pg_catalog.text, key pg_catalog.anyelement) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_restore';
COMMENT ON FUNCTION orm.restore(pg_catalog.text, pg_catalog.anyelement) IS
'Brings back an object that orm.delete has marked as deleted. The key is a value that can be assigned to the key column, a row in key order, or (json, jsonb, orm.document) an object of the key attributes; otherwise as the function with a key of type text.';

CREATE OR REPLACE FUNCTION orm.purge(model pg_catalog.text, before pg_catalog.timestamptz DEFAULT NULL)
    RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_purge';
COMMENT ON FUNCTION orm.purge(pg_catalog.text, pg_catalog.timestamptz) IS
'Removes for good the objects that orm.delete marked as deleted before an instant, and what cascades from them; returns the number of the objects. Of a model whose mark is a boolean, before is null, and all deleted ones go. Errors: 22023 for a model without orm.soft_delete, 22004 for no instant; otherwise as orm.delete.';

CREATE OR REPLACE FUNCTION orm.soft_delete_guard() RETURNS pg_catalog.trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_soft_delete_guard';
COMMENT ON FUNCTION orm.soft_delete_guard() IS
'Trigger BEFORE DELETE FOR EACH ROW of models with orm.soft_delete(guard => true): raises 23001 for a DELETE that is not one of orm.purge, or of orm.delete with the option "hard".';
