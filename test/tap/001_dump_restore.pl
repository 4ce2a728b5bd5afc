# Dump, restore and dump again give the same, for an ordinary owner of a
# database, whoever installed the extension; and all works after the restore.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main', 'carol', 'reader');
my $directory = PostgreSQL::Test::Utils::tempdir;

# A client program on the server, as a role.
sub client
{
	my ($role, $program, @arguments) = @_;
	return run_command([ $program, '-h', $node->host, '-p', $node->port, '-U', $role, @arguments ]);
}

# Rules about values, and a hook: what the table keeps of a model.
sub keep
{
	my ($database) = @_;

	$node->safe_psql($database, <<'END', extra_params => [ '-U', 'carol' ]);
SET search_path = app;
CREATE FUNCTION poner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.apodo := lower(NEW.mail); RETURN NEW; END $$;
SELECT orm.model('Cuenta', 'app.cuentas', orm.column('id', 'integer', primary_key => true), orm.column('mail', 'text'), orm.column('apodo', 'text'),
	orm.validates('mail', presence => true, matches => '@', message => 'no es una dirección'),
	orm.on('before create, update', 'poner', when_expr => 'NEW.mail <> ''x''', columns => '{mail}'), orm.check('largo', 'id < 100', 'Es demasiado'),
	orm.publish('cuentas de todos los colores', attributes => '{mail}'), orm.has_many('apuntes', 'Apunte'),
	orm.counter('n', 'apuntes', 'texto <> ''x'''), orm.soft_delete('borrado', guard => true));
SELECT orm.mixin('Sellado', orm.timestamps(), orm.scope('reciente', '{"order_by": ["-created_at"]}'));
SELECT orm.model('Apunte', 'app.apuntes', orm.column('id', 'integer', primary_key => true), orm.use('Sellado'), orm.column('texto', 'text'), orm.belongs_to('cuenta', 'Cuenta', nullable => true, on_delete => 'cascade'), orm.position('lugar', 'cuenta'));
SELECT count(*) FROM orm.create_table('Cuenta');
SELECT count(*) FROM orm.create_table('Apunte');
END
	return;
}

# What it answers.
sub kept
{
	my ($database) = @_;

	return join "\n", map {
		my (undef, $out, $error) = $node->psql($database, $_, extra_params => [ '-U', 'carol' ]);
		"$out\n$error"
	  } q{SELECT orm.describe('Cuenta')}, q{SELECT orm.create('Cuenta', '{"id": 5, "mail": "y"}')}, q{SELECT orm.create('Cuenta', '{"id": 500, "mail": "@"}')},
	  q{INSERT INTO app.cuentas VALUES (6, 'A@B') RETURNING apodo}, q{INSERT INTO app.apuntes (id, cuenta_id, texto) VALUES (1, 6, 'a'), (2, 6, 'x')},
	  q{SELECT n FROM app.cuentas WHERE id = 6}, q{UPDATE app.apuntes SET lugar = 1 WHERE id = 2 RETURNING 1}, q{SELECT lugar FROM app.apuntes WHERE id = 1}, q{DELETE FROM app.cuentas}, q{SELECT orm.delete_where('Cuenta', '{"where": {}, "deleted": "too"}', options => '{"hard": true}')}, q{SELECT count(*) FROM orm.diff('Cuenta')}, q{SELECT pending FROM orm.models WHERE model = 'Cuenta'},
	  q{SELECT orm.describe('Apunte')}, q{SELECT orm.all('Apunte', '{"scope": "reciente"}')}, q{SELECT app.sellado_mixin()}, q{DROP FUNCTION app.sellado_mixin()},
	  q{SELECT count(*) FROM orm.diff('Apunte')}, q{SELECT count(*) FROM orm.lint('Apunte') WHERE rule = 'behind_mixin'};
}

for my $installer ('carol', 'postgres')
{
	my $database = "of_$installer";
	my $by = "installed by $installer";

	$node->safe_psql('postgres', "CREATE DATABASE $_ OWNER carol TEMPLATE template0")
		for $database, "${database}_2", "${database}_3", "${database}_4";
	$node->safe_psql($database, 'CREATE EXTENSION orm', extra_params => [ '-U', $installer ]);
	sample($node, $database, 'carol', 'reader');
	keep($database);
	my $kept = kept($database);
	like($kept, qr/no es una dirección.*Es demasiado.*a\@b.*\n0\n.*\nf\n.*\[\].*cannot drop function app.sellado_mixin.*\n0\n.*\n0\n/s, "$by: rules, hooks and mixins answer");
	consistent($node, $database, $by);

	my $answers = answers($node, $database, 'carol');
	ok($answers !~ /ERROR/, "$by: the sample answers");

	# as a script
	my $dump = dump($node, $database, 'carol');
	PostgreSQL::Test::Utils::append_to_file("$directory/$database.sql", $dump);
	my ($out, $error) = client('carol', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', "${database}_2", '-f', "$directory/$database.sql");
	is($error, '', "$by: the restore says nothing");
	consistent($node, "${database}_2", "$by, restored");
	same($dump, dump($node, "${database}_2", 'carol'), "$by: the dump of the restored database is the same");
	same(answers($node, "${database}_2", 'carol'), $answers, "$by: the restored database answers the same");
	same(kept("${database}_2"), $kept, "$by: rules and hooks are the same there");

	# as an archive, in parallel
	client('carol', 'pg_dump', '-Fc', '-f', "$directory/$database.dump", $database);
	($out, $error) = client('carol', 'pg_restore', '-j2', '-d', "${database}_3", "$directory/$database.dump");
	is($error, '', "$by: the parallel restore says nothing");
	consistent($node, "${database}_3", "$by, restored in parallel");
	same($dump, dump($node, "${database}_3", 'carol'), "$by: the dump after a parallel restore is the same");
	same(answers($node, "${database}_3", 'carol'), $answers, "$by: after a parallel restore all answers the same");

	# where a superuser has installed the extension already
	$node->safe_psql("${database}_4", 'CREATE EXTENSION orm');
	($out, $error) = client('carol', 'pg_restore', '-d', "${database}_4", "$directory/$database.dump");
	unlike($error =~ s/.*must be owner of extension orm.*//r, qr/could not execute query: ERROR/,
		"$by: restored over an installed extension, but for the comment on it");
	consistent($node, "${database}_4", "$by, restored over an installed extension");
	same($dump, dump($node, "${database}_4", 'carol'), "$by: the dump after that is the same");

	# what was restored lives on as the original does
	for my $restored ($database, "${database}_2", "${database}_3")
	{
		$node->safe_psql($restored, <<'END', extra_params => [ '-U', 'carol' ]);
SET search_path = app;
SET client_min_messages = warning;
ALTER TABLE perfiles RENAME COLUMN biografia TO b;
ALTER TABLE etiquetas RENAME COLUMN nombre TO etiqueta;
ALTER TABLE posts RENAME TO entradas;
SELECT count(*) FROM orm.create_table('Idea');
DROP TABLE casas CASCADE;
END
		consistent($node, $restored, "$restored, changed");
		is($node->safe_psql($restored, q{SELECT t.etiqueta FROM app.post_find(1) p, app.tags(p) t ORDER BY 1}),
			"c\nsql", "$restored: relationships follow");
		is($node->safe_psql($restored, q{SELECT string_agg(model, ' ' ORDER BY model) FROM orm.models}),
			'Apunte Autor Cuenta Idea Idea 2 Línea "x" Medida Perfil Post Tag', "$restored: models");
	}
	my ($one, $other) = map { dump($node, $_, 'carol') =~ s/^SELECT pg_catalog\.setval.*\n//gmr } $database, "${database}_2";
	same($one, $other, "$by: and they are still the same, but for sequences");
}

# schema and data apart: models are schema, and yet all columns of relationships
# are followed, though a model may come before the tables of its relationships
$node->safe_psql('postgres', 'CREATE DATABASE halves OWNER carol TEMPLATE template0');
$node->safe_psql('postgres', 'CREATE DATABASE whole OWNER carol TEMPLATE template0');
$node->safe_psql('whole', <<'END', extra_params => [ '-U', 'carol' ]);
CREATE EXTENSION orm;
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B'), orm.many_to_many('cs', 'C', through => 'D'), orm.version('v'));
SELECT orm.model('B', 'bs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('a', 'A'));
SELECT orm.model('C', 'cs', orm.column('id', 'integer', primary_key => true));
SELECT orm.model('D', 'ds', orm.belongs_to('a', 'A'), orm.belongs_to('c', 'C'), orm.primary_key('a_id', 'c_id'));
SELECT orm.model('E', 'es', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('mail', 'text', normalizes => 'lower(mail)'),
    orm.column('code', 'text', write_once => true), orm.column('token', 'text', hidden => true), orm.computed('twice', 'integer', 'id * 2'));
SELECT orm.migrate('{"name": "first"}');
SELECT a_create(id => 1), b_create(id => 1, a_id => 1), c_create(1), d_create(1, 1);
SELECT orm.create('E', '{"id": 1, "mail": "A@X", "code": "c", "token": "t"}');
END
client('carol', 'pg_dump', '-s', '-f', "$directory/schema.sql", 'whole');
client('carol', 'pg_dump', '-a', '-f', "$directory/data.sql", 'whole');
unlike(slurp_file("$directory/data.sql") =~ s/^--[^\n]*\n|^COPY orm\.migration(?:_step)? .*?^\\\.\n|^SELECT pg_catalog\.setval\('orm\.migration_id_seq'.*?\n//gmsr, qr/orm\./,
	'the data has nothing of the extension but migrations');
my ($out, $error) = client('carol', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'halves', '-f', "$directory/schema.sql");
is($error, '', 'the schema alone is restored');
($out, $error) = client('carol', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'halves', '-f', "$directory/data.sql");
is($error, '', 'and then the data');
consistent($node, 'halves', 'schema and data apart');
for my $restored ('whole', 'halves')
{
	is($node->safe_psql($restored, q{SELECT id, name, applied_by, models, hash_after = orm.schema_hash(), json_array_length(steps) FROM orm.migration}),
		'1|first|carol|{A,B,C,D,E}|t|13', "$restored: migrations are known");
	is($node->safe_psql($restored, q{SELECT orm.extend('C', orm.column('more', 'text')); SELECT migration FROM orm.migrate() LIMIT 1},
			extra_params => [ '-U', 'carol' ]), '2', "$restored: and go on");
	is($node->safe_psql($restored, q{SELECT orm.all('E', '{"where": {"mail": "A@X", "token": "t"}}')}), '[{"id":1,"mail":"a@x","code":"c","twice":2}]',
		"$restored: attributes are computed, hidden and normalized");
	is($node->safe_psql($restored, q{INSERT INTO es (id, mail) VALUES (2, 'B@X') RETURNING mail, (es).twice}), 'b@x|4', "$restored: in plain SQL, too");
	is($node->psql($restored, q{UPDATE es SET code = 'd' WHERE id = 1}), 3, "$restored: and written once");
	$node->safe_psql($restored, 'ALTER TABLE bs RENAME COLUMN a_id TO x; ALTER TABLE ds RENAME COLUMN c_id TO y; ALTER TABLE ds RENAME TO zs',
		extra_params => [ '-U', 'carol' ]);
	is($node->safe_psql($restored, 'SELECT b.id, c.id FROM a_find(1) a, bs(a) b, cs(a) c'), '1|1', "$restored: relationships follow");
	is($node->safe_psql($restored, 'UPDATE "as" SET v = 7 RETURNING v'), '2', "$restored: the version counts");
	$node->safe_psql($restored, 'ALTER TABLE "as" RENAME v TO w', extra_params => [ '-U', 'carol' ]);
	is($node->safe_psql($restored, 'UPDATE "as" SET w = 7 RETURNING w'), '3', "$restored: and under another name");
	is($node->psql($restored, q{SELECT orm.save('A', '{"id": 1, "w": 2}')}), 3, "$restored: and is compared");
	is($node->safe_psql($restored, q{SELECT orm.save('A', '{"id": 1, "w": 3}')}), '{"id":1,"w":3}', "$restored: what is not stale is saved");
	is($node->safe_psql($restored, q{SELECT count(*) FROM orm.sync('A') WHERE kind = 'trigger'}, extra_params => [ '-U', 'carol' ]), '0', "$restored: and its trigger is there");
	is($node->safe_psql($restored, 'SELECT model, relationship, foreign_key, through FROM orm.relationships WHERE resolved ORDER BY 1, 2'),
		"A|bs|{x}|\nA|cs|{a_id}|D\nB|a|{x}|\nD|a|{a_id}|\nD|c|{y}|", "$restored: and are known");
}

done_testing();
