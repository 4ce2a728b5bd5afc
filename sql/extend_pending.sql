-- orm.extend on a declared model with a table: join tables stay, and what is not there yet is pending.
SET client_min_messages = warning;
CREATE SCHEMA extend_pending;
SET search_path = extend_pending, public;

SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true));
SELECT count(*) > 0 AS created FROM orm.create_all();
INSERT INTO posts VALUES (1);
INSERT INTO tags VALUES (1), (2);
SELECT orm.save('Post', '{"id": 1, "tags": [1, 2]}', '{"return": {"load": ["tags"]}}');

-- replaced without a join table, a relationship keeps the one that was made for it
SELECT * FROM orm.extend('Post', orm.many_to_many('tags', 'Tag', filter => '{"id": {"gt": 1}}'));
SELECT orm.all('Post', '{"load": ["tags"]}');
SELECT model, pending FROM orm.models WHERE schema = 'extend_pending';
SELECT count(*) FROM orm.diff('Post');

-- a new one is pending, the rest stays in force
SELECT * FROM orm.extend('Post', orm.many_to_many('authors', 'Author'));
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true));
SELECT * FROM orm.extend('Post', orm.belongs_to('editor', 'Author'));
SELECT model, pending FROM orm.models WHERE schema = 'extend_pending';
SELECT orm.all('Post', '{"load": ["tags"]}');
SELECT orm.all('Post', '{"load": ["authors"]}');
SELECT * FROM orm.extend('Post', orm.many_to_many('labels', 'Tag', through => 'labels'), orm.many_to_many('marks', 'Tag'));
SELECT orm.all('Post', '{"load": ["labels"]}');
SELECT orm.all('Post', '{"load": ["marks"]}');
SELECT orm.drop_element('Post', 'relationship', 'labels'), orm.drop_element('Post', 'relationship', 'marks');
SELECT action, object FROM orm.migrate();
SELECT count(*) FROM orm.diff();
INSERT INTO authors VALUES (7), (8);
SELECT orm.save('Post', '{"id": 1, "authors": [7], "editor": 8}', '{"return": {"load": ["authors", "editor", "tags"]}}');
-- the join table was made by the extension and goes with the model
SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT relname FROM pg_class WHERE relnamespace = 'extend_pending'::regnamespace;

SELECT count(*) FROM (SELECT orm.unmap(model) FROM orm.models) u;
DROP SCHEMA extend_pending CASCADE;
