\set e random(1, 90)
SELECT * FROM usuario_create(nombre => 'Juan', edad => :e);
