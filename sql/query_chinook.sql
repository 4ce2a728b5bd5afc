-- Query documents over a database that was there before, the Chinook music shop,
-- against SQL.  ORM_TEST_CHINOOK names its chinook.sql; without it there is
-- nothing to test (expected/query_chinook_1.out).
\set there `test -r "$ORM_TEST_CHINOOK" && echo true || echo false`
\if :there
\else
\quit
\endif
\getenv chinook ORM_TEST_CHINOOK
\getenv source PG_ABS_SRCDIR
\set generator :source '/test/oracle/generator.sql'
\set regression :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_query_chinook;
CREATE DATABASE regress_orm_query_chinook TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_query_chinook
SET client_min_messages = warning;
SET lc_messages = 'C';
SET TimeZone = 'UTC';
SET default_text_search_config = 'pg_catalog.english';
SET jit = off;
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
\set ECHO none
\i :chinook
\i :generator
SET search_path = oracle, public;
ANALYZE;
\set ECHO all

-- Map every table; the relationships follow its foreign keys
SELECT orm.map('artist', 'Artist', orm.has_many('albums', 'Album'), orm.accessors(include => '{}'));
SELECT orm.map('album', 'Album', orm.belongs_to('artist', 'Artist'), orm.has_many('tracks', 'Track'), orm.accessors(include => '{}'));
SELECT orm.map('genre', 'Genre', orm.has_many('tracks', 'Track'), orm.accessors(include => '{}'));
SELECT orm.map('media_type', 'MediaType', orm.has_many('tracks', 'Track'), orm.accessors(include => '{}'));
SELECT orm.map('track', 'Track', orm.belongs_to('album', 'Album'), orm.belongs_to('genre', 'Genre'), orm.belongs_to('media_type', 'MediaType'),
    orm.many_to_many('playlists', 'Playlist', through => 'playlist_track'), orm.has_many('sales', 'InvoiceLine'), orm.accessors(include => '{}'));
SELECT orm.map('playlist', 'Playlist', orm.many_to_many('tracks', 'Track', through => 'playlist_track'), orm.accessors(include => '{}'));
SELECT orm.map('employee', 'Employee', orm.belongs_to('manager', 'Employee', foreign_key => 'reports_to'), orm.has_many('reports', 'Employee'),
    orm.has_many('customers', 'Customer'), orm.accessors(include => '{}'));
SELECT orm.map('customer', 'Customer', orm.belongs_to('support_rep', 'Employee'), orm.has_many('invoices', 'Invoice'), orm.accessors(include => '{}'));
SELECT orm.map('invoice', 'Invoice', orm.belongs_to('customer', 'Customer'), orm.has_many('lines', 'InvoiceLine'), orm.accessors(include => '{}'));
SELECT orm.map('invoice_line', 'InvoiceLine', orm.belongs_to('invoice', 'Invoice'), orm.belongs_to('track', 'Track'), orm.accessors(include => '{}'));
SELECT count(*) FROM orm.models;

-- The same for the generator: attributes are columns
INSERT INTO o_model VALUES ('Artist', 'artist', '{artist_id}'), ('Album', 'album', '{album_id}'), ('Genre', 'genre', '{genre_id}'), ('MediaType', 'media_type', '{media_type_id}'),
    ('Track', 'track', '{track_id}'), ('Playlist', 'playlist', '{playlist_id}'), ('Employee', 'employee', '{employee_id}'), ('Customer', 'customer', '{customer_id}'),
    ('Invoice', 'invoice', '{invoice_id}'), ('InvoiceLine', 'invoice_line', '{invoice_line_id}');
INSERT INTO o_attribute (model, place, name, expression, type, kind)
SELECT m.model, a.attnum, a.attname, format('{{a}}.%I', a.attname), format_type(a.atttypid, a.atttypmod),
    CASE a.atttypid WHEN 'integer'::regtype THEN 'n' WHEN 'numeric'::regtype THEN 'n' WHEN 'varchar'::regtype THEN 't' ELSE 'd' END::"char"
FROM o_model m JOIN pg_attribute a ON a.attrelid = m.relation::regclass AND a.attnum > 0;
INSERT INTO o_relationship VALUES
    ('Artist', 'albums', 'Album', true, '{{c}}.artist_id = {{p}}.artist_id'), ('Album', 'artist', 'Artist', false, '{{c}}.artist_id = {{p}}.artist_id'),
    ('Album', 'tracks', 'Track', true, '{{c}}.album_id = {{p}}.album_id'), ('Genre', 'tracks', 'Track', true, '{{c}}.genre_id = {{p}}.genre_id'),
    ('MediaType', 'tracks', 'Track', true, '{{c}}.media_type_id = {{p}}.media_type_id'),
    ('Track', 'album', 'Album', false, '{{c}}.album_id = {{p}}.album_id'), ('Track', 'genre', 'Genre', false, '{{c}}.genre_id = {{p}}.genre_id'),
    ('Track', 'media_type', 'MediaType', false, '{{c}}.media_type_id = {{p}}.media_type_id'), ('Track', 'sales', 'InvoiceLine', true, '{{c}}.track_id = {{p}}.track_id'),
    ('Track', 'playlists', 'Playlist', true, '(SELECT true FROM playlist_track j WHERE j.playlist_id = {{c}}.playlist_id AND j.track_id = {{p}}.track_id)'),
    ('Playlist', 'tracks', 'Track', true, '(SELECT true FROM playlist_track j WHERE j.playlist_id = {{p}}.playlist_id AND j.track_id = {{c}}.track_id)'),
    ('Employee', 'manager', 'Employee', false, '{{c}}.employee_id = {{p}}.reports_to'), ('Employee', 'reports', 'Employee', true, '{{c}}.reports_to = {{p}}.employee_id'),
    ('Employee', 'customers', 'Customer', true, '{{c}}.support_rep_id = {{p}}.employee_id'), ('Customer', 'support_rep', 'Employee', false, '{{c}}.employee_id = {{p}}.support_rep_id'),
    ('Customer', 'invoices', 'Invoice', true, '{{c}}.customer_id = {{p}}.customer_id'), ('Invoice', 'customer', 'Customer', false, '{{c}}.customer_id = {{p}}.customer_id'),
    ('Invoice', 'lines', 'InvoiceLine', true, '{{c}}.invoice_id = {{p}}.invoice_id'), ('InvoiceLine', 'invoice', 'Invoice', false, '{{c}}.invoice_id = {{p}}.invoice_id'),
    ('InvoiceLine', 'track', 'Track', false, '{{c}}.track_id = {{p}}.track_id');
CALL o_collect();

CALL o_generate('filters', '{Artist,Album,Genre,Employee,Customer,Invoice}', 'where', 60, 1);
CALL o_generate('lists', '{Track,Customer,Invoice,Album,InvoiceLine}', 'where select limit few', 40, 2);
CALL o_generate('graphs', '{Employee,Customer,Invoice,Album,Artist}', 'load where select limit order few', 60, 5);
CALL o_generate('groups', '{Employee,Customer,Genre}', 'groups', 30, 4);

-- Genres with the number of their tracks
SELECT o_same('by hand', 'Genre', '{"compute": {"tracks_count": {"count": "tracks"}}, "order_by": ["-tracks_count", "name"], "limit": 10}',
    $$SELECT '[' || string_agg(to_json(x)::text, ',') || ']' FROM (SELECT g.*, (SELECT count(*) FROM track t WHERE t.genre_id = g.genre_id) AS tracks_count
    FROM genre g ORDER BY tracks_count DESC, name, genre_id LIMIT 10) x$$);
-- Customers, their invoices, the lines of these, what was sold, from which album, by whom: six levels
SELECT o_same('by hand', 'Customer', '{"where": {"country": {"in": ["Spain", "Portugal", "Brazil"]}}, "order_by": ["last_name", "customer_id"], "select": ["first_name"],
    "load": {"invoices": {"select": ["invoice_date", "total"], "order_by": ["-invoice_date", "invoice_id"],
        "load": {"lines": {"select": ["quantity"], "load": {"track": {"select": ["name"], "load": {"album": {"select": ["title"], "load": {"artist": {"select": ["name"]}}}}}}}}}}}',
    $$SELECT '[' || string_agg(to_json(c)::text, ',') || ']' FROM (SELECT first_name, (SELECT o_array(array_agg(to_json(i))) FROM (SELECT invoice_date, total, (SELECT o_array(array_agg(to_json(l))) FROM (SELECT quantity,
        (SELECT to_json(t) FROM (SELECT name, (SELECT to_json(a) FROM (SELECT title, (SELECT to_json(r) FROM (SELECT name FROM artist r WHERE r.artist_id = al.artist_id) r) AS artist
            FROM album al WHERE al.album_id = t.album_id) a) AS album FROM track t WHERE t.track_id = l.track_id) t) AS track
        FROM invoice_line l WHERE l.invoice_id = i.invoice_id ORDER BY invoice_line_id) l) AS lines
        FROM invoice i WHERE i.customer_id = c.customer_id ORDER BY invoice_date DESC, invoice_id) i) AS invoices
    FROM customer c WHERE country IN ('Spain', 'Portugal', 'Brazil') ORDER BY last_name, customer_id) c$$);
-- Who works for whom, and how many customers each has
CREATE FUNCTION team(head integer) RETURNS text LANGUAGE sql AS $$
    SELECT format('{"first_name":%s,"n":%s,"reports":[%s]}', to_json(first_name), (SELECT count(*) FROM customer WHERE support_rep_id = employee_id),
        (SELECT string_agg(team(r.employee_id), ',' ORDER BY r.employee_id) FROM employee r WHERE r.reports_to = e.employee_id)) FROM employee e WHERE employee_id = head
$$;
SELECT o_same('by hand', 'Employee', '{"where": {"manager": null}, "select": ["first_name"], "compute": {"n": {"count": "customers"}}, "order_by": ["employee_id"],
    "load": {"reports": {"recursive": true, "select": ["first_name"], "compute": {"n": {"count": "customers"}}}}}',
    $$SELECT '[' || string_agg(team(employee_id), ',' ORDER BY employee_id) || ']' FROM employee WHERE reports_to IS NULL$$);
-- The latest invoice of each customer, and what it came to
SELECT o_same('by hand', 'Customer', '{"order_by": ["customer_id"], "select": ["customer_id"], "load": {"latest": {"of": "invoices", "one": true, "order_by": ["-invoice_date", "-invoice_id"],
    "select": ["invoice_date", "total"]}}}',
    $$SELECT '[' || string_agg(format('{"customer_id":%s,"latest":%s}', customer_id, (SELECT to_json(i) FROM (SELECT invoice_date, total FROM invoice i WHERE i.customer_id = c.customer_id
    ORDER BY invoice_date DESC, invoice_id DESC LIMIT 1) i)), ',' ORDER BY customer_id) || ']' FROM customer c$$);
-- Many objects: every track with what it was sold for, streamed; every playlist with all of its tracks
SELECT set_config('oracle.parameters', '', false);
SELECT o_compare('by hand', 'Track', 'SELECT string_agg(e::text, '','') FROM orm.each(%s, %s, %s) e', ('{"order_by": ["track_id"], "select": ["name"],
    "load": {"genre": {"select": ["name"]}, "sales": {"select": ["unit_price"]}}}',
    $$SELECT string_agg(format('{"name":%s,"genre":%s,"sales":%s}', to_json(name), (SELECT to_json(g) FROM (SELECT name FROM genre g WHERE g.genre_id = t.genre_id) g),
        (SELECT o_array(array_agg(format('{"unit_price":%s}', unit_price)::json ORDER BY invoice_line_id)) FROM invoice_line l WHERE l.track_id = t.track_id)), ',' ORDER BY track_id)
    FROM track t$$)::o_pair);
SELECT o_same('by hand', 'Playlist', '{"order_by": ["playlist_id"], "load": {"tracks": {"select": ["track_id"], "order_by": ["-milliseconds", "track_id"], "load": {"album": {"select": ["title"]}}}}}',
    $$SELECT '[' || string_agg(left(to_json(p)::text, -1) || ',"tracks":' || (SELECT o_array(array_agg(format('{"track_id":%s,"album":{"title":%s}}', t.track_id, to_json(a.title))::json
        ORDER BY milliseconds DESC, t.track_id)) FROM track t JOIN album a USING (album_id) JOIN playlist_track j ON j.track_id = t.track_id WHERE j.playlist_id = p.playlist_id)
        || '}', ',' ORDER BY playlist_id) || ']' FROM playlist p$$);

-- The verdict
\pset format unaligned
SELECT * FROM o_verdict;
SELECT * FROM o_differences;
\pset format aligned

\c :regression
DROP DATABASE regress_orm_query_chinook;
