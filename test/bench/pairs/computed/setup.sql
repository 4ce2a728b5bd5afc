CREATE TABLE lines (id integer PRIMARY KEY, price numeric(8,2) NOT NULL, quantity integer NOT NULL);
INSERT INTO lines SELECT i, i % 1000 / 10.0, 1 + i % 7 FROM generate_series(1, 20000) i;
VACUUM ANALYZE lines;
SELECT count(*) FROM orm.map('lines', 'Line', orm.computed('total', 'numeric(10,2)', 'price * quantity'));
