# ALTER TABLE and its kin, by one session: rows, documents, relationships and
# the registry follow at once, in that session and in another one that has all
# in its caches.  And a dump after each change can be restored.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main', 'carol');

$node->safe_psql('postgres', 'CREATE DATABASE "alter" OWNER carol TEMPLATE template0');
$node->safe_psql('alter', 'CREATE EXTENSION orm', extra_params => [ '-U', 'carol' ]);
$node->safe_psql('alter', <<'END', extra_params => [ '-U', 'carol' ]);
CREATE SCHEMA s;
SELECT orm.model('Autor', 's.autores', orm.column('id', 'integer', primary_key => true), orm.column('nombre', 'text'), orm.column('n', 'integer', server_default => '5'),
    orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 's.posts', orm.column('id', 'integer', primary_key => true), orm.belongs_to('autor', 'Autor'), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 's.tags', orm.column('id', 'integer', primary_key => true), orm.many_to_many('posts', 'Post'));
SELECT orm.create_all();
SELECT orm.create('Autor', '{"nombre": "Ana"}'), orm.create('Post', '{"autor_id": 1}'), orm.create('Tag', '{}');
INSERT INTO s.posts_tags (post_id, tag_id) VALUES (1, 1);
END

my $warm = $node->background_psql('alter');

# What each kind of access says now, through functions in a schema.
sub questions
{
	my ($schema, $of_autor) = @_;
	return map { s/\bs\./$schema./gr =~ s/\ba\./$of_autor./gr } (
		q{SELECT orm.get('Autor', 1)}, q{SELECT orm.get('Post', 1)}, q{SELECT a.autor_find(1)}, q{SELECT a.autor_filter_by(n => 5)},
		q{SELECT count(*) FROM a.autor_all()}, q{SELECT p.id FROM a.autor_find(1) u, a.posts(u) p}, q{SELECT u.n FROM s.post_find(1) p, s.autor(p) u},
		q{SELECT t.id FROM s.post_find(1) p, s.tags(p) t}, q{SELECT p.id FROM s.tag_find(1) t, s.posts(t) p},
		q{SELECT model, schema, table_name FROM orm.models ORDER BY 1}, q{SELECT model, attribute, type FROM orm.attributes ORDER BY 1, ordinal},
		q{SELECT model, relationship, foreign_key, through FROM orm.relationships ORDER BY 1, 2});
}

my @state = ('s', 's');

# Does something, and asks all; %now: what has changed in the answers, by the number of the question.
my @expected = map { $warm->query_safe($_) } questions(@state);
sub altered
{
	my ($what, $sql, %now) = @_;
	my @questions = questions(@state);

	$node->safe_psql('alter', $sql, extra_params => [ '-U', 'carol' ]);
	$expected[$_] = $now{$_} for keys %now;
	is($warm->query_safe($questions[$_]), $expected[$_], "$what: $questions[$_]") for 0 .. $#questions;
	same($node->safe_psql('alter', join ';', @questions), join("\n", @expected), "$what, a new session");
	consistent($node, 'alter', $what);

	my $dump = dump($node, 'alter', 'carol');
	$node->safe_psql('postgres', $_) for 'DROP DATABASE IF EXISTS again', 'CREATE DATABASE again OWNER carol TEMPLATE template0';
	$node->safe_psql('again', $dump, extra_params => [ '-U', 'carol' ]);
	consistent($node, 'again', "$what, restored");
	same($node->safe_psql('again', join ';', @questions), join("\n", @expected), "$what, restored");
	return;
}

is($expected[0], '{"id":1,"nombre":"Ana","n":5}', 'the beginning');
altered('RENAME COLUMN', 'ALTER TABLE s.autores RENAME COLUMN nombre TO name',
	0 => '{"id":1,"name":"Ana","n":5}',
	10 => "Autor|id|integer\nAutor|name|text\nAutor|n|integer\nPost|id|integer\nPost|autor_id|integer\nTag|id|integer");
altered('RENAME COLUMN of keys', 'ALTER TABLE s.autores RENAME COLUMN id TO "Nº"; ALTER TABLE s.posts RENAME COLUMN autor_id TO escrito; ALTER TABLE s.posts_tags RENAME COLUMN tag_id TO t;'
	. q{SELECT orm.sync('Autor'), orm.sync('Post')},
	0 => '{"Nº":1,"name":"Ana","n":5}', 1 => '{"id":1,"escrito":1}',
	10 => "Autor|Nº|integer\nAutor|name|text\nAutor|n|integer\nPost|id|integer\nPost|escrito|integer\nTag|id|integer",
	11 => "Autor|posts|{escrito}|\nPost|autor|{escrito}|\nPost|tags|{post_id}|s.posts_tags\nTag|posts|{t}|s.posts_tags");
altered('two names exchanged', 'BEGIN; ALTER TABLE s.posts_tags RENAME COLUMN t TO x; ALTER TABLE s.posts_tags RENAME COLUMN post_id TO t; ALTER TABLE s.posts_tags RENAME COLUMN x TO post_id; COMMIT',
	11 => "Autor|posts|{escrito}|\nPost|autor|{escrito}|\nPost|tags|{t}|s.posts_tags\nTag|posts|{post_id}|s.posts_tags");
altered('ALTER TYPE', q{ALTER TABLE s.autores ALTER COLUMN n DROP DEFAULT, ALTER COLUMN n TYPE numeric(5,1), ALTER COLUMN n SET DEFAULT 7},
	0 => '{"Nº":1,"name":"Ana","n":5.0}', 2 => '(1,Ana,5.0)', 3 => '(1,Ana,5.0)', 6 => '5.0',
	10 => "Autor|Nº|integer\nAutor|name|text\nAutor|n|numeric(5,1)\nPost|id|integer\nPost|escrito|integer\nTag|id|integer");
altered('ALTER TYPE of keys', q{ALTER TABLE s.posts DROP CONSTRAINT posts_autor_id_fkey; ALTER TABLE s.autores ALTER COLUMN "Nº" TYPE bigint; ALTER TABLE s.posts ALTER COLUMN escrito TYPE bigint, ADD FOREIGN KEY (escrito) REFERENCES s.autores; SELECT orm.sync('Autor')},
	10 => "Autor|Nº|bigint\nAutor|name|text\nAutor|n|numeric(5,1)\nPost|id|integer\nPost|escrito|bigint\nTag|id|integer");
altered('ADD COLUMN', q{ALTER TABLE s.autores ADD COLUMN extra text[] DEFAULT '{a}'},
	0 => '{"Nº":1,"name":"Ana","n":5.0,"extra":["a"]}', 2 => '(1,Ana,5.0,{a})', 3 => '(1,Ana,5.0,{a})',
	10 => "Autor|Nº|bigint\nAutor|name|text\nAutor|n|numeric(5,1)\nAutor|extra|text[]\nPost|id|integer\nPost|escrito|bigint\nTag|id|integer");
altered('DROP COLUMN', q{ALTER TABLE s.autores DROP COLUMN name},
	0 => '{"Nº":1,"n":5.0,"extra":["a"]}', 2 => '(1,5.0,{a})', 3 => '(1,5.0,{a})',
	10 => "Autor|Nº|bigint\nAutor|n|numeric(5,1)\nAutor|extra|text[]\nPost|id|integer\nPost|escrito|bigint\nTag|id|integer");
altered('RENAME TO', 'ALTER TABLE s.autores RENAME TO "Los autores"; ALTER TABLE s.posts_tags RENAME TO "de ""posts"" a tags"; ALTER TABLE s.tags RENAME TO posts_tags',
	9 => "Autor|s|Los autores\nPost|s|posts\nTag|s|posts_tags",
	11 => qq{Autor|posts|{escrito}|\nPost|autor|{escrito}|\nPost|tags|{t}|s.de "posts" a tags\nTag|posts|{post_id}|s.de "posts" a tags});
altered('tables exchanged', 'BEGIN; ALTER TABLE s.posts_tags RENAME TO x; ALTER TABLE s.posts RENAME TO posts_tags; ALTER TABLE s.x RENAME TO posts; COMMIT',
	9 => "Autor|s|Los autores\nPost|s|posts_tags\nTag|s|posts");
altered('SET SCHEMA of a join table', 'CREATE SCHEMA j; ALTER TABLE s."de ""posts"" a tags" SET SCHEMA j; ALTER TABLE j."de ""posts"" a tags" RENAME TO j',
	11 => qq{Autor|posts|{escrito}|\nPost|autor|{escrito}|\nPost|tags|{t}|j.j\nTag|posts|{post_id}|j.j});
altered('SET SCHEMA', 'CREATE SCHEMA "otro.esquema"; ALTER TABLE s."Los autores" SET SCHEMA "otro.esquema"',
	9 => "Autor|otro.esquema|Los autores\nPost|s|posts_tags\nTag|s|posts");
@state = ('s', '"otro.esquema"');
altered('orm.sync after SET SCHEMA', q{SELECT orm.sync('Autor')});
@state = ('s', 'o');
altered('ALTER SCHEMA RENAME', 'ALTER SCHEMA "otro.esquema" RENAME TO o; ALTER SCHEMA j RENAME TO s2',
	9 => "Autor|o|Los autores\nPost|s|posts_tags\nTag|s|posts",
	11 => qq{Autor|posts|{escrito}|\nPost|autor|{escrito}|\nPost|tags|{t}|s2.j\nTag|posts|{post_id}|s2.j});
altered('rolled back', 'BEGIN; ALTER SCHEMA o RENAME TO p; ALTER TABLE s.posts_tags RENAME TO q; ALTER TABLE s.q RENAME COLUMN escrito TO r; SAVEPOINT s; ALTER TABLE s.q DROP COLUMN r; ROLLBACK TO s; ROLLBACK');
$warm->quit;

# A new owner of the table owns the model; its functions have to be given to him.
$node->safe_psql('postgres', 'CREATE ROLE bob LOGIN');
$node->safe_psql('alter', 'GRANT ALL ON SCHEMA s, s2, o TO bob; GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]), orm.map(regclass, text, orm.document[]) TO bob; ALTER TABLE s.posts OWNER TO bob');
is($node->safe_psql('alter', q{SELECT owner FROM orm.models WHERE model = 'Tag'}), 'bob', 'OWNER TO: the model has a new owner');
fails($node, 'alter', 'bob', q{SELECT orm.unmap('Autor')}, '42501', 'must be owner of model "Autor"', 'unmapping another one');
$node->safe_psql('alter', 'ALTER TABLE s.posts ADD COLUMN z integer');
fails($node, 'alter', 'bob', q{SELECT orm.sync('Tag')}, '42723', 'the name is already in use', 'orm.sync over functions of the old owner');

done_testing();
