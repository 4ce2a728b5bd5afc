-- A database that was there before: the Chinook music shop, 11 tables and 15.6
-- thousand rows, mapped as it stands.  ORM_TEST_CHINOOK names its chinook.sql;
-- without it there is nothing to test (expected/chinook_1.out).
\set there `test -r "$ORM_TEST_CHINOOK" && echo true || echo false`
\if :there
\else
\quit
\endif
\getenv chinook ORM_TEST_CHINOOK
\set regression :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_chinook;
CREATE DATABASE regress_orm_chinook TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_chinook
SET lc_messages = 'C';
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
\set ECHO none
\i :chinook
\set ECHO all

-- Map every table; the relationships follow its foreign keys
SELECT action, kind, identity FROM orm.map('artist', 'Artist', orm.has_many('albums', 'Album'));
SELECT action, kind, identity FROM orm.map('album', 'Album',
    orm.belongs_to('artist', 'Artist', back_populates => 'albums'),
    orm.has_many('tracks', 'Track', back_populates => 'album'));
SELECT count(*) FROM orm.map('genre', 'Genre', orm.has_many('tracks', 'Track'));
SELECT count(*) FROM orm.map('media_type', 'MediaType', orm.has_many('tracks', 'Track'));
SELECT model_name, action, identity FROM orm.map('track', 'Track',
    orm.belongs_to('album', 'Album', back_populates => 'tracks'),
    orm.belongs_to('genre', 'Genre', back_populates => 'tracks'),
    orm.belongs_to('media_type', 'MediaType', back_populates => 'tracks'),
    orm.many_to_many('playlists', 'Playlist', through => 'playlist_track', back_populates => 'tracks'),
    orm.has_many('sales', 'InvoiceLine'));
SELECT model_name, identity FROM orm.map('playlist', 'Playlist',
    orm.many_to_many('tracks', 'Track', through => 'playlist_track', back_populates => 'playlists'));
SELECT count(*) FROM orm.map('employee', 'Employee',
    orm.belongs_to('manager', 'Employee', foreign_key => 'reports_to', back_populates => 'reports'),
    orm.has_many('reports', 'Employee', back_populates => 'manager'),
    orm.has_many('customers', 'Customer'));
SELECT count(*) FROM orm.map('customer', 'Customer',
    orm.belongs_to('support_rep', 'Employee', back_populates => 'customers'),
    orm.has_many('invoices', 'Invoice'));
SELECT count(*) FROM orm.map('invoice', 'Invoice',
    orm.belongs_to('customer', 'Customer', back_populates => 'invoices'),
    orm.has_many('lines', 'InvoiceLine'));
SELECT model_name, action, identity FROM orm.map('invoice_line', 'InvoiceLine',
    orm.belongs_to('invoice', 'Invoice', back_populates => 'lines'),
    orm.belongs_to('track', 'Track', back_populates => 'sales'));
SELECT * FROM orm.models ORDER BY model;
SELECT model, relationship, kind, target, foreign_key, through, resolved FROM orm.relationships ORDER BY model, relationship;

-- Every row through every model
SELECT (SELECT count(*) FROM artist_all()) = (SELECT count(*) FROM artist) AS artists,
    (SELECT count(*) FROM album_all()) = (SELECT count(*) FROM album) AS albums,
    (SELECT count(*) FROM track_all()) = (SELECT count(*) FROM track) AS tracks,
    (SELECT count(*) FROM invoice_line_all()) = (SELECT count(*) FROM invoice_line) AS lines;

-- One object
SELECT * FROM artist_find(90);
SELECT orm.get('Track', 1);
SELECT orm.get('Employee', 1);
SELECT * FROM artist_find_by(name => 'AC/DC');
SELECT track_id, name, composer FROM track_filter_by(album_id => 4, genre_id => 1) ORDER BY track_id;
SELECT employee_id, first_name, title FROM employee_filter_by(reports_to => NULL);

-- Relationships
SELECT al.title, count(*) FROM artist_find_by(name => 'Iron Maiden') a, albums(a) al, tracks(al) t
GROUP BY al.album_id, al.title ORDER BY al.title LIMIT 5;
SELECT t.name, g.name AS genre, m.name AS media_type, ar.name AS artist
FROM track_find(2461) t, genre(t) g, media_type(t) m, album(t) al, artist(al) ar;
SELECT e.first_name, m.first_name AS manager FROM employee_all() e LEFT JOIN LATERAL manager(e) m ON true ORDER BY e.employee_id;
SELECT e.first_name, count(*) FROM employee_all() e, reports(e) r GROUP BY e.employee_id, e.first_name ORDER BY e.employee_id;
SELECT p.name, count(*) FROM playlist_all() p, tracks(p) t GROUP BY p.playlist_id, p.name ORDER BY p.playlist_id;
SELECT c.first_name, sum(l.quantity * l.unit_price) AS spent
FROM customer_filter_by(country => 'Brazil') c, invoices(c) i, lines(i) l GROUP BY c.customer_id, c.first_name ORDER BY c.customer_id;

-- The same as the joins by hand
SELECT (SELECT count(*) FROM playlist_all() p, tracks(p) t, genre(t) g WHERE g.name = 'Rock')
    = (SELECT count(*) FROM playlist_track JOIN track USING (track_id) JOIN genre g USING (genre_id) WHERE g.name = 'Rock') AS same;
SELECT (SELECT array_agg(t.track_id ORDER BY t.track_id) FROM customer_find(5) c, invoices(c) i, lines(i) l, track(l) t)
    = (SELECT array_agg(l.track_id ORDER BY l.track_id) FROM invoice i JOIN invoice_line l USING (invoice_id) WHERE i.customer_id = 5) AS same;

-- Every document equals to_json of its row
SELECT count(*) FROM track t WHERE orm.get('Track', t.track_id)::text IS DISTINCT FROM to_json(t)::text;
SELECT count(*) FROM employee e WHERE orm.get('Employee', e.employee_id)::text IS DISTINCT FROM to_json(e)::text;
SELECT count(*) FROM invoice i WHERE orm.get('Invoice', i.invoice_id)::text IS DISTINCT FROM to_json(i)::text;

-- Writing: keys of these tables are given, nothing numbers them
SELECT * FROM artist_create(artist_id => 1000, name => 'Los Fulanos');
SELECT * FROM album_create(1000, 'Primero', 1000);
SELECT orm.create('Track', '[
    {"track_id": 10001, "name": "Uno", "album_id": 1000, "media_type_id": 1, "milliseconds": 1000, "unit_price": 0.99},
    {"track_id": 10002, "name": "Dos", "album_id": 1000, "media_type_id": 1, "milliseconds": 2000, "unit_price": "1.49", "genre_id": 1}]');
SELECT t.name, t.milliseconds FROM artist_find(1000) a, albums(a) al, tracks(al) t ORDER BY t.track_id;
SELECT name, milliseconds, bytes FROM track_update(10001, milliseconds => 1500);
SELECT orm.save('Artist', '[{"artist_id": 1000, "name": "Los Menganos"}, {"artist_id": 1001, "name": "Los Zutanos"}]');
SELECT orm.upsert('Artist', '{"artist_id": 1001, "name": "Otros"}', '{}', '{"on_conflict": "ignore"}');
SELECT * FROM album_create(1001, 'Segundo', 5555);
SELECT artist_delete(1000);
SELECT track_delete(10001), track_delete(10002), album_delete(1000), artist_delete(1000), artist_delete(1001);

-- Every row saved again as it is: nothing changes, and nothing is written
BEGIN;
SELECT json_array_length(orm.save('Track', (SELECT json_agg(t) FROM track t)));
SELECT count(*) FROM track WHERE xmin::text::bigint = pg_current_xact_id()::text::bigint;
ROLLBACK;

-- The models go, the tables stay
SELECT count(*) FROM orm.models m, orm.unmap(m.model);
SELECT count(*) FROM orm.models;
SELECT count(*) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE l.lanname = 'orm';
SELECT count(*) FROM track;

\c :regression
DROP DATABASE regress_orm_chinook;
