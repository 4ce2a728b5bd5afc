\set i random(1, 25000)
\set s random(1, 1000000)
SELECT orm.save('Country', '{"code": "c' || :i || '", "people": ' || :s || '}');
