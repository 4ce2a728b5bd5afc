-- replace
-- Views of models, over the registry and the catalogs.

CREATE OR REPLACE FUNCTION orm.version() RETURNS pg_catalog.text
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_version';
COMMENT ON FUNCTION orm.version() IS
'The version of the extension''s library. Errors: none.';

CREATE OR REPLACE FUNCTION orm.attribute_rows()
RETURNS TABLE (model pg_catalog.text, attribute pg_catalog.text, column_name pg_catalog.text,
    type pg_catalog.text, ordinal pg_catalog.int4, nullable pg_catalog.bool, in_primary_key pg_catalog.bool,
    has_default pg_catalog.bool, identity pg_catalog.bool, generated pg_catalog.bool,
    readable pg_catalog.bool, writable pg_catalog.bool)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 200 AS 'MODULE_PATHNAME', 'orm_sql_attribute_rows';
COMMENT ON FUNCTION orm.attribute_rows() IS
'The rows of the view orm.attributes. Errors: none of its own.';

CREATE OR REPLACE FUNCTION orm.relationship_rows()
RETURNS TABLE (model pg_catalog.text, relationship pg_catalog.text, kind pg_catalog.text,
    target pg_catalog.text, foreign_key pg_catalog.text[], through pg_catalog.text,
    back_populates pg_catalog.text, resolved pg_catalog.bool, cascade pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 50 AS 'MODULE_PATHNAME', 'orm_sql_relationship_rows';
COMMENT ON FUNCTION orm.relationship_rows() IS
'The rows of the view orm.relationships. Errors: none of its own.';

CREATE OR REPLACE FUNCTION orm.model_rows()
RETURNS TABLE (model pg_catalog.text, schema pg_catalog.text, table_name pg_catalog.text, owner pg_catalog.text,
    state pg_catalog.text, pending pg_catalog.bool)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 50 AS 'MODULE_PATHNAME', 'orm_sql_model_rows';
COMMENT ON FUNCTION orm.model_rows() IS
'The rows of the view orm.models. Errors: none of its own.';

CREATE OR REPLACE VIEW orm.models AS SELECT * FROM orm.model_rows();
COMMENT ON VIEW orm.models IS
'All models in force or declared: table (as declared, while there is none), owner, state: declared (no table yet), created, or mapped; pending: something is declared that the table does not have.';

CREATE OR REPLACE VIEW orm.attributes AS SELECT * FROM orm.attribute_rows();
COMMENT ON VIEW orm.attributes IS
'The attributes of all models: of those with a table as it is now, of others as declared. readable: objects can show it to the current user; writable: the current user may insert or update it, and the server does not fill it; both are null while there is no table.';

CREATE OR REPLACE VIEW orm.relationships AS SELECT * FROM orm.relationship_rows();
COMMENT ON VIEW orm.relationships IS
'The relationships of all models. foreign_key: columns of the side that holds it; through: the join table of a many_to_many; resolved: false while the target has no table; cascade: as declared, null where nothing is said (save-update).';

GRANT SELECT ON orm.models, orm.attributes, orm.relationships TO PUBLIC;
