\set i random(1, 25000)
\set s random(1, 1000000)
SELECT orm.upsert('Article', '{"sku": "s' || :i || '", "name": "changed", "stock": ' || :s || '}', '{sku}');
