-- What an autoflush's error shows to a role for which orm.pending hides the values of queued objects: none of them, in any
-- of its fields.
CREATE SCHEMA corner_hidden;
SET search_path = corner_hidden;
SET client_min_messages = warning;
\set SHOW_CONTEXT never

CREATE ROLE regress_orm_hidden_writer;
CREATE ROLE regress_orm_hidden_reader;
CREATE TABLE owners (id int PRIMARY KEY);
CREATE TABLE pets (id int PRIMARY KEY, name text UNIQUE, n int CHECK (n <> 70707), owner_id int REFERENCES owners, code char(6) NOT NULL DEFAULT 'x', EXCLUDE USING gist (int4range(n, n + 2) WITH &&) WHERE (n > 0));
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE NEW.code
        WHEN 'raise' THEN RAISE EXCEPTION 'not %', NEW.name USING DETAIL = NEW.name, HINT = NEW.name, COLUMN = NEW.name, CONSTRAINT = NEW.name;
        WHEN 'check' THEN RAISE EXCEPTION 'not %', NEW.name USING ERRCODE = 'check_violation', TABLE = NEW.name;
        WHEN 'json' THEN PERFORM NEW.name::json;
        WHEN 'int' THEN PERFORM NEW.name::int;
        WHEN 'query' THEN EXECUTE 'SELECT 1 FROM ' || NEW.name;
        WHEN 'call' THEN EXECUTE format('SELECT 1 / length(%L) - 10', NEW.name) || ', 1 / 0';
        ELSE
    END CASE;
    RETURN NEW;
END $$;
CREATE TRIGGER watch BEFORE INSERT ON pets FOR EACH ROW EXECUTE FUNCTION watch();
INSERT INTO pets (id, name, n) VALUES (1, 's3cret', 80808);
SELECT count(*) > 0 AS mapped FROM orm.map('pets', 'Pet', orm.belongs_to('owner', 'Owner'));
SELECT count(*) > 0 AS mapped FROM orm.map('owners', 'Owner');
GRANT USAGE ON SCHEMA corner_hidden TO regress_orm_hidden_writer, regress_orm_hidden_reader;
GRANT ALL ON pets, owners TO regress_orm_hidden_writer;
GRANT SELECT ON pets TO regress_orm_hidden_reader;

-- Queues an object as one role; what another one sees in orm.pending and in the error of its read, in any field of it.
CREATE FUNCTION flushed(object orm.document, OUT pending text, OUT state text, OUT message text, OUT detail text, OUT shown boolean) LANGUAGE plpgsql AS $$
DECLARE a text; b text; c text; d text; e text; f text; g text;
BEGIN
    SET ROLE regress_orm_hidden_writer;
    PERFORM orm.add('Pet', object, 'it');
    SET ROLE regress_orm_hidden_reader;
    pending := (SELECT coalesce(p.object, 'hidden') FROM orm.pending() p);
    BEGIN
        PERFORM orm.count('Pet');
        message := 'not refused';
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, state = RETURNED_SQLSTATE, a = PG_EXCEPTION_HINT, b = PG_EXCEPTION_CONTEXT,
            c = COLUMN_NAME, d = CONSTRAINT_NAME, e = PG_DATATYPE_NAME, f = TABLE_NAME, g = SCHEMA_NAME;
    END;
    shown := concat_ws(' ', message, detail, a, b, c, d, e, f, g) ~ 's3cret|70707|80808|90909';
    SET ROLE regress_orm_hidden_writer;
    PERFORM orm.expunge('it');
    RESET ROLE;
END $$;
SELECT o AS object, f.* FROM unnest(ARRAY['{"id": 80808, "name": "s3cret"}', '{"id": 80808, "n": 70707}', '{"id": 80808, "n": 80809}', '{"id": 80808, "owner_id": 90909}', '{"id": 80808, "name": "s3cret too", "code": null}', '{"id": 80808, "code": "s3cret", "owner": {"$ref": "s3cret"}}',
    '{"id": 80808, "name": "s3cret too", "code": "raise"}', '{"id": 80808, "name": "s3cret too", "code": "check"}', '{"id": 80808, "name": "s3cret too", "code": "json"}', '{"id": 80808, "name": "s3cret too", "code": "int"}', '{"id": 80808, "name": "s3cret_too", "code": "query"}',
    '{"id": 80808, "name": "s3cret too", "code": "call"}', '{"id": 80808, "name": "s3cret too", "owner": {"id": 90909, "$etag": "90909"}}']) o, flushed(o::orm.document) f;
-- the writer sees them
DO $$ BEGIN SET ROLE regress_orm_hidden_writer; PERFORM orm.add('Pet', '{"id": 80808, "name": "s3cret"}'), orm.count('Pet'); END $$;
RESET ROLE;

DROP SCHEMA corner_hidden CASCADE;
DROP ROLE regress_orm_hidden_writer, regress_orm_hidden_reader;
