-- Deleting with a version or an etag: they are compared as in updates.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY default
CREATE SCHEMA corner_delete;
SET search_path = corner_delete;
CREATE FUNCTION refused(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; state text;
BEGIN
    EXECUTE call;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, state = RETURNED_SQLSTATE;
    RETURN state || ' ' || message || coalesce(' | ' || nullif(detail, ''), '');
END $$;
CREATE TABLE docs (id int PRIMARY KEY, title text, version int NOT NULL DEFAULT 1);
CREATE TABLE pages (a int, b int, body text, PRIMARY KEY (a, b));
SELECT identity FROM orm.map('docs', 'CdDoc', orm.version('version')) WHERE identity LIKE '%delete%';
SELECT count(*) FROM orm.map('pages', 'CdPage');
INSERT INTO docs SELECT i, 'd' || i, 1 FROM generate_series(1, 20) AS i;
INSERT INTO pages SELECT i, i, 'p' || i FROM generate_series(1, 20) AS i;
CREATE FUNCTION etag(a int) RETURNS text LANGUAGE sql AS $$ SELECT orm.get('CdPage', ROW(a, a), '{"etag": true}') ->> '$etag' $$;
UPDATE docs SET title = 'changed' WHERE id BETWEEN 11 AND 20;
CREATE TABLE etags AS SELECT a, etag(a) FROM pages;
UPDATE pages SET body = 'changed' WHERE a BETWEEN 11 AND 20;

\echo # orm.delete: by a version, an etag, or both; null expects nothing
SELECT orm.delete('CdDoc', 1, '{"version": 1}'), orm.delete('CdDoc', '2', '{"version": 1}'), orm.delete('CdDoc', 3, '{"version": null, "etag": null}');
SELECT orm.delete('CdPage', ROW(1, 1), (SELECT format('{"etag": "%s"}', etag) FROM etags WHERE a = 1)::orm.document);
SELECT orm.delete('CdDoc', 4, format('{"version": 1, "etag": "%s"}', orm.get('CdDoc', 4, '{"etag": true}') ->> '$etag')::orm.document);
SELECT refused($$SELECT orm.delete('CdDoc', 11, '{"version": 1}')$$);
SELECT refused($$SELECT orm.delete('CdDoc', '12', '{"version": 7}')$$);
SELECT refused(format($$SELECT orm.delete('CdPage', '(13,13)', '{"etag": "%s"}')$$, etag)) FROM etags WHERE a = 13;
SELECT refused($$SELECT orm.delete('CdDoc', 13, '{"version": 2, "etag": "00"}')$$);
\echo # an object that does not exist is not there, whatever is expected of it
SELECT orm.delete('CdDoc', 99, '{"version": 1}'), orm.delete('CdDoc', NULL::int, '{"version": 1}'), orm.delete('CdPage', '(99,99)', '{"etag": "00"}');
\echo # what cannot be expected
SELECT refused($$SELECT orm.delete('CdPage', '(2,2)', '{"version": 1}')$$);
SELECT refused($$SELECT orm.delete('CdDoc', 5, '{"version": "x"}')$$);
SELECT refused($$SELECT orm.delete('CdDoc', 5, '{"etag": 5}')$$);
SELECT refused($$SELECT orm.delete('CdDoc', 5, '{"etag": "a", "etag": "a"}')$$);
SELECT refused($$SELECT orm.save('CdDoc', '{"id": 5}', '{"etag": "a"}')$$);
SELECT refused($$SELECT orm.remove('CdDoc', 5, '{"dry_run": true}')$$);
\echo # typed functions take the version of a model that has one
SELECT cd_doc_delete(5, 1), cd_doc_delete(6, version => 1), cd_doc_delete(7), cd_doc_delete(8, NULL), cd_doc_delete(99, 1), cd_doc_delete(NULL, 1);
SELECT refused('SELECT cd_doc_delete(14, 1)');
SELECT cd_doc_delete(15, 2);
SELECT cd_page_delete(2, 2);
CREATE FUNCTION mine(id int, version bigint DEFAULT orm.unset(NULL::bigint)) RETURNS boolean LANGUAGE orm AS 'delete CdDoc';
SELECT mine(16, 2), mine(17);
SELECT refused('SELECT mine(18, 1)');
CREATE FUNCTION wrong(id int, title text) RETURNS boolean LANGUAGE orm AS 'delete CdDoc';
\echo # the unit of work, and a changeset: compared when they are written, before the round changes the row itself
BEGIN;
SELECT orm.remove('CdDoc', 9, '{"version": 1}'), orm.remove('CdPage', '(3,3)', (SELECT format('{"etag": "%s"}', etag) FROM etags WHERE a = 3)::orm.document);
COMMIT;
BEGIN;
SELECT orm.remove('CdDoc', 10, '{"version": 1}');
UPDATE docs SET title = 'meanwhile' WHERE id = 10;
COMMIT;
SELECT refused($$SELECT orm.remove('CdPage', '(14,14)', '{"etag": "00"}'), orm.flush()$$);
SELECT orm.merge('CdDoc', '{"id": 10, "title": "and then"}'), orm.remove('CdDoc', 10, '{"version": 1}'), orm.flush();
SELECT orm.flush('{"remove": [{"model": "CdDoc", "key": 18, "version": 2}, {"model": "CdDoc", "key": 99, "version": 1}, {"model": "CdPage", "key": {"a": 4, "b": 4}, "etag": null}]}');
SELECT refused($$SELECT orm.flush('{"remove": [{"model": "CdDoc", "key": 19, "version": 2}, {"model": "CdDoc", "key": 20, "version": 1}]}')$$);
SELECT refused($$SELECT orm.flush('{"remove": [{"model": "CdPage", "key": {"a": 5, "b": 5}, "version": 1}]}')$$);
SELECT refused($$SELECT orm.flush('{"merge": [{"model": "CdDoc", "object": {"id": 5}, "etag": "x"}]}')$$);
SELECT orm.remove('CdDoc', 19, '{"version": 2}'), orm.remove('CdDoc', 99, '{"version": 2}'), orm.remove('CdDoc', NULL::int, '{"version": 2}'), orm.flush();
SELECT array_agg(id ORDER BY id) FROM docs;
SELECT array_agg(a ORDER BY a) FROM pages;


\echo # "return": the deleted object, or objects, in the form of a query
CREATE TABLE carts (id int PRIMARY KEY, owner text, total numeric(8,2) DEFAULT 0);
CREATE TABLE lines (id int PRIMARY KEY, cart_id int NOT NULL REFERENCES carts, what text);
SELECT count(*) FROM orm.map('carts', 'CdCart', orm.has_many('lines', 'CdLine', cascade => 'all, delete-orphan'));
SELECT count(*) FROM orm.map('lines', 'CdLine', orm.belongs_to('cart', 'CdCart'));
INSERT INTO carts SELECT i, 'o' || i % 3, i FROM generate_series(1, 12) AS i;
INSERT INTO lines SELECT i, 1 + i % 12, 'l' || i FROM generate_series(1, 24) AS i;
SELECT orm.delete('CdCart', 1, '{"return": {}}');
SELECT orm.delete('CdCart', '2', '{"return": {"select": ["owner"], "load": ["lines"]}}');
SELECT orm.delete('CdCart', 2, '{"return": {}}'), orm.delete('CdCart', NULL::int, '{"return": {}}'), orm.delete('CdCart', 3, '{"return": false}');
SELECT orm.delete('CdPage', ROW(5, 5), '{"return": {"compute": {"long": "body"}, "etag": true}}');
SELECT orm.delete('CdCart', 4, '{"return": {}, "dry_run": true}'), orm.delete('CdCart', 4, '{"dry_run": true}'), orm.delete('CdCart', 44, '{}');
SELECT orm.delete_where('CdCart', '{"where": {"id": {"lt": 7}}}', options => '{"return": {"select": ["id"], "load": {"lines": {"select": ["what"]}}}}');
SELECT orm.delete_where('CdPage', '{"where": {}, "order_by": ["-a"], "limit": {"$": "n"}}', '{"n": 2}', '{"return": {"omit": ["b"]}}');
SELECT orm.delete_where('CdCart', '{"where": {"id": 0}}', options => '{"return": {}}'), orm.delete_where('CdCart', '{"where": {"id": 7}}', options => '{"return": false}');
SELECT refused($$SELECT orm.delete_where('CdCart', '{"where": {}}', options => '{"return": {}, "expect": 2}')$$);
SELECT refused($$SELECT orm.delete('CdCart', 8, '{"return": {"where": {}}}')$$);
SELECT refused($$SELECT orm.delete('CdCart', 8, '{"return": {"select": ["nothing"]}}')$$);
SELECT refused($$SELECT orm.delete('CdCart', 8, '{"return": true}')$$);
SELECT orm.delete_where('CdCart', '{"where": {"id": 8}}') AS n, orm.delete_where('CdCart', '{"where": {"id": {"$": "n"}}}', '{"n": 9}') AS m, pg_typeof(orm.delete('CdCart', 99)), pg_typeof(orm.delete('CdCart', 99, '{}'));
\echo # ... of a role that may not lock rows, and under a trigger that keeps some
CREATE ROLE regress_orm_deletes;
GRANT USAGE ON SCHEMA corner_delete TO regress_orm_deletes;
GRANT SELECT, DELETE ON carts, lines TO regress_orm_deletes;
SET ROLE regress_orm_deletes;
SELECT orm.delete('CdCart', 10, '{"return": {"select": ["id"]}}');
SELECT orm.delete_where('CdCart', '{"where": {"id": 11}}', options => '{"return": {"select": ["id"]}}');
RESET ROLE;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE DELETE ON docs FOR EACH ROW WHEN (OLD.id = 12) EXECUTE FUNCTION keep();
SELECT refused($$SELECT orm.delete_where('CdDoc', '{"where": {}}', options => '{"return": {}}')$$);
SELECT array_agg(id ORDER BY id) FROM docs;
SELECT array_agg(id) FROM carts;

DROP OWNED BY regress_orm_deletes;
DROP ROLE regress_orm_deletes;
DROP SCHEMA corner_delete CASCADE;
