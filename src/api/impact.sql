-- replace
-- What a delete would take with it.

CREATE OR REPLACE FUNCTION orm.impact(model pg_catalog.text, key pg_catalog.text) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_impact';
COMMENT ON FUNCTION orm.impact(pg_catalog.text, pg_catalog.text) IS
'What orm.delete would do to the object with that primary key, along relationships with the cascade delete and by the foreign keys that lead to what goes: {"deleted": {name: n}, "unlinked": {...}, "defaulted": {...}, "blocked_by": {"name (constraint)": n}}, by model, or table where there is none; what is empty is left out. Deletes nothing. Null when there is no such object. Counts the rows that the caller may see and needs SELECT on their tables; triggers and rules are not looked at. Keys as for orm.get. 42704 for an unknown model, 42P10 for one without a primary key, 22023 for a key of the wrong form, 0A000 for a view, and as orm.delete.';

CREATE OR REPLACE FUNCTION orm.impact(model pg_catalog.text, key pg_catalog.anyelement) RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_impact';
COMMENT ON FUNCTION orm.impact(pg_catalog.text, pg_catalog.anyelement) IS
'What deleting the object with that primary key would do. The key is a value that can be assigned to the key column, a row in key order, or (json, jsonb, orm.document) an object of the key attributes; otherwise as the one with a key of type text.';
