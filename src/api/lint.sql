-- replace
-- What of models is inert, slow, lossy or out of step; see define/lint.h.

CREATE OR REPLACE FUNCTION orm.lint(model pg_catalog.text DEFAULT NULL)
RETURNS TABLE (severity pg_catalog.text, model_name pg_catalog.text, object pg_catalog.text, rule pg_catalog.text,
    message pg_catalog.text, fix_sql pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 20 AS 'MODULE_PATHNAME', 'orm_sql_lint';
COMMENT ON FUNCTION orm.lint(pg_catalog.text) IS
'What of a model, by default of all models, in force or not, is inert, slow, lossy or out of step: severity (error, warning or info), object, rule, a message, and in fix_sql a statement that cures it, where one does. Reads only. Errors: 42704 for a model that does not exist.';
