-- replace
-- Declaring models, creating and dropping their tables; see src/define/.

CREATE OR REPLACE FUNCTION orm.model(name pg_catalog.text, table_name pg_catalog.text,
    VARIADIC elements orm.document[] DEFAULT '{}')
RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_model';
COMMENT ON FUNCTION orm.model(pg_catalog.text, pg_catalog.text, orm.document[]) IS
'Declares a model, or replaces its declaration: creates or replaces its model function, author_model(), in the schema of the table. No table is created until orm.create_all(). Returns "Author: declared", "in force" or "pending: 2 changes", as far as the table has what is declared. name: name of the model, case-sensitive. table_name: taken literally, without folding to lower case; a dot separates schema and table. elements: orm.column(...), orm.belongs_to(...) and the other builders. Errors: 22023, 42601, 42701, 42703, 42704, 42P16 with the place in the document; 42501 for a model of another owner.';

CREATE OR REPLACE FUNCTION orm.model(document orm.document)
RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_model_document';
COMMENT ON FUNCTION orm.model(orm.document) IS
'Declares a model from one document: {"model": name, "table": name, "elements": [{builder: {argument: value}}, ...]}, as orm.describe returns it. Errors as orm.model(name, table_name, ...).';

CREATE OR REPLACE FUNCTION orm.mixin(name pg_catalog.text, VARIADIC elements orm.document[] DEFAULT '{}')
RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_mixin';
COMMENT ON FUNCTION orm.mixin(pg_catalog.text, orm.document[]) IS
'Declares a mixin, or replaces it: elements under a name, for models that are declared with orm.use(name). It is a function, audited_mixin(), in the first schema of the search_path. Models keep the elements as they were when they were declared; orm.lint names the models that are behind. elements: as in orm.model, but not orm.table, orm.naming, orm.comment_on_table or orm.accessors; orm.use for the elements of other mixins. Errors: 22023 and what elements raise, with the place; 42501 for a mixin of another owner; 42704 for a mixin that does not exist; 42P17 for one that uses itself.';

CREATE OR REPLACE FUNCTION orm.map(relation pg_catalog.regclass, name pg_catalog.text,
    VARIADIC elements orm.document[] DEFAULT '{}')
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_map';
COMMENT ON FUNCTION orm.map(pg_catalog.regclass, pg_catalog.text, orm.document[]) IS
'Makes a model of an existing table, view, partitioned or foreign table, with accessors and the given relationships; the table is not changed. elements: relationships, orm.accessors, orm.column(name, attribute => ...) to rename, orm.primary_key for a view or foreign table. Returns the functions created. Errors: 42501 unless the caller owns the relation; 42710 for the name of a model of another relation; 42703, 42809, 42P16, 42702, 42723.';

CREATE OR REPLACE FUNCTION orm.reflect(schema_name pg_catalog.text DEFAULT NULL,
    include pg_catalog.text[] DEFAULT NULL, exclude pg_catalog.text[] DEFAULT NULL, options orm.document DEFAULT '{}')
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text,
    detail pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100 AS 'MODULE_PATHNAME', 'orm_sql_reflect';
COMMENT ON FUNCTION orm.reflect(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], orm.document) IS
'Makes models of the tables, views, partitioned and foreign tables of a schema that the caller owns, and relationships on both sides of every foreign key; the tables are not changed. schema_name: by default the first of the search_path. include, exclude: patterns of names as in psql, with * and ?. options: models, accessors, strip_prefix, case, prune, dry_run. Returns what was mapped, extended, kept or skipped, with the reason in detail. Errors: 3F000 for a schema that does not exist; 42P01, 42703, 42704, 42702, 42701, 42710, 42P16, 22023 for mistakes in the options.';

CREATE OR REPLACE FUNCTION orm.extend(model pg_catalog.text, VARIADIC elements orm.document[])
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_extend';
COMMENT ON FUNCTION orm.extend(pg_catalog.text, orm.document[]) IS
'Adds elements to a model, declared or with a table, or replaces its elements of one kind and name; everything else stays as it is. elements: orm.column(...), orm.unique(...), orm.belongs_to(...) and the other builders; of a mapped model the elements of orm.map. What the table lacks is pending. Returns the functions created, replaced and dropped. Errors: 42704 for a model that does not exist, 42501 unless the caller owns it, and those of orm.model and orm.map.';

CREATE OR REPLACE FUNCTION orm.drop_element(name pg_catalog.text, kind pg_catalog.text,
    element pg_catalog.text DEFAULT NULL)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_drop_element';
COMMENT ON FUNCTION orm.drop_element(pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'Takes one element out of a model. kind: the name of its builder, or relationship. element: its name, of a constraint or index without a name its columns; not given for table, comment_on_table and accessors. What the table has of it is written into the model as removed, and stays usable until it is dropped. Returns the functions dropped and replaced. Errors: 42704 for a model or element that does not exist, 22023 for an unrecognized kind, 42501 unless the caller owns the model, and those of orm.model for what is left.';

CREATE OR REPLACE FUNCTION orm.declare(document orm.document)
RETURNS TABLE (model_name pg_catalog.text, state pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 50 AS 'MODULE_PATHNAME', 'orm_sql_declare';
COMMENT ON FUNCTION orm.declare(orm.document) IS
'Declares the models of a document, or none when there is a mistake in one: {"models": [{"model": name, "table": name, "elements": [...]}, ...], "prune": true}. They may refer to each other in any order. prune: the caller''s declared models in the schemas of these that are not among them are forgotten; their tables stay, and so do mapped models. Returns for each model: declared, in force, pending: 2 changes, or dropped. Errors: those of orm.model, with the place models[0]...; 42710 for a model that is given twice.';

CREATE OR REPLACE FUNCTION orm.script(models pg_catalog.text[] DEFAULT NULL)
RETURNS pg_catalog.text
LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_script';
COMMENT ON FUNCTION orm.script(pg_catalog.text[]) IS
'The functions of models as SQL, for version control: CREATE OR REPLACE FUNCTION with one element a line, ordered by name, without owners and privileges; the comments on functions where there are any. models: names, by default all models. Loaded into an empty database with the extension, it declares them. Errors: 42704 for a model that does not exist.';

CREATE OR REPLACE FUNCTION orm.unmap(model pg_catalog.text)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_unmap';
COMMENT ON FUNCTION orm.unmap(pg_catalog.text) IS
'Forgets a model and drops its accessors; its table stays. Returns the functions dropped. Errors: 42704 for a model that does not exist, 42501 unless the caller owns it, 2BP01 when an object depends on an accessor.';

CREATE OR REPLACE FUNCTION orm.create_all(owner pg_catalog.name DEFAULT NULL)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text,
    detail pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 50 AS 'MODULE_PATHNAME', 'orm_sql_create_all';
COMMENT ON FUNCTION orm.create_all(pg_catalog.name) IS
'Creates the tables and accessors of all declared models, referenced tables first, foreign keys of cycles last; existing objects are left alone. owner: role whose models are created, by default every role of which the caller is a member. Returns the objects created, and a row "skipped" with the reason in detail for a model whose table exists and lacks declared columns or keys. Errors: 42704 for a target model that does not exist, 42702, 42P10, 42723, 42501, and those of CREATE TABLE.';

CREATE OR REPLACE FUNCTION orm.create_table(model pg_catalog.text)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_create_table';
COMMENT ON FUNCTION orm.create_table(pg_catalog.text) IS
'Creates the table and the accessors of one declared model; existing objects are left alone. Returns the objects created. Errors as orm.create_all; 42P07 when the table exists and lacks declared columns or keys; 42P01 when a referenced model has no table yet.';

CREATE OR REPLACE FUNCTION orm.drop_all(owner pg_catalog.name DEFAULT NULL)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 50 AS 'MODULE_PATHNAME', 'orm_sql_drop_all';
COMMENT ON FUNCTION orm.drop_all(pg_catalog.name) IS
'Drops the tables and accessors of all models created by orm.create_all or orm.create_table; their declarations stay, so orm.create_all() creates them again, empty. Tables mapped with orm.map are left alone. owner: role whose models are dropped, by default every role of which the caller is a member. Returns the objects dropped. Errors: 2BP01 when another object depends on one of them.';

CREATE OR REPLACE FUNCTION orm.drop_table(model pg_catalog.text)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_drop_table';
COMMENT ON FUNCTION orm.drop_table(pg_catalog.text) IS
'Drops the table and the accessors of one model; its declaration stays. Returns the objects dropped. Errors: 42704 for a model that does not exist, 42501 unless the caller owns it, 2BP01 when another object depends on the table, 0A000 for what could not be made again as it is: a view, a partition, a table with partitions.';

CREATE OR REPLACE FUNCTION orm.sync(model pg_catalog.text)
RETURNS TABLE (model_name pg_catalog.text, action pg_catalog.text, kind pg_catalog.text, identity pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_sync';
COMMENT ON FUNCTION orm.sync(pg_catalog.text) IS
'Adapts the accessors of a model to its table after columns were added, dropped, renamed or retyped; owner, privileges and comments are kept. Returns the functions created and dropped. Errors: 42704, 42501, 2BP01 naming an object that depends on an accessor, 42723.';

CREATE OR REPLACE FUNCTION orm.describe(model pg_catalog.text)
RETURNS pg_catalog.json
LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_describe';
COMMENT ON FUNCTION orm.describe(pg_catalog.text) IS
'The model document of a model, which orm.model accepts. Errors: 42704 for a model that does not exist.';

REVOKE EXECUTE ON FUNCTION orm.model(pg_catalog.text, pg_catalog.text, orm.document[]) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION orm.model(orm.document) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION orm.mixin(pg_catalog.text, orm.document[]) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION orm.map(pg_catalog.regclass, pg_catalog.text, orm.document[]) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION orm.reflect(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], orm.document) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION orm.model(pg_catalog.text, pg_catalog.text, orm.document[]) TO pg_database_owner WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION orm.model(orm.document) TO pg_database_owner WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION orm.mixin(pg_catalog.text, orm.document[]) TO pg_database_owner WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION orm.map(pg_catalog.regclass, pg_catalog.text, orm.document[]) TO pg_database_owner WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION orm.reflect(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], orm.document) TO pg_database_owner WITH GRANT OPTION;
