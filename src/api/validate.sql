-- replace
-- Checking objects without storing them.

CREATE OR REPLACE FUNCTION orm.validate(model pg_catalog.text, object orm.document) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_validate';
COMMENT ON FUNCTION orm.validate(pg_catalog.text, orm.document) IS
'All errors that saving the object and its nested objects would raise, as {place: [messages]}; {} when there are none. Checks types, required values, CHECK constraints, unique keys and foreign keys; nothing is written. Errors: 42704 for a model that does not exist.';

CREATE OR REPLACE FUNCTION orm.violations(model pg_catalog.text, object orm.document) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_violations';
COMMENT ON FUNCTION orm.violations(pg_catalog.text, orm.document) IS
'What orm.validate finds, for programs: an array of {"path", "attribute", "rule", "message", "sqlstate", "parameters"}; [] when there is nothing. Rules are required, type, unique, foreign_key, check, row, document, and those of orm.validates: presence, min_length, max_length, matches, within, at_least, at_most. Nothing is written. Errors: 42704 for a model that does not exist.';
