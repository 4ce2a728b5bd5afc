-- The function of a computed attribute that is replaced, dropped or made again by hand: sessions see it at once.
CREATE SCHEMA computed_replaced;
SET search_path = computed_replaced;
SET client_min_messages = warning;
SELECT orm.model('Event', 'events', orm.column('id', 'integer', primary_key => true), orm.column('day', 'date'),
    orm.computed('late', 'boolean', 'day > date ''2026-01-02'''));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO events (day) VALUES ('2026-01-01'), ('2026-01-05');
CREATE FUNCTION seen() RETURNS json LANGUAGE sql AS $$ SELECT orm.all('Event', '{"select": ["id", "late"], "where": {"late": true}}') $$;
SELECT seen(), orm.count('Event', '{"where": {"late": true}}');
CREATE OR REPLACE FUNCTION late(t events) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN t.day < date '2026-01-02';
SELECT seen(), orm.count('Event', '{"where": {"late": true}}');
-- another type
DROP FUNCTION late(events);
CREATE FUNCTION late(t events) RETURNS integer LANGUAGE sql IMMUTABLE RETURN 7;
SELECT orm.all('Event', '{"select": ["id", "late"]}');
SELECT rule, object FROM orm.lint('Event');
SELECT count(*) FROM orm.sync('Event');
DROP FUNCTION late(events);
SELECT orm.all('Event', '{"select": ["id", "late"]}');
SELECT count(*) FROM orm.sync('Event');
SELECT seen(), orm.count('Event', '{"where": {"late": true}}');
SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) FROM (SELECT orm.unmap(model) FROM orm.models) u;
DROP SCHEMA computed_replaced CASCADE;
