-- Violated constraints name the place of the object, wherever the row can be told.
CREATE SCHEMA corner_blame;
SET search_path = corner_blame;
SET client_min_messages = warning;
\set SHOW_CONTEXT never

CREATE FUNCTION place(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text; context text;
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION 'not refused'; -- which undoes it
EXCEPTION WHEN OTHERS THEN
    IF SQLERRM = 'not refused' THEN RETURN SQLERRM; END IF;
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
    RETURN concat_ws(' ', SQLSTATE, substring(detail FROM '^At .*'), substring(context FROM '(?n)^at .*'));
END $$;
CREATE TABLE kinds (k text PRIMARY KEY);
CREATE TABLE things (id int PRIMARY KEY, name text NOT NULL, a int, b int, kind text REFERENCES kinds, during int4range, n int CHECK (n > 0), parent_id int REFERENCES things,
    UNIQUE (a, b), EXCLUDE USING gist (during WITH &&));
CREATE TABLE parts (id int NOT NULL, name text NOT NULL, n int CHECK (n > 0), kind text REFERENCES kinds, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE part0 (n int, kind text, id int NOT NULL, name text NOT NULL, PRIMARY KEY (id));
ALTER TABLE part0 ADD CONSTRAINT parts_n_check CHECK (n > 0);
ALTER TABLE parts ATTACH PARTITION part0 FOR VALUES FROM (0) TO (1000);
CREATE TABLE part1 PARTITION OF parts FOR VALUES FROM (1000) TO (2000);
CREATE TABLE base (id int PRIMARY KEY, name text NOT NULL, n int CHECK (n > 0));
CREATE TABLE child (extra text DEFAULT 'x') INHERITS (base);
CREATE TABLE uses (id int PRIMARY KEY, thing_id int REFERENCES things);
SELECT count(*) > 0 AS mapped FROM orm.map('things', 'Thing', orm.has_many('children', 'Thing', foreign_key => 'parent_id'));
SELECT count(*) > 0 AS mapped FROM orm.map('parts', 'Part');
SELECT count(*) > 0 AS mapped FROM orm.map('base', 'Base');
SELECT count(*) > 0 AS mapped FROM orm.map('kinds', 'Kind');
INSERT INTO kinds VALUES ('k');
INSERT INTO things (id, name, a, b, during) SELECT i, 'n' || i, i, i, int4range(10 * i, 10 * i + 10) FROM generate_series(1, 5) i;
INSERT INTO parts SELECT i, 'n' || i, i FROM generate_series(1, 5) i;
INSERT INTO child SELECT i, 'n' || i, i FROM generate_series(1, 5) i;
INSERT INTO things (id, name, parent_id, a, b) VALUES (6, 'n6', 5, 3, 7);
INSERT INTO uses VALUES (1, 4);

-- each constraint, in new rows and in rows that exist, in arrays and below other objects
CREATE TABLE tried (n int GENERATED ALWAYS AS IDENTITY, model text, verb text, objects json);
INSERT INTO tried (model, verb, objects) VALUES
    ('Thing', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": null}]'), ('Thing', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": "y", "n": 0}, {"id": 13, "name": "z"}]'),
    ('Thing', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": "y", "kind": "none"}]'), ('Thing', 'create', '[{"id": 11, "name": "x"}, {"id": 3, "name": "y"}]'),
    ('Thing', 'create', '[{"id": 11, "name": "x", "during": "[100,101)"}, {"id": 12, "name": "y", "during": "[15,17)"}]'), ('Thing', 'create', '[{"id": 11, "name": "x", "during": "[100,103)"}, {"id": 12, "name": "y", "during": "[102,104)"}]'),
    ('Thing', 'save', '[{"id": 1, "name": "x"}, {"id": 2, "name": null}]'), ('Thing', 'save', '[{"id": 1, "n": 1}, {"id": 2, "n": -1}]'), ('Thing', 'save', '[{"id": 1, "kind": "k"}, {"id": 2, "kind": "none"}]'),
    ('Thing', 'save', '[{"id": 1, "b": 9}, {"id": 2, "a": 3, "b": 3}]'), ('Thing', 'save', '[{"id": 5, "a": 7, "b": 7}, {"id": 2, "a": 3, "b": 3}]'), ('Thing', 'save', '[{"id": 2, "during": "[100,101)"}, {"id": 3, "during": "[15,17)"}]'),
    ('Thing', 'save', '[{"id": 3, "during": "[15,17)"}]'), ('Thing', 'save', '[{"id": 4, "b": 8}, {"id": 3, "b": 7}]'),
    ('Part', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": null}]'), ('Part', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": "y", "n": 0}]'), ('Part', 'create', '[{"id": 11, "name": "x"}, {"id": 3, "name": "y"}]'),
    ('Part', 'create', '[{"id": 11, "name": "x"}, {"id": 1012, "name": "y", "n": 0}]'), ('Part', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": "y", "kind": "none"}]'), ('Part', 'save', '[{"id": 1, "n": 1}, {"id": 2, "n": -1}]'),
    ('Base', 'save', '[{"id": 1, "n": 1}, {"id": 2, "n": -1}]'), ('Base', 'save', '[{"id": 1, "name": "x"}, {"id": 2, "name": null}]'), ('Base', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": "y", "n": 0}]');
SELECT model, verb, objects, place(format('SELECT orm.%s(%L, %L)', verb, model, objects)) FROM tried ORDER BY n;
SELECT objects, place(format('SELECT orm.%s(%L, %L)', verb, 'Thing', json_build_object('id', 20, 'name', 'parent', 'children', objects))) FROM tried WHERE model = 'Thing' ORDER BY n;
-- rows that leave, and others refer to
SELECT place(format('SELECT orm.save(%L, %L)', 'Thing', o)) FROM unnest(ARRAY['{"id": 5, "children": {"$delete": [6]}}', '{"id": 1, "children": [2, {"id": 3, "children": [4, 5]}]}']) o;
BEGIN;
UPDATE things SET parent_id = 1 WHERE id IN (2, 4, 5);
SELECT place($$SELECT orm.update('Thing', 1, '{"children": {"$delete": [2, 4]}}')$$), place($$SELECT orm.update('Thing', 1, '{"children": {"$delete": [2, 5]}}')$$);
ROLLBACK;
-- what is hidden from the caller is not in the detail
CREATE ROLE regress_orm_blame;
GRANT USAGE ON SCHEMA corner_blame TO regress_orm_blame;
GRANT SELECT (id), INSERT ON things TO regress_orm_blame;
SET ROLE regress_orm_blame;
SELECT place($$SELECT orm.create('Thing', '[{"id": 11, "name": "x"}, {"id": 12, "name": null}]')$$), place($$SELECT orm.create('Thing', '[{"id": 11, "name": "x"}, {"id": 12, "name": "y", "n": 0}]')$$), place($$SELECT orm.create('Thing', '[{"id": 11, "name": "x"}, {"id": 3, "name": "y"}]')$$);
RESET ROLE;

DROP SCHEMA corner_blame CASCADE;
DROP ROLE regress_orm_blame;
