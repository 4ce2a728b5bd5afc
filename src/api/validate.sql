-- replace
-- Looking at objects without storing them.

CREATE OR REPLACE FUNCTION orm.validate(model pg_catalog.text, object orm.document) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_validate';
COMMENT ON FUNCTION orm.validate(pg_catalog.text, orm.document) IS
'Every reason why the object, and what is nested in it, could not be saved, as {place: [reasons]}; {} when nothing is wrong. Looks at types, required values, CHECK constraints, unique keys and foreign keys, and writes nothing. 42704 for an unknown model.';
