\set e random(1, 90)
SELECT orm.create('Usuario', '{"nombre": "Juan", "edad": ' || :e || '}');
