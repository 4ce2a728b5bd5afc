\set i random(1, 20000)
UPDATE unkept SET stock = stock + 1 WHERE id = :i;
