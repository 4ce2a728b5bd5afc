\set i random(1, 20000)
SELECT * FROM usuario_filter_by(nombre => 'nombre ' || :i);
