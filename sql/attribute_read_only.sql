-- Read-only attributes: refused by create and update, passed over by save and upsert. Oracle: the table.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA attribute_read_only;
SET search_path = attribute_read_only;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT.
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

CREATE FUNCTION next_code() RETURNS text LANGUAGE sql VOLATILE AS $$SELECT 'code'$$;
SELECT orm.model('Item', 'items',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('name', 'text', nullable => false, is_unique => true),
    orm.column('code', 'text', server_default => 'attribute_read_only.next_code()', read_only => true),
    orm.column('parent_id', 'integer', foreign_key => 'Item'),
    orm.belongs_to('parent', 'Item', foreign_key => 'parent_id', back_populates => 'parts'),
    orm.has_many('parts', 'Item', foreign_key => 'parent_id', back_populates => 'parent'));
SELECT count(*) > 0 FROM orm.create_all();
-- a key that the database makes
CREATE TABLE keyed (id uuid PRIMARY KEY DEFAULT '00000000-0000-0000-0000-000000000001', note text);
SELECT count(*) > 0 FROM orm.map('attribute_read_only.keyed', 'Keyed', orm.column('id', read_only => true));
CREATE VIEW shown AS SELECT id, name, code FROM items;
SELECT count(*) > 0 FROM orm.map('attribute_read_only.shown', 'Shown', orm.column('code', read_only => true), orm.primary_key('id'));

-- refused
SELECT refused($$SELECT orm.create('Item', '{"id": 1, "name": "a", "code": "x"}')$$);
SELECT refused($$SELECT orm.create('Item', '[{"id": 1, "name": "a"}, {"id": 2, "name": "b", "code": null}]')$$);
SELECT orm.create('Item', '{"id": 1, "name": "a"}');
SELECT refused($$SELECT orm.update('Item', '1', '{"code": "x"}')$$);
SELECT refused($$SELECT orm.update('Item', '1', '{"code": {"$attribute": "name"}}')$$);
SELECT refused($$SELECT orm.update('Shown', '1', '{"code": "x"}')$$);
SELECT refused($$SELECT orm.update_where('Item', '{"where": {}}', '{"code": "x"}')$$);
SELECT refused($$SELECT orm.flush('{"add": [{"model": "Item", "object": {"id": 2, "name": "b", "code": "x"}}]}')$$);
SELECT refused($$SELECT orm.add('Item', '{"id": 2, "name": "b", "code": "x"}')$$);
SELECT orm.validate('Item', '{"id": 2, "name": "b", "code": "x"}');
SELECT refused($$CREATE FUNCTION make(id int, name text, code text) RETURNS items LANGUAGE orm AS 'create Item'$$);
SELECT refused($$CREATE FUNCTION make(id int, code text) RETURNS items LANGUAGE orm AS 'update Item'$$);

-- passed over
SELECT orm.save('Item', '{"id": 1, "name": "a2", "code": "x"}');
SELECT orm.save('Item', '{"id": 2, "name": "b", "code": "x", "parts": [{"id": 3, "name": "c", "code": "y"}]}');
SELECT orm.upsert('Item', '[{"id": 1, "name": "a3", "code": "z"}, {"id": 4, "name": "d", "code": "z"}]', conflict_on => ARRAY['id']);
SELECT orm.save('Item', orm.get('Item', 1)::text::orm.document, '{"action": true}');
SELECT orm.merge('Item', '{"id": 1, "name": "a4", "code": "m"}');
SELECT orm.flush();
SELECT orm.save('Shown', '{"id": 1, "name": "a5", "code": "v"}');
SELECT * FROM item_save(ROW(1, 'a6', 'row', NULL)::items);
SELECT id, name, code FROM items ORDER BY id;

-- it is no argument
SELECT proname, proargnames FROM pg_proc WHERE pronamespace = 'attribute_read_only'::regnamespace
    AND proname IN ('item_create', 'item_update', 'item_filter_by') ORDER BY 1;
SELECT id FROM item_filter_by(code => 'code') ORDER BY 1;

-- a read-only key identifies an object
SELECT refused($$SELECT orm.create('Keyed', '{"id": "00000000-0000-0000-0000-000000000002", "note": "n"}')$$);
SELECT orm.create('Keyed', '{"note": "n"}');
SELECT orm.save('Keyed', '{"id": "00000000-0000-0000-0000-000000000001", "note": "m"}');
SELECT * FROM keyed_update('00000000-0000-0000-0000-000000000001', note => 'o');

SELECT orm.describe('Item')::jsonb #> '{elements,2}';
SELECT orm.describe('Keyed')::jsonb #> '{elements,0}';

DROP SCHEMA attribute_read_only CASCADE;
