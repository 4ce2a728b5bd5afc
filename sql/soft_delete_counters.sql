-- Counters count what a relationship shows: rows that orm.soft_delete marks are out.
SET client_min_messages = warning;
CREATE SCHEMA soft_delete_counters;
SET search_path = soft_delete_counters, public;
SELECT orm.model('Shelf', 'shelves', orm.column('id', 'integer', primary_key => true),
  orm.has_many('books', 'Book', back_populates => 'shelf', cascade => 'all'), orm.counter('n', 'books'),
  orm.counter('thick', 'books', 'pages > 500'), orm.counter('pages', 'books', sum_of => 'pages'), orm.soft_delete(guard => true));
SELECT orm.model('Book', 'books', orm.column('id', 'integer', primary_key => true), orm.column('pages', 'integer'),
  orm.belongs_to('shelf', 'Shelf', back_populates => 'books'), orm.soft_delete());
SELECT count(*) > 0 FROM orm.create_all();
-- The counters beside what they should be.
CREATE FUNCTION counted(OUT id int, OUT n int, OUT thick int, OUT pages numeric, OUT ok bool) RETURNS SETOF record LANGUAGE sql AS $$
  SELECT s.id, s.n, s.thick, s.pages, s.n = b.n AND s.thick = b.thick AND s.pages = b.pages
  FROM shelves s, LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE o.pages > 500) AS thick, coalesce(sum(o.pages), 0) AS pages
    FROM books o WHERE o.shelf_id = s.id AND o.deleted_at IS NULL) b ORDER BY 1 $$;
SELECT orm.create('Shelf', '[{"books": [{"pages": 100}, {"pages": 700}, {"pages": 800}]}, {}]') IS NOT NULL;
SELECT * FROM counted();
SELECT orm.delete('Book', 2);
SELECT * FROM counted();
SELECT orm.restore('Book', 2) ->> 'pages' AS pages;
UPDATE books SET deleted_at = now() WHERE id = 1;
SELECT * FROM counted();
UPDATE books SET shelf_id = 2 WHERE id IN (1, 3);
SELECT * FROM counted();
SELECT orm.delete('Shelf', 1), orm.delete('Shelf', 2);
SELECT * FROM counted();
SELECT orm.restore('Shelf', 2) IS NOT NULL;
SELECT * FROM counted();
SELECT orm.purge('Book', now());
SELECT * FROM counted();
SELECT * FROM orm.repair('Shelf');
DROP SCHEMA soft_delete_counters CASCADE;
