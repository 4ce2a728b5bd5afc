--
-- The example of docs/coming-from.md
--
CREATE SCHEMA coming_from;
SET search_path = coming_from, public;
SELECT orm.mixin('Timed', orm.timestamps());                               -- a mixin, an abstract base class
SELECT orm.model('Item', 'legacy_items',                                   -- @@map("legacy_items"), db_table
    orm.naming('camel'),                                                   -- @map of all columns
    orm.use('Timed'),
    orm.column('id', 'bigint', primary_key => true),
    orm.column('unit_price', 'numeric', nullable => false),
    orm.column('quantity', 'integer', nullable => false),
    orm.column('retired', 'boolean', server_default => 'false', nullable => false),
    orm.column('secret_note', 'text', hidden => true),                     -- omit, for good
    orm.computed('total', 'numeric', 'unit_price * quantity'),             -- hybrid_property
    orm.scope('current', '{"where": {"retired": false}}', is_default => true));   -- default_scope
SELECT count(*) > 0 AS made FROM orm.create_all();

SELECT orm.batch('[["create", "Item", {"id": 1, "unitPrice": 2, "quantity": 3, "secretNote": "x"}],
    ["create", "Item", {"id": 2, "unitPrice": 9, "quantity": 1, "retired": true}],
    ["count", "Item"]]') -> 2 AS current;                                   -- $transaction([…])
SELECT orm.all('Item', '{"select": ["id"], "compute": {"half": {"/": ["total", 2]}}}');              -- annotate(half=F("total") / 2)
SELECT orm.all('Item', '{"select": ["id"], "where": {"unitPrice": {"lt": {"$expr": "quantity"}}}}'); -- filter(unit_price__lt=F("quantity"))
SELECT orm.all('Item', '{"select": ["id"], "where": {"or": [{"total": {"gt": 5}}, {"not": {"quantity": 3}}]}}');  -- Q(…) | ~Q(…)
SELECT orm.all('Item', '{"omit": ["createdAt", "updatedAt", "quantity"]}');                          -- omit, defer
SELECT orm.all('Item', '{"unscoped": true, "select": ["id"], "where": {"total": {"ge": 9}}}');       -- unscoped
SELECT orm.update('Item', 1, '{"quantity": {"$expr": {"+": ["quantity", 1]}}}') ->> 'quantity' AS quantity; -- quantity = F("quantity") + 1

SET client_min_messages = warning;
DROP SCHEMA coming_from CASCADE;
