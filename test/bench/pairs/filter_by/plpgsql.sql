\set i random(1, 20000)
SELECT * FROM hand_filter_by(p_nombre => 'nombre ' || :i);
