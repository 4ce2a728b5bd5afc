-- Every function of schema orm can be called by name with all of its arguments: as literals and as
-- parameters whose types are not given. Statements are prepared, not run.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA call_by_name;
SET search_path = call_by_name;
SET client_min_messages = warning;

-- The arguments that a caller gives.
CREATE VIEW arguments AS
SELECT p.oid AS function, a.n, a.name, coalesce(a.mode, 'i') AS mode
FROM pg_proc p, LATERAL ROWS FROM (unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])), unnest(p.proargnames), unnest(p.proargmodes))
    WITH ORDINALITY a (type, name, mode, n)
WHERE p.pronamespace = 'orm'::regnamespace AND coalesce(a.mode, 'i') IN ('i', 'b', 'v');

-- What a call with this literal for every argument, or with parameters (literal NULL), is refused with; NULL: nothing.
CREATE FUNCTION refused(function oid, literal text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('PREPARE called AS SELECT * FROM orm.%I(%s)', (SELECT proname FROM pg_proc WHERE oid = function),
        (SELECT string_agg(format('%s%I => %s', CASE WHEN mode = 'v' THEN 'VARIADIC ' ELSE '' END, name, coalesce(literal, '$' || n)), ', ' ORDER BY n)
         FROM call_by_name.arguments a WHERE a.function = refused.function));
    DEALLOCATE called;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- Functions that users call: no triggers, no input and output functions of types, no handlers.
CREATE TABLE called AS
SELECT p.oid::regprocedure AS function, refused(p.oid, 'NULL') AS literals, refused(p.oid, NULL) AS parameters
FROM pg_proc p
WHERE p.pronamespace = 'orm'::regnamespace AND p.prokind = 'f'
    AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'language_handler'::regtype)
    AND 'internal'::regtype <> ALL (p.proargtypes::oid[]) AND 'cstring'::regtype <> ALL (p.proargtypes::oid[]);
SELECT count(*) > 60 FROM called;

\echo # arguments without a name
SELECT function FROM called WHERE function IN (SELECT function FROM arguments WHERE name IS NULL OR name = '') ORDER BY function::text;
\echo # with literals
SELECT function, literals FROM called WHERE literals IS NOT NULL AND function NOT IN (SELECT function FROM arguments WHERE name IS NULL OR name = '') ORDER BY function::text;
\echo # with parameters
SELECT function, parameters FROM called WHERE parameters IS NOT NULL AND function NOT IN (SELECT function FROM arguments WHERE name IS NULL OR name = '') ORDER BY function::text;

DROP SCHEMA call_by_name CASCADE;
