/*
 * lint_table.c - rules of orm.lint about constraints, indexes, sequences and policies.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type_d.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/sql.h"
#include "define/counting.h"
#include "define/lint_table.h"
#include "model/counter.h"
#include "model/index.h"
#include "model/kept.h"

/* From this part of its range on a sequence, or a key, is nearly used up. */
#define NEARLY_USED 0.9
#define HALF_USED 0.5

/* A foreign key whose column leads no index: a delete of what it refers to reads the whole table. */
static void
check_foreign_key_index(OrmLint *lint)
{
	List *keys = copyObject(RelationGetFKeyList(lint->table)); /* the relcache owns the list */
	ListCell *cell;

	foreach(cell, keys)
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);

		if (orm_index_leads(lint->model->relid, key->conkey[0]))
			continue;
		orm_lint_add(lint, get_constraint_name(key->conoid),
					 psprintf("Column \"%s\" of the foreign key leads no index.",
							  get_attname(lint->model->relid, key->conkey[0], false)),
					 psprintf("CREATE INDEX ON %s (%s)", orm_lint_table_name(lint->model->relid),
							  orm_lint_column_list(lint->model->relid, key->conkey, key->nkeys)));
	}
}

/* A constraint that was added NOT VALID. */
static void
check_not_validated(OrmLint *lint)
{
	Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(lint->model->relid));
	scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		if (!form->convalidated && orm_constraint_is_enforced(form))
			orm_lint_add(lint, pstrdup(NameStr(form->conname)), pstrdup("Existing rows have not been checked."),
						 psprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", orm_lint_table_name(form->conrelid),
								  orm_sql_quoted(NameStr(form->conname))));
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
}

/* The row of a constraint, copied; NULL: it is gone. */
static Form_pg_constraint
read_constraint(Oid constraint)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	Form_pg_constraint form;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = palloc(sizeof(FormData_pg_constraint));
	memcpy(form, GETSTRUCT(tuple), sizeof(FormData_pg_constraint));
	ReleaseSysCache(tuple);
	return form;
}

/* The foreign key of a has_many or has_one, if it does nothing on delete; NULL: there is none. */
static ForeignKeyCacheInfo *
plain_foreign_key(const OrmModel *model, const OrmRelationship *relationship, Form_pg_constraint *form)
{
	Relation holder = table_open(relationship->target_relid, AccessShareLock);
	List *keys = copyObject(RelationGetFKeyList(holder)); /* the relcache owns the list */
	ForeignKeyCacheInfo *found = NULL;
	ListCell *cell;

	foreach(cell, keys)
	{
		ForeignKeyCacheInfo *key = lfirst(cell);

		if (key->confrelid != model->relid || key->conkey[0] != relationship->remote[0])
			continue;
		*form = read_constraint(key->conoid);
		if (*form != NULL && (*form)->confdeltype == FKCONSTR_ACTION_NOACTION)
			found = key;
	}
	table_close(holder, AccessShareLock);
	return found;
}

/* ALTER TABLE that makes a foreign key anew, so that it deletes along; NULL for one with other options. */
static char *
make_cascading(const ForeignKeyCacheInfo *key, Form_pg_constraint form)
{
	char *name = orm_sql_quoted(NameStr(form->conname));

	if (form->condeferrable || !form->convalidated || form->confupdtype != FKCONSTR_ACTION_NOACTION ||
		form->confmatchtype != FKCONSTR_MATCH_SIMPLE)
		return NULL;
	return psprintf("ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s) "
					"ON DELETE CASCADE",
					orm_lint_table_name(key->conrelid), name, name,
					orm_lint_column_list(key->conrelid, key->conkey, key->nkeys), orm_lint_table_name(key->confrelid),
					orm_lint_column_list(key->confrelid, key->confkey, key->nkeys));
}

/* A relationship deletes along, and the foreign key does not: a DELETE in plain SQL is refused. */
static void
check_cascade(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &lint->model->relationships[i];
		ForeignKeyCacheInfo *key;
		Form_pg_constraint form;

		if (!relationship->resolved || relationship->key_is_local || OidIsValid(relationship->join_relid) ||
			!(relationship->cascade & ORM_CASCADE_DELETE) || relationship->deleted_by_server)
			continue;
		key = plain_foreign_key(lint->model, relationship, &form);
		if (key != NULL)
			orm_lint_add(lint, pstrdup(relationship->name),
						 psprintf("It deletes along, and foreign key \"%s\" is ON DELETE NO ACTION: a DELETE in SQL is "
								  "refused.",
								  get_constraint_name(key->conoid)),
						 make_cascading(key, form));
	}
}

/* An index in SQL. */
static char *
index_name(Oid index)
{
	StringInfoData name;

	initStringInfo(&name);
	orm_sql_qualified(&name, get_namespace_name(get_rel_namespace(index)), get_rel_name(index));
	return name.data;
}

/* An index that a failed CREATE INDEX CONCURRENTLY has left. */
static void
check_invalid_index(OrmLint *lint)
{
	ListCell *cell;

	foreach(cell, RelationGetIndexList(lint->table))
		if (!get_index_isvalid(lfirst_oid(cell)))
			orm_lint_add(lint, get_rel_name(lfirst_oid(cell)),
						 pstrdup("The index is not valid: no query uses it, and every write maintains it."),
						 psprintf("REINDEX INDEX %s", index_name(lfirst_oid(cell))));
}

/* What an index says, without its name: the definition behind ON. */
static char *
index_text(Oid index)
{
	char *definition = pg_get_indexdef_string(index);
	char *name = strstr(definition, " ON ");

	return name != NULL ? name : definition;
}

/* Does another index do what this one, which no constraint needs, does? */
static bool
is_covered(Oid index, Oid other)
{
	HeapTuple tuple;
	bool unique;

	if (index == other || OidIsValid(get_index_constraint(index)) || !get_index_isvalid(other) ||
		strcmp(index_text(index), index_text(other)) != 0)
		return false;
	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	if (!HeapTupleIsValid(tuple))
		return false;
	unique = ((Form_pg_index) GETSTRUCT(tuple))->indisunique;
	ReleaseSysCache(tuple);
	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(other));
	if (!HeapTupleIsValid(tuple))
		return false;
	unique = unique && !((Form_pg_index) GETSTRUCT(tuple))->indisunique;
	ReleaseSysCache(tuple);

	/* of two that are the same the newer one is said */
	return !unique && (OidIsValid(get_index_constraint(other)) || other < index);
}

/* Two indexes are the same. */
static void
check_duplicate_index(OrmLint *lint)
{
	List *indexes = RelationGetIndexList(lint->table);
	ListCell *cell;
	ListCell *other;

	foreach(cell, indexes)
		foreach(other, indexes)
			if (is_covered(lfirst_oid(cell), lfirst_oid(other)))
			{
				orm_lint_add(lint, get_rel_name(lfirst_oid(cell)),
							 psprintf("Index \"%s\" is the same.", get_rel_name(lfirst_oid(other))),
							 psprintf("DROP INDEX %s", index_name(lfirst_oid(cell))));
				break;
			}
}

/* Row security is enabled, and no policy lets anybody see a row. */
static void
check_policies(OrmLint *lint)
{
	Relation policies;
	ScanKeyData key;
	SysScanDesc scan;
	bool has;

	if (!lint->table->rd_rel->relrowsecurity)
		return;
	policies = table_open(PolicyRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_policy_polrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(lint->model->relid));
	scan = systable_beginscan(policies, PolicyPolrelidPolnameIndexId, true, NULL, 1, &key);
	has = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(policies, AccessShareLock);
	if (!has)
		orm_lint_add(lint, orm_lint_table_name(lint->model->relid),
					 pstrdup("Row security is enabled and there is no policy: nobody but the owner finds a row."),
					 NULL);
}

/* A trigger of the user's sees rows before they are written and after the trigger ~orm has kept their attributes. */
static void
check_later_trigger(OrmLint *lint)
{
	const TriggerDesc *triggers = NULL;

	if (orm_kept_of(lint->table) != NIL)
		triggers = CopyTriggerDesc(lint->table->trigdesc);
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (TRIGGER_FOR_BEFORE(trigger->tgtype) && TRIGGER_FOR_ROW(trigger->tgtype) && !trigger->tgisinternal &&
			(TRIGGER_FOR_INSERT(trigger->tgtype) || TRIGGER_FOR_UPDATE(trigger->tgtype)) &&
			strcmp(trigger->tgname, ORM_KEPT_TRIGGER) > 0)
			orm_lint_add(lint, pstrdup(trigger->tgname),
						 psprintf("The trigger fires after \"%s\", and can change what that keeps.", ORM_KEPT_TRIGGER),
						 NULL);
	}
}

/* How a sequence stands. */
typedef struct SequenceState
{
	Oid type;
	int64 last;
	int64 maximum;
} SequenceState;

/* Reads a sequence that counts up and ends; false: another one, one that has no value yet, or that may not be read. */
static bool
read_sequence(Oid sequence, SequenceState *state)
{
	LOCAL_FCINFO(call, 1);
	HeapTuple tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(sequence));
	Form_pg_sequence form;
	bool ends;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_sequence) GETSTRUCT(tuple);
	ends = form->seqincrement > 0 && !form->seqcycle;
	state->type = form->seqtypid;
	state->maximum = form->seqmax;
	ReleaseSysCache(tuple);
	if (!ends || pg_class_aclcheck(sequence, GetUserId(), ACL_SELECT | ACL_USAGE) != ACLCHECK_OK)
		return false;
	InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
	call->args[0].value = ObjectIdGetDatum(sequence);
	call->args[0].isnull = false;
	state->last = DatumGetInt64(pg_sequence_last_value(call));
	return !call->isnull;
}

/* The sequence of an attribute, InvalidOid: none. */
static Oid
sequence_of(const OrmLint *lint, const OrmAttribute *attribute)
{
	return attribute->identity ? orm_identity_sequence(lint->table, attribute->attnum) : attribute->sequence;
}

/* The greatest number of a type of integers. */
static int64
greatest_of(Oid type)
{
	return type == INT2OID ? PG_INT16_MAX : type == INT4OID ? PG_INT32_MAX : PG_INT64_MAX;
}

/* A key of a small integer type that is half used: time to make it a bigint. */
static void
check_integer_key(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &lint->model->attributes[i];
		Oid sequence = attribute->in_key ? sequence_of(lint, attribute) : InvalidOid;
		SequenceState state;

		if (!OidIsValid(sequence) || !read_sequence(sequence, &state) || attribute->type->base == INT8OID ||
			state.last / (double) greatest_of(attribute->type->base) < HALF_USED)
			continue;
		orm_lint_add(lint, pstrdup(attribute->name),
					 psprintf("Its numbers have come to " INT64_FORMAT ", more than half of what type %s holds.",
							  state.last, format_type_be(attribute->type->base)),
					 psprintf("ALTER TABLE %s ALTER COLUMN %s TYPE bigint", orm_lint_table_name(lint->model->relid),
							  orm_sql_quoted(attribute->column)));
	}
}

/* A sequence that will raise an error soon. */
static void
check_sequence_end(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nattributes; i++)
	{
		Oid sequence = sequence_of(lint, &lint->model->attributes[i]);
		SequenceState state;
		char *name;

		if (!OidIsValid(sequence) || !read_sequence(sequence, &state) ||
			state.last / (double) state.maximum < NEARLY_USED)
			continue;
		name = orm_lint_table_name(sequence);
		orm_lint_add(lint, name,
					 psprintf("Its last number is " INT64_FORMAT ", and its greatest " INT64_FORMAT ".", state.last,
							  state.maximum),
					 psprintf("ALTER SEQUENCE %s %s", name,
							  state.maximum == greatest_of(state.type) ? "AS bigint" : "NO MAXVALUE"));
	}
}

/* A new partition of the counted table has no triggers: rows that are written directly into it are not counted. */
static void
check_counter(OrmLint *lint)
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, orm_counter_relationships(lint->model->declaration))
		foreach(other, orm_counting_lacking(lint->model, lfirst(cell)))
			orm_lint_add(lint, pstrdup(lfirst(cell)),
						 psprintf("Rows of table %s are not counted when it is written directly.",
								  orm_lint_table_name(lfirst_oid(other))),
						 psprintf("SELECT * FROM orm.sync(%s)", quote_literal_cstr(lint->model->name)));
}

const OrmLintRule orm_lint_table_rules[] = {
	{"foreign_key_without_index", "warning", check_foreign_key_index},
	{"cascade_not_in_database", "info", check_cascade},
	{"constraint_not_validated", "warning", check_not_validated},
	{"invalid_index", "warning", check_invalid_index},
	{"duplicate_index", "warning", check_duplicate_index},
	{"row_security_without_policy", "warning", check_policies},
	{"trigger_after_orm", "warning", check_later_trigger},
	{"counter_without_trigger", "warning", check_counter},
	{"integer_key_half_used", "warning", check_integer_key},
	{"sequence_near_its_end", "error", check_sequence_end},
};

const int orm_lint_table_nrules = lengthof(orm_lint_table_rules);
