\set i random(1, 20000)
SELECT orm.get('Usuario', :i::integer);
