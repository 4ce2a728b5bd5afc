-- replace
-- LANGUAGE orm: a function is one verb, one model and the verb's documents.

CREATE OR REPLACE FUNCTION orm.unset_support(pg_catalog.internal) RETURNS pg_catalog.internal
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'orm_sql_unset_support';
COMMENT ON FUNCTION orm.unset_support(pg_catalog.internal) IS
'Planner support for orm.unset; not to be called by itself.';

CREATE OR REPLACE FUNCTION orm.unset(pg_catalog.anyelement) RETURNS pg_catalog.anyelement
    LANGUAGE c STABLE PARALLEL SAFE CALLED ON NULL INPUT SUPPORT orm.unset_support
    AS 'MODULE_PATHNAME', 'orm_sql_unset';
COMMENT ON FUNCTION orm.unset(pg_catalog.anyelement) IS
'Marks, as the default of an argument of a function in LANGUAGE orm, what a call left out: DEFAULT orm.unset(NULL::text), for a domain DEFAULT orm.unset((NULL::d[])[1]). Called, it is NULL.';

CREATE OR REPLACE FUNCTION orm.language_handler() RETURNS pg_catalog.language_handler
    LANGUAGE c AS 'MODULE_PATHNAME', 'orm_sql_language_handler';
COMMENT ON FUNCTION orm.language_handler() IS
'Runs functions in LANGUAGE orm; not to be called by itself.';

CREATE OR REPLACE FUNCTION orm.language_validator(function pg_catalog.oid) RETURNS pg_catalog.void
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'orm_sql_language_validator';
COMMENT ON FUNCTION orm.language_validator(pg_catalog.oid) IS
'Checks a function in LANGUAGE orm when it is created. 42601 no body of the language, unknown verb, or documents that the verb does not take; 22P02 a document that is no JSON; 42704 unknown model; 42703 argument that is no attribute; 42804 argument of a type that cannot become the attribute''s; 42P02 argument that the query does not name, or a name in it that is no argument; 42P13 result, volatility or arguments that do not go with the verb; and all that orm.all raises for a query.';

CREATE OR REPLACE TRUSTED LANGUAGE orm HANDLER orm.language_handler VALIDATOR orm.language_validator;
COMMENT ON LANGUAGE orm IS
'A function is one verb, one model and the verb''s documents. Verbs whose arguments are attributes: create, find_by, filter_by, update, save, delete: ''create Usuario''. Verbs with a query, whose arguments are its parameters: all, first, one, one_or_none, get, count, exists, aggregate, page, update_where, delete_where: ''all Usuario {"where": {"edad": {"ge": {"$": "desde"}}}}''.';
