-- Columns of views that an UPDATE cannot set are passed over by save and upsert,
-- as generated columns are, and refused elsewhere.
CREATE SCHEMA corner_view;
SET search_path = corner_view;
\set VERBOSITY terse

CREATE TABLE lines (id integer PRIMARY KEY, price numeric(8,2), number integer, total numeric GENERATED ALWAYS AS (price * number) STORED);
INSERT INTO lines VALUES (1, 2.50, 4);
CREATE VIEW with_tax AS SELECT *, total * 1.21 AS taxed FROM lines;
CREATE VIEW shown AS SELECT id, price AS each, number, total, taxed, 'EUR' AS currency FROM with_tax;
SELECT orm.map('shown', 'Shown', orm.primary_key('id')) IS NOT NULL AS mapped LIMIT 1;
SELECT attribute, generated FROM orm.attributes WHERE model = 'Shown' ORDER BY ordinal;

SELECT xmin AS before FROM lines \gset
SELECT orm.save('Shown', orm.get('Shown', 1)::orm.document);
SELECT orm.upsert('Shown', orm.get('Shown', 1)::orm.document, '{id}');
SELECT xmin = :'before' AS unchanged FROM lines;
SELECT orm.save('Shown', (orm.get('Shown', 1)::jsonb || '{"number": 5}')::orm.document);
SELECT orm.save('Shown', '{"id": 2, "each": 1, "number": 1, "taxed": 7, "total": 8, "currency": "USD"}');
SELECT orm.merge('Shown', orm.get('Shown', 2)::orm.document);
SELECT orm.flush();
\set VERBOSITY default
SELECT orm.update('Shown', 1, '{"taxed": 7}');
\set VERBOSITY terse
SELECT orm.update('Shown', 1, '{"total": 7}');
SELECT orm.create('Shown', '{"id": 3, "taxed": 7}');
SELECT orm.update_where('Shown', '{"where": {}}', '{"currency": "USD"}');
SELECT * FROM shown_create(id => 3, each => 1, number => 2);

-- an INSTEAD OF trigger sets what it likes
CREATE VIEW triggered AS SELECT id, number, upper('note') AS note FROM lines;
CREATE FUNCTION set_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE NOTICE 'note: %', NEW.note;
    RETURN NEW;
END $$;
CREATE TRIGGER set_note INSTEAD OF UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION set_note();
SELECT orm.map('triggered', 'Triggered', orm.primary_key('id')) IS NOT NULL AS mapped LIMIT 1;
SELECT orm.update('Triggered', 1, '{"note": "Hi"}');
-- of a view that cannot be updated the server says so
CREATE VIEW summed AS SELECT id, sum(number) AS number FROM lines GROUP BY id;
SELECT orm.map('summed', 'Summed', orm.primary_key('id')) IS NOT NULL AS mapped LIMIT 1;
SELECT orm.update('Summed', 1, '{"number": 7}');

SET client_min_messages = warning;
DROP SCHEMA corner_view CASCADE;
