-- Two models of one table: migrating one leaves what is pending of the other,
-- and the words that say it.
\pset format unaligned
\pset tuples_only
SET client_min_messages = warning;
CREATE SCHEMA migrate_shared;
SET search_path = migrate_shared;
SELECT orm.model('Ein', 'shared', orm.column('id', 'int', primary_key => true), orm.column('a', 'text'), orm.column('b', 'text'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT orm.model('Zwei', 'shared', orm.column('id', 'int', primary_key => true), orm.column('a', 'text'), orm.column('b', 'text'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT model, state, pending FROM orm.models ORDER BY 1;
SELECT orm.model('Zwei', 'shared', orm.column('id', 'int', primary_key => true), orm.column('a', 'text'), orm.column('c', 'text', renamed_from => 'b'));
SELECT orm.model('Ein', 'shared', orm.column('id', 'int', primary_key => true), orm.column('a', 'text'), orm.column('b', 'text'), orm.column('d', 'int'));
SELECT sql FROM orm.migrate('{"models": ["Ein"]}');
SELECT zwei_model();
SELECT sql FROM orm.diff('Zwei');
SELECT sql FROM orm.migrate();
SELECT count(*) FROM orm.diff('Zwei');

DROP SCHEMA migrate_shared CASCADE;
