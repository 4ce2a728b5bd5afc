\set i random(1, 20000)
SELECT * FROM usuario_find(:i);
