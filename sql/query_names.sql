-- Kept statements name operators and types.  When one of these is renamed or
-- dropped, and somebody puts his own under its name, that is never run.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA query_names;
SET search_path = query_names;
CREATE TYPE mood AS ENUM ('ok', 'bad');
SELECT orm.model('Mood', 'query_names.moods',
    orm.column('id', 'integer', primary_key => true), orm.column('mood', 'query_names.mood'), orm.has_many('days', 'MoodDay'));
SELECT orm.model('MoodDay', 'query_names.days',
    orm.column('id', 'integer', primary_key => true), orm.column('mood', 'query_names.mood'), orm.belongs_to('owner', 'Mood'));
SELECT count(*) > 0 AS made FROM orm.create_all();
INSERT INTO moods (mood) VALUES ('ok'), ('bad'), ('ok');
INSERT INTO days (mood, owner_id) VALUES ('ok', 1), ('bad', 1), ('ok', 3);
CREATE FUNCTION report() RETURNS json LANGUAGE sql AS
    $$ SELECT orm.aggregate('Mood', '{"group_by": ["mood"], "aggregate": {"n": {"count": "*"}, "days": {"count": "days"}, "worst": {"max": "days.mood"}}, "order_by": ["mood"]}') $$;
SELECT report();
SELECT report();

-- the type under another name, and something else under its own
ALTER TYPE mood RENAME TO true_mood;
CREATE TABLE noted (who text);
CREATE FUNCTION evil(true_mood) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO query_names.noted VALUES (current_user); RETURN true; END $$;
CREATE DOMAIN mood AS true_mood CHECK (evil(VALUE));
SELECT report();
-- plans are made anew
DROP INDEX IF EXISTS nothing;
CREATE INDEX ON moods (mood);
CREATE INDEX ON days (mood);
SELECT report();
SELECT orm.all('Mood', '{"where": {"mood": "ok", "days": {"any": {"mood": {"ne": "ok"}}}}, "load": ["days"]}');
SELECT count(*) AS run FROM noted;

-- a schema under another name
CREATE SCHEMA query_names_types;
CREATE TYPE query_names_types.size AS ENUM ('s', 'l');
ALTER TABLE moods ADD COLUMN size query_names_types.size;
ALTER TABLE days ADD COLUMN size query_names_types.size;
UPDATE moods SET size = 's';
SELECT orm.aggregate('Mood', '{"group_by": ["size"], "aggregate": {"n": {"count": "*"}, "most": {"max": "days.size"}, "all": {"count": "days"}}}');
ALTER SCHEMA query_names_types RENAME TO query_names_other;
CREATE SCHEMA query_names_types;
CREATE FUNCTION evil(query_names_other.size) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO query_names.noted VALUES (current_user); RETURN true; END $$;
CREATE DOMAIN query_names_types.size AS query_names_other.size CHECK (query_names.evil(VALUE));
SELECT orm.aggregate('Mood', '{"group_by": ["size"], "aggregate": {"n": {"count": "*"}, "most": {"max": "days.size"}, "all": {"count": "days"}}}');
SELECT count(*) AS run FROM noted;
DROP SCHEMA query_names, query_names_other, query_names_types CASCADE;
