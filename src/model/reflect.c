/*
 * reflect.c - making a declaration from a relation in the catalogs.
 *
 *     reflect.c               the relation, its columns, and what a model adds
 *     reflect_constraint.c    constraints
 *     reflect_index.c         indexes
 *     reflect_state.c         what these have in common
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/toast_compression.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/kept_name.h"
#include "base/compat.h"
#include "base/names.h"
#include "base/settings.h"
#include "model/counter.h"
#include "model/position.h"
#include "model/column_default.h"
#include "model/computed.h"
#include "model/normalize.h"
#include "model/enum.h"
#include "model/hook.h"
#include "model/publish.h"
#include "model/managed.h"
#include "model/marked_key.h"
#include "model/naming.h"
#include "model/reflect.h"
#include "model/reflect_constraint.h"
#include "model/reflect_index.h"
#include "model/reflect_sequence.h"
#include "model/reflect_statement.h"
#include "model/reflect_state.h"
#include "model/table_option.h"
#include "model/validation.h"
#include "model/use.h"
#include "registry/registry.h"

/* The sequence of a serial column, whose default is nextval() of a sequence that it owns; or InvalidOid. */
static Oid
serial_sequence(Oid relid, Form_pg_attribute attribute, char *stored)
{
	Oid sequence = orm_column_default_sequence(stringToNode(stored));
	Oid table;
	int32 column;
	bool serial = OidIsValid(sequence) && sequenceIsOwned(sequence, DEPENDENCY_AUTO, &table, &column) &&
		table == relid && column == attribute->attnum &&
		(attribute->atttypid == INT2OID || attribute->atttypid == INT4OID || attribute->atttypid == INT8OID);

	return serial ? sequence : InvalidOid;
}

/* Identity, generation expression or default of a column. */
static void
reflect_value(OrmReflectState *r, Form_pg_attribute attribute, OrmDeclaredColumn *column)
{
	char *stored = orm_column_default_stored(RelationGetDescr(r->relation), attribute->attnum);
	Oid sequence = stored != NULL && attribute->attgenerated == '\0'
		? serial_sequence(RelationGetRelid(r->relation), attribute, stored)
		: InvalidOid;

	if (attribute->attidentity != '\0')
	{
		column->identity = attribute->attidentity == ATTRIBUTE_IDENTITY_ALWAYS ? "always" : "by default";
		orm_reflect_sequence_set(r, column, orm_identity_sequence(r->relation, attribute->attnum));
	}
	else if (stored != NULL && attribute->attgenerated != '\0')
		column->generated = orm_reflect_state_print(r, stored);
	else if (OidIsValid(sequence))
	{
		column->identity = "serial";
		column->nullable = attribute->attnotnull ? ORM_NOT_GIVEN : ORM_YES;
		orm_reflect_sequence_set(r, column, sequence);
	}
	else if (stored != NULL)
		column->server_default = orm_reflect_state_print(r, stored);
}

/* The keyword of a column's storage; NULL for the default of its type. */
static char *
storage_word(Form_pg_attribute attribute)
{
	if (attribute->attstorage == get_typstorage(attribute->atttypid))
		return NULL;
	switch (attribute->attstorage)
	{
		case TYPSTORAGE_PLAIN:
			return "plain";
		case TYPSTORAGE_EXTERNAL:
			return "external";
		case TYPSTORAGE_EXTENDED:
			return "extended";
		case TYPSTORAGE_MAIN:
			return "main";
	}
	return NULL;
}

/* The keyword of a compression method; NULL for the default of the server. */
static char *
compression_word(char method)
{
	if (method == TOAST_PGLZ_COMPRESSION)
		return "pglz";
	return method == TOAST_LZ4_COMPRESSION ? "lz4" : NULL;
}

/* Adds a column. */
static void
reflect_column(OrmReflectState *r, Form_pg_attribute attribute)
{
	char *name = pstrdup(NameStr(attribute->attname));
	char *attribute_name = orm_declaration_attribute_name(name);
	OrmDeclaredColumn *column = orm_declaration_make_column(
		name, strcmp(name, attribute_name) != 0 ? attribute_name : NULL, r->position++);

	column->type_oid = attribute->atttypid;
	column->typmod = attribute->atttypmod;
	column->type = orm_type_name(attribute->atttypid, attribute->atttypmod);
	column->nullable = attribute->attnotnull ? ORM_NO : ORM_NOT_GIVEN;
	if (OidIsValid(attribute->attcollation) && attribute->attcollation != get_typcollation(attribute->atttypid))
	{
		column->collation_oid = attribute->attcollation;
		column->collation = orm_type_collation_name(attribute->attcollation);
	}
	column->comment = GetComment(RelationGetRelid(r->relation), RelationRelationId, attribute->attnum);
	column->storage = storage_word(attribute);
	column->compression = compression_word(attribute->attcompression);
	reflect_value(r, attribute, column);
	orm_enum_reflect(r->declaration, attribute->atttypid);
	r->declaration->columns = lappend(r->declaration->columns, column);
}

/* Adds all columns, in table order. */
static void
reflect_columns(OrmReflectState *r)
{
	TupleDesc descriptor = RelationGetDescr(r->relation);

	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped &&
			!orm_kept_name_read(NameStr(TupleDescAttr(descriptor, i)->attname), NULL))
			reflect_column(r, TupleDescAttr(descriptor, i));
}

/* Adds what the table is as a whole. */
static void
reflect_table(OrmReflectState *r)
{
	OrmDeclaredTable *table = orm_table_option_read(r->relation);

	if (table != NULL)
		r->declaration->tables = list_make1(table);
}

OrmDeclaration *
orm_reflect_columns(Relation relation)
{
	OrmReflectState r = {.relation = relation};
	int level = orm_settings_pin(NULL);

	r.context = deparse_context_for(RelationGetRelationName(relation), RelationGetRelid(relation));
	r.declaration = palloc0(sizeof(OrmDeclaration));
	r.declaration->schema = get_namespace_name(RelationGetNamespace(relation));
	r.declaration->relation = pstrdup(RelationGetRelationName(relation));
	reflect_columns(&r);
	orm_settings_leave(level);
	return r.declaration;
}

OrmDeclaration *
orm_reflect_relation(Oid relid, const char *model, OrmTargetNamer namer, void *arg)
{
	OrmReflectState r = {.namer = namer, .arg = arg};
	int level = orm_settings_pin(NULL);

	r.relation = relation_open(relid, NoLock);
	r.context = deparse_context_for(RelationGetRelationName(r.relation), relid);
	r.declaration = palloc0(sizeof(OrmDeclaration));
	r.declaration->model = pstrdup(model);
	r.declaration->schema = get_namespace_name(RelationGetNamespace(r.relation));
	r.declaration->relation = pstrdup(RelationGetRelationName(r.relation));
	r.declaration->all_accessors = true;
	r.declaration->comment = GetComment(relid, RelationRelationId, 0);
	reflect_table(&r);
	reflect_columns(&r);
	orm_reflect_constraint_all(&r);
	orm_reflect_index_all(&r);
	relation_close(r.relation, NoLock);
	orm_settings_leave(level);
	return r.declaration;
}

/* Rules are printed by SPI, under the active snapshot: it must see those of this transaction. */
List *
orm_reflect_statements(Relation relation, const OrmDeclaration *model, Oid owner)
{
	OrmReflectState r = {.relation = relation, .model = model};
	int level = orm_settings_pin(NULL);

	r.context = deparse_context_for(RelationGetRelationName(relation), RelationGetRelid(relation));
	r.declaration = palloc0(sizeof(OrmDeclaration));
	r.declaration->schema = get_namespace_name(RelationGetNamespace(relation));
	r.declaration->relation = pstrdup(RelationGetRelationName(relation));
	PushActiveSnapshot(GetLatestSnapshot());
	orm_reflect_statement_all(&r, owner);
	PopActiveSnapshot();
	orm_settings_leave(level);
	return r.declaration->statements;
}

/* Adds the statements about the table, which are in the order in which they are run. */
static void
add_statements(OrmDeclaration *full, const OrmModel *model)
{
	OrmRegistered *row = orm_registry_find(model->name);
	Relation relation = relation_open(model->relid, NoLock);

	full->statements = orm_reflect_statements(relation, full, row != NULL ? row->owner : model->owner);
	relation_close(relation, NoLock);
}

/* Adds the declared primary key, if the relation has none. */
static void
add_declared_key(OrmDeclaration *full, const OrmDeclaration *stored)
{
	List *columns = orm_declaration_key(stored);
	OrmDeclaredConstraint *constraint;

	if (columns == NIL || orm_declaration_key(full) != NIL)
		return;
	constraint = orm_declaration_make_constraint(ORM_CONSTRAINT_PRIMARY_KEY, NULL, list_copy(columns));
	constraint->position = list_length(full->columns) + list_length(full->constraints);
	full->constraints = lappend(full->constraints, constraint);
}

/* Adds the relationships, after all other elements. */
static void
add_relationships(OrmDeclaration *full, const OrmDeclaration *stored)
{
	int position = list_length(full->columns) + list_length(full->constraints);
	ListCell *cell;

	foreach(cell, stored->relationships)
	{
		OrmDeclaredRelationship *copy = palloc(sizeof(OrmDeclaredRelationship));

		*copy = *(OrmDeclaredRelationship *) lfirst(cell);
		copy->position = position++;
		full->relationships = lappend(full->relationships, copy);
	}
}

/* Takes out a constraint. */
static void
remove_constraint(OrmDeclaration *full, const char *name)
{
	ListCell *cell;

	foreach(cell, full->constraints)
	{
		const OrmDeclaredConstraint *constraint = lfirst(cell);

		if (constraint->kind == ORM_CONSTRAINT_CHECK && constraint->name != NULL && strcmp(constraint->name, name) == 0)
			full->constraints = foreach_delete_current(full->constraints, cell);
	}
}

/* Adds an element "validates" with the rules that the table has, in place of their constraints. */
static void
add_validation(OrmDeclaration *full, const OrmModel *model, const OrmDeclaredValidation *declared)
{
	OrmDeclaredValidation *in_force = palloc(sizeof(OrmDeclaredValidation));
	OrmManaged thing = {.kind = ORM_CONSTRAINT_CHECK};
	ListCell *cell;

	*in_force = *declared;
	thing.columns = list_make1(orm_validation_column(model->declaration, declared, model->relid));
	foreach(cell, orm_validation_rules(declared))
	{
		const OrmRule *rule = lfirst(cell);
		char *name;

		thing.rule = rule->name;
		name = orm_managed_find(model->relid, &thing);
		if (name == NULL)
			orm_validation_clear(in_force, rule);
		else
			remove_constraint(full, name);
	}
	if (orm_validation_rules(in_force) != NIL)
		full->validations = lappend(full->validations, in_force);
}

/* Gives checks the messages that they are declared with, which are comments in the catalogs. */
static void
add_messages(OrmDeclaration *full, const OrmDeclaration *stored)
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, full->constraints)
	{
		OrmDeclaredConstraint *check = lfirst(cell);

		foreach(other, check->kind == ORM_CONSTRAINT_CHECK ? stored->constraints : NIL)
		{
			const OrmDeclaredConstraint *declared = lfirst(other);

			if (declared->message == NULL || strcmp(declared->name, check->name) != 0)
				continue;
			check->message = declared->message;
			if (orm_name_is_same(check->comment, declared->message))
				check->comment = NULL;
		}
	}
}

/* Adds the hooks that the table has. */
static void
add_hooks(OrmDeclaration *full, const OrmModel *model)
{
	ListCell *cell;

	foreach(cell, model->declaration->hooks)
		if (!orm_name_is_among(model->pending, orm_hook_label(lfirst(cell))))
			full->hooks = lappend(full->hooks, lfirst(cell));
}

/* Adds the publications that the table has. */
static void
add_publications(OrmDeclaration *full, const OrmModel *model)
{
	ListCell *cell;
	ListCell *hook;

	foreach(cell, model->declaration->publications)
	{
		bool pending = false;

		foreach(hook, orm_publish_hooks_of(model->declaration, lfirst(cell)))
			pending = pending || orm_name_is_among(model->pending, orm_hook_label(lfirst(hook)));
		if (!pending)
			full->publications = lappend(full->publications, lfirst(cell));
	}
}

/* Adds the counters and positions that are kept. */
static void
add_counters(OrmDeclaration *full, const OrmModel *model)
{
	ListCell *cell;

	foreach(cell, model->declaration->counters)
		if (!orm_name_is_among(model->pending, orm_counter_label(lfirst(cell))))
			full->counters = lappend(full->counters, lfirst(cell));
	foreach(cell, model->declaration->positions)
		if (!orm_name_is_among(model->pending, orm_position_label(lfirst(cell))))
			full->positions = lappend(full->positions, lfirst(cell));
}

/* Under a naming an attribute that it makes is not said, and one that is called as its column is. */
static void
take_rule(const OrmDeclaration *declaration, OrmDeclaredColumn *column)
{
	const char *attribute = column->attribute != NULL ? column->attribute : column->name;

	if (declaration->namings == NIL)
		return;
	column->named_by_rule = strcmp(attribute, orm_naming_attribute(declaration, column->name)) == 0;
	column->attribute = pstrdup(attribute);
}

OrmDeclaration *
orm_reflect_model(const OrmModel *model, OrmTargetNamer namer, void *arg)
{
	OrmDeclaration *full = orm_reflect_relation(model->relid, model->name, namer, arg);
	const OrmDeclaration *stored = model->declaration;
	ListCell *cell;

	for (int i = 0; i < model->nattributes; i++)
	{
		OrmDeclaredColumn *column = orm_declaration_column(full, model->attributes[i].column);
		const OrmDeclaredColumn *declared = orm_declaration_column(stored, model->attributes[i].column);

		if (column != NULL)
			column->attribute = strcmp(column->name, model->attributes[i].name) == 0
				? NULL
				: pstrdup(model->attributes[i].name);
		if (column != NULL && declared != NULL)
			orm_declaration_copy_behaviour(column, declared);
	}
	full->namings = stored->namings;
	for (int i = 0; i < list_length(full->columns); i++)
		take_rule(full, list_nth(full->columns, i));
	add_declared_key(full, stored);
	add_relationships(full, stored);
	add_messages(full, stored);
	foreach(cell, stored->validations)
		add_validation(full, model, lfirst(cell));
	add_hooks(full, model);
	add_publications(full, model);
	add_counters(full, model);
	full->computed = stored->computed;
	orm_computed_follow(model->relid, full, true);
	orm_normalize_follow(model->relid, full, true);
	full->scopes = stored->scopes;
	full->timestamps = stored->timestamps;
	full->stamps = stored->stamps;
	full->soft_deletes = stored->soft_deletes;
	orm_marked_key_fold(full, model);
	full->versions = stored->versions;
	full->has_accessors = stored->has_accessors;
	full->prefix = stored->prefix;
	full->accessor_schema = stored->accessor_schema;
	full->include = stored->include;
	full->all_accessors = stored->all_accessors;
	add_statements(full, model);
	foreach(cell, stored->uses)
		orm_use_resume(full, lfirst(cell));
	return full;
}
