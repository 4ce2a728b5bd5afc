-- replace
-- Writing objects as documents, and what a query finds.

CREATE OR REPLACE FUNCTION orm.create(model pg_catalog.text, object orm.document, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_create';
COMMENT ON FUNCTION orm.create(pg_catalog.text, orm.document, orm.document) IS
'Inserts an object, or an array of objects, and returns the stored rows. Attributes that are not given take the defaults of their columns. Keys may be relationships: nested objects are saved by primary key, and a list may be {"$set": [...]} or an object of "$save", "$connect", "$connect_or_create", "$disconnect" and "$delete"; all objects are written in the order of their foreign keys. Options: "action": true adds "$action" to each object; "on_conflict": "ignore" skips objects that conflict with existing rows (null is returned for them), "update" does as orm.upsert; "return": false returns null, "return": query (select, omit, compute, load, etag) returns the written objects in the form of that query; "validate": "all" raises everything that is wrong as one error; "settings": {name: value} are in force during the call; "dry_run": true undoes the call. Errors: 42703 for an attribute that does not exist, 42804 for JSON that the type of an attribute does not accept.';

CREATE OR REPLACE FUNCTION orm.save(model pg_catalog.text, object orm.document, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_save';
COMMENT ON FUNCTION orm.save(pg_catalog.text, orm.document, orm.document) IS
'Inserts or updates an object, or each object of an array, by primary key, and returns the stored rows. An object without its key is new. Errors: P0002 for a key that does not exist in a column that the database numbers, 21000 for two objects with one key; otherwise as orm.create. Keys may be relationships: nested objects are saved by primary key, and a list may be {"$set": [...]} or an object of "$save", "$connect", "$connect_or_create", "$disconnect" and "$delete"; all objects are written in the order of their foreign keys. Options: "action": true adds "$action" to each object; "return": false, or a query (select, omit, compute, load, etag) for the form of the result; "validate": "all" raises everything that is wrong as one error; "settings": {name: value} are in force during the call; "dry_run": true undoes the call.';

CREATE OR REPLACE FUNCTION orm.upsert(model pg_catalog.text, object orm.document, conflict_on pg_catalog.text[] DEFAULT '{}', options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_upsert';
COMMENT ON FUNCTION orm.upsert(pg_catalog.text, orm.document, pg_catalog.text[], orm.document) IS
'Inserts or updates an object, or each object of an array, by a conflict target: the unique key with the attributes of conflict_on, else the only unique key of which the object gives all attributes; an object that gives none is new. Returns the stored rows. Keys may be relationships: nested objects are saved by primary key, and a list may be {"$set": [...]} or an object of "$save", "$connect", "$connect_or_create", "$disconnect" and "$delete"; all objects are written in the order of their foreign keys. Options: "action": true adds "$action" to each object; "on_conflict": "ignore" leaves an existing row as it is; "where": conditions that an existing row must satisfy to be changed, null stands for others; "return": false, or a query (select, omit, compute, load, etag) for the form of the result; "validate": "all" raises everything that is wrong as one error; "settings": {name: value} are in force during the call; "dry_run": true undoes the call. Errors: 42P10 when there is no conflict target or it is ambiguous, 21000 for two objects with one key; otherwise as orm.create.';

CREATE OR REPLACE FUNCTION orm.update(model pg_catalog.text, key pg_catalog.text, patch orm.document, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_update';
COMMENT ON FUNCTION orm.update(pg_catalog.text, pg_catalog.text, orm.document, orm.document) IS
'Sets the given attributes of the object with a primary key (see orm.get) and returns it; {"$attribute": name} is the value of another attribute of the row. A row that does not change is not written. Errors: P0002 when there is no such object; otherwise as orm.create. Keys may be relationships: nested objects are saved by primary key, and a list may be {"$set": [...]} or an object of "$save", "$connect", "$connect_or_create", "$disconnect" and "$delete"; all objects are written in the order of their foreign keys. Options: "action": true adds "$action" to each object; "return": false, or a query (select, omit, compute, load, etag) for the form of the result; "validate": "all" raises everything that is wrong as one error; "settings": {name: value} are in force during the call; "dry_run": true undoes the call.';

CREATE OR REPLACE FUNCTION orm.update(model pg_catalog.text, key pg_catalog.anyelement, patch orm.document, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_update';
COMMENT ON FUNCTION orm.update(pg_catalog.text, pg_catalog.anyelement, orm.document, orm.document) IS
'Sets the given attributes of the object with a primary key (see orm.get) and returns it; {"$attribute": name} is the value of another attribute of the row. A row that does not change is not written. Errors: P0002 when there is no such object; otherwise as orm.create. Keys may be relationships: nested objects are saved by primary key, and a list may be {"$set": [...]} or an object of "$save", "$connect", "$connect_or_create", "$disconnect" and "$delete"; all objects are written in the order of their foreign keys. Options: "action": true adds "$action" to each object; "return": false, or a query (select, omit, compute, load, etag) for the form of the result; "validate": "all" raises everything that is wrong as one error; "settings": {name: value} are in force during the call; "dry_run": true undoes the call.';

CREATE OR REPLACE FUNCTION orm.delete(model pg_catalog.text, key pg_catalog.text)
    RETURNS pg_catalog.bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_delete';
COMMENT ON FUNCTION orm.delete(pg_catalog.text, pg_catalog.text) IS
'Deletes the object with a primary key (see orm.get), and the objects of its relationships with the cascade delete, recursively; returns whether it existed. Errors: 42704, 42P10, 42P16 for a model without a primary key, 42702 for a cascading relationship that cannot be followed; 42501 when row security hides a row whose related rows would be deleted; 23503 when other rows refer to a deleted row.';

CREATE OR REPLACE FUNCTION orm.delete(model pg_catalog.text, key pg_catalog.anyelement)
    RETURNS pg_catalog.bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_delete';
COMMENT ON FUNCTION orm.delete(pg_catalog.text, pg_catalog.anyelement) IS
'Deletes the object with a primary key, as the function with a key of type text does.';

-- With options the result is json: the deleted objects may be returned.
CREATE OR REPLACE FUNCTION orm.delete(model pg_catalog.text, key pg_catalog.text, options orm.document)
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_delete';
COMMENT ON FUNCTION orm.delete(pg_catalog.text, pg_catalog.text, orm.document) IS
'Deletes the object with a primary key as orm.delete(model, key) does; returns true or false. Options: "etag" and "version": the expected state of the row; "return": query (select, omit, compute, load, etag) returns the deleted object in the form of that query, or null when it did not exist, "return": false returns null; "settings": {name: value} are in force during the call; "dry_run": true undoes the call. Errors: 40001 when the row is not in the expected state; otherwise as orm.delete(model, key).';

CREATE OR REPLACE FUNCTION orm.delete(model pg_catalog.text, key pg_catalog.anyelement, options orm.document)
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_delete';
COMMENT ON FUNCTION orm.delete(pg_catalog.text, pg_catalog.anyelement, orm.document) IS
'Deletes the object with a primary key, as the function with a key of type text does.';

CREATE OR REPLACE FUNCTION orm.update_where(model pg_catalog.text, query orm.document, patch orm.document, params orm.document DEFAULT '{}', options orm.document DEFAULT '{}')
    RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_update_where';
COMMENT ON FUNCTION orm.update_where(pg_catalog.text, orm.document, orm.document, orm.document, orm.document) IS
'Sets attributes of all objects that a query finds and returns their number. query: with a where; {"where": {}} means all objects. patch: attributes with their new values or instructions, as in orm.update; all rows found are written. params: values for {"$": name} in both. Options: "expect": n raises P0003 for more than n rows; "settings": {name: value} are in force during the call; "dry_run": true undoes the call. Other errors as orm.all and orm.update.';

-- json, not int8: the deleted objects may be returned.
CREATE OR REPLACE FUNCTION orm.delete_where(model pg_catalog.text, query orm.document, params orm.document DEFAULT '{}', options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_delete_where';
COMMENT ON FUNCTION orm.delete_where(pg_catalog.text, orm.document, orm.document, orm.document) IS
'Deletes all objects that a query finds and returns their number. query: with a where; {"where": {}} means all objects; with limit and order_by, the first of them. Objects of relationships with the cascade delete are deleted too, and not counted. params: values for {"$": name}. Options: "expect": n raises P0003 for more than n rows; "return": query (select, omit, compute, load, etag) returns the deleted objects as an array, in the form of that query, "return": false returns null; "settings": {name: value} are in force during the call; "dry_run": true undoes the call. Other errors as orm.all and orm.delete, and 09000 for "return" when a trigger, a rule or a policy keeps some of the objects.';

CREATE OR REPLACE FUNCTION orm.batch(calls orm.document, options orm.document DEFAULT '{}')
    RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_batch';
COMMENT ON FUNCTION orm.batch(orm.document, orm.document) IS
'Runs calls one after the other and returns their results as an array: [["create", "Post", {...}], ["all", "Author", {...}]]. A call is the name of a function of schema orm and its arguments in order; a key is any JSON that orm.get takes. Each sees what those before it have written; {"$ref": label} refers to objects of orm.add and orm.merge before it. An error undoes all of it, and names the call: At [1].title. Options: "settings": {name: value} are in force during the calls; "dry_run": true undoes them. Errors: 22023 for an unrecognized verb, another number of arguments or an argument of the wrong kind, 42501 for a function that the caller may not execute; otherwise as the functions.';
