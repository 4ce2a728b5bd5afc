-- Attributes that are normalized, by documents and by plain SQL. Oracle: lower(btrim(...)) by hand.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA attribute_normalizes;
SET search_path = attribute_normalizes;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text; context text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''), substring(context FROM '(?n)^at .*'));
END $$;

SELECT orm.model('Person', 'people',
    orm.column('id', 'integer', primary_key => true),
    orm.column('email', 'varchar(20)', is_unique => true, normalizes => 'lower(btrim(email))'),
    orm.column('code', 'text', normalizes => 'nullif(btrim(code), '''')', write_once => true),
    orm.has_many('notes', 'Note'));
SELECT orm.model('Note', 'notes',
    orm.column('slug', 'text', primary_key => true, normalizes => 'lower(slug)'),
    orm.column('kind', 'text', normalizes => 'upper(kind)', hidden => true),
    orm.belongs_to('person', 'Person', nullable => true));
SELECT count(*) > 0 FROM orm.create_all();
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid IN ('people'::regclass, 'notes'::regclass) AND tgname = '~orm' ORDER BY 1;

-- every way in
SELECT orm.create('Person', '[{"email": " Ann@X "}, {"email": "BOB@X", "code": " b "}, {"email": null, "code": ""}]');
SELECT * FROM person_create(email => 'Cat@X', code => '  ');
INSERT INTO people (email) VALUES ('  DAN@x');
UPDATE people SET email = upper(email) WHERE email LIKE 'd%';
SELECT orm.update('Person', '1', '{"email": "ANNA@X"}');
SELECT orm.update('Person', '1', '{"email": {"$expr": {"concat": [{"$value": " ANNA"}, {"$value": "@Y "}]}}}');
SELECT orm.update('Person', '1', '{"email": "Ann@x", "code": "A "}');
SELECT orm.update_where('Person', '{"where": {"email": "DAN@X"}}', '{"email": " Dan@Y "}');
SELECT orm.add('Person', '{"email": "Eve@X"}');
SELECT orm.flush();
SELECT * FROM people ORDER BY id;

-- write_once compares what is stored
SELECT orm.save('Person', '{"id": 1, "email": "ANN@X", "code": " A"}', '{"action": true}');
SELECT refused($$UPDATE people SET code = 'a' WHERE id = 1$$);
UPDATE people SET code = ' A ' WHERE id = 1;

-- conditions
SELECT orm.all('Person', '{"where": {"email": " ANN@X"}, "select": ["id"]}');
SELECT orm.all('Person', '{"where": {"email": {"ne": " ANN@X"}}, "select": ["id"], "order_by": ["id"]}');
SELECT orm.all('Person', '{"where": {"email": {"in": ["ANN@X ", "Bob@x", null]}}, "select": ["id"], "order_by": ["id"]}');
SELECT orm.all('Person', '{"where": {"email": {"not_in": ["ANN@X ", "Bob@x"]}}, "select": ["id"], "order_by": ["id"]}');
SELECT orm.all('Person', '{"where": {"email": {"eq": {"$": "e"}}}, "select": ["id"]}', '{"e": "ANN@X"}');
SELECT orm.all('Person', '{"where": {"email": {"in": {"$": "e"}}}, "select": ["id"]}', '{"e": ["ANN@X", null]}');
SELECT orm.all('Person', '{"where": {"email": {"lt": "ANN@Z"}}, "select": ["id"]}');
SELECT orm.all('Person', '{"where": {"code": {"eq": " "}}, "select": ["id"]}');
SELECT orm.all('Person', '{"where": {"code": {"in": [" ", "b"]}}, "select": ["id"]}');
SELECT id FROM person_find_by(email => 'ANN@X');
SELECT id FROM person_filter_by(email => 'Bob@X ');

-- lookups by keys
SELECT orm.create('Note', '{"slug": "One", "person": {"$connect": {"email": "ANN@x "}}, "kind": "a"}', '{"return": {"select": ["slug", "person_id"]}}');
SELECT orm.create('Note', '{"slug": "Two", "person": {"$connect_or_create": {"email": "BOB@x "}}}');
SELECT orm.get('Note', 'ONE');
SELECT orm.get('Note', '{"slug": "ONE"}'::orm.document);
SELECT orm.first('Note', '{"where": {"kind": "A"}}'), orm.first('Note', '{"where": {"kind": "b"}}');
SELECT slug FROM note_find('oNE');
SELECT slug FROM note_find_by('oNE');
SELECT * FROM orm.sync('Note');
SELECT orm.update('Note', 'ONE', '{"kind": "b"}');
SELECT orm.upsert('Person', '{"email": "BOB@X"}', '{email}', '{"action": true}');
SELECT orm.upsert('Person', '[{"email": "Fay@X"}, {"email": "BOB@X"}]', '{email}', '{"action": true}');
SELECT refused($$SELECT orm.upsert('Person', '[{"email": "Gil@X"}, {"email": "gil@X"}]', '{email}')$$);
SELECT orm.create('Person', '{"email": "Gil@X"}', '{"on_conflict": "ignore"}');
SELECT orm.create('Person', '{"email": "GIL@X"}', '{"on_conflict": "ignore"}');
SELECT orm.save('Person', '{"email": "hal@X", "notes": {"$connect": ["TWO"]}}');
SELECT orm.flush('{"merge": [{"model": "Note", "object": {"slug": "TWO", "kind": "c"}}]}');
SELECT orm.validate('Person', '{"email": "BOB@x"}');
SELECT count(*) FROM orm.impact('Note', 'TWO');
SELECT orm.delete('Note', 'TWO');

-- errors of the expression have the place of the value
SELECT refused($$SELECT orm.create('Person', '[{"email": "ok"}, {"email": "a much too long address"}]')$$);
SELECT orm.model('Ratio', 'ratios', orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('part', 'numeric(4,2)', normalizes => '1 / (1 / part)'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT refused($$SELECT orm.create('Ratio', '[{"id": 1, "part": 4}, {"id": 2, "part": 0}]')$$);
SELECT refused($$SELECT orm.all('Ratio', '{"where": {"part": {"in": [1, 0]}}}')$$);
SELECT refused($$INSERT INTO ratios VALUES (1, 0)$$);

-- the trigger follows the column, is described and made again
ALTER TABLE people RENAME COLUMN email TO "e mail";
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'people'::regclass AND tgname = '~orm';
SELECT orm.describe('Person')::jsonb #> '{elements,1}';
SELECT orm.update('Person', '1', '{"e mail": "ANN@x"}');
DROP TRIGGER "~orm" ON people;
SELECT model, pending FROM orm.models WHERE model = 'Person';
SELECT * FROM orm.sync('Person');
SELECT model, pending FROM orm.models WHERE model = 'Person';
SELECT * FROM orm.sync('Person');

-- where it cannot be
SELECT refused(format($$SELECT orm.map('attribute_normalizes.people', 'Other', orm.column('e mail', normalizes => %L))$$, expression))
FROM unnest(ARRAY['code', 'lower("e mail") || code', 'people::text', 'tableoid::text', 'random()::text', '(SELECT ''a'')', 'max("e mail")',
    'nothing', '1, 2', '1 +', 'upper("e mail")']) expression;
SELECT * FROM orm.map('attribute_normalizes.people', 'Same', orm.column('e mail', normalizes => 'lower(btrim("e mail"))'), orm.accessors(include => '{}'));
SELECT * FROM orm.unmap('Same');
CREATE VIEW shown AS SELECT * FROM people;
SELECT refused($$SELECT orm.map('attribute_normalizes.shown', 'Shown', orm.column('code', normalizes => 'lower(code)'), orm.primary_key('id'))$$);
CREATE TABLE made (id int PRIMARY KEY, twice text GENERATED ALWAYS AS (id::text || '2') STORED);
SELECT refused($$SELECT orm.map('attribute_normalizes.made', 'Made', orm.column('twice', normalizes => 'lower(twice)'))$$);
CREATE TABLE parts (id int, kind text, code text, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN ('a');
SELECT refused($$SELECT orm.map('attribute_normalizes.parts', 'Part', orm.column('kind', normalizes => 'lower(kind)'))$$);
SELECT refused($$SELECT orm.map('attribute_normalizes.parts_1', 'Part', orm.column('kind', normalizes => 'lower(kind)'))$$);
SELECT * FROM orm.map('attribute_normalizes.parts', 'Part', orm.column('code', normalizes => 'lower(code)'), orm.accessors(include => '{}'));
INSERT INTO parts_1 VALUES (1, 'a', 'A') RETURNING code;
-- a condition written by hand: expressions that cannot be assigned, that name other columns or the old row
CREATE TABLE by_hand (id int PRIMARY KEY, n int, email text, at date);
CREATE FUNCTION condition(condition text, event text DEFAULT 'INSERT OR UPDATE') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DROP TRIGGER IF EXISTS hand ON by_hand;
    EXECUTE format('CREATE TRIGGER hand BEFORE %s ON by_hand FOR EACH ROW WHEN (true OR %s) EXECUTE FUNCTION orm.keep_attributes()', event, condition);
END $$;
SELECT call, condition(call), refused($$INSERT INTO by_hand VALUES (1, 2, ' A ')$$) FROM unnest(ARRAY[
    'orm.normalizes(NEW.n, point(1, 2))', 'orm.stamps_new(NEW.at, point(1, 2))', 'orm.stamps_new(NEW.at, 7)',
    'orm.normalizes(NEW.email, NEW.n::text)', 'orm.normalizes(NEW.email, lower(NEW.email) || NEW.id)',
    'orm.normalizes(NEW.email, NEW::text)', 'orm.stamps_new(NEW.n, NEW.id)', 'orm.normalizes(NEW.n, NULL)']) call;
SELECT call, condition(call, 'UPDATE'), refused($$UPDATE by_hand SET email = 'B'$$) FROM unnest(ARRAY[
    'orm.normalizes(NEW.email, OLD.email || ''x'')', 'orm.stamps_changed(NEW.n, OLD.id)', 'orm.stamps_changed(NEW.at, point(1, 2))',
    'orm.stamps_changed(NEW.n, NEW.n + 1)', 'orm.normalizes(NEW.email, lower(NEW.email))']) call;
TABLE by_hand;
-- such a trigger in the place of ours is made anew
SELECT * FROM orm.map('attribute_normalizes.by_hand', 'Hand', orm.column('email', normalizes => 'lower(email)'), orm.accessors(include => '{}'));
DROP TRIGGER hand ON by_hand;
DROP TRIGGER "~orm" ON by_hand;
CREATE TRIGGER "~orm" BEFORE UPDATE ON by_hand FOR EACH ROW WHEN (true OR orm.normalizes(NEW.email, lower(OLD.email))) EXECUTE FUNCTION orm.keep_attributes();
SELECT pending FROM orm.models WHERE model = 'Hand';
SELECT orm.all('Hand', '{"where": {"email": "B"}, "select": ["id"]}'), orm.all('Hand', '{"where": {"email": "b"}, "select": ["id"]}');
SELECT * FROM orm.sync('Hand');
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'by_hand'::regclass;
SELECT orm.update('Hand', 1, '{"email": "C"}');

-- rows that are there: a new expression and another one, counted and filled; what would collide is refused
CREATE FUNCTION declare(mail text, code text) RETURNS text LANGUAGE sql AS $$
    SELECT orm.model('Member', 'members', orm.column('id', 'integer', primary_key => true, identity => 'none'),
        orm.column('mail', 'text', is_unique => true, normalizes => mail), orm.column('code', 'text', normalizes => code, write_once => true)) $$;
SELECT declare(NULL, NULL);
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO members VALUES (1, 'A', 'x'), (2, 'a', NULL), (3, 'b', 'Y'), (4, 'C', NULL), (5, NULL, 'Z');
SELECT declare('lower(mail)', NULL);
SELECT action, object, sql, rows_affected, destructive, note FROM orm.diff('Member');
SELECT refused($$SELECT count(*) FROM orm.migrate('{"models": ["Member"]}')$$);
UPDATE members SET mail = 'd' WHERE id = 2;
SELECT action, object, rows_affected, note FROM orm.diff('Member');
SELECT action, object, rows_affected, state FROM orm.migrate('{"models": ["Member"]}');
SELECT declare('lower(mail)', 'lower(code)');
SELECT action, object, sql, rows_affected FROM orm.migrate('{"models": ["Member"]}');
SELECT * FROM members ORDER BY id;
SELECT declare('upper(mail)', 'lower(code)');
SELECT action, object, rows_affected FROM orm.migrate('{"models": ["Member"]}');
SELECT count(*) FROM orm.diff('Member');
SELECT * FROM members ORDER BY id;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'members'::regclass AND tgname = '~orm';
SELECT refused($$UPDATE members SET code = 'q' WHERE id = 1$$);

-- values in scopes and filters, which are literals: compared as they would be stored
SELECT orm.model('Box', 'boxes',
    orm.column('label', 'text', primary_key => true),
    orm.column('owner', 'varchar(20)', normalizes => 'nullif(lower(btrim(owner)), '''')'),
    orm.column('day', 'date', normalizes => 'least(day, date ''2026-02-03'')'),
    orm.has_many('anns', 'Box', foreign_key => 'parent_label', filter => '{"owner": " ANN@X"}'),
    orm.has_many('pair', 'Box', foreign_key => 'parent_label', filter => '{"label": {"ne": "B"}, "owner": {"in": ["Ann@x", "BOB@X ", " "]}}'),
    orm.belongs_to('parent', 'Box', nullable => true, foreign_key => 'parent_label'),
    orm.scope('ann', '{"where": {"owner": "ANN@X"}}'),
    orm.scope('others', '{"where": {"owner": {"not_in": ["ANN@X ", " "]}}}'),
    orm.scope('late', '{"where": {"day": "2026-03-02"}}'),
    orm.scope('owned', '{"parameters": ["by"], "where": {"label": {"ne": "Z"}, "owner": {"$": "by"}}}'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT count(*) FROM orm.extend('Box', orm.scope('blank', '{"where": {"owner": " "}}'));
INSERT INTO boxes (owner, label, day, parent_label) VALUES
    ('Ann@X', 'A', '2026-01-01', NULL), ('Bob@X', 'B', '2026-05-05', 'A'), (' ANN@X', 'C', NULL, 'A'), ('BOB@x', 'D', NULL, 'A'), (NULL, 'E', NULL, NULL);
SET datestyle = 'SQL, DMY';
SELECT scope, orm.all('Box', json_build_object('scope', scope, 'select', '["label"]'::json)::text::orm.document)
FROM unnest(ARRAY['ann', 'others', 'late', 'blank']) scope;
RESET datestyle;
SELECT orm.all('Box', '{"scope": {"owned": {"by": "ANN@X"}}, "where": {"label": {"in": ["A", "B"]}}, "select": ["label"]}');
SELECT orm.get('Box', 'A', '{"select": ["label"], "load": {"anns": {"select": ["label"]}, "pair": {"select": ["label"]}}}');
SELECT orm.all('Box', '{"where": {"label": {"ne": "ANN@X"}, "anns": {"any": {"label": "C"}}}, "select": ["label"]}');
SELECT b.label, (SELECT string_agg(m.label, ' ') FROM anns(b) m), (SELECT string_agg(t.label, ' ' ORDER BY t.label) FROM pair(b) t) FROM boxes b WHERE label = 'A';
SELECT orm.model('Bin', 'bins', orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('code', 'text', normalizes => 'lower(code)'), orm.scope('x', '{"where": {"code": {"ne": "X"}}}', is_default => true));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO bins VALUES (1, 'x'), (2, 'Y');
SELECT orm.all('Bin', '{"where": {"code": {"in": ["X", "Y"]}}}'), orm.get('Bin', 1) IS NULL, orm.count('Bin', '{"unscoped": true}');

-- declared again without it
SELECT orm.model('Note', 'notes', orm.column('slug', 'text', primary_key => true), orm.column('kind', 'text'),
    orm.belongs_to('person', 'Person', nullable => true));
INSERT INTO notes (slug, kind) VALUES ('Six', 'Six') RETURNING slug, kind;
SELECT orm.get('Note', 'six') IS NULL, slug FROM note_find('Six');
SELECT count(*) FROM orm.diff('Note');

DROP SCHEMA attribute_normalizes CASCADE;
