-- replace
-- Reading objects by query documents.
--
-- VOLATILE and PARALLEL UNSAFE, although they write nothing: the planner must
-- never run them.

CREATE OR REPLACE FUNCTION orm.all(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_all';
COMMENT ON FUNCTION orm.all(pg_catalog.text, orm.document, orm.document) IS
'The objects of a model that a query finds, as a JSON array. query: where, compute, order_by, limit, offset, distinct, select, omit, load, lock, etag; params: an object of the values that {"$": name} stands for. 42704 for an unknown model, 42703 for an unknown attribute or relationship, 42883 for an unknown operator, 22023 for an unknown key or JSON in the wrong place, 22004 for null where none may be, 42P02 for a parameter that is missing or that nothing uses.';

CREATE OR REPLACE FUNCTION orm.first(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_first';
COMMENT ON FUNCTION orm.first(pg_catalog.text, orm.document, orm.document) IS
'The first object that a query finds, or null. Arguments and errors as orm.all.';

CREATE OR REPLACE FUNCTION orm.one(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_one';
COMMENT ON FUNCTION orm.one(pg_catalog.text, orm.document, orm.document) IS
'The only object that a query finds. P0002 when there is none, P0003 when there are more; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.one_or_none(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_one_or_none';
COMMENT ON FUNCTION orm.one_or_none(pg_catalog.text, orm.document, orm.document) IS
'The only object that a query finds, or null. P0003 when there are more; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.aggregate(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_aggregate';
COMMENT ON FUNCTION orm.aggregate(pg_catalog.text, orm.document, orm.document) IS
'Groups of objects and what is computed of each, as a JSON array. query: where, compute, group_by, aggregate, having, order_by, limit, offset. Errors as orm.all.';

CREATE OR REPLACE FUNCTION orm.page(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_page';
COMMENT ON FUNCTION orm.page(pg_catalog.text, orm.document, orm.document) IS
'A page of objects: {"items": [...], "next": cursor, "previous": cursor}, with "total" when the query says so; a cursor is null where there is nothing more. query: as orm.all without distinct and lock, and after or before: a cursor that came with another page, or null; limit is 20 unless given. 22023 for a cursor that is none, or that was made for another order; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.count(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_count';
COMMENT ON FUNCTION orm.count(pg_catalog.text, orm.document, orm.document) IS
'How many objects a query finds. Of a query only where, compute and distinct count; the rest of a list''s own document is passed over. Errors as orm.all.';

CREATE OR REPLACE FUNCTION orm.exists(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_exists';
COMMENT ON FUNCTION orm.exists(pg_catalog.text, orm.document, orm.document) IS
'Is there an object that a query finds? Reads of the query what orm.count reads. Errors as orm.all.';

CREATE OR REPLACE FUNCTION orm.each(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS SETOF pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_each';
COMMENT ON FUNCTION orm.each(pg_catalog.text, orm.document, orm.document) IS
'The objects that a query finds, a row each, read a few at a time: SELECT orm.each(...), also through a cursor. (In FROM the server stores all of them first.) All of it sees the database as it was at the beginning. 34000 when it goes on behind the end of its transaction, as a WITH HOLD cursor would; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.rows("row" pg_catalog.anyelement, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS SETOF pg_catalog.anyelement
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_rows';
COMMENT ON FUNCTION orm.rows(pg_catalog.anyelement, orm.document, orm.document) IS
'The rows that a query finds, of the table''s type: SELECT * FROM orm.rows(NULL::users, ...). row: only its type counts, which says the table and so the model; of several models of one table, the one with accessors. query: where, order_by, limit, offset, distinct, lock. 42804 for what is no row of a table, 42704 for a table without a model, 42702 when none of several models has accessors; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.sql(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}', verb pg_catalog.text DEFAULT 'all')
    RETURNS SETOF pg_catalog.text
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_sql';
COMMENT ON FUNCTION orm.sql(pg_catalog.text, orm.document, orm.document, pg_catalog.text) IS
'The SQL statements that a query becomes, a row each, that of the root first. verb: what it is read for: all, first, one, one_or_none, page, count, exists or aggregate. Runs nothing. Errors as orm.all, 22023 for an unknown verb.';

CREATE OR REPLACE FUNCTION orm.explain(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}', verb pg_catalog.text DEFAULT 'all')
    RETURNS SETOF pg_catalog.text
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_explain';
COMMENT ON FUNCTION orm.explain(pg_catalog.text, orm.document, orm.document, pg_catalog.text) IS
'The plans of a query''s statements as EXPLAIN prints them, a row for each line; to find the statements'' parameters the query is run. verb: as for orm.sql. Errors as orm.all, 22023 for an unknown verb.';

CREATE OR REPLACE FUNCTION orm.get(model pg_catalog.text, key pg_catalog.text, query orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_get';
COMMENT ON FUNCTION orm.get(pg_catalog.text, pg_catalog.text, orm.document) IS
'The object with that primary key, or null. A key of one column is given as it is; a composite one as an object of its attributes or as a row "(a,b)". A null key finds nothing. query: select, omit, compute, load, lock, etag. 42704 for an unknown model, 42P10 for one without a primary key, 22023 for a key of the wrong form; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.get(model pg_catalog.text, key pg_catalog.anyelement, query orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_get';
COMMENT ON FUNCTION orm.get(pg_catalog.text, pg_catalog.anyelement, orm.document) IS
'The object with that primary key, or null. The key is a value that can be assigned to the key column, a row in key order, or (json, jsonb, orm.document) an object of the key attributes. A null key finds nothing. query: select, omit, compute, load, lock, etag. Errors as the one with a key of type text.';

CREATE OR REPLACE FUNCTION orm.etag("row" pg_catalog.record)
    RETURNS pg_catalog.text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_etag';
COMMENT ON FUNCTION orm.etag(pg_catalog.record) IS
'What "$etag" says of a row: 32 hexadecimal digits that change when one of its values does, and depend on nothing else.';
