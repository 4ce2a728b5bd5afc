\set i random(1, 20000)
SELECT * FROM hand_find(:i);
