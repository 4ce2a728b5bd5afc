-- orm.migrate with "baseline": mapped models become declared ones, and there is no difference; with "accept" a
-- declaration takes over what was changed by hand.
\set SHOW_CONTEXT never
\pset format unaligned
\pset null <null>
CREATE SCHEMA migrate_baseline;
SET search_path = migrate_baseline;
SET client_min_messages = warning;

CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;

-- tables of every kind
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE pair AS (a integer, b text);
CREATE TABLE countries (code char(2) PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, note text);
ALTER TABLE countries ALTER note SET STORAGE EXTERNAL;
COMMENT ON TABLE countries IS 'Countries of the world';
COMMENT ON COLUMN countries.note IS 'anything';
CREATE TABLE people (
    id bigint GENERATED ALWAYS AS IDENTITY (START 100 CACHE 5) PRIMARY KEY, first text, "Last Name" varchar(40) NOT NULL DEFAULT 'x''y',
    whole text GENERATED ALWAYS AS (first || ' ') STORED, born date CHECK (born < '2030-01-01'), mood mood DEFAULT 'sad',
    moods mood[], score positive, pair pair, during tsrange, tags text[] DEFAULT '{}', seen timestamptz DEFAULT now(),
    price numeric(10,2) DEFAULT 0 CHECK (price >= 0), country char(2) REFERENCES countries ON UPDATE CASCADE ON DELETE SET NULL,
    boss bigint REFERENCES people DEFERRABLE INITIALLY DEFERRED, CONSTRAINT names CHECK (first <> "Last Name") NOT VALID,
    EXCLUDE USING gist (during WITH &&) WHERE (during IS NOT NULL), UNIQUE NULLS NOT DISTINCT (first, born));
CREATE INDEX ON people (lower(first), born DESC NULLS LAST) INCLUDE (score) WHERE score > 1;
CREATE UNIQUE INDEX people_last ON people ("Last Name" text_pattern_ops);
CREATE INDEX people_tags ON people USING gin (tags);
COMMENT ON INDEX people_tags IS 'by tag';
CREATE TABLE logs (id serial PRIMARY KEY, at timestamp NOT NULL, person bigint REFERENCES people) WITH (fillfactor = 70);
CREATE TABLE parts (id integer, region text, amount money, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parts_north PARTITION OF parts FOR VALUES IN ('north');
CREATE TABLE lines (part_id integer, region text, n integer, PRIMARY KEY (part_id, region, n),
    FOREIGN KEY (part_id, region) REFERENCES parts MATCH FULL ON DELETE CASCADE);
CREATE TABLE base (id integer PRIMARY KEY, kind text);
CREATE TABLE derived (extra integer) INHERITS (base);
CREATE TABLE people_countries (person bigint REFERENCES people, country char(2) REFERENCES countries, PRIMARY KEY (person, country));
CREATE TABLE "Odd ""Table" ("A b" integer PRIMARY KEY, "select" text);
CREATE TABLE plain (n integer);
CREATE VIEW some_people AS SELECT id, first FROM people;

SELECT count(*) > 0 AS reflected FROM orm.reflect('migrate_baseline');
SELECT count(*) > 0 AS mapped FROM orm.map('some_people', 'SomePerson', orm.primary_key('id'));
SELECT orm.map('people', 'Human', orm.column('Last Name', attribute => 'surname', hidden => true), orm.accessors(include => '{}'));
CREATE TABLE described AS SELECT model, orm.describe(model)::jsonb AS document FROM orm.models;
CREATE TABLE relationships AS SELECT * FROM orm.relationships;

-- a rehearsal, then it is done; nothing of the tables changes, and there is no difference
SELECT count(*) AS models, min(state) AS state, count(migration) AS migrations FROM orm.migrate('{"baseline": true, "rehearse": true}');
SELECT count(*) FROM orm.diff();
SELECT step, model_name, action, object, sql, note, state FROM orm.migrate('{"baseline": true, "models": ["Country", "Log"]}');
SELECT step, model_name, action, object FROM orm.migrate('{"baseline": true, "name": "begin"}');
SELECT * FROM orm.diff();
SELECT * FROM orm.diff(options => '{"strict": true}');
SELECT name, action, state, models, before -> 'Log' AS log FROM orm.migration ORDER BY id DESC LIMIT 1;
SELECT model FROM described WHERE orm.describe(model)::jsonb <> document;
SELECT * FROM orm.relationships EXCEPT SELECT * FROM relationships;
SELECT * FROM orm.migrate('{"baseline": true}');
SELECT log_model();
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'German';
SELECT * FROM orm.diff();
RESET TimeZone;
RESET DateStyle;

-- and from there on it is migrated
SELECT count(*) > 0 AS extended FROM orm.extend('Log', orm.column('level', 'integer', server_default => '1'));
SELECT sql FROM orm.migrate();
SELECT * FROM orm.diff();

-- what was changed by hand is taken over
ALTER TABLE logs ALTER level TYPE bigint, ALTER level DROP DEFAULT, ADD note text, DROP at, ADD CONSTRAINT high CHECK (level < 10);
CREATE INDEX ON logs (level);
SELECT action, object, sql FROM orm.diff('Log', '{"strict": true}');
SELECT model_name, action, object, note, state FROM orm.migrate('{"accept": ["Log", "Country", "Log"]}');
SELECT * FROM orm.diff();
SELECT * FROM orm.diff('Log', '{"strict": true}');
SELECT log_model();
SELECT action, models, hash_before = hash_after AS same FROM orm.migration ORDER BY id DESC LIMIT 1;
SELECT * FROM orm.migrate('{"accept": ["Log"]}');
SELECT orm.create('Log', '{"level": 3, "note": "n"}'::orm.document);

-- a model whose primary key the table lacks stays mapped, and is refused when it is named
CREATE TABLE keyless (n integer NOT NULL);
SELECT count(*) > 0 AS mapped FROM orm.map('keyless', 'Keyless', orm.primary_key('n'));
SELECT model_name, action, note, migration, state FROM orm.migrate('{"baseline": true}');
SELECT refused($$SELECT * FROM orm.migrate('{"baseline": true, "models": ["Keyless"]}')$$);
SELECT keyless_model();
DROP TABLE keyless CASCADE;

-- bad input
SELECT refused($$SELECT * FROM orm.migrate('{"baseline": false}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"baseline": true, "allow_destructive": true}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"baseline": true, "models": ["SomePerson"]}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"baseline": true, "models": ["Nobody"]}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"accept": []}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"accept": "Log"}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"accept": ["Nobody"]}')$$);
SELECT orm.model('Fresh', 'fresh', orm.column('id', 'integer', primary_key => true));
SELECT refused($$SELECT * FROM orm.migrate('{"accept": ["Fresh"]}')$$);
SELECT count(*) > 0 AS mapped FROM orm.map('plain', 'Plainer');
SELECT refused($$SELECT * FROM orm.migrate('{"accept": ["Plainer"]}')$$);
SELECT regexp_replace(refused(format('SELECT * FROM orm.migrate(%L)', json_build_object('undo', (SELECT max(id) FROM orm.migration)))),
    'migration [0-9]+', 'migration N') AS refused;
CREATE ROLE regress_orm_baseline;
SELECT refused($$SET LOCAL ROLE regress_orm_baseline; SELECT * FROM orm.migrate('{"baseline": true, "models": ["Plainer"]}')$$);
SELECT refused($$SET LOCAL ROLE regress_orm_baseline; SELECT * FROM orm.migrate('{"accept": ["Log"]}')$$);
SET ROLE regress_orm_baseline;
SELECT * FROM orm.migrate('{"baseline": true}');
RESET ROLE;

-- a model whose owner may map, but not declare, stays mapped; named, it is refused
GRANT ALL ON SCHEMA migrate_baseline TO regress_orm_baseline;
GRANT EXECUTE ON FUNCTION orm.map(regclass, text, orm.document[]) TO regress_orm_baseline;
SET ROLE regress_orm_baseline;
CREATE TABLE foreigners (id integer PRIMARY KEY);
SELECT count(*) > 0 AS mapped FROM orm.map('foreigners', 'Foreigner');
RESET ROLE;
SELECT model_name, action, note, state FROM orm.migrate('{"baseline": true}');
SELECT refused($$SELECT * FROM orm.migrate('{"baseline": true, "models": ["Foreigner"]}')$$);
SELECT model, state FROM orm.models WHERE model IN ('Foreigner', 'Plainer') ORDER BY model;

SELECT count(*) > 0 AS forgotten FROM (SELECT orm.unmap(model) FROM orm.models) u;
REVOKE EXECUTE ON FUNCTION orm.map(regclass, text, orm.document[]) FROM regress_orm_baseline;
DROP SCHEMA migrate_baseline CASCADE;
DROP ROLE regress_orm_baseline;
SELECT count(*) FROM orm.models;
