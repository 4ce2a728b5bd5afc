\set e random(1, 90)
INSERT INTO usuarios AS u (nombre, edad) VALUES ('Juan', :e) RETURNING to_json(u);
