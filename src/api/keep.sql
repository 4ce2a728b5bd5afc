-- replace
-- The trigger that keeps what a model says of attributes, and the words of its condition; see keep.c.

CREATE OR REPLACE FUNCTION orm.write_once(value "any") RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_keep_word';
COMMENT ON FUNCTION orm.write_once("any") IS
'True. In the condition of the trigger ~orm, WHEN (orm.write_once(NEW.code)), it says that the column is written once. Errors: none.';

CREATE OR REPLACE FUNCTION orm.normalizes(value "any", normalized "any") RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_keep_word';
COMMENT ON FUNCTION orm.normalizes("any", "any") IS
'True. In the condition of the trigger ~orm, WHEN (true OR orm.normalizes(NEW.email, lower(NEW.email))), it says that the column gets the value of the expression. Errors: none.';

CREATE OR REPLACE FUNCTION orm.stamps_new(value "any", stamp "any") RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_keep_word';
COMMENT ON FUNCTION orm.stamps_new("any", "any") IS
'True. In the condition of the trigger ~orm, WHEN (true OR orm.stamps_new(NEW.created_at, now())), it says that the column gets the value of the expression in new rows where it is null. Errors: none.';

CREATE OR REPLACE FUNCTION orm.stamps_changed(value "any", stamp "any") RETURNS pg_catalog.bool
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_keep_word';
COMMENT ON FUNCTION orm.stamps_changed("any", "any") IS
'True. In the condition of the trigger ~orm, WHEN (true OR orm.stamps_changed(NEW.updated_at, now())), it says that the column gets the value of the expression in rows that change, where its own value does not. Errors: none.';

CREATE OR REPLACE FUNCTION orm.keep_attributes() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_keep_attributes';
COMMENT ON FUNCTION orm.keep_attributes() IS
'Trigger BEFORE INSERT OR UPDATE FOR EACH ROW: keeps the columns that its condition names by orm.write_once, orm.normalizes, orm.stamps_new and orm.stamps_changed. Made by the arguments write_once and normalizes of orm.column, by orm.timestamps and orm.stamp. Errors: 428C9 when a value that is written once would change.';
