\set e random(1, 90)
INSERT INTO usuarios (nombre, edad) VALUES ('Juan', :e) RETURNING *;
