-- replace
-- The trigger that keeps counters, and counting anew; see counter.c.

CREATE OR REPLACE FUNCTION orm.keep_counters() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_keep_counters';
COMMENT ON FUNCTION orm.keep_counters() IS
'Trigger AFTER an event FOR EACH STATEMENT, with its transition tables orm_new and orm_old, on a table whose rows are counted, and AFTER UPDATE FOR EACH ROW on the counting table. Its arguments are the names of a model and of a relationship. Made by the element orm.counter. Errors: 39P01 when it is called otherwise, 22003 when the type of a counter has no such value.';

CREATE OR REPLACE FUNCTION orm.repair(model pg_catalog.text)
RETURNS TABLE (attribute pg_catalog.text, key pg_catalog.jsonb, was pg_catalog.numeric, "is" pg_catalog.numeric)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_repair';
COMMENT ON FUNCTION orm.repair(pg_catalog.text) IS
'Counts the counters of a model, and numbers its positions, anew, and sets the wrong ones right: a row for each, with the key of its object, the value that it had, and the one it has now. Nobody writes to the counted tables meanwhile. Errors: 42704 for a model that does not exist, 42501 unless the caller owns it.';
