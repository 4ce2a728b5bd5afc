-- replace
-- Checking objects without storing them.

CREATE OR REPLACE FUNCTION orm.validate(model pg_catalog.text, object orm.document) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_validate';
COMMENT ON FUNCTION orm.validate(pg_catalog.text, orm.document) IS
'All errors that saving the object and its nested objects would raise, as {place: [messages]}; {} when there are none. Checks types, required values, CHECK constraints, unique keys and foreign keys; nothing is written. Errors: 42704 for a model that does not exist.';
