# Whose it is: three roles in one schema. A function counts as an accessor only
# with its model's owner, a declaration cannot reach for what belongs to others,
# and who owns no model keeps nobody waiting.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main', qw(carol eve dan));
my $database = 'shop';
my $boss = 'postgres';

# Runs statements as a role.
sub as
{
	my ($role, $sql) = @_;
	return $node->safe_psql($database, $sql, extra_params => [ '-U', $role ]);
}

# A statement of a role fails with a SQLSTATE and a message.
sub refused
{
	my ($role, $sql, $state, $message, $what) = @_;
	return fails($node, $database, $role, $sql, $state, $message, $what // "$role: $sql");
}

# The owners of the functions of a name.
sub owners
{
	my ($name) = @_;
	return $node->safe_psql($database,
		"SELECT pronamespace::regnamespace || ' ' || pg_get_userbyid(proowner) FROM pg_proc WHERE proname = '$name' ORDER BY 1");
}

$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
$node->safe_psql($database, <<'END');
CREATE EXTENSION orm;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA orm TO PUBLIC;
CREATE SCHEMA shared;
GRANT ALL ON SCHEMA shared TO carol, eve, dan;
CREATE SCHEMA eves AUTHORIZATION eve;
END
as('carol', <<'END');
SET search_path = shared;
CREATE TABLE clientes (id int PRIMARY KEY, nombre text);
CREATE TABLE pedidos (id int PRIMARY KEY, cliente_id int REFERENCES clientes);
INSERT INTO clientes VALUES (1, 'Ana');
GRANT SELECT ON clientes, pedidos TO eve;
END

# ---------------------------------------------------------------------------
# Whose function it is
# ---------------------------------------------------------------------------

# eve makes functions before the model is there, each such as the extension would make
my %traps = (
	'LANGUAGE orm' => [ 'cliente_create', q{CREATE FUNCTION %s.cliente_create(id int, nombre text) RETURNS shared.clientes LANGUAGE orm AS 'create Cliente'} ],
	'LANGUAGE sql' => [ 'cliente_all', q{CREATE FUNCTION %1$s.cliente_all() RETURNS SETOF shared.clientes LANGUAGE sql STABLE AS 'SELECT * FROM shared.clientes'; ALTER FUNCTION %1$s.cliente_all() DEPENDS ON EXTENSION orm} ],
	'a relationship' => [ 'pedidos', q{CREATE FUNCTION %1$s.pedidos(shared.clientes) RETURNS SETOF shared.pedidos LANGUAGE sql STABLE AS 'SELECT * FROM shared.pedidos'; ALTER FUNCTION %1$s.pedidos(shared.clientes) DEPENDS ON EXTENSION orm} ]);
my $map = q{SET search_path = shared; SELECT count(*) FROM orm.map('pedidos', 'Pedido', orm.belongs_to('cliente', 'Cliente')); SELECT count(*) FROM orm.map('clientes', 'Cliente', orm.has_many('pedidos', 'Pedido'))};
my $unmap = q{SELECT orm.unmap('Cliente'); SELECT orm.unmap('Pedido')};

# a function in LANGUAGE orm needs the model while it is made
as('carol', "$map");
as('eve', sprintf $traps{'LANGUAGE orm'}[1], 'eves');
as('carol', $unmap);
is(owners('cliente_create'), 'eves eve', 'orm.unmap leaves a function of another schema to its owner');
as('eve', 'ALTER FUNCTION eves.cliente_create(int, text) SET SCHEMA shared');
refused('carol', $map, '42723', 'could not create function "cliente_create" of model "Cliente"', 'a function of a stranger is in the way');
refused($boss, $map, '42723', 'could not create function "cliente_create" of model "Cliente"', 'also for a superuser');
as('eve', 'DROP FUNCTION shared.cliente_create');

for my $kind ('LANGUAGE sql', 'a relationship')
{
	my ($name, $create) = @{ $traps{$kind} };

	as('eve', sprintf $create, 'shared');
	refused('carol', $map, '42723', qq{could not create function "$name" of model "Cliente"}, "$kind in the schema of the accessors");
	as('eve', qq{DO \$\$ DECLARE f regprocedure; BEGIN FOR f IN SELECT oid FROM pg_proc WHERE proname = '$name' AND pg_get_userbyid(proowner) = 'eve' LOOP EXECUTE 'DROP FUNCTION ' || f; END LOOP; END \$\$});
	as('eve', sprintf $create, 'eves');
	as('carol', $map);
	is(owners($name), "eves eve\nshared carol", "$kind elsewhere is not looked at");
	as('carol', q{SELECT orm.sync('Cliente')});
	as($boss, q{SELECT orm.sync('Cliente')});
	is(owners($name), "eves eve\nshared carol", '... by orm.sync');
	as('carol', $unmap);
	is(owners($name), 'eves eve', '... nor by orm.unmap');
	as('eve', qq{DO \$\$ DECLARE f regprocedure; BEGIN FOR f IN SELECT oid FROM pg_proc WHERE proname = '$name' AND pg_get_userbyid(proowner) = 'eve' LOOP EXECUTE 'DROP FUNCTION ' || f; END LOOP; END \$\$});
}

# one in a temporary schema of a session that stays
my $session = $node->background_psql($database, extra_params => [ '-U', 'eve' ]);
$session->query_safe(sprintf $traps{'LANGUAGE sql'}[1], 'pg_temp');
as('carol', "$map; SELECT orm.sync('Cliente'); $unmap");
pass('a function in pg_temp blocks neither orm.map nor orm.sync nor orm.unmap');
$session->quit;

# privileges are kept of one's own functions, and owners are never inherited
as('carol', "$map; REVOKE EXECUTE ON FUNCTION shared.cliente_find FROM PUBLIC; ALTER TABLE shared.clientes ADD COLUMN edad int; ALTER TABLE shared.clientes ALTER COLUMN id TYPE bigint");
as($boss, q{SELECT orm.sync('Cliente')});
is($node->safe_psql($database, q{SELECT DISTINCT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'shared'::regnamespace}),
	'carol', 'a superuser\'s orm.sync makes functions of the model\'s owner');
refused('eve', 'SELECT * FROM shared.cliente_find(1)', '42501', 'permission denied for function cliente_find', 'privileges are kept');

# a new owner of the table
$node->safe_psql($database, 'ALTER TABLE shared.clientes OWNER TO dan');
refused('dan', q{SELECT orm.sync('Cliente')}, '42723', 'the name is already in use', 'functions of the old owner');
is(as('dan', 'SELECT count(*) FROM shared.cliente_all()'), '1', '... can be called all the same');
as($boss, 'REASSIGN OWNED BY carol TO dan');
as('dan', q{SELECT orm.sync('Cliente')});
pass('... and are the new owner\'s when they are given to him');
as($boss, 'REASSIGN OWNED BY dan TO carol');
as('carol', $unmap);

# ---------------------------------------------------------------------------
# The note "made"
# ---------------------------------------------------------------------------

as('carol', <<'END');
SET search_path = shared;
CREATE TABLE libro (id int PRIMARY KEY);
CREATE TABLE tema (id int PRIMARY KEY);
CREATE TABLE libro_tema (libro_id int REFERENCES libro, tema_id int REFERENCES tema, PRIMARY KEY (libro_id, tema_id));
INSERT INTO libro VALUES (1);
INSERT INTO tema VALUES (1);
INSERT INTO libro_tema VALUES (1, 1);
SELECT orm.map('libro', 'Libro', orm.many_to_many('temas', 'Tema', through => 'libro_tema'));
SELECT orm.map('tema', 'Tema');
END
my $note = q{{"many_to_many": {"name": "temas", "model": "Tema", "through": "shared.libro_tema", "made": true}}};
for my $role (qw(carol eve))
{
	refused($role, qq{SELECT orm.model('{"model": "X", "table": "x", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, $note]}')},
		'22023', 'key "made" is not allowed here');
	refused($role, qq{SELECT orm.model('X', 'x', orm.column('id', 'integer', primary_key => true), '$note')}, '22023', 'key "made" is not allowed here');
}
refused('carol', qq{SELECT orm.map('shared.libro', 'Libro', '$note')}, '22023', 'key "made" is not allowed here');

refused('carol', q{SELECT orm.drop_table('Libro')}, '2BP01', 'cannot drop table', 'a join table that was there is not dropped');
is(as('carol', 'SELECT count(*) FROM shared.libro_tema'), '1', '... with its rows');
my $text = as('carol', q{SELECT prosrc FROM pg_proc WHERE oid = 'shared.libro_model'::regproc}) =~ s/"through": "[^"]*"/$&, "made": true/r;
as('carol', "CREATE OR REPLACE FUNCTION shared.libro_model() RETURNS json LANGUAGE orm STABLE AS \$text\$$text\$text\$");
as($boss, 'ALTER TABLE shared.libro_tema OWNER TO dan');
refused('carol', q{SELECT orm.drop_table('Libro')}, '2BP01', 'cannot drop table', 'a note counts only for a table of the model\'s owner');
as($boss, q{SELECT orm.unmap('Libro'); SELECT orm.unmap('Tema')});

# what the extension has made goes with either end
for my $model (qw(Libro Tema))
{
	as('carol', <<'END');
SET search_path = shared;
SELECT orm.model('Libro', 'libros', orm.column('id', 'integer', primary_key => true), orm.many_to_many('temas', 'Tema', back_populates => 'libros'));
SELECT orm.model('Tema', 'temas', orm.column('id', 'integer', primary_key => true), orm.many_to_many('libros', 'Libro', back_populates => 'temas'));
SELECT orm.create_all();
END
	unlike(as('carol', q{SELECT orm.describe('Libro')}), qr/made/, 'orm.describe does not show the note');
	like(as('carol', "SET search_path = shared; SELECT * FROM orm.drop_table('$model')"), qr/dropped\|join table\|libros_temas/, "a join table that was made goes with $model");
	as('carol', q{SELECT orm.drop_all(); SELECT orm.unmap('Libro'); SELECT orm.unmap('Tema')});
}

# ---------------------------------------------------------------------------
# Who waits for whom
# ---------------------------------------------------------------------------

as('carol', q{SELECT count(*) FROM orm.map('shared.pedidos', 'Pedido')});
my $definers = q{classid = 'pg_namespace'::regclass AND objid = 'orm'::regnamespace};
my $held = qq{SELECT count(*) FROM pg_locks WHERE $definers AND mode = 'ShareRowExclusiveLock' AND pid = pg_backend_pid()};
for my $call ('orm.create_all()', 'orm.drop_all()', q{orm.create_all('eve')}, q{orm.drop_all('eve')}, q{orm.create_table('Pedido')})
{
	is(as('eve', "BEGIN; SELECT count(*) FROM $call; $held; COMMIT"), "0\n0", "eve, who owns no model: $call locks nothing");
}
is(as('carol', "BEGIN; SELECT count(*) FROM orm.create_all(); $held; COMMIT"), "0\n0", 'nor does the owner with nothing to make');

# what is refused is refused before it waits, and before others wait for it
my $definer = $node->background_psql($database, extra_params => [ '-U', 'carol' ]);
$definer->query_safe(q{BEGIN; SELECT count(*) FROM orm.map('shared.clientes', 'Cliente')});
for my $call (q{orm.drop_table('Pedido')}, q{orm.sync('Pedido')}, q{orm.unmap('Pedido')}, q{orm.map('shared.pedidos', 'P')}, q{orm.map('eves.t', 'Pedido')}, q{orm.model('Pedido', 't')})
{
	as('eve', 'CREATE TABLE IF NOT EXISTS eves.t (id int PRIMARY KEY)');
	refused('eve', "SET lock_timeout = '1s'; SELECT $call", '42501', 'must be owner of');
}

# a definer waits for another one
refused('carol', q{SET lock_timeout = '100ms'; SELECT orm.map('shared.tema', 'T')}, '55P03', 'lock timeout', 'a second definer waits');

# a rename does not wait for a definer of another model
as('carol', q{SET lock_timeout = '1s'; ALTER TABLE shared.pedidos RENAME TO encargos});
is($node->safe_psql($database, q{SELECT prosrc LIKE '%"encargos"%' FROM pg_proc WHERE oid = 'shared.pedido_model'::regproc}), 't', 'a rename is written');
$definer->query_safe('COMMIT');
$definer->quit;
is($node->safe_psql($database, q{SELECT table_name FROM orm.models WHERE model = 'Pedido'}), 'encargos', 'it is known by its name of now');

# ---------------------------------------------------------------------------
# Declarations and roles
# ---------------------------------------------------------------------------

my $owner = q{SELECT owner FROM orm.models WHERE model = 'Idea'};

# a declaration follows the role, not its name
$node->safe_psql('postgres', 'CREATE ROLE fay LOGIN');
as($boss, 'GRANT ALL ON SCHEMA shared TO fay');
as('fay', q{SELECT orm.model('Idea', 'shared.ideas', orm.column('id', 'integer', primary_key => true), orm.column('by', 'name', server_default => 'current_user'))});
$node->safe_psql('postgres', 'ALTER ROLE fay RENAME TO gil');
is($node->safe_psql($database, $owner), 'gil', 'a renamed role keeps its declaration');
$node->safe_psql('postgres', 'CREATE ROLE fay LOGIN SUPERUSER');
is($node->safe_psql($database, $owner), 'gil', 'which is not that of the next role of the old name');
is(as('fay', 'SELECT * FROM orm.create_all()'), '', '... whose tools do not run it');
like(as('gil', q{SET search_path = shared; SELECT * FROM orm.create_table('Idea')}), qr/Idea\|created\|table\|ideas/, 'its owner can create the table');
as('gil', q{SELECT orm.drop_table('Idea')});
is($node->safe_psql($database, $owner), 'gil', 'and drop it');

# a role with a declaration is not dropped, and one that is dropped with all it owns leaves none
fails($node, 'postgres', $boss, 'DROP ROLE gil', '2BP01', 'cannot be dropped', 'a role with a declaration');
as($boss, 'DROP OWNED BY gil');
$node->safe_psql('postgres', 'DROP ROLE gil');
$node->safe_psql('postgres', 'CREATE ROLE gil LOGIN SUPERUSER');
is(as('gil', 'SELECT * FROM orm.create_all()'), '', 'a dropped role leaves no text to the next of its name');
refused($boss, q{SELECT orm.create_table('Idea')}, '42704', 'model "Idea" does not exist');
consistent($node, $database, 'after all');

done_testing();
