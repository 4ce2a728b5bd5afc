-- the trigger of an attribute that is written once, on an UPDATE of another column in plain SQL.
CREATE TABLE kept (id integer PRIMARY KEY, number text NOT NULL, stock integer NOT NULL);
INSERT INTO kept SELECT i, 'n' || i, i FROM generate_series(1, 20000) i;
CREATE TABLE unkept (LIKE kept INCLUDING ALL);
INSERT INTO unkept SELECT * FROM kept;
VACUUM ANALYZE kept, unkept;
SELECT count(*) FROM orm.map('kept', 'Kept', orm.column('number', write_once => true));
