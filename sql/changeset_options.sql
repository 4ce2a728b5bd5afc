-- The options of changesets: "unscoped", "validate", "settings". Oracle: the calls one by one with these options.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA changeset_options;
SET search_path = changeset_options;
SET client_min_messages = warning;

SELECT orm.model('CoUser', 'users', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('email', 'text', is_unique => true, nullable => false),
    orm.column('age', 'integer'), orm.column('gone', 'boolean', nullable => false, server_default => 'false'), orm.column('by', 'text', server_default => $$current_setting('app.user', true)$$),
    orm.validates('age', at_least => '18', message => 'is too young'), orm.has_many('notes', 'CoNote'),
    orm.scope('kept', '{"where": {"gone": false}}', is_default => true));
SELECT orm.model('CoNote', 'notes', orm.column('id', 'integer', primary_key => true), orm.column('text', 'varchar(5)', nullable => false), orm.belongs_to('user', 'CoUser'));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO users VALUES (1, 'a', 20, false, ''), (2, 'b', 20, true, ''), (3, 'c', 20, true, '');

-- default scopes
SELECT orm.flush('{"merge": [{"model": "CoUser", "object": {"id": 2, "age": 30}}]}');
SELECT orm.flush('{"remove": [{"model": "CoUser", "key": 3}]}');
SELECT orm.flush('{"merge": [{"model": "CoUser", "object": {"id": 2, "age": 30}}], "remove": [{"model": "CoUser", "key": 3}]}', '{"unscoped": true}');
SELECT orm.flush('{"merge": [{"model": "CoUser", "object": {"id": 2, "age": 31}}]}', '{"unscoped": false}');
SELECT * FROM users ORDER BY id;

-- everything that is wrong, as one error, with its places; nothing is written
SELECT orm.flush('{"add": [{"model": "CoUser", "object": {"id": 4, "age": 17}}, {"model": "CoUser", "object": {"id": 5, "email": "a", "age": "x"}},
        {"model": "CoNote", "object": {"text": "longer", "user": {"$ref": "ann"}}, "label": "n"}, {"model": "CoUser", "object": {"id": 6, "email": "ann", "nmae": 1}, "label": "ann"}],
    "merge": [{"model": "CoUser", "object": {"id": 1, "age": 3, "notes": [{"text": null}, 99]}}, {"model": "CoNote", "object": {"user": {"$ref": "none"}}}]}', '{"validate": "all"}');
-- one that is right: labels, a value that a row to be removed has, a row with two operations
SELECT orm.flush('{"add": [{"model": "CoUser", "object": {"id": 7, "email": "a"}, "label": "new"}, {"model": "CoNote", "object": {"text": "x", "user": {"$ref": "new"}}}],
    "merge": [{"model": "CoUser", "object": {"id": 8, "email": "h", "notes": [{"text": "y"}]}, "label": "h"}, {"model": "CoUser", "object": {"id": 8, "age": 40}}, {"model": "CoNote", "object": {"text": "z", "user": {"$ref": "h"}}}],
    "remove": [{"model": "CoUser", "key": 1}]}', '{"validate": "all", "settings": {"app.user": "ann"}}');
SELECT u.id, u.email, u.age, u.by, (SELECT array_agg(text ORDER BY text) FROM notes n WHERE n.user_id = u.id) FROM users u ORDER BY id;
SELECT orm.flush('{"merge": [{"model": "CoUser", "object": {"id": 8, "age": 41}}, {"model": "CoUser", "object": {"id": 8, "age": 4}}]}', '{"validate": "all"}');
SELECT orm.flush('{"merge": [{"model": "CoUser", "object": {"id": 8, "age": 4}}]}', '{"validate": "all", "dry_run": true}');
SELECT orm.batch('[["flush", {"merge": [{"model": "CoUser", "object": {"id": 8, "age": 4}}]}, {"validate": "all"}]]');
SELECT age FROM users WHERE id = 8;
-- what is not an option of changesets
SELECT orm.flush('{}', '{"validate": true}');
SELECT orm.flush('{}', '{"unscoped": "kept"}');
SELECT orm.flush('{}', '{"return": false}');

DROP SCHEMA changeset_options CASCADE;
