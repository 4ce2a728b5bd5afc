-- orm.counter: what cannot be declared, and what is refused when the counted table is known; changes by orm.diff and orm.migrate.
CREATE SCHEMA counter_errors;
SET search_path = counter_errors;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE ROLE regress_orm_counter_other;

\set begin 'SELECT orm.model(''A'', ''a'', orm.column(''id'', ''integer'', primary_key => true), orm.has_many(''bs'', ''B''), orm.has_many(''cs'', ''C'', path => ''bs.cs''), orm.has_many(''some'', ''B'', filter => ''{"x": 1}''), orm.belongs_to(''up'', ''A''),'
:begin orm.counter('n', 'nothing'));
:begin orm.counter('n', 'up'));
:begin orm.counter('n', 'cs'));
:begin orm.counter('n', 'some'));
:begin orm.counter('n', 'bs'), orm.counter('n', 'bs', 'true'));
:begin orm.counter('n', 'bs', 'x IN (SELECT 1)'));
:begin orm.counter('n', 'bs', sum_of => '(SELECT 1)'));
:begin orm.counter('n', 'bs', 'x >'));
:begin orm.counter('', 'bs'));
:begin '{"counter": {"column_name": "n", "relationship": "bs", "wher_expr": "x"}}');
:begin '{"counter": {"column_name": "n"}}');

-- of tables that are there
CREATE TABLE p (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0, f real, g integer GENERATED ALWAYS AS (id) STORED);
CREATE TABLE c (id integer PRIMARY KEY, p_id integer REFERENCES p, word text, amount numeric);
CREATE VIEW v AS SELECT id, p_id FROM c;
CREATE VIEW w AS SELECT id, n FROM p;
SELECT count(*) > 0 FROM orm.map('c', 'C');
SELECT count(*) > 0 FROM orm.map('v', 'V', orm.primary_key('id'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('missing', 'cs'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('f', 'cs'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('g', 'cs'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('id', 'cs'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('n', 'cs', 'missing > 0'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('n', 'cs', 'amount'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('n', 'cs', sum_of => 'word'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('n', 'cs', 'random() > 0.5'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('n', 'cs', 'count(*) > 1'));
SELECT orm.map('p', 'P', orm.has_many('cs', 'V', foreign_key => 'p_id', has_constraint => false), orm.counter('n', 'cs'));
SELECT orm.map('w', 'W', orm.primary_key('id'), orm.has_many('cs', 'C', foreign_key => 'p_id', has_constraint => false), orm.counter('n', 'cs'));
CREATE TABLE others (id integer PRIMARY KEY, p_id integer REFERENCES p);
SELECT count(*) > 0 FROM orm.map('others', 'Other');
GRANT CREATE, USAGE ON SCHEMA counter_errors TO regress_orm_counter_other;
ALTER TABLE others OWNER TO regress_orm_counter_other;
ALTER TABLE p OWNER TO regress_orm_counter_other;
SELECT orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('n', 'cs'));
SELECT count(*) > 0 FROM orm.map('p', 'P', orm.has_many('cs', 'Other'), orm.counter('n', 'cs'));
CREATE TRIGGER t AFTER INSERT ON c EXECUTE FUNCTION orm.keep_counters('P', 'cs');
INSERT INTO c VALUES (1);
DROP TRIGGER t ON c;
CREATE TRIGGER t AFTER INSERT ON c REFERENCING NEW TABLE AS orm_new EXECUTE FUNCTION orm.keep_counters('P', 'cs');
INSERT INTO p VALUES (1);
INSERT INTO c VALUES (1, 1);
SELECT id, n FROM p;
SELECT orm.keep_counters();
SELECT * FROM orm.repair('Q');
SET ROLE regress_orm_counter_other;
SELECT * FROM orm.repair('C');
RESET ROLE;

-- declared on tables with rows: added, changed, another one beside it, taken out
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('words', 'integer'), orm.belongs_to('author', 'Author'));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO authors VALUES (1), (2);
INSERT INTO posts SELECT i, i, 1 + i % 2 FROM generate_series(1, 5) i;
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.has_many('posts', 'Post'), orm.counter('n', 'posts'));
SELECT pending FROM orm.models WHERE model = 'Author';
SELECT action, object, sql, lock FROM orm.diff();
SELECT count(*) FROM orm.migrate();
SELECT * FROM authors ORDER BY id;
SELECT count(*) FROM orm.diff();
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.has_many('posts', 'Post'), orm.counter('n', 'posts', 'words > 2'), orm.counter('s', 'posts', sum_of => 'words'));
SELECT action, object, sql FROM orm.diff();
SELECT count(*) FROM orm.migrate();
SELECT * FROM authors ORDER BY id;
INSERT INTO posts VALUES (6, 2, 1), (7, 10, 1);
SELECT * FROM authors ORDER BY id;
SELECT * FROM orm.extend('Author', orm.counter('n', 'posts'));
SELECT * FROM authors ORDER BY id;
SELECT * FROM orm.drop_element('Author', 'counter', 's');
INSERT INTO posts VALUES (8, 2, 2);
SELECT * FROM authors ORDER BY id;
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.has_many('posts', 'Post'));
SELECT action, object, sql FROM orm.diff();
SELECT count(*) FROM orm.migrate('{"allow_destructive": true}');
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('posts'::regclass, 'authors'::regclass) AND tgfoid = 'orm.keep_counters'::regproc;
INSERT INTO posts VALUES (9, 2, 2);
SELECT * FROM authors ORDER BY id;
SELECT count(*) FROM orm.diff();

DROP SCHEMA counter_errors CASCADE;
DROP ROLE regress_orm_counter_other;
