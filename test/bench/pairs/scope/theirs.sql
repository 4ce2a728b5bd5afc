\set i random(1, 20000)
SELECT orm.first('Usuario', '{"where": {"id": ' || :i || ', "activo": true, "edad": {"lt": 80}}}');
