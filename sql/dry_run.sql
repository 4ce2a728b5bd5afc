-- The option dry_run: the answer is what it would be, and nothing is done.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA dry_run;
SET search_path = dry_run;
SELECT orm.model('DryOwner', 'dry_run.owners', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', nullable => false), orm.has_many('pets', 'DryPet'));
SELECT orm.model('DryPet', 'dry_run.pets', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', is_unique => true),
    orm.belongs_to('owner', 'DryOwner', on_delete => 'cascade'));
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT orm.create('DryOwner', '{"name": "Ana", "pets": [{"name": "Rex"}]}');
CREATE FUNCTION state() RETURNS text LANGUAGE sql AS
    $$ SELECT concat((SELECT json_agg(o ORDER BY id) FROM dry_run.owners o), (SELECT json_agg(p ORDER BY id) FROM dry_run.pets p)) $$;
CREATE TABLE before AS SELECT state() AS state, (SELECT string_agg(ctid::text || xmin::text, ' ' ORDER BY id) FROM owners) AS versions;

SELECT orm.create('DryOwner', '{"name": "Luz", "pets": [{"name": "Tom"}, {"name": "Kit"}]}', '{"dry_run": true}');
SELECT orm.create('DryOwner', '[{"name": "a"}, {"name": "b"}]', '{"dry_run": true, "return": false}');
SELECT orm.save('DryOwner', '{"id": 1, "name": "Eva", "pets": {"$set": []}}', '{"dry_run": true, "action": true}');
SELECT orm.upsert('DryPet', '[{"name": "Rex"}, {"name": "Max"}]', '{name}', '{"dry_run": true, "action": true}');
SELECT orm.update('DryOwner', 1, '{"name": "x"}', '{"dry_run": true}'), orm.update('DryOwner', '1', '{"name": "x"}', '{"dry_run": true}');
SELECT orm.delete('DryOwner', 1, '{"dry_run": true}') AS there, orm.delete('DryOwner', '9', '{"dry_run": true}') AS not_there;
SELECT orm.update_where('DryPet', '{"where": {}}', '{"name": "z"}', options => '{"dry_run": true}');
SELECT orm.delete_where('DryPet', '{"where": {}}', options => '{"dry_run": true}');
SELECT b.state = state() AS same, b.versions = (SELECT string_agg(ctid::text || xmin::text, ' ' ORDER BY id) FROM owners) AS untouched FROM before b;

\echo # errors are the same, and leave the transaction as they would
BEGIN;
SAVEPOINT s;
SELECT orm.create('DryPet', '{"name": "Rex"}', '{"dry_run": true}');
ROLLBACK TO s;
SELECT orm.create('DryPet', '{"owner_id": 99}', '{"dry_run": true}');
ROLLBACK TO s;
DO $$ BEGIN
    PERFORM orm.create('DryPet', '{"name": "real"}');
    BEGIN
        PERFORM orm.create('DryPet', '{"name": "Rex"}', '{"dry_run": true}');
    EXCEPTION WHEN unique_violation THEN RAISE NOTICE 'as expected';
    END;
    PERFORM orm.create('DryPet', '{"name": "dry"}', '{"dry_run": true}');
END $$;
SELECT name FROM pets ORDER BY 1;
ROLLBACK;

\echo # what is queued stays queued
BEGIN;
SELECT orm.add('DryPet', '{"name": "queued"}');
SELECT orm.count('DryPet') AS pets;
SELECT orm.add('DryPet', '{"name": "later"}');
SELECT orm.create('DryPet', '{"name": "dry"}', '{"dry_run": true}') ->> 'name' AS dry;
SELECT object FROM orm.pending();
COMMIT;
SELECT name FROM pets ORDER BY 1;
SELECT orm.create('DryPet', '{"name": "x"}', '{"dry_run": 1}');
CREATE FUNCTION f() RETURNS bigint LANGUAGE orm AS 'delete_where DryPet {"where": {}} {"dry_run": true}';
DROP SCHEMA dry_run CASCADE;
