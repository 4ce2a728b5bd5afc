\set i random(1, 25000)
\set s random(1, 1000000)
SELECT orm.upsert('Article', (SELECT json_agg(json_build_object('sku', 's' || (:i::int + g), 'name', 'changed', 'stock', :s::int)) FROM generate_series(1, 100) g)::text::orm.document, '{sku}');
