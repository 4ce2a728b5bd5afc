-- replace
-- Reading objects by query documents.
--
-- VOLATILE and PARALLEL UNSAFE although they write nothing: the planner must
-- never evaluate them.

CREATE OR REPLACE FUNCTION orm.all(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_all';
COMMENT ON FUNCTION orm.all(pg_catalog.text, orm.document, orm.document) IS
'The objects of a model that a query finds, as a JSON array. query: where, compute, order_by, limit, offset, distinct, select, omit, load, lock, etag, settings; params: an object with the values of {"$": name}. Errors: 42704 for a model that does not exist, 42703 for an attribute or relationship that does not exist, 42883 for an unrecognized operator, 22023 for an unrecognized key or the wrong kind of JSON, 42701 for a key given twice, 22004 for null where it is not allowed, 42P02 for a parameter that is missing or not used.';

CREATE OR REPLACE FUNCTION orm.first(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_first';
COMMENT ON FUNCTION orm.first(pg_catalog.text, orm.document, orm.document) IS
'The first object that a query finds, or null. Arguments and errors as orm.all.';

CREATE OR REPLACE FUNCTION orm.one(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_one';
COMMENT ON FUNCTION orm.one(pg_catalog.text, orm.document, orm.document) IS
'The only object that a query finds. Errors: P0002 when there is none, P0003 when there are more; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.one_or_none(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_one_or_none';
COMMENT ON FUNCTION orm.one_or_none(pg_catalog.text, orm.document, orm.document) IS
'The only object that a query finds, or null. Errors: P0003 when there are more; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.aggregate(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_aggregate';
COMMENT ON FUNCTION orm.aggregate(pg_catalog.text, orm.document, orm.document) IS
'Groups of objects and their aggregates, as a JSON array. query: where, compute, group_by, aggregate, having, order_by, limit, offset, settings. Errors as orm.all.';

CREATE OR REPLACE FUNCTION orm.page(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_page';
COMMENT ON FUNCTION orm.page(pg_catalog.text, orm.document, orm.document) IS
'A page of objects: {"items": [...], "next": cursor, "previous": cursor}, with "total" when the query asks for it; a cursor is null when there are no more objects on its side. query: as orm.all without distinct and lock, and after or before: a cursor of another page, or null; the default limit is 20. Errors: 22023 for an invalid cursor or one of another order; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.count(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_count';
COMMENT ON FUNCTION orm.count(pg_catalog.text, orm.document, orm.document) IS
'The number of objects that a query finds. Uses where, compute, distinct and settings of the query; order_by, limit, offset, select, omit, load, lock and etag are ignored, so that the query of a list can be counted. Errors as orm.all.';

CREATE OR REPLACE FUNCTION orm.exists(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS pg_catalog.bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_exists';
COMMENT ON FUNCTION orm.exists(pg_catalog.text, orm.document, orm.document) IS
'Whether a query finds an object. Uses the same keys of the query as orm.count. Errors as orm.all.';

CREATE OR REPLACE FUNCTION orm.each(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS SETOF pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_each';
COMMENT ON FUNCTION orm.each(pg_catalog.text, orm.document, orm.document) IS
'The objects that a query finds, one per row, read in batches: SELECT orm.each(...), also through a cursor. (In FROM the server stores all of them first.) All objects are read under one snapshot. Errors: 34000 when it is read after the end of its transaction, as by a cursor WITH HOLD; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.rows("row" pg_catalog.anyelement, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}')
    RETURNS SETOF pg_catalog.anyelement
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_rows';
COMMENT ON FUNCTION orm.rows(pg_catalog.anyelement, orm.document, orm.document) IS
'The rows that a query finds, of the table''s type: SELECT * FROM orm.rows(NULL::users, ...). row: its type is that of the table; its value is ignored. Of several models of the table, the one with accessors is used. query: where, order_by, limit, offset, distinct, lock, settings. Errors: 42804 for a value that is not a row of a table, 42704 for a table without a model, 42702 when none of several models has accessors; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.sql(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}', verb pg_catalog.text DEFAULT 'all', options orm.document DEFAULT '{}')
    RETURNS SETOF pg_catalog.text
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_sql';
COMMENT ON FUNCTION orm.sql(pg_catalog.text, orm.document, orm.document, pg_catalog.text, orm.document) IS
'The SQL statements of a call, one per row. Those of a query, that of the root first, are not run; a write is run and rolled back. verb: all, first, one, one_or_none, page, count, exists, aggregate, create, save, upsert, update, delete, update_where or delete_where; query: the query, or the object; options: key (update, delete), conflict_on and where (upsert), patch (update_where). Errors: 22023 for an unrecognized verb or option; otherwise as the function of the verb.';

CREATE OR REPLACE FUNCTION orm.explain(model pg_catalog.text, query orm.document DEFAULT '{}', params orm.document DEFAULT '{}', verb pg_catalog.text DEFAULT 'all', options orm.document DEFAULT '{}')
    RETURNS SETOF pg_catalog.text
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_explain';
COMMENT ON FUNCTION orm.explain(pg_catalog.text, orm.document, orm.document, pg_catalog.text, orm.document) IS
'The plans of a call''s statements, one line of EXPLAIN per row; a query with levels below is run to find the parameters of their statements, and a write is run and rolled back. verb: as of orm.sql; options: those of orm.sql, format (text or json) and analyze: the call is run, and the rows, milliseconds and buffers of each statement are told. Errors as orm.sql.';

CREATE OR REPLACE FUNCTION orm.get(model pg_catalog.text, key pg_catalog.text, query orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_get';
COMMENT ON FUNCTION orm.get(pg_catalog.text, pg_catalog.text, orm.document) IS
'The object with a primary key, or null. A key of one column is given as it is; a composite key as an object of its attributes or as a row "(a,b)". A null key finds nothing. query: select, omit, compute, load, lock, etag, settings. Errors: 42P16 for a model without a primary key, 22023 for a key of another form; otherwise as orm.all.';

CREATE OR REPLACE FUNCTION orm.get(model pg_catalog.text, key pg_catalog.anyelement, query orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_get';
COMMENT ON FUNCTION orm.get(pg_catalog.text, pg_catalog.anyelement, orm.document) IS
'The object with a primary key, or null. The key is a value that can be assigned to the key column, a row in key order, or (json, jsonb, orm.document) an object of the key attributes. A null key finds nothing. query: select, omit, compute, load, lock, etag, settings. Errors as the function with a key of type text.';

CREATE OR REPLACE FUNCTION orm.secret_etag("row" pg_catalog.record)
    RETURNS pg_catalog.text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_secret_etag';
COMMENT ON FUNCTION orm.secret_etag(pg_catalog.record) IS
'The "$etag" of a row of a model with hidden attributes: 32 hexadecimal digits, a hash of its values under the secret of this database, so that no value can be guessed from it. Errors: 55000 when orm.secret has no row.';

CREATE OR REPLACE FUNCTION orm.etag("row" pg_catalog.record)
    RETURNS pg_catalog.text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_etag';
COMMENT ON FUNCTION orm.etag(pg_catalog.record) IS
'The "$etag" of a row: 32 hexadecimal digits, a hash of its values and of nothing else. Errors: none.';
