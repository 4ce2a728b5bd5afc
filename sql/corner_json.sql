-- Values of json attributes: what is nearly an instruction, json's own null, and
-- values that JSON shows like others.
CREATE SCHEMA corner_json;
SET search_path = corner_json;
\set VERBOSITY terse
\pset null <NULL>

CREATE DOMAIN settings AS jsonb CHECK (jsonb_typeof(VALUE) IN ('object', 'null'));
CREATE DOMAIN required AS jsonb NOT NULL;
CREATE TABLE notes (
    id integer PRIMARY KEY,
    b jsonb,
    j json,
    s settings,
    nb jsonb NOT NULL DEFAULT '{}',
    nj json NOT NULL DEFAULT '{}',
    r required DEFAULT '{}',
    n integer,
    note_id integer REFERENCES notes
);
SELECT orm.map('notes', 'Note', orm.has_many('notes', 'Note', back_populates => 'note'),
               orm.belongs_to('note', 'Note', back_populates => 'notes')) IS NOT NULL AS mapped;

-- runs a call; what it raises, with its place and its hint
CREATE FUNCTION try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE 'SELECT (' || call || ')::text' INTO answer;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;

--
-- An object whose only key is nearly an instruction that is allowed there is
-- refused, any other is a value.
--
INSERT INTO notes (id, n) VALUES (1, 1);
SELECT try($$orm.update('Note', 1, '{"b": {"$megre": {"a": 1}}}')$$);
SELECT try($$orm.update('Note', 1, '{"b": {"$value": {"$megre": {"a": 1}}}}')$$);

CREATE TABLE names (name text, kind text);
INSERT INTO names
    SELECT name, 'near' FROM unnest('{$megre,$Merge,$apend,$unst,$remov,$vlaue,$value2}'::text[]) name
    UNION ALL
    SELECT name, 'other' FROM unnest('{$ref,$oid,$date,$id,$schema,$numberLong,$in,$gt,$defs,$icn,$$,$,"",merge,megre}'::text[]) name;
CREATE TABLE calls (call text, takes text);
INSERT INTO calls VALUES
    ('orm.create(''Note'', ''{"id": 2, "COLUMN": OBJECT}'')', '$value'),
    ('orm.save(''Note'', ''{"id": 1, "COLUMN": OBJECT}'')', 'all'),
    ('orm.save(''Note'', ''[{"id": 1, "COLUMN": OBJECT}, {"id": 2}]'')', 'all'),
    ('orm.upsert(''Note'', ''{"id": 1, "COLUMN": OBJECT}'')', 'all'),
    ('orm.update(''Note'', 1, ''{"COLUMN": OBJECT}'')', 'all'),
    ('orm.update(''Note'', 1, ''{"notes": [{"id": 2, "COLUMN": OBJECT}]}'')', 'all'),
    ('orm.update_where(''Note'', ''{"where": {"id": 1}}'', ''{"COLUMN": OBJECT}'')', 'all'),
    ('orm.merge(''Note'', ''{"id": 1, "COLUMN": OBJECT}'')', 'all'),
    ('orm.add(''Note'', ''{"id": 2, "COLUMN": OBJECT}'')', '$value'),
    ('orm.flush(''{"add": [{"model": "Note", "object": {"id": 2, "COLUMN": OBJECT}}]}'')', '$value'),
    ('orm.flush(''{"merge": [{"model": "Note", "object": {"id": 1, "COLUMN": OBJECT}}]}'')', 'all'),
    ('orm.validate(''Note'', ''{"id": 1, "COLUMN": OBJECT}'')', 'all');

-- which of the calls refuse which names; each is undone
CREATE FUNCTION refuses(call text, name text, attribute text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    result boolean;
BEGIN
    EXECUTE 'SELECT (' || replace(replace(call, 'COLUMN', attribute), 'OBJECT', json_build_object(name, '{}'::json)::text) || ')::text' INTO answer;
    SET CONSTRAINTS ALL IMMEDIATE;
    result := answer LIKE '%unrecognized instruction%';
    RAISE EXCEPTION 'undone' USING ERRCODE = 'ZZ000';
EXCEPTION
    WHEN SQLSTATE 'ZZ000' THEN RETURN result;
    WHEN invalid_parameter_value THEN RETURN SQLERRM LIKE 'unrecognized instruction%';
    WHEN OTHERS THEN RAISE NOTICE '%: %', call, SQLERRM; RETURN NULL;
END $$;
SELECT call, attribute, string_agg(name, ' ' ORDER BY name COLLATE "C") FILTER (WHERE refuses(call, name, attribute)) AS refused
FROM calls, names, unnest('{b,j,s,nb}'::text[]) attribute GROUP BY call, takes, attribute ORDER BY takes COLLATE "C", call COLLATE "C", attribute;

-- {"$attribute": name} is one of them where it is allowed
SELECT try($$orm.update('Note', 1, '{"b": {"$atribute": "nb"}}')$$);
SELECT try($$orm.save('Note', '{"id": 1, "b": {"$atribute": "nb"}}')$$);
SELECT try($$orm.all('Note', '{"where": {"b": {"eq": {"$atribute": "nb"}}}}')$$);
SELECT try($$orm.all('Note', '{"where": {"b": {"@>": {"$vale": {}}}}}')$$);
SELECT try($$orm.count('Note', '{"where": {"b": {"in": [{"$vale": {}}]}}}')$$);
SELECT try($$orm.count('Note', '{"where": {"b": {"eq": {"$ref": "nb"}}}}')$$);
-- what is deeper in a value is data, and so are objects with more keys
SELECT try($$orm.update('Note', 1, '{"b": {"a": {"$megre": 1}}}')$$);
SELECT try($$orm.update('Note', 1, '{"b": {"$megre": 1, "a": 1}}')$$);
SELECT try($$orm.update('Note', 1, '{"b": [{"$megre": 1}]}')$$);
-- an operand is a value like others
SELECT try($$orm.update('Note', 1, '{"b": {"$merge": {"$vlaue": {}}}}')$$);
SELECT try($$orm.update('Note', 1, '{"b": {"$merge": {"$value": {"$vlaue": {}}}}}')$$);
-- arguments of typed functions are values, and nothing in them is an instruction
SELECT b, nb FROM note_create(id => 3, b => '{"$megre": 1}', nb => '{"$value": 1}');
SELECT b, nb FROM note_update(id => 3, b => '{"$vlaue": 1}', nb => '{"$merge": {}}');
-- documents of functions are documents
CREATE FUNCTION patch_note(b orm.document) RETURNS json LANGUAGE orm AS 'save Note {"id": 3, "b": {"$megre": {"$": "b"}}}';
SELECT try($$patch_note('{}')$$);
CREATE FUNCTION set_note(b orm.document) RETURNS json LANGUAGE orm AS 'save Note {"id": 3, "b": {"$": "b"}}';
SELECT try($$set_note('{"$megre": 1}')$$);
SELECT try($$set_note('{"$ref": 1}')$$);
SELECT try($$set_note('{"$value": {"$megre": 1}}')$$);

--
-- json's own null
--
TRUNCATE notes;
CREATE FUNCTION reset() RETURNS void LANGUAGE sql AS $$
    DELETE FROM notes;
    INSERT INTO notes VALUES (1, 'null', 'null', 'null', 'null', 'null', 'null', 1, NULL),
                             (2, '{}', '{}', '{}', '{}', '{}', '{}', 1, 1),
                             (3, NULL, NULL, NULL, '{}', '{}', '{}', 1, 1);
$$;
CREATE VIEW shown AS
    SELECT id, (to_jsonb(notes) ->> 'b') IS NULL AS looks_null, b IS NULL AS b, j IS NULL AS j, s IS NULL AS s,
           nb::text AS nb, nj::text AS nj, r::text AS r
    FROM notes ORDER BY id;
SELECT reset();
SELECT * FROM shown;

-- saving what was read changes nothing
CREATE TABLE before AS SELECT id, xmin::text AS version FROM notes;
SELECT orm.save('Note', orm.all('Note')::orm.document, '{"return": false}');
SELECT orm.save('Note', orm.get('Note', id)::orm.document, '{"return": false}') FROM notes ORDER BY id;
SELECT orm.upsert('Note', orm.all('Note')::orm.document, '{id}', '{"return": false}');
SELECT orm.save('Note', orm.get('Note', 1, '{"load": ["notes"]}')::orm.document, '{"return": false}');
SELECT orm.update('Note', 1, (SELECT json_build_object('notes', orm.get('Note', 1, '{"load": ["notes"]}') -> 'notes')::text::orm.document), '{"return": false}');
SELECT orm.merge('Note', orm.get('Note', 1)::orm.document);
SELECT orm.flush();
SELECT orm.flush(json_build_object('merge', json_build_array(json_build_object('model', 'Note', 'object', orm.get('Note', 1))))::text::orm.document);
SELECT count(*) AS changed FROM notes JOIN before USING (id) WHERE notes.xmin::text <> version;

-- a value that is another becomes NULL, as ever
SELECT orm.save('Note', '[{"id": 1, "b": null, "j": null, "s": null, "n": 2}, {"id": 2, "b": null, "j": null, "s": null}]', '{"return": false}');
SELECT * FROM shown;
-- new rows have NULL, but not where there is none
SELECT orm.save('Note', '{"id": 4, "b": null, "j": null, "s": null, "nb": null, "nj": null, "r": null}');
SELECT orm.create('Note', '{"id": 5, "b": null, "j": null, "s": null, "nb": null, "nj": null, "r": null}');
SELECT orm.create('Note', '[{"id": 6, "nb": null, "nj": null, "r": null}, {"id": 7, "nb": {}, "nj": null, "r": null}]', '{"return": false}');
SELECT orm.upsert('Note', '{"id": 8, "b": null, "nb": null, "nj": null, "r": null}', '{id}', '{"return": false}');
SELECT * FROM shown WHERE id > 3;
-- update and update_where set NULL; {"$value": null} is json's own everywhere
SELECT reset();
SELECT orm.update('Note', 1, '{"b": null, "j": null, "s": null, "nb": null, "nj": null, "r": null}', '{"return": false}');
SELECT orm.update_where('Note', '{"where": {"id": 2}}', '{"b": null, "j": null, "s": null, "nb": null, "nj": null, "r": null}');
SELECT * FROM shown;
SELECT orm.save('Note', '{"id": 3, "b": {"$value": null}, "j": {"$value": null}, "s": {"$value": null}}', '{"return": false}');
SELECT orm.update_where('Note', '{"where": {"id": 2}}', '{"b": {"$value": null}, "nb": {"$value": null}}');
SELECT orm.update_where('Note', '{"where": {"id": 1}}', '{"b": {"$": "x"}, "nb": {"$": "x"}}', '{"x": null}');
SELECT * FROM shown;
-- NULL of a typed argument is NULL
SELECT try($$note_update(id => 1, nb => NULL)$$);
SELECT b, nb FROM note_update(id => 1, b => 'null', nb => 'null');
-- one row twice in a document
SELECT orm.save('Note', '{"id": 1, "b": null, "notes": [{"id": 2, "note": {"id": 1, "b": null}}]}', '{"return": false}');
SELECT * FROM shown WHERE id = 1;

-- a check sees the row that is stored, in validate too
CREATE TABLE checked (id integer PRIMARY KEY, b jsonb CHECK (b IS NOT NULL));
SELECT orm.map('checked', 'Checked') IS NOT NULL AS mapped;
INSERT INTO checked VALUES (1, 'null'), (2, '{}');
SELECT orm.save('Checked', '{"id": 1, "b": null}');
SELECT try($$orm.save('Checked', '{"id": 2, "b": null}')$$);
SELECT orm.validate('Checked', '[{"id": 1, "b": null}, {"id": 2, "b": null}, {"id": 3, "b": null}]');

--
-- Other values that JSON shows like others: the row keeps them
--
CREATE TYPE part AS (name text, data jsonb, places integer[]);
CREATE DOMAIN places AS integer[] CHECK (array_lower(VALUE, 1) = 0);
CREATE TABLE shapes (
    id integer PRIMARY KEY,
    j json,
    a integer[],
    p places,
    ja jsonb[],
    jaa json[],
    c part,
    ca part[]
);
SELECT orm.map('shapes', 'Shape') IS NOT NULL AS mapped;
INSERT INTO shapes VALUES
    (1, E' {"a" : 1}\n', '[0:1]={1,2}', '[0:0]={7}', '{null,"null"}', ARRAY[ARRAY['{}', ' null ']]::json[],
     ROW('x', 'null', '[2:2]={5}'), ARRAY[ROW('x', 'null', '[2:2]={5}')::part]),
    (2, '{"a":1}', '{1,2}', '[0:1]={7,8}', '{}', '{}', ROW('x', NULL, '{5}'), '{}');
TRUNCATE before;
INSERT INTO before SELECT id, xmin::text FROM shapes;
SELECT orm.save('Shape', (orm.all('Shape', '{"omit": ["p"]}') -> 0)::text::orm.document, '{"return": false}');
SELECT orm.save('Shape', orm.all('Shape', '{"omit": ["p"]}')::orm.document, '{"return": false}');
SELECT count(*) AS changed FROM shapes JOIN before USING (id) WHERE shapes.xmin::text <> version;
SELECT orm.save('Shape', '{"id": 1, "a": [1, 3], "j": {"a": 2}, "c": {"name": "y", "places": [5]}}', '{"return": false}');
SELECT j, a, c FROM shapes WHERE id = 1;
-- an update means what it says
SELECT orm.update('Shape', 1, orm.get('Shape', 1, '{"omit": ["id", "p"]}')::orm.document, '{"return": false}');
SELECT ja, ca FROM shapes WHERE id = 1;

SET client_min_messages = warning;
DROP SCHEMA corner_json CASCADE;
