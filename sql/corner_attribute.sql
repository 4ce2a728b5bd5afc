-- {"$attribute": name} in orm.update: an attribute becomes what another one of
-- the row is, as in orm.update_where and in plain SQL.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA corner_attribute;
SET search_path = corner_attribute;
CREATE FUNCTION refused(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; state text;
BEGIN
    EXECUTE call;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, state = RETURNED_SQLSTATE;
    RETURN state || ' ' || message || coalesce(' | ' || nullif(detail, ''), '');
END $$;
CREATE TABLE prices (id int PRIMARY KEY, price numeric(8,2) NOT NULL, list_price numeric(8,2), old int, tags text[], more text[],
    data jsonb, word varchar(3), label text, parent_id int REFERENCES prices, "Odd ""name""" int);
SELECT count(*) FROM orm.map('prices', 'CaPrice', orm.belongs_to('parent', 'CaPrice', 'parent_id'), orm.has_many('children', 'CaPrice'),
    orm.column('Odd "name"', attribute => 'odd'));
INSERT INTO prices VALUES (1, 5, 10.50, 3, '{a}', '{b,c}', '{"a": 1}', 'abc', 'abcdef', NULL, 7), (2, 6, NULL, NULL, NULL, NULL, NULL, NULL, 'xy', 1, NULL);
CREATE TABLE oracle AS SELECT * FROM prices;

UPDATE oracle SET price = list_price WHERE id = 1;
SELECT orm.update('CaPrice', 1, '{"price": {"$attribute": "list_price"}}', '{"return": {"select": ["price"]}}');
UPDATE oracle SET old = price, list_price = old, tags = more, label = word WHERE id = 1;
SELECT orm.update('CaPrice', 1, '{"old": {"$attribute": "price"}, "list_price": {"$attribute": "old"}, "tags": {"$attribute": "more"}, "label": {"$attribute": "word"}}') ->> 'old' AS old;
\echo # beside values, patches and relationships
UPDATE oracle SET price = price + 1, old = "Odd ""name""", data = '{"b": 2}' WHERE id = 1;
SELECT orm.update('CaPrice', 1, '{"price": {"$inc": 1}, "old": {"$attribute": "odd"}, "data": {"b": 2}, "children": [{"id": 2, "label": "child"}]}') ->> 'old' AS old;
UPDATE oracle SET label = 'child', "Odd ""name""" = id WHERE id = 2;
SELECT orm.update('CaPrice', '2', '{"odd": {"$attribute": "id"}}') ->> 'odd' AS odd;
\echo # a null, a row that does not change, a foreign key
UPDATE oracle SET parent_id = id WHERE id = 1;
SELECT orm.update('CaPrice', 1, '{"parent_id": {"$attribute": "id"}}', '{"action": true}') ->> '$action' AS action,
    orm.update('CaPrice', 1, '{"parent_id": {"$attribute": "id"}}', '{"action": true}') ->> '$action' AS again;
UPDATE oracle SET old = NULL WHERE id = 1;
SELECT orm.update('CaPrice', 1, '{"old": {"$attribute": "data"}}');
SELECT orm.update('CaPrice', 2, '{"old": {"$attribute": "list_price"}}', '{"action": true}') ->> '$action' AS action;
SELECT orm.update('CaPrice', 1, '{"old": null}', '{"return": false}');
SELECT p.id, p IS NOT DISTINCT FROM o AS same FROM prices p JOIN oracle o ON o.id = p.id::int ORDER BY 1;
\echo # what is refused; a json attribute takes such an object by $value
SELECT refused($$SELECT orm.update('CaPrice', 2, '{"price": {"$attribute": "list_price"}}')$$);
SELECT refused($$SELECT orm.update('CaPrice', 1, '{"word": {"$attribute": "label"}}'), orm.update('CaPrice', 2, '{"word": {"$attribute": "label"}}')$$);
SELECT refused($$SELECT orm.update('CaPrice', 2, '{"word": {"$attribute": "label"}}')$$);
SELECT refused($$SELECT orm.update('CaPrice', 1, '{"price": {"$attribute": "lst_price"}}')$$);
SELECT refused($$SELECT orm.update('CaPrice', 1, '{"price": {"$attribute": 5}}')$$);
SELECT refused($$SELECT orm.update('CaPrice', 1, '{"price": {"$attribute": "tags"}}')$$);
SELECT refused($$SELECT orm.update('CaPrice', 1, '{"id": {"$attribute": "old"}}')$$);
SELECT refused($$SELECT orm.update('CaPrice', 1, '{"price": {"$attribute": "old", "$inc": 1}}')$$);
SELECT refused($$SELECT orm.save('CaPrice', '{"id": 1, "price": {"$attribute": "old"}}')$$);
SELECT refused($$SELECT orm.create('CaPrice', '{"id": 9, "price": {"$attribute": "old"}}')$$);
SELECT orm.update('CaPrice', 1, '{"data": {"$value": {"$attribute": "tags"}}}', '{"return": {"select": ["data"]}}');
DROP SCHEMA corner_attribute CASCADE;
