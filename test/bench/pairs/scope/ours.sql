\set i random(1, 20000)
SELECT orm.first('Activo', '{"where": {"id": ' || :i || '}}');
