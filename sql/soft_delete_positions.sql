-- Positions of models with orm.soft_delete: marked rows leave the list, restored ones come last.
SET client_min_messages = warning;
CREATE SCHEMA soft_delete_positions;
SET search_path = soft_delete_positions, public;
SELECT orm.model('List', 'lists', orm.column('id', 'integer', primary_key => true),
  orm.has_many('tasks', 'Task', back_populates => 'list', cascade => 'all'), orm.counter('n', 'tasks'), orm.soft_delete());
SELECT orm.model('Task', 'tasks', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'),
  orm.belongs_to('list', 'List', back_populates => 'tasks'), orm.position('place', 'list'));
SELECT count(*) > 0 FROM orm.create_all();
CREATE FUNCTION places() RETURNS TABLE (list int, places text) LANGUAGE sql AS $$
  SELECT t.list_id, string_agg(t.name || coalesce(t.place::text, '-'), ' ' ORDER BY t.place, t.name) FROM tasks t GROUP BY 1 ORDER BY 1 $$;
SELECT orm.create('List', '[{"tasks": [{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "d"}]}, {"tasks": [{"name": "x"}]}]') IS NOT NULL;
SELECT * FROM places();

-- The element is added while the statements of the triggers are known to the session.
UPDATE tasks SET place = 1 WHERE name = 'd';
SELECT * FROM orm.extend('Task', orm.soft_delete());
SELECT action, object FROM orm.migrate();
SELECT orm.delete('Task', 1);
SELECT * FROM places();
SELECT id, n FROM lists ORDER BY 1;
SELECT orm.restore('Task', 1) ->> 'place' AS place;
SELECT * FROM places();
SELECT id, n FROM lists ORDER BY 1;

-- A marked row that moves has no position; in plain SQL, too.
UPDATE tasks SET deleted_at = now() WHERE name IN ('b', 'c');
UPDATE tasks SET list_id = 2 WHERE name = 'c';
UPDATE tasks SET place = 2 WHERE name = 'b';
SELECT * FROM places();
UPDATE tasks SET deleted_at = NULL;
SELECT * FROM places();
SELECT orm.delete('List', 1);
SELECT * FROM places();
SELECT orm.restore('List', 1) IS NOT NULL;
SELECT * FROM places();
SELECT id, n FROM lists ORDER BY 1;
SELECT attribute, key, was, "is" FROM orm.repair('Task');
DROP SCHEMA soft_delete_positions CASCADE;
