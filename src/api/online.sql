-- replace
-- Online migrations; see src/define/online.h.

CREATE OR REPLACE PROCEDURE orm.run_migration(migration pg_catalog.int8)
LANGUAGE c AS 'MODULE_PATHNAME', 'orm_sql_run_migration';
COMMENT ON PROCEDURE orm.run_migration(pg_catalog.int8) IS
'Runs the steps of an online migration that are not done, each in a transaction of its own, or outside of transactions as CREATE INDEX CONCURRENTLY; goes on where another runner has stopped. Called by itself, in autocommit. A notice says every 5 s how far it is. Errors: 25001 in a transaction block, function or other procedure, 42501 unless the caller has the privileges of the owners of the models, 42704 for a migration that does not exist, 55000 for one that is not planned, that comes from a dump, or whose models have been declared again, 55P03 with the process that runs a migration of these models, and those of the statements; the error is in orm.migration_step as well.';

CREATE OR REPLACE FUNCTION orm.migration_next(migration pg_catalog.int8)
RETURNS TABLE (step pg_catalog.int4, sql pg_catalog.text)
LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1 AS 'MODULE_PATHNAME', 'orm_sql_migration_next';
COMMENT ON FUNCTION orm.migration_next(pg_catalog.int8) IS
'The statements of the next step of an online migration that is not done, for a client that runs them in their order, in autocommit, and calls again until there is no row: SELECT sql FROM orm.migration_next(7) \gexec. A step inside of a transaction is a call of orm.run_migration_step; whether one outside, as CREATE INDEX CONCURRENTLY, is done, the next call finds in the catalogs. Errors: as orm.run_migration, without 25001 and those of the statements.';

CREATE OR REPLACE FUNCTION orm.run_migration_step(migration pg_catalog.int8, step pg_catalog.int4) RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_run_migration_step';
COMMENT ON FUNCTION orm.run_migration_step(pg_catalog.int8, pg_catalog.int4) IS
'Runs a step of an online migration in this transaction, as orm.migration_next says, and writes its state with it; returns done, or running when there are more rows to fill. Errors: 55000 for a step that is not the next one, or that runs outside of transactions; otherwise as orm.migration_next, and those of the statement.';

CREATE OR REPLACE VIEW orm.migration_progress AS
SELECT m.id AS migration, m.name, m.state,
    s.steps, s.done, c.step, c.object, c.sql, c.state AS step_state, c.rows_done, c.error, c.pid, c.started_at,
    p.phase,
    CASE WHEN p.blocks_total OPERATOR(pg_catalog.>) 0
        THEN pg_catalog.round(100.0 OPERATOR(pg_catalog.*) p.blocks_done::pg_catalog.numeric
            OPERATOR(pg_catalog./) p.blocks_total::pg_catalog.numeric, 1) END AS percent
FROM orm.migration m
    JOIN (SELECT t.migration, pg_catalog.count(*) AS steps,
            pg_catalog.count(*) FILTER (WHERE t.state OPERATOR(pg_catalog.=) 'done') AS done,
            pg_catalog.min(t.step) FILTER (WHERE t.state OPERATOR(pg_catalog.<>) 'done') AS current
        FROM orm.migration_step t GROUP BY t.migration) s ON s.migration OPERATOR(pg_catalog.=) m.id
    LEFT JOIN orm.migration_step c ON c.migration OPERATOR(pg_catalog.=) m.id AND c.step OPERATOR(pg_catalog.=) s.current
    LEFT JOIN pg_catalog.pg_stat_progress_create_index p ON p.pid OPERATOR(pg_catalog.=) c.pid
        AND c.kind OPERATOR(pg_catalog.=) 'create index' AND c.state OPERATOR(pg_catalog.=) 'running';
COMMENT ON VIEW orm.migration_progress IS
'How far online migrations are, a row each. steps, done: how many there are, and are done. step, object, sql, step_state, rows_done, error, pid, started_at: of the first one that is not done; null when all are. phase, percent: of an index that is being made, as pg_stat_progress_create_index says.';
GRANT SELECT ON orm.migration_progress TO PUBLIC;
