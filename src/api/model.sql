-- replace
-- Declaring models, making and dropping their tables; see src/define/.

CREATE OR REPLACE FUNCTION orm.model(name pg_catalog.text, table_name pg_catalog.text,
    VARIADIC elements orm.document[] DEFAULT '{}')
RETURNS pg_catalog.void
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_model';
COMMENT ON FUNCTION orm.model(pg_catalog.text, pg_catalog.text, orm.document[]) IS
'Declares a model, or declares it again; nothing is created until orm.create_all(). name: of the model, exact. table_name: as written, never folded, split at its first dot into schema and table. elements: orm.column(...), orm.belongs_to(...) and the other builders. Errors: 22023, 42601, 42701, 42703, 42704, 42P16 with the place in the document; 42501 for a model of somebody else.';

CREATE OR REPLACE FUNCTION orm.model(document orm.document)
RETURNS pg_catalog.void
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_model_document';
COMMENT ON FUNCTION orm.model(orm.document) IS
'Declares a model from one document: {"model": name, "table": name, "elements": [{builder: {argument: value}}, ...]}, as orm.describe returns it. Errors as orm.model(name, table_name, ...).';

CREATE OR REPLACE FUNCTION orm.map(relation pg_catalog.regclass, name pg_catalog.text,
    VARIADIC elements orm.document[] DEFAULT '{}')
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_map';
COMMENT ON FUNCTION orm.map(pg_catalog.regclass, pg_catalog.text, orm.document[]) IS
'Makes a model of a table, view, partitioned or foreign table that exists, with accessors and the relationships given; nothing in the table changes. elements: relationships, orm.accessors, orm.column(name, attribute => ...) to rename, orm.primary_key for a view or foreign table. Returns the functions made. Errors: 42501 unless the caller owns the relation; 42703, 42809, 42P16, 42702, 42723.';

CREATE OR REPLACE FUNCTION orm.unmap(model pg_catalog.text)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_unmap';
COMMENT ON FUNCTION orm.unmap(pg_catalog.text) IS
'Forgets a model and drops its accessors; its table stays. Returns the functions dropped. Errors: 42704 unknown model, 42501 not its owner, 2BP01 an object depends on an accessor.';

CREATE OR REPLACE FUNCTION orm.create_all(owner pg_catalog.name DEFAULT NULL)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 50 AS 'MODULE_PATHNAME', 'orm_sql_create_all';
COMMENT ON FUNCTION orm.create_all(pg_catalog.name) IS
'Makes the tables and accessors of all declared models that have none yet, each after those it refers to, foreign keys of cycles last; what is there already is left alone. owner: whose models; default those of every role the caller is a member of. Returns what it made. Errors: 42704 unknown target model, 42P07 an existing table lacks what is declared, 42702, 42P10, 42723, 42501, and those of CREATE TABLE.';

CREATE OR REPLACE FUNCTION orm.create_table(model pg_catalog.text)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_create_table';
COMMENT ON FUNCTION orm.create_table(pg_catalog.text) IS
'Makes the table and the accessors of one declared model; what is there already is left alone. Returns what it made. Errors as orm.create_all; 42P01 when it refers to a model that has no table yet.';

CREATE OR REPLACE FUNCTION orm.drop_all(owner pg_catalog.name DEFAULT NULL)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 50 AS 'MODULE_PATHNAME', 'orm_sql_drop_all';
COMMENT ON FUNCTION orm.drop_all(pg_catalog.name) IS
'Drops the tables and accessors of all models made by orm.create_all or orm.create_table; their declarations stay, so orm.create_all() makes them again, empty. Tables mapped with orm.map are left alone. owner: whose models; default those of every role the caller is a member of. Returns what it dropped. Errors: 2BP01 when something else depends on one.';

CREATE OR REPLACE FUNCTION orm.drop_table(model pg_catalog.text)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_drop_table';
COMMENT ON FUNCTION orm.drop_table(pg_catalog.text) IS
'Drops the table and the accessors of one model; its declaration stays. Returns what it dropped. Errors: 42704 unknown model, 42501 not its owner, 2BP01 when something else depends on the table.';

CREATE OR REPLACE FUNCTION orm.sync(model pg_catalog.text)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_sync';
COMMENT ON FUNCTION orm.sync(pg_catalog.text) IS
'Makes the accessors of a model fit its table again after columns were added, dropped, renamed or retyped; owner, privileges and comments stay. Returns what changed. Errors: 42704, 42501, 2BP01 naming an object that depends on an accessor, 42723.';

CREATE OR REPLACE FUNCTION orm.describe(model pg_catalog.text)
RETURNS pg_catalog.json
LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_describe';
COMMENT ON FUNCTION orm.describe(pg_catalog.text) IS
'The model document of a model, whole, as orm.model takes it back. Errors: 42704 unknown model.';

REVOKE EXECUTE ON FUNCTION orm.model(pg_catalog.text, pg_catalog.text, orm.document[]) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION orm.model(orm.document) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION orm.map(pg_catalog.regclass, pg_catalog.text, orm.document[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION orm.model(pg_catalog.text, pg_catalog.text, orm.document[]) TO pg_database_owner WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION orm.model(orm.document) TO pg_database_owner WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION orm.map(pg_catalog.regclass, pg_catalog.text, orm.document[]) TO pg_database_owner WITH GRANT OPTION;
