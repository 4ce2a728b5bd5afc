-- a partial object of a table with a CHECK: rows are found and updated first, and only what is missing is inserted.
CREATE TABLE stocks (sku text PRIMARY KEY, name text, stock int DEFAULT 0 CHECK (stock >= 0), extra jsonb NOT NULL);
INSERT INTO stocks SELECT 's' || i, 'article ' || i, i, '{}' FROM generate_series(1, 20000) i;
VACUUM ANALYZE stocks;
SELECT count(*) FROM orm.map('stocks', 'Stock');
