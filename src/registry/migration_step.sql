-- once
-- The steps of online migrations; see registry/migration_step.h.  They are dumped, so the owner of a database may
-- write them: what COPY of a restore needs.  The trigger makes them rows that are not run.

CREATE TABLE orm.migration_step (
    migration     pg_catalog.int8 NOT NULL,
    step          pg_catalog.int4 NOT NULL,
    model_name    pg_catalog.text NOT NULL,
    action        pg_catalog.text NOT NULL,
    object        pg_catalog.text NOT NULL,
    kind          pg_catalog.text NOT NULL,
    sql           pg_catalog.text NOT NULL,
    transactional pg_catalog.bool NOT NULL,
    loosens       pg_catalog.bool NOT NULL,
    schema_name   pg_catalog.text,
    table_name    pg_catalog.text,
    target        pg_catalog.text,
    lock_timeout  pg_catalog.int4 NOT NULL,
    state         pg_catalog.text NOT NULL,
    rows_done     pg_catalog.int8 NOT NULL,
    last_key      pg_catalog.text,
    error         pg_catalog.text,
    pid           pg_catalog.int4,
    started_at    pg_catalog.timestamptz,
    finished_at   pg_catalog.timestamptz,
    CONSTRAINT migration_step_pkey PRIMARY KEY (migration, step)
);
COMMENT ON TABLE orm.migration_step IS
'The steps of online migrations, written by orm.migrate and the runners only, and dumped. migration: the id of the row of orm.migration; step: its place. model_name: the model whose declaration it comes from; action, object: as orm.diff says. kind: statement, create index, drop index, fill, tables or finish; sql: the statement. transactional: it can run inside of a transaction. loosens: it changes columns that computed attributes may read. schema_name: of the names in declared expressions; table_name, target: the table, and the index or column. lock_timeout: in milliseconds. state: planned, running, failed or done; restored: it comes from a dump and is not run. rows_done, last_key: how far a fill has come. error: of the last attempt. pid: the process that has run it.';

CREATE FUNCTION orm.migration_step_restored() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'orm_sql_migration_step_restored';
COMMENT ON FUNCTION orm.migration_step_restored() IS
'Trigger of orm.migration_step: rows that a dump brings and that are not done get the state restored. Errors: 0A000 when called elsewhere.';
CREATE TRIGGER restored BEFORE INSERT OR UPDATE ON orm.migration_step
    FOR EACH ROW EXECUTE FUNCTION orm.migration_step_restored();
ALTER TABLE orm.migration_step ENABLE ALWAYS TRIGGER restored;

GRANT SELECT ON orm.migration_step TO PUBLIC;
GRANT INSERT ON orm.migration_step TO pg_database_owner;
SELECT pg_catalog.pg_extension_config_dump('orm.migration_step', '');
