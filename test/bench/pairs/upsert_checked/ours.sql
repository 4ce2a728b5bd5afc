\set i random(1, 25000)
\set s random(1, 1000000)
SELECT orm.upsert('Stock', '{"sku": "s' || :i || '", "stock": ' || :s || ', "extra": {"at": ' || :s || '}}', '{sku}');
