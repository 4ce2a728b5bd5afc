\set i random(1, 20000)
SELECT to_json(u) FROM usuarios u WHERE id = :i;
