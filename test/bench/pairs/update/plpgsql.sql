\set i random(1, 20000)
\set e random(1, 1000000)
SELECT * FROM hand_update(:i, p_edad => :e);
