\set i random(1, 25000)
\set s random(1, 1000000)
INSERT INTO stocks AS a (sku, stock, extra) VALUES ('s' || :i, :s, ('{"at": ' || :s || '}')::jsonb) ON CONFLICT (sku) DO UPDATE SET stock = excluded.stock, extra = excluded.extra RETURNING to_json(a);
