-- replace
-- Functions for the expressions of query documents.
--

CREATE OR REPLACE FUNCTION orm.allow_function(function pg_catalog.regprocedure, allow pg_catalog.bool DEFAULT true)
    RETURNS pg_catalog.void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_allow_function';
COMMENT ON FUNCTION orm.allow_function(pg_catalog.regprocedure, pg_catalog.bool) IS
'Lets query documents call a function, in expressions as {"schema.name": [...]}, or, when it returns a set of rows of a table, as {"from": "schema.name"}; or no longer (allow false). The permission is a line "@orm.allow_function" of the function''s comment, so a dump carries it along; only the owner can give it. A caller needs EXECUTE as in any query. Errors: 42501 for a function of somebody else; 42P13 for one that is volatile, returns another set, or is no plain function.';

CREATE OR REPLACE FUNCTION orm.bounded(count pg_catalog.int4, bytes pg_catalog.int4)
    RETURNS pg_catalog.int4
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_bounded';
COMMENT ON FUNCTION orm.bounded(pg_catalog.int4, pg_catalog.int4) IS
'The count, unless count times bytes is more than 1 MB. Expressions put it around the length that repeat, lpad and rpad are given. Errors: 54000.';
