-- replace
-- The unit of work; see session/session.h.

CREATE OR REPLACE FUNCTION orm.add(model pg_catalog.text, object orm.document, label pg_catalog.text DEFAULT NULL,
        options orm.document DEFAULT '{}') RETURNS pg_catalog.void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_add';
COMMENT ON FUNCTION orm.add(pg_catalog.text, orm.document, pg_catalog.text, orm.document) IS
'Queues an object to be inserted by orm.flush(), by the next orm.* call that reads or writes, or at COMMIT. The object is checked now; it may have nested objects, and {"$ref": label} in place of an object of this transaction that has the label, or gets it before the queue is written. Options: "unscoped": true also writes rows that default scopes hide; "settings": {name: value}, of which custom ones are in force when the object is written. Errors: 42710 for a label that is taken in this transaction, 25006 in a read-only transaction, 53400 when the queue is larger than orm.queue_size; otherwise as orm.create.';

CREATE OR REPLACE FUNCTION orm.merge(model pg_catalog.text, object orm.document, label pg_catalog.text DEFAULT NULL,
        options orm.document DEFAULT '{}') RETURNS pg_catalog.void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_merge';
COMMENT ON FUNCTION orm.merge(pg_catalog.text, orm.document, pg_catalog.text, orm.document) IS
'Queues an object to be inserted or updated by primary key, as by orm.save. Arguments and errors as orm.add.';

CREATE OR REPLACE FUNCTION orm.remove(model pg_catalog.text, key pg_catalog.text, options orm.document DEFAULT '{}') RETURNS pg_catalog.void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_remove';
COMMENT ON FUNCTION orm.remove(pg_catalog.text, pg_catalog.text, orm.document) IS
'Queues the deletion of the object with a primary key (see orm.get). It is not an error if there is no such object when the queue is written. Options: "etag" and "version": the expected state of the row; 40001 is raised when it has changed; "unscoped": true also removes a row that a default scope hides; "settings": {name: value}, of which custom ones are in force when the row is removed. Errors as orm.add.';

CREATE OR REPLACE FUNCTION orm.remove(model pg_catalog.text, key pg_catalog.anyelement, options orm.document DEFAULT '{}') RETURNS pg_catalog.void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_remove';
COMMENT ON FUNCTION orm.remove(pg_catalog.text, pg_catalog.anyelement, orm.document) IS
'Queues the deletion of the object with a primary key (see orm.get). It is not an error if there is no such object when the queue is written. Options: "etag" and "version": the expected state of the row; 40001 is raised when it has changed; "unscoped": true also removes a row that a default scope hides; "settings": {name: value}, of which custom ones are in force when the row is removed. Errors as orm.add.';

CREATE OR REPLACE FUNCTION orm.expunge(label pg_catalog.text) RETURNS pg_catalog.bool
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_expunge';
COMMENT ON FUNCTION orm.expunge(pg_catalog.text) IS
'Takes the object with a label out of the queue; returns whether it was pending and queued by a role of which the caller is a member. Errors: 22004 for null.';

CREATE OR REPLACE FUNCTION orm.flush() RETURNS pg_catalog.int8
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_flush';
COMMENT ON FUNCTION orm.flush() IS
'Writes all queued objects and their nested objects, one statement for each table, kind and set of columns, as the roles that queued them; returns the number of rows of models inserted, updated or deleted. Errors: 42501 in a security-restricted operation, as in the function of an index; otherwise as orm.create, orm.save and orm.delete, and 42704 for a label that does not exist, 53400 when triggers queue objects for more rounds than orm.max_flush_rounds.';

CREATE OR REPLACE FUNCTION orm.flush(document orm.document, options orm.document DEFAULT '{}') RETURNS pg_catalog.json
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_flush_document';
COMMENT ON FUNCTION orm.flush(orm.document, orm.document) IS
'Writes a changeset at once: {"add" | "merge": [{"model": name, "object": {...}, "label": text}], "remove": [{"model": name, "key": key, "etag": text, "version": value}]}, as orm.add, orm.merge and orm.remove followed by orm.flush would. {"$ref": label} refers from one object to another, in any order. Returns {"ids": {label: key}, "inserted": n, "updated": n, "deleted": n}, the numbers of rows of models. Queued objects are written first. Options: "settings": {name: value} are in force during the call; "unscoped": true also writes rows that default scopes hide; "validate": "all" raises everything that is wrong with the objects that are written together as one error; "dry_run": true undoes the call. Errors: 42704 for a label that does not exist, 42710 for one that is given twice; otherwise as orm.flush().';

CREATE OR REPLACE FUNCTION orm.pending() RETURNS TABLE ("position" pg_catalog.int4, action pg_catalog.text, model pg_catalog.text,
        label pg_catalog.text, object pg_catalog.text, role pg_catalog.name)
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_pending';
COMMENT ON FUNCTION orm.pending() IS
'The pending objects of this transaction, in the order of the calls: the object as given, or the key of one to be removed; label and object are null for entries of a role of which the caller is not a member. Errors: none.';

CREATE OR REPLACE FUNCTION orm.set_local(settings orm.document) RETURNS pg_catalog.void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_set_local';
COMMENT ON FUNCTION orm.set_local(orm.document) IS
'Sets settings of the server until the end of the transaction, as SET LOCAL does: {"app.user": "7"}. Values are strings, numbers or booleans; null is the default, as SET LOCAL ... TO DEFAULT. Objects that were queued before are written under the custom settings of their calls. Errors: 22023 for a value of another kind and for a setting "orm.*" that does not exist, 42701 for a setting that is given twice; otherwise as SET: 42704 for a parameter that does not exist, 42602 for an invalid name, 42501 for one that the caller may not set.';
