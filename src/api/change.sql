-- replace
-- Writing what a query finds.

CREATE OR REPLACE FUNCTION orm.update_where(model pg_catalog.text, query orm.document, patch orm.document, params orm.document DEFAULT '{}', options orm.document DEFAULT '{}')
    RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_update_where';
COMMENT ON FUNCTION orm.update_where(pg_catalog.text, orm.document, orm.document, orm.document, orm.document) IS
'Sets attributes of all objects that a query finds and returns how many that are. query: must have a where; {"where": {}} means all. patch: attributes and their new values, or how these change, as in orm.update; every row that is found is written; params: what {"$": name} stands for in both. Option: "expect": n, where more than n rows are an error, P0003, and nothing is changed. Other errors as orm.all and orm.update.';

CREATE OR REPLACE FUNCTION orm.delete_where(model pg_catalog.text, query orm.document, params orm.document DEFAULT '{}', options orm.document DEFAULT '{}')
    RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_delete_where';
COMMENT ON FUNCTION orm.delete_where(pg_catalog.text, orm.document, orm.document, orm.document) IS
'Deletes all objects that a query finds and returns how many that were. query: must have a where; {"where": {}} means all; with limit and order_by, the first of them. Option: "expect": n, where more than n rows are an error, P0003, and nothing is deleted. What relationships with the cascade delete lead to goes with them, and is not counted. Other errors as orm.all and orm.delete.';
