-- Conditions on types of extensions, and operators that extensions have added to
-- others: found without search_path.  Without the contrib modules there is
-- nothing to test (expected/query_extensions_1.out).
SELECT count(*) < 4 AS missing FROM pg_available_extensions WHERE name IN ('citext', 'ltree', 'pg_trgm', 'hstore') \gset
\if :missing
\quit
\endif
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA query_extensions;
CREATE SCHEMA query_extensions_there;
SET search_path = query_extensions_there;
CREATE EXTENSION citext;
CREATE EXTENSION ltree;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION hstore;
CREATE TABLE query_extensions.things (id int PRIMARY KEY, mail citext, mails citext[], path ltree, name text, attrs hstore);
INSERT INTO query_extensions.things VALUES
    (1, 'Ana@X.org', '{A,b}', 'top.science.physics', 'postgres', 'a=>1, b=>2'), (2, 'bob', NULL, 'top.arts', 'postgraduate', 'a=>2');
INSERT INTO query_extensions.things VALUES (3);
-- what somebody puts beside an extension's operators is not run, however well it fits
CREATE FUNCTION trap(citext, text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE 'trapped'; END$$;
CREATE OPERATOR = (LEFTARG = citext, RIGHTARG = text, FUNCTION = trap);
CREATE FUNCTION trap(citext, varchar) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE 'trapped'; END$$;
CREATE OPERATOR ~~ (LEFTARG = citext, RIGHTARG = varchar, FUNCTION = trap);
SET search_path = query_extensions;
SELECT count(*) > 0 AS mapped FROM orm.map('query_extensions.things', 'Thing');
\pset format unaligned
\pset tuples_only on

SELECT w, (SELECT coalesce(string_agg(o ->> 'id', ' '), 'none') FROM json_array_elements(orm.all('Thing', format('{"where": %s, "order_by": ["id"]}', w)::orm.document)) o)
FROM unnest(ARRAY[
    '{"mail": "ANA@x.ORG"}', '{"mail": {"ne": "BOB"}}', '{"mail": {"in": ["BOB", null]}}', '{"mail": {"lt": "B"}}', '{"mail": {"like": "ANA%"}}', '{"mail": {"contains": "x.O"}}',
    '{"mail": {"regex": "^ANA"}}', '{"mail": {"ieq": "BOB"}}', '{"mail": {"search": "bob"}}', '{"mail": {"eq": {"$attribute": "mail"}}}', '{"mails": ["a", "B"]}', '{"mails": {"@>": ["B"]}}',
    '{"mail": {"in": {"$attribute": "mails"}}}',
    '{"path": "top.arts"}', '{"path": {"<@": "top.science"}}', '{"path": {"~": "*.arts"}}', '{"path": {"@": "arts | physics"}}',
    '{"name": {"%": "postgre"}}', '{"name": {"%>": "postgrad"}}',
    '{"attrs": {"@>": "a=>1"}}', '{"attrs": {"?": "b"}}', '{"attrs": {"?&": ["a", "b"]}}', '{"attrs": "a=>2"}']) w;
SELECT regexp_replace(orm.sql('Thing', '{"where": {"mail": {"in": ["x"], "contains": "y"}, "path": {"<@": "x"}, "name": {"%": "x"}}}'), '.* WHERE', 'WHERE');

DROP SCHEMA query_extensions, query_extensions_there CASCADE;
