\set i random(1, 25000)
\set s random(1, 1000000)
WITH d AS MATERIALIZED (SELECT json_agg(json_build_object('sku', 's' || (:i::int + g), 'name', 'changed', 'stock', :s::int)) AS j FROM generate_series(1, 100) g),
	w AS (INSERT INTO articles AS a (sku, name, stock) SELECT r.* FROM d, json_to_recordset(d.j) AS r (sku text, name text, stock int) ON CONFLICT (sku) DO UPDATE SET name = excluded.name, stock = excluded.stock RETURNING *)
	SELECT json_agg(w) FROM w;
