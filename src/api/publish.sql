-- replace
-- The trigger that publishes changes; see publish.c.

CREATE OR REPLACE FUNCTION orm.publish_changes() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_publish_changes';
COMMENT ON FUNCTION orm.publish_changes() IS
'Trigger AFTER INSERT, UPDATE, DELETE FOR EACH ROW, or AFTER TRUNCATE FOR EACH STATEMENT: notifies a channel of the change. Its arguments are the names of the model and of the channel. Made by orm.publish. Errors: 39P01 when it is called otherwise.';
