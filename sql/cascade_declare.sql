-- The option cascade of relationships: its words, where it stands, what remembers it.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA cascade_declare;
SET search_path = cascade_declare;
SET client_min_messages = warning;

\echo # the builders
SELECT orm.belongs_to('a', 'A', cascade => 'all'), orm.belongs_to('a', 'A', ARRAY['x', 'y'], cascade => 'none');
SELECT orm.belongs_to('a', 'A', NULL, 'as', true, 'cascade', 'no action', 'save-update');
SELECT orm.has_many('bs', 'B', 'a_id', 'a', 'all, delete-orphan'), orm.has_many('bs', 'B', ARRAY['x', 'y'], 'a', 'all');
SELECT orm.has_one('b', 'B', cascade => 'delete'), orm.has_one('b', 'B', ARRAY['x'], cascade => 'delete, delete-orphan');
SELECT orm.many_to_many('cs', 'C', 'bs_cs', 'bs', 'b_id', 'all'), orm.many_to_many('cs', 'C', ARRAY['x'], 'bs_cs', cascade => 'all');

\echo # words
CREATE FUNCTION declares(kind text, words text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text; code text;
BEGIN
    PERFORM orm.model(jsonb_build_object('model', 'Words', 'table', 'words', 'elements', jsonb_build_array(
        jsonb_build_object(kind, jsonb_build_object('name', 'r', 'model', 'R', 'cascade', words)))));
    RETURN (SELECT r.cascade FROM orm.relationships r WHERE r.model = 'Words');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, code = RETURNED_SQLSTATE;
    RETURN concat_ws(' | ', code, message, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT words, declares('has_many', words) FROM unnest(ARRAY['save-update', 'merge', 'save-update, merge', 'delete', 'all', 'none',
    'all, delete-orphan', ' ALL ,Delete-Orphan ', 'delete,delete', 'save-update, delete, delete-orphan',
    E'all,\n\tdelete-orphan']) words;
SELECT words, declares('has_many', words) FROM unnest(ARRAY['delete-orphan', 'save-update, delete-orphan', 'delete-orphans', 'orphan', 'expunge',
    'all, refresh-expire', '', ' ', 'all,', ',all', 'all,,delete-orphan', 'all delete-orphan', 'none, delete', 'all, none', 'none, none', 'cascade', '; DROP TABLE x; --', 'á']) words;
SELECT kind, words, declares(kind, words) FROM unnest(ARRAY['belongs_to', 'many_to_many', 'has_one']) kind, unnest(ARRAY['all, delete-orphan', 'all']) words;
SELECT orm.model('{"model": "Words", "table": "words", "elements": [{"has_many": {"name": "r", "model": "R", "cascade": null}}]}');
SELECT orm.model('{"model": "Words", "table": "words", "elements": [{"has_many": {"name": "r", "model": "R", "cascade": ["all"]}}]}');
SELECT orm.model('{"model": "Words", "table": "words", "elements": [{"has_many": {"name": "r", "model": "R", "cascades": "all"}}]}');
SELECT orm.model('{"model": "Words", "table": "words", "elements": [{"column": {"name": "r", "type": "text", "cascade": "all"}}]}');
SELECT orm.unmap('Words');

\echo # a document that goes through describe and back, before and after the table is there, and through drop_table
SELECT orm.model('Parent', 'parents', orm.column('id', 'int', primary_key => true), orm.column('name', 'text'),
    orm.has_many('children', 'Child', back_populates => 'parent', cascade => 'all, delete-orphan'),
    orm.has_one('note', 'Note', cascade => 'delete'),
    orm.many_to_many('tags', 'Tag', cascade => 'none'));
SELECT orm.model('Child', 'children', orm.column('id', 'int', primary_key => true),
    orm.belongs_to('parent', 'Parent', back_populates => 'children', cascade => 'save-update, merge'));
SELECT orm.model('Note', 'notes', orm.column('id', 'int', primary_key => true), orm.belongs_to('parent', 'Parent'));
SELECT orm.model('Tag', 'tags', orm.column('id', 'int', primary_key => true));
CREATE FUNCTION cascades() RETURNS TABLE (model text, relationship text, declared text, described text) LANGUAGE sql AS $$
    SELECT r.model, r.relationship, r.cascade, d.described FROM orm.relationships r
    LEFT JOIN LATERAL (SELECT e -> r.kind ->> 'cascade' AS described FROM json_array_elements(orm.describe(r.model) -> 'elements') e
        WHERE e -> r.kind ->> 'name' = r.relationship) d ON true ORDER BY 1, 2 $$;
SELECT * FROM cascades();
SELECT count(*) > 0 FROM orm.create_all();
SELECT * FROM cascades();
SELECT orm.describe('Parent');
SELECT parent_model() IS NOT NULL;
SELECT count(*) > 0 FROM orm.drop_table('Note');
SELECT count(*) > 0 FROM orm.drop_table('Child');
SELECT * FROM cascades();
SELECT count(*) > 0 FROM orm.create_all();

\echo # a described model can be declared again as it is
CREATE TABLE described AS SELECT orm.describe('Child')::jsonb AS before;
SELECT count(*) > 0 FROM orm.drop_table('Child');
SELECT orm.model(before) FROM described;
SELECT count(*) > 0 FROM orm.create_all();
SELECT before = orm.describe('Child')::jsonb FROM described;

\echo # mapped models; what is declared again reaches the plans of this session
CREATE TABLE owners (id int PRIMARY KEY, name text);
CREATE TABLE things (id int PRIMARY KEY, owner_id int REFERENCES owners);
SELECT count(*) FROM orm.map('cascade_declare.owners', 'Owner', orm.has_many('things', 'Thing'), orm.accessors(include => '{}'));
SELECT count(*) FROM orm.map('cascade_declare.things', 'Thing', orm.belongs_to('owner', 'Owner'), orm.accessors(include => '{}'));
INSERT INTO owners SELECT i FROM generate_series(1, 9) i;
INSERT INTO things SELECT i, i FROM generate_series(1, 9) i;
SELECT orm.delete('Owner', 1);
SELECT orm.update('Owner', 1, '{"things": [{"id": 10}]}');
SELECT orm.unmap('Owner');
SELECT count(*) FROM orm.map('cascade_declare.owners', 'Owner', orm.has_many('things', 'Thing', cascade => 'delete'), orm.accessors(include => '{}'));
SELECT orm.delete('Owner', 1);
SELECT count(*) FROM orm.map('cascade_declare.owners', 'Again', orm.has_many('things', 'Thing', cascade => 'delete-orphan'), orm.accessors(include => '{}'));
SELECT id FROM things ORDER BY id;

\echo # the foreign key says it as well, or no more: the plans follow
SELECT orm.delete('Owner', 2);
ALTER TABLE things DROP CONSTRAINT things_owner_id_fkey, ADD CONSTRAINT things_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners ON DELETE CASCADE;
SELECT orm.delete('Owner', 3);
ALTER TABLE things DROP CONSTRAINT things_owner_id_fkey, ADD CONSTRAINT things_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners ON DELETE SET NULL;
SELECT orm.delete('Owner', 4);
SELECT * FROM things ORDER BY id;

DROP SCHEMA cascade_declare CASCADE;
