-- orm.impact counts rows under the model, or table, by which they are reached,
-- whichever of their partitions are models of their own.
SET client_min_messages = warning;
CREATE SCHEMA corner_impact;
SET search_path = corner_impact;
SET datestyle = iso;
CREATE TABLE logs (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE logs_a PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE logs_b PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE lines (id int, day date, log int, log_day date, FOREIGN KEY (log, log_day) REFERENCES logs ON DELETE CASCADE, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE lines_a PARTITION OF lines FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE lines_b PARTITION OF lines FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE notes (id int PRIMARY KEY, log int, log_day date, FOREIGN KEY (log, log_day) REFERENCES logs_a);
SELECT count(*) FROM orm.map('logs', 'CiLog');
SELECT count(*) FROM orm.map('logs_a', 'CiLogA');
SELECT count(*) FROM orm.map('lines', 'CiLine');
SELECT count(*) FROM orm.map('lines_b', 'CiLineB');
INSERT INTO logs VALUES (1, '2024-05-05'), (2, '2025-05-05');
INSERT INTO lines VALUES (1, '2024-02-02', 1, '2024-05-05'), (2, '2025-02-02', 1, '2024-05-05'), (3, '2025-02-02', 2, '2025-05-05');
SELECT orm.impact('CiLog', '(1,2024-05-05)') AS in_a, orm.impact('CiLog', '(2,2025-05-05)') AS in_b, orm.impact('CiLogA', '(1,2024-05-05)') AS by_partition;
\echo # a foreign key of a partition alone
INSERT INTO notes VALUES (1, 1, '2024-05-05');
SELECT orm.impact('CiLog', '(1,2024-05-05)') AS in_a, orm.impact('CiLogA', '(1,2024-05-05)') AS by_partition;
DROP SCHEMA corner_impact CASCADE;
