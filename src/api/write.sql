-- replace
-- Writing objects as documents, and what a query finds.

CREATE OR REPLACE FUNCTION orm.create(model pg_catalog.text, object orm.document, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_create';
COMMENT ON FUNCTION orm.create(pg_catalog.text, orm.document, orm.document) IS
'Inserts an object, or an array of them, and returns what was stored. What is not given takes the default of its column. Relationships may be given as keys: nested objects are saved by primary key, lists may be {"$set": ...}, {"$save", "$connect", "$connect_or_create", "$disconnect", "$delete": ...}; all is written in the right order. Options: "action": true adds "$action" to each object; "on_conflict": "ignore" leaves objects out that conflict with what is there (null is returned for them), "update" does as orm.upsert; "return": false returns null, "return": query (select, omit, compute, load, etag) reads what was written back by primary key and returns it so. 42703 for an unknown attribute, 42804 for JSON of the wrong kind.';

CREATE OR REPLACE FUNCTION orm.save(model pg_catalog.text, object orm.document, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_save';
COMMENT ON FUNCTION orm.save(pg_catalog.text, orm.document, orm.document) IS
'Inserts or updates an object, or each of an array, by primary key, and returns what is stored. An object without its key is new. P0002 for a key that does not exist where the database numbers it, 21000 for two objects with one key. Relationships may be given as keys: nested objects are saved by primary key, lists may be {"$set": ...}, {"$save", "$connect", "$connect_or_create", "$disconnect", "$delete": ...}; all is written in the right order. Options: "action": true adds "$action" to each object; "return": false, or a query (select, omit, compute, load, etag) by which what was written is read back.';

CREATE OR REPLACE FUNCTION orm.upsert(model pg_catalog.text, object orm.document, conflict_on pg_catalog.text[] DEFAULT '{}', options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_upsert';
COMMENT ON FUNCTION orm.upsert(pg_catalog.text, orm.document, pg_catalog.text[], orm.document) IS
'Inserts or updates an object, or each of an array, by a unique key: the one whose attributes conflict_on names, else the only one that the object gives wholly; an object that gives none is new. Returns what is stored. Relationships may be given as keys: nested objects are saved by primary key, lists may be {"$set": ...}, {"$save", "$connect", "$connect_or_create", "$disconnect", "$delete": ...}; all is written in the right order. Options: "action": true adds "$action" to each object; "on_conflict": "ignore" leaves a row that is there as it is; "return": false, or a query (select, omit, compute, load, etag) by which what was written is read back. 42P10 where no key or more than one could decide, 21000 for two objects with one key.';

CREATE OR REPLACE FUNCTION orm.update(model pg_catalog.text, key pg_catalog.text, patch orm.document, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_update';
COMMENT ON FUNCTION orm.update(pg_catalog.text, pg_catalog.text, orm.document, orm.document) IS
'Changes the given attributes of the object with that primary key (see orm.get) and returns it. A row that already is so is not written. P0002 when there is none. Relationships may be given as keys: nested objects are saved by primary key, lists may be {"$set": ...}, {"$save", "$connect", "$connect_or_create", "$disconnect", "$delete": ...}; all is written in the right order. Options: "action": true adds "$action" to each object; "return": false, or a query (select, omit, compute, load, etag) by which what was written is read back.';

CREATE OR REPLACE FUNCTION orm.update(model pg_catalog.text, key pg_catalog.anyelement, patch orm.document, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_update';
COMMENT ON FUNCTION orm.update(pg_catalog.text, pg_catalog.anyelement, orm.document, orm.document) IS
'Changes the given attributes of the object with that primary key (see orm.get) and returns it. A row that already is so is not written. P0002 when there is none. Relationships may be given as keys: nested objects are saved by primary key, lists may be {"$set": ...}, {"$save", "$connect", "$connect_or_create", "$disconnect", "$delete": ...}; all is written in the right order. Options: "action": true adds "$action" to each object; "return": false, or a query (select, omit, compute, load, etag) by which what was written is read back.';

CREATE OR REPLACE FUNCTION orm.delete(model pg_catalog.text, key pg_catalog.text, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_delete';
COMMENT ON FUNCTION orm.delete(pg_catalog.text, pg_catalog.text, orm.document) IS
'Deletes the object with that primary key (see orm.get): true when there was one. With it goes what its relationships with the cascade delete lead to, and so on. 42704, 42P10, 42702 for a relationship of that kind that cannot be followed; 42501 where row security keeps a row whose belongings would go; errors of the database as they are (23503: something else refers to what would go).';

CREATE OR REPLACE FUNCTION orm.delete(model pg_catalog.text, key pg_catalog.anyelement, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_delete';
COMMENT ON FUNCTION orm.delete(pg_catalog.text, pg_catalog.anyelement, orm.document) IS
'Deletes the object with that primary key (see orm.get): true when there was one.';

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
