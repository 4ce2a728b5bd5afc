-- Tables made from declarations, seen in PostgreSQL's catalogs.
CREATE SCHEMA tables;
CREATE SCHEMA "tables . 2";
SET search_path = tables;
SET client_min_messages = warning;

-- what a relation is made of, a line for each part (NOT NULL of a column is a constraint only since PostgreSQL 18)
CREATE FUNCTION parts(relation regclass) RETURNS SETOF text LANGUAGE sql AS $$
	(SELECT concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
		'collate ' || nullif(a.attcollation, t.typcollation)::regcollation::text,
		CASE WHEN a.attnotnull THEN 'not null' END,
		CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity' END,
		CASE a.attgenerated WHEN 's' THEN 'generated' WHEN '' THEN 'default' END || ' ' || pg_get_expr(d.adbin, d.adrelid),
		'-- ' || col_description(a.attrelid, a.attnum))
	FROM pg_attribute a
	JOIN pg_type t ON t.oid = a.atttypid
	LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
	UNION ALL
	(SELECT conname || ': ' || pg_get_constraintdef(oid) FROM pg_constraint
	 WHERE conrelid = relation AND contype <> 'n' ORDER BY contype, conname COLLATE "C")
	UNION ALL
	(SELECT regexp_replace(pg_get_indexdef(i.indexrelid), ' ON .* USING ', ' USING ') FROM pg_index i
	 LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
	 WHERE i.indrelid = relation AND c.oid IS NULL ORDER BY i.indexrelid::regclass::text COLLATE "C")
$$;

-- every argument of a column
SELECT orm.model('Kitchen', 'kitchen',
	orm.column('id', 'bigint', primary_key => true),
	orm.column('name', 'varchar(20)', nullable => false, is_unique => true, "collation" => 'C', comment => 'it''s \ "it"'),
	orm.column('price', 'numeric(10,2)', server_default => '1.5 -- not a comment', check_expr => 'price >= 0'),
	orm.column('twice', 'numeric', generated => 'price * 2'),
	orm.column('made', 'timestamptz(3)', server_default => 'now()', indexed => true),
	orm.column('parent', 'bigint', foreign_key => 'Kitchen', on_delete => 'CASCADE', on_update => 'no action'),
	orm.column('number', 'int', identity => 'always'),
	orm.column('tags', 'text[]', server_default => '''{}'''),
	orm.column('select', 'text', nullable => true),
	orm.column('quo"te', 'text', attribute => 'quote'),
	orm.column('Ñ', '"char"'),
	orm.index(ARRAY['tags'], method => 'gin'),
	orm.index(ARRAY['name', 'made'], 'an index', is_unique => true, where_expr => 'price > 0'),
	orm.unique(ARRAY['select', 'quo"te'], 'pair'),
	orm.check('a check', 'twice < 100 OR name IS NULL'),
	orm.foreign_key(ARRAY['name'], 'Kitchen', ARRAY['name'], name => 'a key', on_update => 'set null'),
	orm.accessors(include => '{}'));
SELECT count(*) FROM orm.create_table('Kitchen');
SELECT * FROM parts('kitchen');

-- belongs_to adds what is not declared: a column where it stands, a foreign key, an index
SELECT orm.model('Author', 'authors', orm.column('id', 'uuid', primary_key => true), orm.has_many('posts', 'Post'));
SELECT orm.model('Post', '"tables . 2".posts',
	orm.column('id', 'integer', primary_key => true),
	orm.belongs_to('author', 'Author', nullable => false, on_delete => 'cascade'),
	orm.column('title', 'text'),
	orm.many_to_many('tags', 'Tag', back_populates => 'posts'));
SELECT orm.model('Tag', 'tags',
	orm.column('language', 'char(2)'),
	orm.column('name', 'text', "collation" => 'POSIX'),
	orm.primary_key('language', 'name'),
	orm.many_to_many('posts', 'Post', back_populates => 'tags'));
-- of what is declared it adds nothing again
SELECT orm.model('Profile', 'profiles',
	orm.column('author_id', 'uuid', primary_key => true, foreign_key => 'authors.id'),
	orm.belongs_to('author', 'Author', on_delete => 'restrict'));
-- a key of several columns; columns with other names; a key that leads a longer one needs no index
SELECT orm.model('Use', 'uses',
	orm.belongs_to('tag', 'Tag'),
	orm.belongs_to('second', 'Tag', foreign_key => ARRAY['l', 'n']),
	orm.column('n', 'text'),
	orm.belongs_to('by', 'Author', foreign_key => 'writer'),
	orm.unique('writer', 'n'));
-- a primary key that is made of keys of others
SELECT orm.model('Line', 'lines', orm.belongs_to('post', 'Post'), orm.column('number', 'smallint'),
	orm.primary_key('post_id', 'number'));
SELECT orm.model('Remark', 'remarks', orm.column('id', 'smallint', primary_key => true), orm.belongs_to('line', 'Line'));
-- circles: a foreign key that closes one comes last; a table that refers to itself
SELECT orm.model('Egg', 'eggs', orm.column('id', 'int', primary_key => true), orm.belongs_to('hen', 'Hen'));
SELECT orm.model('Hen', 'hens', orm.column('id', 'int', primary_key => true), orm.belongs_to('egg', 'Egg'),
	orm.belongs_to('mother', 'Hen', on_delete => 'set null'));
-- a table joined with itself, in both directions
SELECT orm.model('Person', 'people', orm.column('id', 'int', primary_key => true),
	orm.many_to_many('follows', 'Person', back_populates => 'followers'),
	orm.many_to_many('followers', 'Person'));
-- a join table with names of its own
SELECT orm.model('Course', 'courses', orm.column('id', 'int', primary_key => true),
	orm.many_to_many('students', 'Person', through => 'enrolled', foreign_key => 'course'));
-- identities: not for other types, not where there is a default, not where it is said, not for a key of another table
SELECT orm.model('K1', 'k1', orm.column('id', 'smallint', primary_key => true, identity => 'always'));
SELECT orm.model('K2', 'k2', orm.column('id', 'integer', primary_key => true, identity => 'none'));
SELECT orm.model('K3', 'k3', orm.column('id', 'integer', primary_key => true, server_default => '7'));
SELECT orm.model('K4', 'k4', orm.column('id', 'numeric', primary_key => true));
SELECT orm.model('K5', 'k5', orm.column('id', 'integer'), orm.primary_key(ARRAY['id'], 'k five'));

SELECT model_name, kind, identity FROM orm.create_all() WHERE kind LIKE '%table';
SELECT relation, part
FROM unnest(ARRAY['authors', '"tables . 2".posts', 'tags', '"tables . 2".posts_tags', 'profiles', 'uses', 'lines', 'remarks',
	'eggs', 'hens', 'people', 'people_people', 'courses', 'enrolled', 'k1', 'k2', 'k3', 'k4', 'k5']) AS relation,
	parts(relation::regclass) AS part;

-- again: there is nothing left to make
SELECT * FROM orm.create_all();

-- hostile text stays text
SELECT orm.model('x"; DROP TABLE kitchen; --', '"y"".""; DROP TABLE kitchen; --"',
	orm.column('a"); DROP TABLE kitchen; --', 'text', server_default => '''); DROP TABLE kitchen; --''',
		comment => '''; DROP TABLE kitchen; --', attribute => 'a'),
	orm.check('c"; DROP TABLE kitchen; --', '''"; DROP TABLE kitchen; --'' <> '''''),
	orm.index(ARRAY['a"); DROP TABLE kitchen; --'], 'i"; DROP TABLE kitchen; --'),
	orm.accessors(include => '{}'));
SELECT count(*) FROM orm.create_all();
SELECT relname FROM pg_class WHERE relnamespace = 'tables'::regnamespace AND relkind = 'r' AND relname ~ 'DROP|kitchen' ORDER BY 1;
SELECT parts((SELECT oid FROM pg_class WHERE relname ~ '^y.*DROP' AND relkind = 'r'));

DROP SCHEMA tables, "tables . 2" CASCADE;
SELECT count(*) FROM orm.models;
