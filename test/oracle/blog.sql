-- A blog, its data, and what the generator has to know of it.
CREATE SCHEMA blog;
SET search_path = oracle, blog;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET lc_monetary = 'C';
SET default_text_search_config = 'pg_catalog.english';
SET jit = off;

\o /dev/null
-- Relationships of every kind; a key of two columns; names that need quotes; tables without rows
SELECT orm.model('Author', 'blog.authors',
    orm.column('id', 'integer', primary_key => true),
    orm.column('name', 'text', nullable => false),
    orm.column('email', 'varchar(60)'),
    orm.column('born', 'date'),
    orm.column('rating', 'numeric(4,2)'),
    orm.column('active', 'boolean'),
    orm.column('settings', 'jsonb', nullable => false, server_default => $$'{}'$$),
    orm.column('tags', 'text[]'),
    orm.has_many('posts', 'Post', back_populates => 'author'),
    orm.has_many('comments', 'Comment', back_populates => 'writer'),
    orm.has_many('líneas "de pedido"', 'Línea de pedido'),
    orm.has_one('profile', 'Profile', back_populates => 'author'));
SELECT orm.model('Profile', 'blog.profiles',
    orm.belongs_to('author', 'Author', nullable => false, back_populates => 'profile'),
    orm.column('bio', 'text'),
    orm.column('seen', 'timestamptz'),
    orm.primary_key('author_id'));
SELECT orm.model('Post', 'blog.posts',
    orm.column('id', 'bigint', primary_key => true),
    orm.column('title', 'varchar(200)', nullable => false),
    orm.column('body', 'text'),
    orm.column('published', 'timestamp'),
    orm.column('edited', 'timestamp'),
    orm.column('views', 'integer', nullable => false, server_default => '0'),
    orm.column('likes', 'integer'),
    orm.column('words', 'integer[]'),
    orm.column('open', 'daterange'),
    orm.column('extra', 'json'),
    orm.belongs_to('author', 'Author', back_populates => 'posts'),
    orm.has_many('comments', 'Comment', back_populates => 'post'),
    orm.many_to_many('tags', 'Tag', back_populates => 'posts'));
SELECT orm.model('Comment', 'blog.comments',
    orm.column('id', 'bigint', primary_key => true),
    orm.column('text', 'text', nullable => false),
    orm.column('written', 'timestamptz', nullable => false),
    orm.column('score', 'double precision'),
    orm.column('hidden', 'boolean', nullable => false),
    orm.belongs_to('post', 'Post', nullable => false, back_populates => 'comments'),
    orm.belongs_to('writer', 'Author', back_populates => 'comments'),
    orm.belongs_to('parent', 'Comment', back_populates => 'replies'),
    orm.has_many('replies', 'Comment', back_populates => 'parent'));
SELECT orm.model('Tag', 'blog.tags',
    orm.column('name', 'text', primary_key => true),
    orm.column('weight', 'smallint'),
    orm.many_to_many('posts', 'Post', back_populates => 'tags'));
SELECT orm.model('Room', 'blog.rooms',
    orm.column('building', 'varchar(10)'),
    orm.column('number', 'integer'),
    orm.column('seats', 'integer'),
    orm.has_many('bookings', 'Booking', back_populates => 'room'),
    orm.primary_key('building', 'number'));
SELECT orm.model('Booking', 'blog.bookings',
    orm.column('id', 'integer', primary_key => true),
    orm.column('day', 'date', nullable => false),
    orm.column('price', 'numeric'),
    orm.belongs_to('room', 'Room', back_populates => 'bookings'),
    orm.belongs_to('guest', 'Author'));
SELECT orm.model('Línea de pedido', 'blog.Línea de "pedido"',
    orm.column('select', 'integer', primary_key => true),
    orm.column('Año', 'integer'),
    orm.column('a b', 'text'),
    orm.column('street "name"', 'text', attribute => 'calle'),
    orm.column('it''s', 'numeric(8,3)'),
    orm.belongs_to('el "autor"', 'Author', back_populates => 'líneas "de pedido"'),
    orm.has_many('nothing', 'Nothing'));
SELECT orm.model('Nothing', 'blog.nothing',
    orm.column('id', 'uuid', primary_key => true),
    orm.column('n', 'integer'),
    orm.column('label', 'text'),
    orm.belongs_to('line', 'Línea de pedido', foreign_key => 'the line'));
SELECT orm.create_all();
\o

INSERT INTO authors (id, name, email, born, rating, active, settings, tags) VALUES
    (1, 'Ada Lovelace', 'ada@example.com', '1815-12-10', 9.50, true, '{"a": "dark", "b": 1, "c": {"d": null}}', '{maths,engines}'),
    (2, 'Grace Hopper', 'grace@example.com', '1906-12-09', 9.75, true, '{"a": "light", "b": [1, 2]}', '{code}'),
    (3, 'Edsger', NULL, '1930-05-11', NULL, false, '{"b": 2.50}', '{}'),
    (4, 'ada', 'ADA@EXAMPLE.COM', NULL, 0, NULL, '{}', NULL),
    (5, '100% _sure_ \ "quoted"', '', '2000-02-29', 9.50, true, '{"a": null}', '{NULL,code,"a,b"}'),
    (6, E'line\nbreak\ttab', NULL, '-infinity', -1.25, false, '[]', '{code}'),
    (7, 'Ñandú 😀', 'n@example.com', '1999-12-31', 3, true, '{"a": "dark"}', '{maths}'),
    (8, '', NULL, NULL, NULL, NULL, '{"c": true}', NULL);
INSERT INTO profiles (author_id, bio, seen) VALUES
    (1, 'Countess', '2026-01-01 10:00+00'), (2, 'Admiral', '2026-03-31 23:59:59.5+00'), (3, NULL, NULL),
    (5, '50% off', '2025-12-31 00:00+00'), (7, '', '2026-01-01 10:00+00');
INSERT INTO posts (id, title, body, published, edited, views, likes, words, open, extra, author_id)
SELECT n, (ARRAY['On engines', 'Notes', 'Compilers', 'GOTO considered', '50% "off"', 'notes', 'Über_uns', ''])[1 + n * 7 % 8],
    CASE WHEN n % 5 <> 0 THEN (ARRAY['The engines of the future', 'fat cats sat on a mat', 'a b c', 'back\slash _ %', 'Engine engine ENGINES'])[1 + n % 5] END,
    CASE WHEN n % 4 <> 0 THEN timestamp '2025-11-03 08:30:15' + (n * 37 % 23) * interval '9 days 3 hours' END,
    CASE WHEN n % 3 = 0 THEN timestamp '2025-12-24 00:00' + n * interval '1 day' END,
    n * 13 % 10, CASE WHEN n % 6 <> 1 THEN n * 11 % 7 END,
    CASE WHEN n % 4 <> 3 THEN (ARRAY[n % 3, n % 5, NULL, 7])[1:1 + n % 4] END,
    CASE WHEN n % 3 <> 2 THEN daterange('2026-01-01'::date + n * 5 % 17, CASE WHEN n % 4 <> 0 THEN '2026-02-01'::date + n * 3 END) END,
    CASE WHEN n % 4 <> 2 THEN format('{"a" : [%s, "x"],  "b":{"z":1, "y":null}}', n)::json END,
    nullif((ARRAY[1, 2, 3, 1, 5, 0, 7, 2, 1])[1 + n % 9], 0)
FROM generate_series(1, 40) n;
INSERT INTO comments (id, text, written, score, hidden, post_id, writer_id, parent_id)
SELECT n, (ARRAY['First!', 'Thank you.', 'Anonymous', 'spam spam', 'I like engines', 'NO', 'no', '% _ \'])[1 + n * 5 % 8] || CASE WHEN n % 3 = 0 THEN ' ' || n ELSE '' END,
    timestamptz '2026-01-01 00:00+00' + (n * 53 % 97) * interval '13 hours 7 minutes',
    (ARRAY[0.5, -0.25, NULL, 1024, 'NaN', 2, 3.25]::float8[])[1 + n % 7], n % 3 = 1,
    1 + n * 17 % 31, nullif(n * 3 % 8, 0), CASE WHEN n > 20 AND n % 4 <> 0 THEN 1 + (n * 7) % 20 + CASE WHEN n > 60 AND n % 2 = 1 THEN 20 ELSE 0 END END
FROM generate_series(1, 110) n;
INSERT INTO tags VALUES ('code', 3), ('maths', 1), ('it''s', NULL), ('a "b"', 2), ('día', 1), ('unused', 9);
INSERT INTO posts_tags (post_id, tag_id)
SELECT p.id, t.name FROM posts p, tags t WHERE t.name <> 'unused' AND (p.id * ascii(t.name) + p.views) % 3 = 1;
INSERT INTO rooms VALUES ('Main', 1, 20), ('Main', 2, NULL), ('Annex', 1, 4), ('Annex', 10, 4), ('O''Hara', 2, 8);
INSERT INTO bookings (id, day, price, room_building, room_number, guest_id)
SELECT n, '2026-01-01'::date + n * 11 % 40, CASE WHEN n % 4 <> 0 THEN n * 1.10 END,
    CASE WHEN n % 7 <> 0 THEN (ARRAY['Main', 'Main', 'Annex', 'Annex'])[1 + n % 4] END, CASE WHEN n % 7 <> 0 THEN (ARRAY[1, 2, 1, 10])[1 + n % 4] END,
    nullif(n % 6, 0)
FROM generate_series(1, 24) n;
INSERT INTO "Línea de ""pedido""" ("select", "Año", "a b", "street ""name""", "it's", "el ""autor""_id")
SELECT n, 2020 + n % 4, CASE WHEN n % 5 <> 0 THEN chr(96 + n) || ' "b" ''c''' END, (ARRAY['Gran Vía', 'C/ Mayor', NULL])[1 + n % 3], n * 0.125,
    nullif(n % 4, 0) FROM generate_series(1, 14) n;

-- A column of every built-in type
CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "fine"');
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE sample (type text PRIMARY KEY, kind "char", literals text[]);
INSERT INTO sample VALUES
    ('boolean', 'b', '{t,f}'), ('smallint', 'n', '{-32768,32767,7}'), ('integer', 'n', '{-2147483648,2147483647,0}'),
    ('bigint', 'n', '{-9223372036854775808,9223372036854775807,12}'), ('real', 'n', '{1.1,NaN,-Infinity}'),
    ('double precision', 'n', '{0.1,-0,NaN,1e100}'), ('numeric', 'n', '{0.5,123456789012345678901234567890.123456789,NaN,-1.500}'),
    ('numeric(10,2)', 'n', '{12.345,-0.01,7}'), ('text', 't', ARRAY['', 'hola', 'NULL', E'quote " back \\ slash \n tab \t', 'ñandú 😀']),
    ('varchar(20)', 't', '{abc,Abc,"%_"}'), ('character(5)', 'o', '{ab,"a",abcde}'), ('name', 'o', '{some name,other}'), ('"char"', 'o', '{x,y}'),
    ('bytea', 'o', ARRAY['\xdeadbeef00', '', '\x5c22']), ('date', 'd', '{2020-02-29,infinity,0044-03-15 BC}'), ('time', 'o', '{12:34:56.7,24:00}'),
    ('timetz', 'o', '{12:34:56+03,00:00+00}'), ('timestamp', 'o', '{2020-02-29 12:34:56.789012,infinity,2021-01-01}'),
    ('timestamptz', 'o', '{2020-02-29 12:34:56.789012+05:30,-infinity}'), ('interval', 'o', '{1 year 2 mons -3 days 04:05:06.789,-00:00:01}'),
    ('json', 'J', ARRAY['{"a" : [1, 2,  "x\u0041"], "b":null}', '"str"', '12.0']), ('jsonb', 'j', ARRAY['{"b":[1,2.50,"x"],"a":null}', '"s\"tr"', '1e5', '[]', 'true']),
    ('jsonpath', 'x', ARRAY['$.a[*] ? (@ > 1)']), ('uuid', 'o', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,00000000-0000-0000-0000-000000000000}'),
    ('inet', 'o', '{192.168.1.5/24,::1}'), ('cidr', 'o', '{10.0.0.0/8,192.168.0.0/16}'), ('macaddr', 'o', '{08:00:2b:01:02:03}'),
    ('macaddr8', 'o', '{08:00:2b:01:02:03:04:05}'), ('bit(5)', 'o', '{10101,00000}'), ('bit varying', 'o', '{101,1}'), ('money', 'o', '{12.34,-1234567.89}'),
    ('oid', 'o', '{4294967295,0}'), ('xid', 'x', '{123}'), ('xid8', 'o', '{12345678901234}'), ('tid', 'o', '{"(1,2)"}'), ('pg_lsn', 'o', '{16/B374D848,0/0}'),
    ('tsvector', 'o', ARRAY['a:1 fat:2 cat:3', '']), ('tsquery', 'o', '{"fat & (rat | cat)"}'), ('point', 'p', '{"(1.5,-2)","(0,0)","(3,4)"}'), ('line', 'x', ARRAY['{1,2,3}']),
    ('lseg', 'x', '{"[(1,2),(3,4)]"}'), ('box', 'x', '{"(3,4),(1,2)"}'), ('path', 'x', '{"((1,2),(3,4))"}'), ('polygon', 'x', '{"((1,2),(3,4),(5,6))"}'),
    ('circle', 'x', '{"<(1,2),3>"}'), ('int4range', 'r', '{"[1,10)",empty,"[5,)"}'), ('int8range', 'r', '{"(,5)","[1,3)"}'), ('numrange', 'r', '{"[1.5,2.50]"}'),
    ('tsrange', 'r', ARRAY['["2020-01-01 00:00","2021-01-01")']), ('tstzrange', 'r', ARRAY['["2020-01-01 00:00+00",infinity]']),
    ('daterange', 'r', '{"[2020-01-01,)","[2020-01-01,2020-02-01)"}'), ('int4multirange', 'r', ARRAY['{[1,3),[5,7)}', '{}']), ('datemultirange', 'r', ARRAY['{[2020-01-01,2020-01-05)}']),
    ('mood', 'o', ARRAY['sad', 'ok', 'it''s "fine"']), ('pair', 'x', ARRAY['(1,"x ""y")', '(,)']), ('positive', 'n', '{5,6}'),
    ('integer[]', 'a', ARRAY['{1,NULL,3}', '{}', '{{1,2},{3,4}}', '{3}']), ('text[]', 'a', ARRAY['{a,"b c",NULL}', '{}', '{{a}}']),
    ('numeric[]', 'a', ARRAY['{1.50,NaN}']), ('date[]', 'a', ARRAY['{2020-02-29}', '{2020-02-29,infinity}']), ('uuid[]', 'a', ARRAY['{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}']),
    ('jsonb[]', 'x', ARRAY['{"{\"a\":1}",NULL}']), ('mood[]', 'a', ARRAY['{sad,ok}', '{}']);
DO $$
BEGIN
    PERFORM orm.model('Sample', 'blog.samples', VARIADIC ARRAY[orm.column('id', 'integer', primary_key => true)]
        || (SELECT array_agg(orm.column(type, type) ORDER BY type) FROM sample) || orm.has_many('children', 'Child', back_populates => 'sample'));
    PERFORM orm.model('Child', 'blog.children', orm.column('id', 'integer', primary_key => true), orm.belongs_to('sample', 'Sample', back_populates => 'children'));
    PERFORM orm.create_all();
    EXECUTE format('INSERT INTO samples (id, %s) SELECT n, %s FROM generate_series(1, 9) n',
        (SELECT string_agg(format('%I', type), ', ' ORDER BY type) FROM sample),
        (SELECT string_agg(format('((%L::text[])[1 + (n + %s) %% %s])::%s', literals || NULL::text, length(type), cardinality(literals) + 1, type), ', ' ORDER BY type) FROM sample));
    INSERT INTO children (id, sample_id) SELECT n, nullif(n * 7 % 10, 0) FROM generate_series(1, 12) n;
END $$;

INSERT INTO o_model VALUES ('Author', 'authors', '{id}'), ('Profile', 'profiles', '{author_id}'), ('Post', 'posts', '{id}'), ('Comment', 'comments', '{id}'),
    ('Tag', 'tags', '{name}'), ('Room', 'rooms', '{building,number}'), ('Booking', 'bookings', '{id}'),
    ('Línea de pedido', '"Línea de ""pedido"""', '{select}'), ('Nothing', 'nothing', '{id}'), ('Sample', 'samples', '{id}'), ('Child', 'children', '{id}');
-- Attributes are columns, but for one that is called otherwise
INSERT INTO o_attribute (model, place, name, expression, type, kind)
SELECT m.model, a.attnum, CASE a.attname WHEN 'street "name"' THEN 'calle' ELSE a.attname END, format('{{a}}.%I', a.attname), format_type(a.atttypid, a.atttypmod),
    coalesce((SELECT s.kind FROM sample s WHERE m.model = 'Sample' AND s.type = a.attname), CASE
        WHEN a.atttypid IN ('integer'::regtype, 'bigint'::regtype, 'smallint'::regtype, 'numeric'::regtype, 'float8'::regtype) THEN 'n'
        WHEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) THEN 't' WHEN a.atttypid IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN 'd'
        WHEN a.atttypid = 'boolean'::regtype THEN 'b' WHEN a.atttypid = 'jsonb'::regtype THEN 'j' WHEN a.atttypid = 'json'::regtype THEN 'J'
        WHEN a.atttypid IN ('integer[]'::regtype, 'text[]'::regtype) THEN 'a' WHEN a.atttypid = 'daterange'::regtype THEN 'r' ELSE 'o' END::"char")
FROM o_model m JOIN pg_attribute a ON a.attrelid = m.relation::regclass AND a.attnum > 0 AND NOT a.attisdropped;
INSERT INTO o_relationship VALUES
    ('Author', 'posts', 'Post', true, '{{c}}.author_id = {{p}}.id'), ('Author', 'comments', 'Comment', true, '{{c}}.writer_id = {{p}}.id'),
    ('Author', 'líneas "de pedido"', 'Línea de pedido', true, '{{c}}."el ""autor""_id" = {{p}}.id'), ('Author', 'profile', 'Profile', false, '{{c}}.author_id = {{p}}.id'),
    ('Profile', 'author', 'Author', false, '{{c}}.id = {{p}}.author_id'),
    ('Post', 'author', 'Author', false, '{{c}}.id = {{p}}.author_id'), ('Post', 'comments', 'Comment', true, '{{c}}.post_id = {{p}}.id'),
    ('Post', 'tags', 'Tag', true, 'EXISTS (SELECT 1 FROM posts_tags j WHERE j.post_id = {{p}}.id AND j.tag_id = {{c}}.name)'),
    ('Tag', 'posts', 'Post', true, 'EXISTS (SELECT 1 FROM posts_tags j WHERE j.post_id = {{c}}.id AND j.tag_id = {{p}}.name)'),
    ('Comment', 'post', 'Post', false, '{{c}}.id = {{p}}.post_id'), ('Comment', 'writer', 'Author', false, '{{c}}.id = {{p}}.writer_id'),
    ('Comment', 'parent', 'Comment', false, '{{c}}.id = {{p}}.parent_id'), ('Comment', 'replies', 'Comment', true, '{{c}}.parent_id = {{p}}.id'),
    ('Room', 'bookings', 'Booking', true, '{{c}}.room_building = {{p}}.building AND {{c}}.room_number = {{p}}.number'),
    ('Booking', 'room', 'Room', false, '{{c}}.building = {{p}}.room_building AND {{c}}.number = {{p}}.room_number'), ('Booking', 'guest', 'Author', false, '{{c}}.id = {{p}}.guest_id'),
    ('Línea de pedido', 'el "autor"', 'Author', false, '{{c}}.id = {{p}}."el ""autor""_id"'), ('Línea de pedido', 'nothing', 'Nothing', true, '{{c}}."the line" = {{p}}."select"'),
    ('Nothing', 'line', 'Línea de pedido', false, '{{c}}."select" = {{p}}."the line"'),
    ('Sample', 'children', 'Child', true, '{{c}}.sample_id = {{p}}.id'), ('Child', 'sample', 'Sample', false, '{{c}}.id = {{p}}.sample_id');
CALL o_collect();
ANALYZE;
