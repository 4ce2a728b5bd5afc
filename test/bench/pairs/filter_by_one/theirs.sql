-- a PL/pgSQL function for this one column
\set i random(1, 20000)
SELECT * FROM hand_by_nombre('nombre ' || :i);
