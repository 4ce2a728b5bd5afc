-- Versions that nothing counts: an old one would be accepted.
CREATE SCHEMA corner_stale;
SET search_path = corner_stale;
SET client_min_messages = warning;

CREATE FUNCTION tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; detail text; hint text;
BEGIN
    EXECUTE statement INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;
CREATE TABLE notes (id int PRIMARY KEY, body text, version int NOT NULL DEFAULT 1, parent_id int REFERENCES notes);
SELECT count(*) > 0 AS mapped FROM orm.map('notes', 'Note', orm.version('version'), orm.has_many('children', 'Note', foreign_key => 'parent_id'));
INSERT INTO notes (id, body) VALUES (1, 'a'), (2, 'b');
CREATE TABLE calls (n int GENERATED ALWAYS AS IDENTITY, call text);
INSERT INTO calls (call) VALUES
    ($$orm.save('Note', '{"id": 1, "body": "x", "version": 1}')$$), ($$orm.save('Note', '[{"id": 2, "body": "y"}, {"id": 1, "body": "x", "version": 1}]')$$),
    ($$orm.update('Note', 1, '{"body": "x", "version": 1}')$$), ($$orm.upsert('Note', '{"id": 1, "body": "x", "version": 1}', '{id}')$$),
    ($$orm.save('Note', '{"id": 2, "children": [{"id": 1, "version": 1}]}')$$), ($$note_save((1, 'x', 1, NULL)::notes)$$),
    ($$orm.save('Note', '{"id": 1, "body": "not checked"}')$$), ($$orm.update('Note', 1, '{"body": "nor this", "version": null}')$$), ($$orm.create('Note', '{"id": 3, "version": 1}')$$);
ALTER TABLE notes DISABLE TRIGGER orm_version;
SELECT call, tried('SELECT ' || call) FROM calls ORDER BY n;
SELECT * FROM orm.sync('Note');
SELECT tried($$SELECT orm.save('Note', '{"id": 1, "body": "counted", "version": 1}')$$), tried($$SELECT orm.save('Note', '{"id": 1, "body": "old", "version": 1}')$$);
DROP TRIGGER orm_version ON notes;
SELECT tried($$SELECT orm.save('Note', orm.get('Note', 1))$$);
SELECT count(*) > 0 AS made FROM orm.sync('Note');
SELECT tried($$SELECT orm.save('Note', orm.get('Note', 1))$$);
-- a session in which it does not fire
SET session_replication_role = replica;
SELECT tried($$SELECT orm.save('Note', orm.get('Note', 1))$$);
ALTER TABLE notes ENABLE ALWAYS TRIGGER orm_version;
SELECT tried($$SELECT orm.save('Note', orm.get('Note', 1))$$);
RESET session_replication_role;
-- an etag needs no trigger
ALTER TABLE notes DISABLE TRIGGER ALL;
SELECT tried(format('SELECT orm.save(%L, %L)', 'Note', json_build_object('id', 2, 'body', 'z', '$etag', orm.get('Note', 2, '{"etag": true}') ->> '$etag')));

DROP SCHEMA corner_stale CASCADE;
