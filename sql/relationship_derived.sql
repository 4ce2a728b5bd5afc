-- Relationships over a path, and by a function, against SQL by hand.
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
SET client_min_messages = warning;
CREATE SCHEMA relationship_derived;
SET search_path = relationship_derived;
SELECT orm.model('Person', 'persons', orm.column('id', 'bigint', primary_key => true), orm.column('name', 'text'), orm.column('place', 'int'),
    orm.belongs_to('boss', 'Person', foreign_key => 'boss_id'),
    orm.has_many('team', 'Person', foreign_key => 'boss_id'),
    orm.many_to_many('crews', 'Crew', through => 'persons_crews', back_populates => 'persons'),
    orm.has_many('rights', 'Permit', path => 'crews.permits', order_by => '["-word"]'),
    orm.has_many('live_rights', 'Permit', path => 'crews.permits', filter => '{"live": true}'),
    orm.has_many('mates', 'Person', path => 'crews.persons'),
    orm.has_many('bosses_rights', 'Permit', path => 'boss.rights'));
SELECT orm.model('Crew', 'crews', orm.column('id', 'bigint', primary_key => true), orm.column('name', 'text'),
    orm.many_to_many('persons', 'Person', through => 'persons_crews', back_populates => 'crews'),
    orm.many_to_many('permits', 'Permit', through => 'crews_permits'));
SELECT orm.model('Permit', 'permits', orm.column('id', 'bigint', primary_key => true), orm.column('word', 'text'), orm.column('live', 'boolean'));
SELECT count(*) > 0 AS made FROM orm.create_all();
CREATE FUNCTION near(p persons) RETURNS SETOF persons LANGUAGE sql STABLE AS 'SELECT o.* FROM relationship_derived.persons o WHERE abs(o.place - p.place) <= 1 AND o.id <> p.id';
CREATE FUNCTION first_permit(persons) RETURNS SETOF permits LANGUAGE sql STABLE AS 'SELECT p.* FROM relationship_derived.permits p WHERE p.id >= ($1).place ORDER BY p.id';
SELECT count(*) > 0 AS made FROM orm.extend('Person', orm.related('neighbours', 'Person', 'near', order_by => '["-id"]'), orm.related('near', 'Person', 'near'),
    orm.related('first_one', 'Permit', 'relationship_derived.first_permit', one => true));
INSERT INTO persons (id, name, place, boss_id) SELECT i, 'p' || i, i % 4, nullif(i / 2, 0) FROM generate_series(1, 8) i;
INSERT INTO crews SELECT i, 'c' || i FROM generate_series(1, 4) i;
INSERT INTO permits SELECT i, chr(96 + i::int), i % 2 = 0 FROM generate_series(1, 6) i;
INSERT INTO persons_crews (person_id, crew_id) SELECT p, c FROM generate_series(1, 7) p, generate_series(1, 4) c WHERE (p * c) % 3 = 1;
INSERT INTO crews_permits (crew_id, permit_id) SELECT c, p FROM generate_series(1, 4) c, generate_series(1, 6) p WHERE (c + p) % 2 = 0 AND p < 6;
-- What the declarations say, in SQL
CREATE VIEW rights_of AS SELECT DISTINCT c.person_id AS person, p.* FROM persons_crews c JOIN crews_permits j USING (crew_id) JOIN permits p ON p.id = j.permit_id;
CREATE VIEW mates_of AS SELECT DISTINCT a.person_id AS person, o.* FROM persons_crews a JOIN persons_crews b USING (crew_id) JOIN persons o ON o.id = b.person_id;

SELECT e FROM json_array_elements(orm.describe('Person')::json->'elements') e WHERE e::text ~ 'path|related';
SELECT count(*) AS differences FROM orm.diff();
SELECT orm.model(orm.describe('Person'));

-- Loads
SELECT count(*), bool_and(orm.get('Person', o.id, '{"select": ["id"], "load": {"rights": {"select": ["id"]}, "live_rights": {"select": ["id"], "order_by": ["id"]}, "mates": {"select": ["id"], "order_by": ["id"]}, "neighbours": {"select": ["id"]}}}')::jsonb = jsonb_build_object('id', o.id,
    'rights', coalesce((SELECT jsonb_agg(jsonb_build_object('id', id) ORDER BY word DESC) FROM rights_of WHERE person = o.id), '[]'),
    'live_rights', coalesce((SELECT jsonb_agg(jsonb_build_object('id', id) ORDER BY id) FROM rights_of WHERE person = o.id AND live), '[]'),
    'mates', coalesce((SELECT jsonb_agg(jsonb_build_object('id', id) ORDER BY id) FROM mates_of WHERE person = o.id), '[]'),
    'neighbours', coalesce((SELECT jsonb_agg(jsonb_build_object('id', n.id) ORDER BY n.id DESC) FROM near(o) n), '[]'))) AS same FROM persons o;
SELECT orm.all('Person', '{"load": ["rights", "near"], "order_by": ["id"]}')::jsonb = (SELECT jsonb_agg(orm.get('Person', id, '{"load": ["rights", "near"]}')::jsonb ORDER BY id) FROM persons) AS together;
SELECT orm.all('Person', '{"select": ["id"], "where": {"id": {"le": 3}}, "load": {"rights": {"select": ["word"], "limit": 1}, "near": {"select": ["id"], "limit": 1, "offset": 1, "load": {"live_rights": {"select": ["id"]}}}, "first_one": {"select": ["id"]}, "bosses_rights": {"select": ["word"], "order_by": ["word"]}}}');
SELECT orm.all('Person', '{"select": ["id"], "where": {"id": 1}, "load": {"rights": {"select": ["id"], "key_by": "word", "where": {"word": {"gt": "b"}}}, "n": {"of": "near", "one": true, "select": ["id"]}}}');

-- Conditions, counts, aggregates, paths
SELECT count(*), bool_and(orm.exists('Person', json_build_object('where', json_build_object('id', o.id, 'rights', json_build_object('any', json_build_object('word', 'c'))))::text) = EXISTS (SELECT FROM rights_of WHERE person = o.id AND word = 'c')
    AND orm.exists('Person', json_build_object('where', json_build_object('id', o.id, 'near', json_build_object('all', json_build_object('place', json_build_object('gt', 0)))))::text) = NOT EXISTS (SELECT FROM near(o) WHERE place <= 0)
    AND orm.exists('Person', json_build_object('where', json_build_object('id', o.id, 'mates', json_build_object('count', json_build_object('gt', 3))))::text) = ((SELECT count(*) FROM mates_of WHERE person = o.id) > 3)) AS same FROM persons o;
SELECT count(*), bool_and(orm.get('Person', o.id, '{"select": [], "compute": {"n": {"count": "rights"}, "m": {"max": "live_rights.word"}, "k": {"count": "near.rights"}, "s": {"sum": "near.place"}}}')::jsonb = jsonb_build_object(
    'n', (SELECT count(*) FROM rights_of WHERE person = o.id), 'm', (SELECT max(word) FROM rights_of WHERE person = o.id AND live),
    'k', (SELECT count(*) FROM near(o) n JOIN rights_of r ON r.person = n.id), 's', (SELECT sum(place) FROM near(o)))) AS same FROM persons o;
SELECT orm.all('Person', '{"select": ["id"], "compute": {"w": "first_one.word", "b": "boss.first_one.word"}, "order_by": ["-first_one.id", "id"], "limit": 3}');
SELECT orm.aggregate('Person', '{"group_by": ["place"], "aggregate": {"n": {"count": "rights"}, "f": {"count": "first_one"}}, "order_by": ["place"]}');
SELECT place, count(r), (SELECT count(*) FROM persons x WHERE x.place = p.place) FROM persons p LEFT JOIN rights_of r ON r.person = p.id GROUP BY 1 ORDER BY 1;

-- Functions
SELECT count(*), bool_and(ARRAY(SELECT id FROM rights(p)) = ARRAY(SELECT id FROM rights_of WHERE person = p.id ORDER BY word DESC)
    AND ARRAY(SELECT id FROM neighbours(p)) = ARRAY(SELECT id FROM near(p) ORDER BY id DESC)) AS same FROM persons p;
SELECT prosrc FROM pg_proc WHERE pronamespace = 'relationship_derived'::regnamespace AND proname IN ('live_rights', 'neighbours', 'near') ORDER BY 1;

-- They are only read
SELECT orm.update('Person', 1, '{"rights": [{"id": 1}]}');
SELECT orm.create('Person', '{"name": "x", "team": [{"near": []}]}');
SELECT orm.validate('Person', '{"name": "x", "first_one": null}');
SELECT orm.delete('Person', 8);
SELECT orm.impact('Person', 7);

-- Bad declarations
SELECT orm.extend('Person', orm.has_many('x', 'Permit', path => 'crews.permit'));
SELECT orm.extend('Person', orm.has_many('x', 'Person', path => 'crews.permits'));
SELECT orm.extend('Person', orm.has_many('x', 'Permit', path => 'x.permits'));
SELECT orm.extend('Person', orm.has_many('x', 'Permit', path => 'crews.permits', foreign_key => 'id'));
SELECT orm.extend('Person', orm.has_many('x', 'Permit', path => 'crews.permits', cascade => 'all'));
SELECT orm.extend('Person', orm.related('x', 'Permit', 'nowhere'));
SELECT orm.extend('Person', orm.related('x', 'Permit', 'near'));
CREATE FUNCTION v(persons) RETURNS SETOF permits LANGUAGE sql AS 'SELECT * FROM relationship_derived.permits';
CREATE FUNCTION o(persons) RETURNS permits LANGUAGE sql STABLE AS 'SELECT * FROM relationship_derived.permits';
SELECT orm.extend('Person', orm.related('x', 'Permit', 'v'));
SELECT orm.extend('Person', orm.related('x', 'Permit', 'o'));
SELECT orm.model('{"model": "X", "table": "xs", "elements": [{"related": {"name": "r", "model": "Permit", "function": "v", "cascade": "all"}}]}');
SELECT orm.model('{"model": "X", "table": "xs", "elements": [{"related": {"name": "r", "model": "Permit"}}]}');

-- EXECUTE is asked of the caller
CREATE ROLE regress_orm_derived;
GRANT USAGE ON SCHEMA relationship_derived TO regress_orm_derived;
GRANT SELECT ON ALL TABLES IN SCHEMA relationship_derived TO regress_orm_derived;
REVOKE EXECUTE ON FUNCTION near(persons) FROM PUBLIC;
SET ROLE regress_orm_derived;
SELECT orm.count('Person', '{"where": {"near": {"any": {}}}}');
SELECT orm.count('Person', '{"where": {"rights": {"any": {}}}}') > 0 AS read;
RESET ROLE;

-- A default scope of the target holds at the end of a path, and along it
SELECT count(*) > 0 FROM orm.extend('Permit', orm.scope('living', '{"where": {"live": true}}', is_default => true));
SELECT count(*) > 0 FROM orm.extend('Crew', orm.scope('first', '{"where": {"id": {"le": 2}}}', is_default => true));
SELECT count(*) > 0 FROM orm.sync('Person');
SELECT count(*), bool_and(orm.get('Person', o.id, '{"select": [], "load": {"rights": {"select": ["id"]}}, "compute": {"n": {"count": "rights"}}}')::jsonb = jsonb_build_object(
    'n', (SELECT count(DISTINCT r.id) FROM rights_of r JOIN crews_permits j ON j.permit_id = r.id JOIN persons_crews c USING (crew_id) WHERE r.person = o.id AND c.person_id = o.id AND crew_id <= 2 AND live),
    'rights', coalesce((SELECT jsonb_agg(jsonb_build_object('id', id) ORDER BY word DESC) FROM rights_of r WHERE person = o.id AND live AND EXISTS (SELECT FROM crews_permits j JOIN persons_crews c USING (crew_id) WHERE j.permit_id = r.id AND c.person_id = o.id AND crew_id <= 2)), '[]'))
    AND ARRAY(SELECT id FROM rights(o)) = ARRAY(SELECT (x->>'id')::bigint FROM json_array_elements(orm.get('Person', o.id, '{"load": ["rights"]}')->'rights') x)) AS same FROM persons o;
SELECT count(*) > 0 FROM orm.drop_element('Permit', 'scope', 'living');
SELECT count(*) > 0 FROM orm.drop_element('Crew', 'scope', 'first');

-- The function is gone
DROP FUNCTION first_permit(persons);
SELECT orm.all('Person', '{"load": ["first_one"]}');
SELECT orm.count('Person') > 0 AS works;
SELECT severity, object, message FROM orm.lint('Person') WHERE rule = 'broken_relationship';
SELECT count(*) > 0 FROM orm.drop_element('Person', 'related', 'first_one');
DROP VIEW rights_of, mates_of;
DROP FUNCTION v(persons), o(persons);
SELECT count(*) > 0 FROM orm.drop_element('Person', 'related', 'near');
SELECT count(*) > 0 FROM orm.drop_element('Person', 'relationship', 'neighbours');
DROP FUNCTION near(persons);
SELECT count(*) > 0 FROM orm.drop_all();
DROP SCHEMA relationship_derived CASCADE;
DROP ROLE regress_orm_derived;
