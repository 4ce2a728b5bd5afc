-- A model document is checked whole when it is declared: each mistake has its own error, with its place.
-- Nothing is left of a declaration that failed.
CREATE SCHEMA model_errors;
SET search_path = model_errors;

-- the document
SELECT orm.model('[]');
SELECT orm.model('"Person"');
SELECT orm.model('{}');
SELECT orm.model('{"model": "P"}');
SELECT orm.model('{"table": "t"}');
SELECT orm.model('{"model": "P", "table": "t", "element": []}');
SELECT orm.model('{"model": "P", "table": "t", "colour": 1}');
SELECT orm.model('{"model": "P", "table": "t", "model": "Q"}');
SELECT orm.model('{"model": null, "table": "t"}');
SELECT orm.model('{"model": 1, "table": "t"}');
SELECT orm.model('{"model": "P", "table": ["t"]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": {}}');
SELECT orm.model('{"model": "P", "table": "t", "elements": null}');
SELECT orm.model('{"model": "P", "table": "t", "elements": ["column"]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": {"name": "a", "type": "text"}, "index": {}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": "a"}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": null}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"\u0000": {}}]}');
SELECT orm.model('{"model": "P\ud800", "table": "t"}');
SELECT orm.model('P', 't', NULL);
SELECT orm.model('P', 't', orm.column('id', 'integer'), NULL);

-- names
SELECT orm.model('', 't');
SELECT orm.model(repeat('m', 64), 't');
SELECT orm.model('P', '');
SELECT orm.model('P', repeat('t', 64));
SELECT orm.model('P', 's.');
SELECT orm.model('P', '.t');
SELECT orm.model('P', '"t');
SELECT orm.model('P', '"s"t');
SELECT orm.model('P', 't', orm.column('', 'text'));
SELECT orm.model('P', 't', orm.column(repeat('ñ', 32), 'text'));
SELECT orm.model('P', 't', orm.column('a', 'text', attribute => ''));
SELECT orm.model('P', 't', orm.belongs_to(repeat('r', 64), 'Q'));
SELECT orm.model('P', 't', orm.belongs_to('q', ''));
SELECT orm.model('P', 't', orm.column('a', 'text'), orm.unique(ARRAY['a'], ''));
SELECT orm.model('P', 't', orm.column('a', 'text'), orm.unique('a', ''));
SELECT orm.model('P', 't', orm.accessors(prefix => ''));

-- elements and their keys
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"colum": {"name": "a", "type": "text"}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"has_meny": {}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"trigger": {}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": {"name": "a", "type": "text", "nulable": true}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": {"name": "a", "type": "text", "lazy": true}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": {"name": "a", "name": "b"}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": {"type": "text"}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": {"name": "a"}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": {"name": 1, "type": "text"}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": {"name": "a", "type": "text", "nullable": "no"}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"column": {"name": "a", "type": "text", "comment": null}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"index": {"columns": 1}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"index": {"columns": ["a", 1]}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"unique": {"columns": ["a"], "method": "gin"}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"check": {"expr": "true"}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"has_many": {"name": "q", "model": "Q", "through": "r"}}]}');
SELECT orm.model('{"model": "P", "table": "t", "elements": [{"has_many": {"name": "q", "model": "Q", "on_delete": "cascade"}}]}');
SELECT orm.model('P', 't', orm.has_many('q', NULL));
SELECT orm.model('P', 't', orm.foreign_key('a', NULL));

-- types and collations
SELECT orm.model('P', 't', orm.column('a', 'txt'));
SELECT orm.model('P', 't', orm.column('a', 'text), b (int'));
SELECT orm.model('P', 't', orm.column('a', ''));
SELECT orm.model('P', 't', orm.column('a', 'setof text'));
SELECT orm.model('P', 't', orm.column('a', 'varchar(0)'));
SELECT orm.model('P', 't', orm.column('a', 'numeric(1,2,3)'));
SELECT orm.model('P', 't', orm.column('a', 'serial'));
SELECT orm.model('P', 't', orm.column('a', 'BIGSERIAL'));
SELECT orm.model('P', 't', orm.column('a', 'anyelement'));
SELECT orm.model('P', 't', orm.column('a', 'record'));
SELECT orm.model('P', 't', orm.column('a', 'trigger'));
SELECT orm.model('P', 't', orm.column('a', 'nowhere.text'));
SELECT orm.model('P', 't', orm.column('a', 'text', "collation" => 'xx_YY'));
SELECT orm.model('P', 't', orm.column('a', 'text', "collation" => 'nowhere.C'));
SELECT orm.model('P', 't', orm.column('a', 'integer', "collation" => 'C'));

-- what stands twice
SELECT orm.model('P', 't', orm.column('a', 'text'), orm.column('b', 'text'), orm.column('a', 'integer'));
SELECT orm.model('P', 't', orm.column('a', 'text', attribute => 'x'), orm.column('a', 'text', attribute => 'y'));
SELECT orm.model('P', 't', orm.column('a', 'text'), orm.column('b', 'text', attribute => 'a'));
SELECT orm.model('P', 't', orm.column('a', 'text'), orm.has_many('a', 'Q'));
SELECT orm.model('P', 't', orm.has_many('q', 'Q'), orm.belongs_to('q', 'Q'));
SELECT orm.model('P', 't', orm.column('a', 'int', primary_key => true), orm.column('b', 'int', primary_key => true));
SELECT orm.model('P', 't', orm.column('a', 'int', primary_key => true), orm.primary_key('a'));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.primary_key('a'), orm.primary_key('a'));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.unique('a', 'a'));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.unique(ARRAY['a'], 'k'), orm.index(ARRAY['a'], 'k'));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.unique(ARRAY['a'], 'k'), orm.check('k', 'a > 0'));
SELECT orm.model('P', 't', orm.accessors('p'), orm.accessors('q'));
SELECT orm.model('P', 't', orm.column('ctid', 'tid'));

-- names of attributes that query documents need
SELECT orm.model('P', 't', orm.column('and', 'text'));
SELECT orm.model('P', 't', orm.column('*', 'text'));
SELECT orm.model('P', 't', orm.column('$a', 'text'));
SELECT orm.model('P', 't', orm.column('-a', 'text'));
SELECT orm.model('P', 't', orm.column('a.b', 'text'));
SELECT orm.model('P', 't', orm.column('a', 'text', attribute => 'not'));
SELECT orm.model('P', 't', orm.has_many('or', 'Q'));

-- values of columns
SELECT orm.model('P', 't', orm.column('a', 'int', identity => 'sometimes'));
SELECT orm.model('P', 't', orm.column('a', 'text', identity => 'always'));
SELECT orm.model('P', 't', orm.column('a', 'int', identity => 'always', server_default => '1'));
SELECT orm.model('P', 't', orm.column('a', 'int', generated => '1', server_default => '1'));
SELECT orm.model('P', 't', orm.column('a', 'int', identity => 'always', nullable => true));
SELECT orm.model('P', 't', orm.column('a', 'int', primary_key => true, nullable => true));
SELECT orm.model('P', 't', orm.column('a', 'int', nullable => true), orm.primary_key('a'));
SELECT orm.model('P', 't', orm.column('a', 'int', on_delete => 'cascade'));
SELECT orm.model('P', 't', orm.column('a', 'int', foreign_key => 'Q', on_delete => 'delete'));
SELECT orm.model('P', 't', orm.column('a', 'int', foreign_key => ''));

-- SQL is one expression and nothing else
SELECT orm.model('P', 't', orm.column('a', 'int', server_default => '1; DROP TABLE x'));
SELECT orm.model('P', 't', orm.column('a', 'int', server_default => '1, 2'));
SELECT orm.model('P', 't', orm.column('a', 'int', server_default => '1 AS one'));
SELECT orm.model('P', 't', orm.column('a', 'int', server_default => '1 FROM pg_authid'));
SELECT orm.model('P', 't', orm.column('a', 'int', server_default => ''));
SELECT orm.model('P', 't', orm.column('a', 'int', server_default => '*'));
SELECT orm.model('P', 't', orm.column('a', 'int', server_default => 'ALL 1'));
SELECT orm.model('P', 't', orm.column('a', 'int', server_default => 'DISTINCT 1'));
SELECT orm.model('P', 't', orm.column('a', 'int', check_expr => 'true); ALTER ROLE bob SUPERUSER; --'));
SELECT orm.model('P', 't', orm.column('a', 'int', check_expr => 'a > 0) OR (true'));
SELECT orm.model('P', 't', orm.column('a', 'int', check_expr => 'a > 0 /*'));
SELECT orm.model('P', 't', orm.column('a', 'int', check_expr => 'a > ''0'));
SELECT orm.model('P', 't', orm.column('a', 'int', generated => 'b WHERE true'));
SELECT orm.model('P', 't', orm.column('a', 'int', generated => '1 LIMIT 1'));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.check('c', 'a >'));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.index('a', where_expr => 'a > 0 ORDER BY 1'));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.index('a', where_expr => '1 UNION SELECT 2'));

-- columns of keys
SELECT orm.model('P', 't', orm.column('title', 'text'), orm.index('titel'));
SELECT orm.model('P', 't', orm.column('title', 'text'), orm.primary_key('id'));
SELECT orm.model('P', 't', orm.column('title', 'text'), orm.foreign_key('q', 'Q'));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.foreign_key(ARRAY['a'], 'Q', ARRAY['x', 'y']));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.index(VARIADIC ARRAY[]::text[]));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.index(VARIADIC ARRAY['a', NULL]));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.index('a', method => 'btre'));
SELECT orm.model('P', 't', orm.column('a', 'int'), orm.foreign_key('a', 'Q', on_update => 'sometimes'));
SELECT orm.model('P', 't', orm.belongs_to('q', 'Q', foreign_key => ARRAY['a', 'a']));
SELECT orm.model('P', 't', orm.belongs_to('q', 'Q', foreign_key => '{}'::text[]));
SELECT orm.model('P', 't', orm.accessors(include => '{find,al}'));

-- too much
DO $$
BEGIN
	PERFORM orm.model('P', 't', VARIADIC (SELECT array_agg(orm.column('c' || i, 'int')) FROM generate_series(1, 1601) i));
END
$$;
DO $$
BEGIN
	PERFORM orm.model('P', 't',
		VARIADIC (SELECT array_agg(orm.column('c' || i, 'int')) FROM generate_series(1, 33) i) ||
		orm.unique(VARIADIC (SELECT array_agg('c' || i) FROM generate_series(1, 33) i)));
END
$$;

-- for a table that exists its catalogs speak
CREATE TABLE existing (id integer PRIMARY KEY, a text);
SELECT orm.map('existing', 'Existing', orm.column('a', 'text'));
SELECT orm.map('existing', 'Existing', orm.column('a', nullable => true));
SELECT orm.map('existing', 'Existing', orm.column('a', check_expr => 'true'));
SELECT orm.map('existing', 'Existing', orm.index('a'));
SELECT orm.map('existing', 'Existing', orm.check('c', 'true'));
SELECT orm.map('existing', 'Existing', orm.belongs_to('q', 'Q', on_delete => 'cascade'));

-- nothing is left
SELECT count(*) FROM orm.models;
DROP SCHEMA model_errors CASCADE;
