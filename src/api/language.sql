-- replace
-- LANGUAGE orm: a function is one verb, one model and the verb's documents.

CREATE OR REPLACE FUNCTION orm.unset_support(pg_catalog.internal) RETURNS pg_catalog.internal
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'orm_sql_unset_support';
COMMENT ON FUNCTION orm.unset_support(pg_catalog.internal) IS
'Planner support for orm.unset; called by the server only.';

CREATE OR REPLACE FUNCTION orm.unset(pg_catalog.anyelement) RETURNS pg_catalog.anyelement
    LANGUAGE c STABLE PARALLEL SAFE CALLED ON NULL INPUT SUPPORT orm.unset_support
    AS 'MODULE_PATHNAME', 'orm_sql_unset';
COMMENT ON FUNCTION orm.unset(pg_catalog.anyelement) IS
'The default of an argument of a function in LANGUAGE orm that a call may leave out: DEFAULT orm.unset(NULL::text), for a domain DEFAULT orm.unset((NULL::d[])[1]). Elsewhere it returns NULL. Errors: none.';

CREATE OR REPLACE FUNCTION orm.language_handler() RETURNS pg_catalog.language_handler
    LANGUAGE c AS 'MODULE_PATHNAME', 'orm_sql_language_handler';
COMMENT ON FUNCTION orm.language_handler() IS
'Call handler of LANGUAGE orm; called by the server only.';

CREATE OR REPLACE FUNCTION orm.language_validator(function pg_catalog.oid) RETURNS pg_catalog.void
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'orm_sql_language_validator';
COMMENT ON FUNCTION orm.language_validator(pg_catalog.oid) IS
'Checks a function in LANGUAGE orm when it is created. Errors: 42601 for a syntax error, an unrecognized verb, or documents that the verb does not have; 22P02 for a document that is not JSON; 42704 for a model that does not exist; 42703 for an argument that is not an attribute; 42804 for an argument whose type cannot be cast to that of the attribute; 42P02 for an argument that the query does not use, or a parameter that is not an argument; 42P13 for a result, volatility or argument that the verb does not allow; and the errors of orm.all for a query.';

CREATE OR REPLACE TRUSTED LANGUAGE orm HANDLER orm.language_handler VALIDATOR orm.language_validator;
COMMENT ON LANGUAGE orm IS
'A function is one verb, one model and the verb''s documents. Verbs whose arguments are attributes: create, find_by, filter_by, update, save, delete: ''create Usuario''. Verbs with a query, whose arguments are its parameters: all, first, one, one_or_none, get, count, exists, aggregate, page, update_where, delete_where: ''all Usuario {"where": {"edad": {"ge": {"$": "desde"}}}}''.';
