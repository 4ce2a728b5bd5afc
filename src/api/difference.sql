-- replace
-- The difference between declarations and the database; see src/differ/.

CREATE OR REPLACE FUNCTION orm.diff(model pg_catalog.text DEFAULT NULL, options orm.document DEFAULT '{}')
RETURNS TABLE (step pg_catalog.int4, model_name pg_catalog.text, action pg_catalog.text, object pg_catalog.text,
    sql pg_catalog.text, lock pg_catalog.text, rewrites pg_catalog.bool, destructive pg_catalog.bool,
    rows_affected pg_catalog.int8, seconds_estimate pg_catalog.float8, reverse_sql pg_catalog.text,
    transactional pg_catalog.bool, note pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 20 AS 'MODULE_PATHNAME', 'orm_sql_diff';
COMMENT ON FUNCTION orm.diff(pg_catalog.text, orm.document) IS
'The steps that make the database what the declarations say, in the order in which they run; no row when there is no difference. Nothing is written or run: works in read-only transactions and on a standby. model: one model, by default all declared models that the caller may change; mapped models say nothing of their tables. lock: the mode in which the table is locked. destructive, rows_affected: the number of values that the step loses, counted as the owner of the table. seconds_estimate: from the statistics of the table. reverse_sql: the statement that takes the step back, null where there is none. options: {"strict": true} adds objects of the tables that no declaration names, action unmanaged. Errors: 42704 for a model that does not exist, 42501 unless the caller may change it, or when a policy would filter what is counted, 22023 for options, and those of orm.create_all.';

CREATE OR REPLACE FUNCTION orm.migrate(document orm.document DEFAULT '{}')
RETURNS TABLE (step pg_catalog.int4, model_name pg_catalog.text, action pg_catalog.text, object pg_catalog.text,
    sql pg_catalog.text, lock pg_catalog.text, rewrites pg_catalog.bool, destructive pg_catalog.bool,
    rows_affected pg_catalog.int8, seconds_estimate pg_catalog.float8, reverse_sql pg_catalog.text,
    transactional pg_catalog.bool, note pg_catalog.text, migration pg_catalog.int8, state pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 20 AS 'MODULE_PATHNAME', 'orm_sql_migrate';
COMMENT ON FUNCTION orm.migrate(orm.document) IS
'Makes the database what the declarations say: runs the steps of orm.diff in this transaction, all or none, each as the owner of its table. Afterwards orm.diff() is empty, and removed, renamed_from, renamed_labels, table_renamed_from, fill, using_expr and data_step have left the declarations. Returns the steps; migration: the id of the row of orm.migration, null for rehearse; state: done, planned, rehearsed or skipped. document: {"name": "name of the migration", "models": [names], "allow_destructive": true or ["Model.attribute"], "not_renamed": true, "keep": "30 days", "lock_timeout": "2s", "max_lock": "2s", "rehearse": true}; with "online": true nothing is run, and the steps are planned in gentle forms, as orm.migration_step has them, for orm.run_migration, or, with "background": true, for a background worker; {"undo": id of a migration} makes the declarations and tables what they were before it; a document of orm.migration() applies that migration, with the other keys as options, unless it is applied already; {"baseline": true} makes mapped models declared ones, as their tables are, {"accept": [models]} declared ones what their tables have become. Errors: 55000 for destructive steps, columns that could be renamed ones, and steps over max_lock, 42804 for a type without a cast, 42501 for a background worker of a role that cannot log in (before PostgreSQL 17), 53000 when none is free, 55P03 with the process that blocks, 23502, 23503, 23505 and 23514 with the number and examples of rows, 22023 for options, 42704 and 55000 for a migration that cannot be undone, 55000 for a saved one when models are declared otherwise or its steps are others here, and those of orm.diff and of the statements.';

CREATE OR REPLACE FUNCTION orm.schema_hash(models pg_catalog.text[] DEFAULT NULL) RETURNS pg_catalog.text
LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_schema_hash';
COMMENT ON FUNCTION orm.schema_hash(pg_catalog.text[]) IS
'A hash of the declarations, 64 hexadecimal digits: of their texts only, without the words that count once, in the order of the names. Databases with one hash have the same declarations. models: names, by default all models. Errors: 42704 for a model that does not exist.';

CREATE OR REPLACE FUNCTION orm.migration(name pg_catalog.text) RETURNS pg_catalog.json
LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_migration';
COMMENT ON FUNCTION orm.migration(pg_catalog.text) IS
'A migration of orm.migration as a document, for version control: {"format": 1, "name", "hash_before", "hash_after", "declarations": {model: {"before", "declared", "after"}}, "steps": [...]}. orm.migrate(document) applies it to another database. Of several with the name the latest that is not undone. Errors: 42704 for one that does not exist, 0A000 for one that has dropped models.';

CREATE OR REPLACE FUNCTION orm.purge_dropped(before pg_catalog.date DEFAULT NULL)
RETURNS TABLE (model_name pg_catalog.text, object pg_catalog.text, sql pg_catalog.text, rows_affected pg_catalog.int8)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'orm_sql_purge_dropped';
COMMENT ON FUNCTION orm.purge_dropped(pg_catalog.date) IS
'Drops the columns that orm.migrate with {"keep": "30 days"} has kept and that are due, of tables of models that the caller may change. before: the day until which they were kept, by default today. Returns the statements, with the numbers of values lost. Errors: 55P03 with the process that blocks, 2BP01 for objects that depend on one.';
