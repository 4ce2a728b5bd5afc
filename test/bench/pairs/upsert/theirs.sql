\set i random(1, 25000)
\set s random(1, 1000000)
INSERT INTO articles AS a (sku, name, stock) VALUES ('s' || :i, 'changed', :s) ON CONFLICT (sku) DO UPDATE SET name = excluded.name, stock = excluded.stock RETURNING to_json(a);
