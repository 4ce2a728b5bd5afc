-- replace
-- Reading objects as documents.
--
-- VOLATILE and PARALLEL UNSAFE, although they write nothing: the planner must
-- never run them.

CREATE OR REPLACE FUNCTION orm.get(model pg_catalog.text, key pg_catalog.text)
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_get_text';
COMMENT ON FUNCTION orm.get(pg_catalog.text, pg_catalog.text) IS
'The object with that primary key, or null. A key of one column is given as it is; a composite one as an object of its attributes or as a row "(a,b)". A null key finds nothing. 42704 for an unknown model, 42P10 for one without a primary key, 22023 for a key of the wrong form.';

CREATE OR REPLACE FUNCTION orm.get(model pg_catalog.text, key pg_catalog.anyelement)
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_get_any';
COMMENT ON FUNCTION orm.get(pg_catalog.text, pg_catalog.anyelement) IS
'The object with that primary key, or null. The key is a value that can be assigned to the key column, a row in key order, or (json, jsonb, orm.document) an object of the key attributes. A null key finds nothing.';
