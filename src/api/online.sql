-- replace
-- Online migrations; see src/define/online.h.

CREATE OR REPLACE PROCEDURE orm.run_migration(migration pg_catalog.int8)
LANGUAGE c AS 'MODULE_PATHNAME', 'orm_sql_run_migration';
COMMENT ON PROCEDURE orm.run_migration(pg_catalog.int8) IS
'Runs the steps of an online migration that are not done, each in a transaction of its own, or outside of transactions as CREATE INDEX CONCURRENTLY; goes on where another runner has stopped. Called by itself, in autocommit. A notice says every 5 s how far it is. Errors: 25001 in a transaction block, function or other procedure, 42501 unless the caller has the privileges of the owners of the models, 42704 for a migration that does not exist, 55000 for one that is not planned, that comes from a dump, or whose models have been declared again, 55P03 with the process that runs a migration of these models, and those of the statements; the error is in orm.migration_step as well.';

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
