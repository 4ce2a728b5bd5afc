\set i random(1, 20000)
SELECT * FROM hand_filter_by('nombre ' || :i);
