\set i random(1, 20000)
UPDATE guarded SET stock = stock + 1 WHERE id = :i;
