\set i random(1, 20000)
SELECT * FROM usuarios WHERE id = :i;
