-- replace
-- The impact of a delete.

CREATE OR REPLACE FUNCTION orm.impact(model pg_catalog.text, key pg_catalog.text) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_impact';
COMMENT ON FUNCTION orm.impact(pg_catalog.text, pg_catalog.text) IS
'The effects of orm.delete on an object, along relationships with the cascade delete and by the foreign keys that refer to deleted rows: {"deleted": {name: n}, "unlinked": {...}, "defaulted": {...}, "blocked_by": {"name (constraint)": n}}, by model, or by table where it has no model; empty members are omitted. Null when there is no such object. Nothing is deleted. Counts the rows that the caller may see and needs SELECT on their tables; triggers and rules are ignored. key: as in orm.get. Errors: 0A000 for a view; otherwise as orm.get and orm.delete.';

CREATE OR REPLACE FUNCTION orm.impact(model pg_catalog.text, key pg_catalog.anyelement) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_impact';
COMMENT ON FUNCTION orm.impact(pg_catalog.text, pg_catalog.anyelement) IS
'The effects of orm.delete on an object. The key is a value that can be assigned to the key column, a row in key order, or (json, jsonb, orm.document) an object of the key attributes; otherwise as the function with a key of type text.';
