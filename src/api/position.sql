-- replace
-- The trigger that keeps positions; see position.c.

CREATE OR REPLACE FUNCTION orm.keep_positions() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_keep_positions';
COMMENT ON FUNCTION orm.keep_positions() IS
'Trigger BEFORE and AFTER an event FOR EACH STATEMENT, after it with its transition tables orm_new and orm_old: keeps the positions of a list. Its arguments are the names of a model and of a belongs_to, or an empty text. Made by the element orm.position. Errors: 39P01 when it is called otherwise.';
