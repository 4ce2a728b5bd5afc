-- The builder functions: pieces of a model document, in every form a call may have.
\pset format unaligned
\pset tuples_only on

-- column: named, positional, mixed; what is NULL is not given
SELECT orm.column('id', 'integer', primary_key => true);
SELECT orm.column('id', 'integer', true, false, true, false);
SELECT orm.column(name => 'id', type => 'integer');
SELECT orm.column('id');
SELECT orm.column('id', attribute => 'identifier');
SELECT orm.column('id', NULL, comment => NULL);
SELECT orm.column(NULL);
SELECT orm.column('a', 'text', primary_key => false, nullable => true, is_unique => false, indexed => true,
	server_default => '''x''', identity => 'always', generated => 'b || c', foreign_key => 'T.a',
	on_delete => 'cascade', on_update => 'set null', check_expr => 'a <> ''''', "collation" => 'C',
	attribute => 'alpha', comment => 'first');
SELECT orm.column('a', 'integer', identity => 'serial', sequence_name => 's', sequence_options => 'CACHE 5', storage => 'plain', compression => 'lz4');
SELECT orm.column('a'::varchar, 'text'::name, "collation" => 'es_ES.utf8');
\set VERBOSITY sqlstate
SELECT orm.column();
\set VERBOSITY default

-- whatever the text, it stays a string
SELECT orm.column('"', '\', comment => E'a\nb\t"c" \\ \x01 /* ''; DROP');
SELECT orm.column('ñandú', '日本', comment => '😀');
SELECT orm.column('{"column": null}');
SELECT orm.column('');

-- keys: columns as arguments, as an array, by name
SELECT orm.primary_key('a');
SELECT orm.primary_key('a', 'b', 'c');
SELECT orm.primary_key(ARRAY['a', 'b']);
SELECT orm.primary_key(ARRAY['a', 'b'], 'k');
SELECT orm.primary_key(columns => ARRAY['a'], name => 'k');
SELECT orm.primary_key(VARIADIC ARRAY['a', 'b']);
\set VERBOSITY sqlstate
SELECT orm.primary_key();
\set VERBOSITY default

SELECT orm.unique('a');
SELECT orm.unique('a', 'b');
SELECT orm.unique(ARRAY['a', 'b']);
SELECT orm.unique(ARRAY['a', 'b'], 'k');
SELECT orm.unique(ARRAY['a'], name => 'k');
SELECT orm.unique(columns => ARRAY['a', 'b']);
SELECT orm.unique(VARIADIC ARRAY['a', 'b']);
SELECT orm.unique(VARIADIC '{a,b}'::text[]);
SELECT orm.unique('a'::text, 'b'::varchar);
SELECT orm.unique('a'::text);
SELECT orm.unique('a', true);
SELECT orm.unique('a', is_deferrable => true, initially_deferred => true);
SELECT orm.unique(column_name => 'a', nulls_not_distinct => true, name => 'k', include => '{b}');
SELECT orm.unique(ARRAY['a', 'b'], 'k', true);
SELECT orm.unique(ARRAY['a', 'b'], nulls_not_distinct => true, is_deferrable => true, initially_deferred => false);
SELECT orm.unique('{a,b}'::text[], include => ARRAY['c'], comment => 'pairs');

SELECT orm.index('a');
SELECT orm.index('a', 'b');
SELECT orm.index('a', 'b', 'c', 'd', 'e');
SELECT orm.index(ARRAY['a', 'b']);
SELECT orm.index(ARRAY['a', 'b'], is_unique => true);
SELECT orm.index(ARRAY['a', 'b'], 'i', true, 'btree', 'a > 0');
SELECT orm.index(columns => ARRAY['a']);
SELECT orm.index(columns => ARRAY['a'], method => 'gin');
SELECT orm.index(VARIADIC ARRAY['a', 'b']);
SELECT orm.index('a', is_unique => true);
SELECT orm.index('a', true);
SELECT orm.index('a', name => 'i', where_expr => 'a > 0');
SELECT orm.index(columns => 'a', name => 'i');
SELECT orm.index('a'::text);
SELECT orm.index('a'::text, 'b'::text);
SELECT orm.index('-a');
SELECT orm.index('-a', '(lower(b))');
SELECT orm.index('(lower(a)) DESC', include => '{b,c}', name => 'i', comment => 'c');
SELECT orm.index(ARRAY['a', '-b'], opclass => 'text_pattern_ops', nulls => 'last');
SELECT orm.index('a', is_unique => true, nulls_not_distinct => true);

-- lists keep what is in them; the reader of the document judges
SELECT orm.index(VARIADIC ARRAY['a', NULL, '']);
SELECT orm.index(VARIADIC ARRAY[]::text[]);
SELECT orm.index(ARRAY[['a', 'b'], ['c', 'd']]);

SELECT orm.primary_key(ARRAY['a'], is_deferrable => true, initially_deferred => true, include => '{b}', comment => 'c');
SELECT orm.exclude('no_overlap', ARRAY['room WITH =', 'during WITH &&']);
SELECT orm.exclude('no_overlap', '{"during WITH &&"}', 'spgist', 'a > 0');
SELECT orm.exclude(NULL, elements => ARRAY['a WITH ='], method => 'btree', is_deferrable => true, include => '{b}');
SELECT orm.constraint('later', 'CHECK (a > 0) NOT VALID');

SELECT orm.check('positive', 'a > 0');
SELECT orm.check(name => 'positive', expr => 'a > 0');

SELECT orm.foreign_key('a', 'Author');
SELECT orm.foreign_key('a', 'Author', 'id');
SELECT orm.foreign_key('a', 'Author', on_delete => 'cascade');
SELECT orm.foreign_key('a', 'Author', 'id', 'cascade', 'set null', 'fk');
SELECT orm.foreign_key(ARRAY['a', 'b'], 'Author');
SELECT orm.foreign_key(ARRAY['a', 'b'], 'Author', ARRAY['x', 'y']);
SELECT orm.foreign_key(ARRAY['a', 'b'], 'Author', referenced => ARRAY['x', 'y'], name => 'fk');
SELECT orm.foreign_key('a', 'Author', is_deferrable => true, initially_deferred => true, match_full => true, comment => 'c');
SELECT orm.foreign_key(ARRAY['a', 'b'], 'Author', on_delete => 'set null', on_delete_columns => ARRAY['b']);
SELECT orm.foreign_key(columns => 'a', model => 'Author', on_update => 'restrict');

-- relationships: a key of one column is text, of several an array
SELECT orm.belongs_to('author', 'Author');
SELECT orm.belongs_to('author', 'Author', 'writer_id');
SELECT orm.belongs_to('author', 'Author', foreign_key => 'writer_id');
SELECT orm.belongs_to('author', 'Author', foreign_key => ARRAY['a', 'b']);
SELECT orm.belongs_to('author', 'Author', ARRAY['a', 'b'], 'posts');
SELECT orm.belongs_to('author', 'Author', nullable => false);
SELECT orm.belongs_to('author', 'Author', NULL, 'posts', true, 'cascade', 'no action');
SELECT orm.belongs_to('author', 'Author', foreign_key => NULL);
SELECT orm.belongs_to(name => 'author', model => 'Author', back_populates => 'posts', on_delete => 'set null');
SELECT orm.belongs_to('author', 'Author', foreign_key => ARRAY['a', 'b'], nullable => false);
SELECT orm.has_many('posts', 'Post');
SELECT orm.has_many('posts', 'Post', 'author_id');
SELECT orm.has_many('posts', 'Post', foreign_key => 'author_id', back_populates => 'author');
SELECT orm.has_many('posts', 'Post', foreign_key => ARRAY['a', 'b']);
SELECT orm.has_many('posts', 'Post', back_populates => 'author');
SELECT orm.has_one('profile', 'Profile');
SELECT orm.has_one('profile', 'Profile', 'user_id', 'user');
SELECT orm.has_one('profile', 'Profile', ARRAY['a', 'b']);
SELECT orm.many_to_many('tags', 'Tag');
SELECT orm.many_to_many('tags', 'Tag', 'post_tags');
SELECT orm.many_to_many('tags', 'Tag', through => 'post_tags', back_populates => 'posts');
SELECT orm.many_to_many('tags', 'Tag', back_populates => 'posts');
SELECT orm.many_to_many('friends', 'Person', 'friends', foreign_key => 'from_id');
SELECT orm.many_to_many('friends', 'Person', through => 'friends', foreign_key => ARRAY['a', 'b']);

SELECT orm.comment_on_table('what is in it');
SELECT orm.enum('mood', '{sad,happy}');
SELECT orm.accessors();
SELECT orm.accessors('usr');
SELECT orm.accessors(prefix => 'usr', schema => 'api', include => '{find,all}');
SELECT orm.accessors(include => ARRAY['find']);
SELECT orm.accessors(include => '{}');

-- a builder is no different in a view, a prepared statement or PL/pgSQL
CREATE VIEW an_element AS SELECT orm.column('id', 'integer') AS element;
SELECT element FROM an_element;
DROP VIEW an_element;
PREPARE an_element(text, boolean) AS SELECT orm.column($1, 'text', nullable => $2);
EXECUTE an_element('a', false);
EXECUTE an_element('b', NULL);
DEALLOCATE an_element;
DO $$
DECLARE
	element orm.document;
	missing text;
BEGIN
	element := orm.column('a', 'text', comment => missing);
	RAISE NOTICE '%', element;
END
$$;

-- every builder makes the element of its own name, for everybody, without the catalogs of the caller
SELECT p.proname, count(*), bool_and(p.provolatile = 'i' AND p.proparallel = 's' AND NOT p.proisstrict) AS pure,
	bool_and(obj_description(p.oid, 'pg_proc') IS NOT NULL) AS explained
FROM pg_proc p
WHERE p.pronamespace = 'orm'::regnamespace AND p.prosrc = 'orm_sql_element'
GROUP BY 1 ORDER BY 1;
