-- replace
-- The builder functions. Their names and the names of their arguments are the words of a model document.
--
-- Why some arrays are varchar[]: beside f(VARIADIC text[]) a function f(text[], name text DEFAULT NULL) would make
-- f(VARIADIC array) ambiguous; so all of f('a', 'b'), f(ARRAY['a', 'b'], 'name') and f(VARIADIC array) are clear.

CREATE OR REPLACE FUNCTION orm.column(
	name pg_catalog.text, type pg_catalog.text DEFAULT NULL,
	primary_key pg_catalog.bool DEFAULT NULL, nullable pg_catalog.bool DEFAULT NULL,
	is_unique pg_catalog.bool DEFAULT NULL, indexed pg_catalog.bool DEFAULT NULL,
	server_default pg_catalog.text DEFAULT NULL, identity pg_catalog.text DEFAULT NULL,
	generated pg_catalog.text DEFAULT NULL, foreign_key pg_catalog.text DEFAULT NULL,
	on_delete pg_catalog.text DEFAULT NULL, on_update pg_catalog.text DEFAULT NULL,
	check_expr pg_catalog.text DEFAULT NULL, "collation" pg_catalog.text DEFAULT NULL,
	attribute pg_catalog.text DEFAULT NULL, comment pg_catalog.text DEFAULT NULL,
	storage pg_catalog.text DEFAULT NULL, compression pg_catalog.text DEFAULT NULL,
	sequence_name pg_catalog.text DEFAULT NULL, sequence_options pg_catalog.text DEFAULT NULL,
	deferred pg_catalog.bool DEFAULT NULL, hidden pg_catalog.bool DEFAULT NULL,
	read_only pg_catalog.bool DEFAULT NULL, write_once pg_catalog.bool DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL, fill pg_catalog.text DEFAULT NULL,
	using_expr pg_catalog.text DEFAULT NULL, normalizes pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.column(
	pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool,
	pg_catalog.bool, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
	pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
	pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
	pg_catalog.bool, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool, pg_catalog.text, pg_catalog.text, pg_catalog.text,
	pg_catalog.text) IS
'Element of a model document: a column. type is any SQL type text; it is left out only for orm.map. server_default, generated and check_expr are SQL expressions; identity is ''always'', ''by default'', ''serial'' or ''none'', sequence_name and sequence_options are those of its sequence; foreign_key is a model or a table, or one of its columns as target.column; attribute is the name in documents, by default that of the column. deferred leaves the attribute out of objects unless it is selected by name; the values of hidden ones are in no result and no message; read_only attributes are refused by create and update and passed over by save and upsert; write_once ones keep their first value, by a trigger. normalizes is an SQL expression over the column alone, not volatile, whose value is stored in its place, by the same trigger, and which values that are compared with it by eq, ne and in, or look up rows by it, go through. renamed_from, fill and using_expr are for orm.migrate, once: the former name of the column, the value of rows that are there, and how values become the new type. Checked by orm.model and orm.map only.';

CREATE OR REPLACE FUNCTION orm.computed(
	name pg_catalog.text, type pg_catalog.text, expr pg_catalog.text,
	deferred pg_catalog.bool DEFAULT NULL, comment pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.computed(
	pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.text) IS
'Element of a model document: an attribute whose value is that of an SQL expression over the row, which names columns, sub-selects and other computed attributes and is not volatile. It is read as any other, and a function of the table, row.name in SQL. deferred leaves it out of objects unless it is selected by name.';

CREATE OR REPLACE FUNCTION orm.timestamps(
	created_at pg_catalog.text DEFAULT 'created_at', updated_at pg_catalog.text DEFAULT 'updated_at',
	clock pg_catalog.text DEFAULT 'transaction')
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.timestamps(pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: when a row was made and last changed, by a trigger of the table. The columns are added unless they are declared; NULL leaves one out. clock is ''transaction'' or ''statement''. A value that is given stands. Checked by orm.model and orm.map only.';

CREATE OR REPLACE FUNCTION orm.stamp(
	column_name pg_catalog.text, setting pg_catalog.text DEFAULT NULL, events pg_catalog.text DEFAULT 'create')
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.stamp(pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: who has written a row, by a trigger of the table: the value of a setting, cast to the type of the column, or the user of the session. events is ''create'' or ''create, update''. The column, a text, is added unless it is declared. A value that is given stands. Checked by orm.model and orm.map only.';

CREATE OR REPLACE FUNCTION orm.counter(
	column_name pg_catalog.text, relationship pg_catalog.text,
	where_expr pg_catalog.text DEFAULT NULL, sum_of pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.counter(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: a column that counts the rows of a has_many, has_one or many_to_many relationship, by triggers of the table that is counted, whoever writes to it. where_expr is a condition, an SQL expression over a row that is counted (of a many_to_many, a row of the join table), sum_of an expression whose values are summed. The column, an integer, of a sum a numeric, is added unless it is declared; documents do not set it. Checked by orm.model and orm.map only.';

CREATE OR REPLACE FUNCTION orm.position(
	column_name pg_catalog.text, relationship pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.position(pg_catalog.text, pg_catalog.text) IS
'Element of a model document: the place of a row in the list of the rows with one key of a belongs_to, or of all rows, 1 to n without gaps, by triggers of the table. A row without one is put at the end, and writing it moves the others. The column, an integer, is added unless it is declared. Checked by orm.model and orm.map only.';

CREATE OR REPLACE FUNCTION orm.soft_delete(
	column_name pg_catalog.text DEFAULT 'deleted_at', guard pg_catalog.bool DEFAULT NULL,
	revive pg_catalog.bool DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.soft_delete(pg_catalog.text, pg_catalog.bool, pg_catalog.bool) IS
'Element of a model document: deletes set a column, a time or a boolean, in place of removing rows, and marked rows are hidden until "deleted" of a query is ''too'' or ''only''. The column, a timestamptz, is added unless it is declared. guard is a trigger that makes every other DELETE an error; revive lets orm.upsert restore the deleted row of its key. Checked by orm.model and orm.map only.';

CREATE OR REPLACE FUNCTION orm.scope(
	name pg_catalog.text, query orm.document, is_default pg_catalog.bool DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.scope(pg_catalog.text, orm.document, pg_catalog.bool) IS
'Element of a model document: a query by name, with where, order_by, limit, load, compute, scope and parameters, taken by "scope" of queries: {"scope": ["published", {"since": {"day": "2026-01-01"}}]}. A default scope (where, order_by and load, without parameters) holds wherever the model is mentioned, until "unscoped" lifts it. Checked by orm.model and orm.map only.';

CREATE OR REPLACE FUNCTION orm.primary_key(VARIADIC columns pg_catalog.text[])
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.primary_key(VARIADIC pg_catalog.text[]) IS
'Element of a model document: the primary key, its columns as arguments in key order.';

CREATE OR REPLACE FUNCTION orm.primary_key(
	columns pg_catalog.varchar[], name pg_catalog.text DEFAULT NULL,
	is_deferrable pg_catalog.bool DEFAULT NULL, initially_deferred pg_catalog.bool DEFAULT NULL,
	include pg_catalog.text[] DEFAULT NULL, comment pg_catalog.text DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.primary_key(
	pg_catalog.varchar[], pg_catalog.text, pg_catalog.bool, pg_catalog.bool, pg_catalog.text[],
	pg_catalog.text, pg_catalog.text) IS
'Element of a model document: the primary key, its columns in key order, the name of the constraint, when it is checked, and columns that its index carries.';

CREATE OR REPLACE FUNCTION orm.unique(VARIADIC columns pg_catalog.text[])
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.unique(VARIADIC pg_catalog.text[]) IS
'Element of a model document: a unique constraint, its columns as arguments.';

CREATE OR REPLACE FUNCTION orm.unique(
	columns pg_catalog.varchar[], name pg_catalog.text DEFAULT NULL,
	nulls_not_distinct pg_catalog.bool DEFAULT NULL, is_deferrable pg_catalog.bool DEFAULT NULL,
	initially_deferred pg_catalog.bool DEFAULT NULL, include pg_catalog.text[] DEFAULT NULL,
	comment pg_catalog.text DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.unique(
	pg_catalog.varchar[], pg_catalog.text, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool,
	pg_catalog.text[], pg_catalog.text, pg_catalog.text) IS
'Element of a model document: a unique constraint, its columns, its name, whether nulls are equal, when it is checked, and columns that its index carries.';

CREATE OR REPLACE FUNCTION orm.unique(
	column_name pg_catalog.text, is_deferrable pg_catalog.bool DEFAULT NULL,
	initially_deferred pg_catalog.bool DEFAULT NULL, nulls_not_distinct pg_catalog.bool DEFAULT NULL,
	name pg_catalog.text DEFAULT NULL, include pg_catalog.text[] DEFAULT NULL,
	comment pg_catalog.text DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.unique(
	pg_catalog.text, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool, pg_catalog.text,
	pg_catalog.text[], pg_catalog.text, pg_catalog.text) IS
'Element of a model document: a unique constraint of one column, with the same options as of several.';

CREATE OR REPLACE FUNCTION orm.index(VARIADIC columns pg_catalog.text[])
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.index(VARIADIC pg_catalog.text[]) IS
'Element of a model document: an index, its columns as arguments.';

CREATE OR REPLACE FUNCTION orm.index(
	columns pg_catalog.varchar[], name pg_catalog.text DEFAULT NULL,
	is_unique pg_catalog.bool DEFAULT NULL, method pg_catalog.text DEFAULT NULL,
	where_expr pg_catalog.text DEFAULT NULL, include pg_catalog.text[] DEFAULT NULL,
	opclass pg_catalog.text DEFAULT NULL, nulls pg_catalog.text DEFAULT NULL,
	nulls_not_distinct pg_catalog.bool DEFAULT NULL, comment pg_catalog.text DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.index(
	pg_catalog.varchar[], pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.text,
	pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: an index. columns are columns, ''-name'' for descending order, or SQL that begins with a parenthesis: ''(lower(name))'', ''(name) DESC NULLS LAST''. method is btree unless given; where_expr is the SQL expression of the condition of a partial index; opclass is the operator class of all columns; nulls is ''first'' or ''last''; include are columns that the index carries.';

CREATE OR REPLACE FUNCTION orm.index(
	columns pg_catalog.text, is_unique pg_catalog.bool DEFAULT NULL,
	name pg_catalog.text DEFAULT NULL, method pg_catalog.text DEFAULT NULL,
	where_expr pg_catalog.text DEFAULT NULL, include pg_catalog.text[] DEFAULT NULL,
	opclass pg_catalog.text DEFAULT NULL, nulls pg_catalog.text DEFAULT NULL,
	nulls_not_distinct pg_catalog.bool DEFAULT NULL, comment pg_catalog.text DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.index(
	pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.text, pg_catalog.text,
	pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: an index of one column or expression, with the same options as of several.';

CREATE OR REPLACE FUNCTION orm.check(
	name pg_catalog.text, expr pg_catalog.text, message pg_catalog.text DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.check(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: a check constraint, its name, its SQL expression, and the message of a write that violates it. A message that begins with a capital letter or names {attribute} or {model} is a whole sentence; any other is put after the attribute and the model.';

CREATE OR REPLACE FUNCTION orm.validates(
	attribute pg_catalog.text, presence pg_catalog.bool DEFAULT NULL,
	min_length pg_catalog.int4 DEFAULT NULL, max_length pg_catalog.int4 DEFAULT NULL,
	matches pg_catalog.text DEFAULT NULL, within pg_catalog.text[] DEFAULT NULL,
	at_least pg_catalog.text DEFAULT NULL, at_most pg_catalog.text DEFAULT NULL,
	message pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.validates(
	pg_catalog.text, pg_catalog.bool, pg_catalog.int4, pg_catalog.int4, pg_catalog.text,
	pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: rules about the values of an attribute, a check constraint each. presence allows no null, no blank text and no empty array; min_length and max_length count characters, or elements of an array; matches is a regular expression; within are the values that are allowed; at_least and at_most are read as the type of the attribute. NULL violates presence alone. message is as that of orm.check, and may name {limit}. Every model of the table may declare it, also by orm.map.';

CREATE OR REPLACE FUNCTION orm.foreign_key(
	columns pg_catalog.text[], model pg_catalog.text, referenced pg_catalog.text[] DEFAULT NULL,
	on_delete pg_catalog.text DEFAULT NULL, on_update pg_catalog.text DEFAULT NULL,
	name pg_catalog.text DEFAULT NULL, is_deferrable pg_catalog.bool DEFAULT NULL,
	initially_deferred pg_catalog.bool DEFAULT NULL, match_full pg_catalog.bool DEFAULT NULL,
	on_delete_columns pg_catalog.text[] DEFAULT NULL, comment pg_catalog.text DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.foreign_key(
	pg_catalog.text[], pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.text,
	pg_catalog.text, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool, pg_catalog.text[],
	pg_catalog.text, pg_catalog.text) IS
'Element of a model document: a foreign key to a model or a table. referenced are the columns there, its primary key unless given; on_delete and on_update are ''cascade'', ''restrict'', ''set null'', ''set default'' or ''no action''; on_delete_columns are the only columns that on_delete sets.';

CREATE OR REPLACE FUNCTION orm.foreign_key(
	columns pg_catalog.text, model pg_catalog.text, referenced pg_catalog.text DEFAULT NULL,
	on_delete pg_catalog.text DEFAULT NULL, on_update pg_catalog.text DEFAULT NULL,
	name pg_catalog.text DEFAULT NULL, is_deferrable pg_catalog.bool DEFAULT NULL,
	initially_deferred pg_catalog.bool DEFAULT NULL, match_full pg_catalog.bool DEFAULT NULL,
	comment pg_catalog.text DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.foreign_key(
	pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
	pg_catalog.text, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: a foreign key of one column to a model or a table.';

CREATE OR REPLACE FUNCTION orm.exclude(
	name pg_catalog.text, elements pg_catalog.text[], method pg_catalog.text DEFAULT NULL,
	where_expr pg_catalog.text DEFAULT NULL, is_deferrable pg_catalog.bool DEFAULT NULL,
	initially_deferred pg_catalog.bool DEFAULT NULL, include pg_catalog.text[] DEFAULT NULL,
	comment pg_catalog.text DEFAULT NULL,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.exclude(
	pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.bool,
	pg_catalog.bool, pg_catalog.text[], pg_catalog.text, pg_catalog.text) IS
'Element of a model document: an exclusion constraint. An element is SQL: a column, or an expression in parentheses, with its operator: ''during WITH &&''. method is gist unless given; where_expr is the SQL expression of the condition of a partial constraint.';

CREATE OR REPLACE FUNCTION orm.constraint(
	name pg_catalog.text, definition pg_catalog.text,
	renamed_from pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.constraint(
	pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: a constraint by its definition, SQL as ALTER TABLE ADD CONSTRAINT takes it behind the name: ''CHECK (n > 0) NOT VALID''.';

CREATE OR REPLACE FUNCTION orm.belongs_to(
	name pg_catalog.text, model pg_catalog.text, foreign_key pg_catalog.text DEFAULT NULL,
	back_populates pg_catalog.text DEFAULT NULL, nullable pg_catalog.bool DEFAULT NULL,
	on_delete pg_catalog.text DEFAULT NULL, on_update pg_catalog.text DEFAULT NULL,
	cascade pg_catalog.text DEFAULT NULL, filter orm.document DEFAULT NULL,
	has_constraint pg_catalog.bool DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.belongs_to(
	pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool,
	pg_catalog.text, pg_catalog.text, pg_catalog.text,
	orm.document, pg_catalog.bool) IS
'Element of a model document: a relationship to one object of a model, by a key column of this table. foreign_key is that column, <name>_id unless given; the column, its foreign key and its index are added unless declared. back_populates is the inverse relationship of the other model. cascade is a list of ''save-update'' (the default), ''delete'', ''all'' or ''none'', separated by commas. filter are the conditions that the object meets, as in queries. has_constraint => false says that its columns have no foreign key constraint.';

CREATE OR REPLACE FUNCTION orm.belongs_to(
	name pg_catalog.text, model pg_catalog.text, foreign_key pg_catalog.text[],
	back_populates pg_catalog.text DEFAULT NULL, nullable pg_catalog.bool DEFAULT NULL,
	on_delete pg_catalog.text DEFAULT NULL, on_update pg_catalog.text DEFAULT NULL,
	cascade pg_catalog.text DEFAULT NULL, filter orm.document DEFAULT NULL,
	has_constraint pg_catalog.bool DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.belongs_to(
	pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.bool,
	pg_catalog.text, pg_catalog.text, pg_catalog.text,
	orm.document, pg_catalog.bool) IS
'Element of a model document: a relationship to one object of a model, by a key of several columns.';

CREATE OR REPLACE FUNCTION orm.has_many(
	name pg_catalog.text, model pg_catalog.text, foreign_key pg_catalog.text DEFAULT NULL,
	back_populates pg_catalog.text DEFAULT NULL,
	cascade pg_catalog.text DEFAULT NULL, order_by orm.document DEFAULT NULL, filter orm.document DEFAULT NULL,
	has_constraint pg_catalog.bool DEFAULT NULL, path pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.has_many(
	pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
	orm.document, orm.document, pg_catalog.bool, pg_catalog.text) IS
'Element of a model document: a relationship to the objects of a model whose foreign key refers to this one. foreign_key is its column, by default found in the foreign keys of the table; back_populates is the inverse relationship of the other model. cascade is a list of ''save-update'' (the default), ''delete'', ''delete-orphan'', ''all'' or ''none'', separated by commas. order_by is the order of its objects where a query gives none, filter the conditions that they meet, as in queries. has_constraint => false says that its columns have no foreign key constraint. path leads over other relationships, with dots between them, to distinct objects, which are only read.';

CREATE OR REPLACE FUNCTION orm.has_many(
	name pg_catalog.text, model pg_catalog.text, foreign_key pg_catalog.text[],
	back_populates pg_catalog.text DEFAULT NULL,
	cascade pg_catalog.text DEFAULT NULL, order_by orm.document DEFAULT NULL, filter orm.document DEFAULT NULL,
	has_constraint pg_catalog.bool DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.has_many(
	pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.text,
	orm.document, orm.document, pg_catalog.bool) IS
'Element of a model document: a relationship to the objects of a model whose foreign key refers to this one, by a key of several columns.';

CREATE OR REPLACE FUNCTION orm.has_one(
	name pg_catalog.text, model pg_catalog.text, foreign_key pg_catalog.text DEFAULT NULL,
	back_populates pg_catalog.text DEFAULT NULL,
	cascade pg_catalog.text DEFAULT NULL, order_by orm.document DEFAULT NULL, filter orm.document DEFAULT NULL,
	has_constraint pg_catalog.bool DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.has_one(
	pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
	orm.document, orm.document, pg_catalog.bool) IS
'Element of a model document: a relationship to the one object of a model whose foreign key refers to this one. foreign_key is its column, by default found in the foreign keys of the table; back_populates is the inverse relationship of the other model. cascade is a list of ''save-update'' (the default), ''delete'', ''delete-orphan'', ''all'' or ''none'', separated by commas. order_by is the order of its objects where a query gives none, filter the conditions that they meet, as in queries. has_constraint => false says that its columns have no foreign key constraint.';

CREATE OR REPLACE FUNCTION orm.has_one(
	name pg_catalog.text, model pg_catalog.text, foreign_key pg_catalog.text[],
	back_populates pg_catalog.text DEFAULT NULL,
	cascade pg_catalog.text DEFAULT NULL, order_by orm.document DEFAULT NULL, filter orm.document DEFAULT NULL,
	has_constraint pg_catalog.bool DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.has_one(
	pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.text,
	orm.document, orm.document, pg_catalog.bool) IS
'Element of a model document: a relationship to the one object of a model whose foreign key refers to this one, by a key of several columns.';

CREATE OR REPLACE FUNCTION orm.related(
	name pg_catalog.text, model pg_catalog.text, function pg_catalog.text,
	one pg_catalog.bool DEFAULT NULL,
	order_by orm.document DEFAULT NULL, filter orm.document DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.related(
	pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool, orm.document, orm.document) IS
'Element of a model document: a relationship to the objects that a function of the row returns. It takes a row of the table, returns SETOF the other model''s row type, and is not volatile; unless its name is qualified, it is in the schema of the table. one says that it is to one object, the first. It is read only.';

CREATE OR REPLACE FUNCTION orm.many_to_many(
	name pg_catalog.text, model pg_catalog.text, through pg_catalog.text DEFAULT NULL,
	back_populates pg_catalog.text DEFAULT NULL, foreign_key pg_catalog.text DEFAULT NULL,
	cascade pg_catalog.text DEFAULT NULL, order_by orm.document DEFAULT NULL, filter orm.document DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.many_to_many(
	pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
	pg_catalog.text,
	orm.document, orm.document) IS
'Element of a model document: a relationship to the objects of a model through a join table. through is that table, or a model of it; it is created unless it exists. foreign_key is the column of the join table that refers to this model, by default found in its foreign keys. cascade is a list of ''save-update'' (the default), ''delete'', ''all'' or ''none'', separated by commas. order_by is the order of its objects where a query gives none, filter the conditions that they meet, as in queries.';

CREATE OR REPLACE FUNCTION orm.many_to_many(
	name pg_catalog.text, model pg_catalog.text, foreign_key pg_catalog.text[],
	through pg_catalog.text DEFAULT NULL, back_populates pg_catalog.text DEFAULT NULL,
	cascade pg_catalog.text DEFAULT NULL, order_by orm.document DEFAULT NULL, filter orm.document DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.many_to_many(
	pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.text,
	pg_catalog.text,
	orm.document, orm.document) IS
'Element of a model document: a relationship to the objects of a model through a join table, by a key of several columns.';

CREATE OR REPLACE FUNCTION orm.version(column_name pg_catalog.text)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.version(pg_catalog.text) IS
'Element of a model document: the column that counts the changes of a row, by a trigger, so changes by other statements count too. Unless declared, it is created as integer NOT NULL DEFAULT 1; a declared one must be a smallint, integer or bigint that is not nullable. An object with a version is written only if its row still has it; otherwise 40001 is raised.';

CREATE OR REPLACE FUNCTION orm.comment_on_table(comment pg_catalog.text)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.comment_on_table(pg_catalog.text) IS
'Element of a model document: the comment on the table.';

CREATE OR REPLACE FUNCTION orm.table(
	unlogged pg_catalog.bool DEFAULT NULL, method pg_catalog.text DEFAULT NULL,
	tablespace pg_catalog.text DEFAULT NULL, parameters pg_catalog.text DEFAULT NULL,
	partition_by pg_catalog.text DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.table(
	pg_catalog.bool, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: what the table is as a whole. method is its access method; parameters are storage parameters in SQL, as in WITH (...), toast.* among them; partition_by is what follows PARTITION BY. What is not given is the default of the server, and left as it is in a table that exists.';

CREATE OR REPLACE FUNCTION orm.on(
	events pg_catalog.text, function pg_catalog.text, when_expr pg_catalog.text DEFAULT NULL,
	columns pg_catalog.text[] DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.on(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text[]) IS
'Element of a model document: a trigger of the table that calls a trigger function. events are before or after, then statement or nothing, then a list of create, update, delete and truncate: ''before create'', ''after statement update, delete''. when_expr is an SQL expression over NEW and OLD, columns are those whose update fires it. Every model of the table may declare it, also by orm.map.';

CREATE OR REPLACE FUNCTION orm.publish(
	channel pg_catalog.text, events pg_catalog.text DEFAULT NULL, attributes pg_catalog.text[] DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.publish(pg_catalog.text, pg_catalog.text, pg_catalog.text[]) IS
'Element of a model document: a NOTIFY on a channel, after the commit, for each row that is written, by any statement: {"model", "action", "key", "attributes"}. events are a list of create, update, delete and truncate, by default all; attributes are what the payload has beside the key. Over 7,900 bytes it has no attributes and "cut": true.';

CREATE OR REPLACE FUNCTION orm.naming(style pg_catalog.text)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.naming(pg_catalog.text) IS
'Element of a model document: how attributes are called that are given no name. ''camel'': the attribute of the column first_name is firstName.';

CREATE OR REPLACE FUNCTION orm.data_step(
	name pg_catalog.text, sql pg_catalog.text, timing pg_catalog.text DEFAULT 'after')
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.data_step(pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'Element of a model document: a statement that orm.migrate runs once, as the owner of the table: INSERT, UPDATE, DELETE, MERGE, SELECT or DO. timing is ''before'' all other steps, or ''after'' columns and keys are added, before columns are dropped. It is done when orm.migration has its name; then it leaves the declaration.';

CREATE OR REPLACE FUNCTION orm.renamed_from(name pg_catalog.text)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.renamed_from(pg_catalog.text) IS
'Element of a model document: the former name of the model, for orm.migrate, once. It counts while a model of that name has the table: orm.migrate forgets that model, and relationships of other models follow.';

CREATE OR REPLACE FUNCTION orm.table_renamed_from(name pg_catalog.text)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.table_renamed_from(pg_catalog.text) IS
'Element of a model document: the former name of the table, for orm.migrate, once. It counts while the table of that name is there and that of the model is not: the model stays on it, and orm.migrate renames it.';

CREATE OR REPLACE FUNCTION orm.use(name pg_catalog.text)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.use(pg_catalog.text) IS
'Element of a model document: the elements of a mixin, see orm.mixin. The model has them as they are when it is declared, written beside the name in its own text; a mixin that has changed since does not change it.';

CREATE OR REPLACE FUNCTION orm.statement(definition pg_catalog.text)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.statement(pg_catalog.text) IS
'Element of a model document: one SQL statement about the table, which is run when the table is made: CREATE TRIGGER, RULE, POLICY or STATISTICS, ALTER TABLE (row-level security, replica identity, statistics targets, states of triggers, owner...), COMMENT, SECURITY LABEL, GRANT and REVOKE, ALTER PUBLICATION ... ADD TABLE. Anything else, or about another table, is refused.';

CREATE OR REPLACE FUNCTION orm.enum(
	name pg_catalog.text, labels pg_catalog.text[], renamed_labels orm.document DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.enum(pg_catalog.text, pg_catalog.text[], orm.document) IS
'Element of a model document: an enum type in the schema of the table. It is created with the table unless it exists with the same labels; several models may declare it identically. renamed_labels is for orm.migrate, once: {"former label": "new label"}.';

CREATE OR REPLACE FUNCTION orm.accessors(
	prefix pg_catalog.text DEFAULT NULL, schema pg_catalog.text DEFAULT NULL,
	include pg_catalog.text[] DEFAULT NULL)
RETURNS orm.document
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'orm_sql_element';
COMMENT ON FUNCTION orm.accessors(pg_catalog.text, pg_catalog.text, pg_catalog.text[]) IS
'Element of a model document: prefix of the names of the typed functions of the model, their schema, and the list of those to create: create, find, find_by, filter_by, all, update, save, delete, relationships.';
