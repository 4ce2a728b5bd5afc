-- replace
-- The trigger that counts the changes of a row; see version.c.

CREATE OR REPLACE FUNCTION orm.count_version() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_count_version';
COMMENT ON FUNCTION orm.count_version() IS
'Trigger BEFORE UPDATE FOR EACH ROW: sets the column that its condition names, WHEN (OLD.version IS NOT NULL), to its old value and one more. Made by the element orm.version. Errors: 22003 when the type of the column has no larger value.';
