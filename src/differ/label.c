/*
 * label.c - see label.h.
 *
 * Labels are added where they stand in the declaration.  Where labels go or change places, the
 * type is made anew: PostgreSQL cannot do either.  Rows that have a label that goes stop that,
 * and so does a generated column whose expression has values of the type.
 *
 * A declaration names a type of its schema, which can belong to another role than the model.  The
 * model's owner must have the rights of the type's owner, and those of the owners of the tables that
 * have columns of it; only then do the steps run as these.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "base/error.h"
#include "base/settings.h"
#include "base/sql.h"
#include "ddl/print_enum.h"
#include "differ/label.h"
#include "model/enum.h"
#include "registry/proc.h"
#include "registry/registry.h"

/* A type whose labels are compared. */
typedef struct EnumDiffer
{
	const OrmDeclaration *declaration;
	const OrmDeclaredEnum *declared;
	Oid role; /* the model's owner */
	Oid type;
	Oid owner;	  /* of the type */
	char *name;	  /* quoted and qualified */
	List *actual; /* labels: of char * */
	List **steps;
} EnumDiffer;

/* Is the label in the list? */
static bool
has_label(const List *labels, const char *label)
{
	ListCell *cell;

	foreach(cell, labels)
		if (strcmp(lfirst(cell), label) == 0)
			return true;
	return false;
}

/* Are all actual labels declared, in their order? */
static bool
only_added(const EnumDiffer *differ)
{
	int next = 0;
	ListCell *cell;

	foreach(cell, differ->declared->labels)
		if (next < list_length(differ->actual) && strcmp(lfirst(cell), list_nth(differ->actual, next)) == 0)
			next++;
	return next == list_length(differ->actual);
}

/* Appends a step about the type. */
static OrmStep *
add_step(const EnumDiffer *differ, const char *action, char *sql, char *reverse)
{
	OrmStep *step = orm_step_add(differ->steps, ORM_PHASE_TYPE, differ->declaration->model, action,
								 psprintf("type %s", differ->name), sql, reverse);

	step->owner = differ->owner;
	return step;
}

/* Raises 42501 unless the model's owner has the rights of another owner. */
static void
check_owner(const EnumDiffer *differ, Oid owner, const char *object)
{
	if (!has_privs_of_role(differ->role, owner))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("labels of type %s cannot be changed by model \"%s\"", differ->name, differ->declaration->model),
				errdetail("%s belongs to role \"%s\", and the model to role \"%s\".", object,
						  GetUserNameFromId(owner, false), GetUserNameFromId(differ->role, false)),
				errhint("Declare the labels that the type has, or grant role \"%s\" to role \"%s\".",
						GetUserNameFromId(owner, false), GetUserNameFromId(differ->role, false)));
}

/* ALTER TYPE ... ADD VALUE for each label that is not there. */
static void
add_labels(const EnumDiffer *differ)
{
	const char *previous = NULL;
	ListCell *cell;

	foreach(cell, differ->declared->labels)
	{
		char *label = lfirst(cell);

		if (!has_label(differ->actual, label))
		{
			StringInfoData sql;

			initStringInfo(&sql);
			appendStringInfo(&sql, "ALTER TYPE %s ADD VALUE ", differ->name);
			orm_sql_literal(&sql, label);
			appendStringInfoString(&sql, previous != NULL ? " AFTER " : " BEFORE ");
			orm_sql_literal(&sql, previous != NULL ? previous : linitial(differ->actual));
			add_step(differ, "alter", sql.data, NULL)->note = "the label can be used when the transaction has ended";
		}
		previous = label;
	}
}

/* ALTER TYPE ... RENAME VALUE */
static char *
print_rename(const EnumDiffer *differ, const char *from, const char *to)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TYPE %s RENAME VALUE ", differ->name);
	orm_sql_literal(&sql, from);
	appendStringInfoString(&sql, " TO ");
	orm_sql_literal(&sql, to);
	return sql.data;
}

/* Raises 42704 or 42710 for a rename of a label that cannot be: it is of none, or of two. */
static void
raise_rename(const EnumDiffer *differ, const char *from, const char *to, bool both)
{
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, differ->declared->position, "enum", "renamed_labels");
	OrmPath here = orm_path_key(path, from);

	if (both)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
				errmsg("label \"%s\" of type %s cannot be renamed \"%s\": that label already exists", from,
					   differ->name, to),
				orm_error_place(&here));
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
			errmsg("label \"%s\" of type %s, to be renamed \"%s\", does not exist", from, differ->name, to),
			orm_error_place(&here), errhint("Leave out renamed_labels to add a new label."));
}

/* Renames labels: from here on they are the new ones.  Returns the last step; NULL: there is none. */
static OrmStep *
rename_labels(EnumDiffer *differ)
{
	OrmStep *step = NULL;
	const OrmDocument *renamed = differ->declared->renamed_labels;
	OrmJsonWalk walk;

	if (renamed == NULL)
		return NULL;
	walk = orm_json_walk(orm_document_root(renamed));
	while (orm_json_next(&walk))
	{
		char *from = orm_json_string(walk.key);
		char *to = orm_json_string(walk.value);
		bool both = has_label(differ->actual, to);
		ListCell *cell;

		if (!has_label(differ->actual, from) && both)
			continue;
		if (!has_label(differ->actual, from) || both)
			raise_rename(differ, from, to, both);
		check_owner(differ, differ->owner, "It");
		step = add_step(differ, "rename", print_rename(differ, from, to), print_rename(differ, to, from));
		foreach(cell, differ->actual)
			if (strcmp(lfirst(cell), from) == 0)
				lfirst(cell) = to;
	}
	return step;
}

/* A column that has the type, or an array of it. */
typedef struct EnumUse
{
	Oid relid;
	Oid owner; /* of the table */
	AttrNumber number;
	bool array;
	char *table;
	char *column; /* quoted */
} EnumUse;

/* Adds the columns of tables that depend on a type. */
static List *
add_uses(List *uses, Oid type, bool array)
{
	ListCell *cell;

	foreach(cell, orm_proc_depend_rows(TypeRelationId, type, 0))
	{
		Form_pg_depend row = lfirst(cell);
		StringInfoData table;
		EnumUse *use;

		if (row->classid != RelationRelationId || row->objsubid <= 0 ||
			(get_rel_relkind(row->objid) != RELKIND_RELATION &&
			 get_rel_relkind(row->objid) != RELKIND_PARTITIONED_TABLE))
			continue;
		initStringInfo(&table);
		orm_sql_relation(&table, row->objid);
		use = palloc0(sizeof(EnumUse));
		use->relid = row->objid;
		use->owner = orm_registry_table_owner(row->objid);
		use->number = row->objsubid;
		use->array = array;
		use->table = table.data;
		use->column = orm_sql_quoted(get_attname(row->objid, row->objsubid, false));
		uses = lappend(uses, use);
	}
	return uses;
}

/* The generated column that keeps the type of a column from being changed, quoted; NULL: there is none. */
static char *
find_generated(const EnumUse *use)
{
	Relation relation = relation_open(use->relid, AccessShareLock);
	TupleDesc descriptor = RelationGetDescr(relation);
	char *found = NULL;

	for (int i = 0; descriptor->constr != NULL && i < descriptor->constr->num_defval; i++)
	{
		AttrNumber number = descriptor->constr->defval[i].adnum;
		Form_pg_attribute column = TupleDescAttr(descriptor, number - 1);
		Bitmapset *read = NULL;

		if (column->attgenerated == '\0')
			continue;
		pull_varattnos(stringToNode(descriptor->constr->defval[i].adbin), 1, &read);
		if (number == use->number || bms_is_member(use->number - FirstLowInvalidHeapAttributeNumber, read))
			found = orm_sql_quoted(NameStr(column->attname));
	}
	relation_close(relation, AccessShareLock);
	return found;
}

/* Appends a row without a statement if a generated column stops the change. */
static bool
is_stopped(const EnumDiffer *differ, const List *uses)
{
	ListCell *cell;

	foreach(cell, uses)
	{
		const EnumUse *use = lfirst(cell);
		char *column = find_generated(use);

		if (column == NULL)
			continue;
		add_step(differ, "alter", NULL, NULL)->note = psprintf(
			"labels go or change places, which the generated column %s.%s does not allow", use->table, column);
		return true;
	}
	return false;
}

/* The default of a column in SQL, or NULL. */
static char *
default_of(const EnumUse *use)
{
	Relation relation = relation_open(use->relid, AccessShareLock);
	TupleDesc descriptor = RelationGetDescr(relation);
	List *context = deparse_context_for(RelationGetRelationName(relation), use->relid);
	int level = orm_settings_pin(NULL);
	char *text = NULL;

	for (int i = 0; descriptor->constr != NULL && i < descriptor->constr->num_defval; i++)
		if (descriptor->constr->defval[i].adnum == use->number)
			text = deparse_expression(stringToNode(descriptor->constr->defval[i].adbin), context, false, false);
	orm_settings_leave(level);
	relation_close(relation, AccessShareLock);
	return text;
}

/* The query for the number of rows with labels that go; NULL: none goes. */
static char *
print_lost(const EnumDiffer *differ, const List *uses)
{
	StringInfoData labels;
	StringInfoData query;
	bool first = true;
	ListCell *cell;

	initStringInfo(&labels);
	foreach(cell, differ->actual)
	{
		if (has_label(differ->declared->labels, lfirst(cell)))
			continue;
		orm_sql_comma(&labels, &first);
		orm_sql_literal(&labels, lfirst(cell));
	}
	if (labels.len == 0 || uses == NIL)
		return NULL;
	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT ");
	foreach(cell, uses)
	{
		const EnumUse *use = lfirst(cell);

		appendStringInfoString(&query, foreach_current_index(cell) > 0 ? " OPERATOR(pg_catalog.+) " : "");
		appendStringInfo(&query, "(SELECT pg_catalog.count(*) FROM %s t WHERE ", use->table);
		if (use->array)
			appendStringInfo(&query, "t.%s::pg_catalog.text[] OPERATOR(pg_catalog.&&) ARRAY[%s]::pg_catalog.text[])",
							 use->column, labels.data);
		else
			appendStringInfo(&query, "t.%s::pg_catalog.text OPERATOR(pg_catalog.=) ANY (ARRAY[%s]::pg_catalog.text[]))",
							 use->column, labels.data);
	}
	return query.data;
}

/* Appends a step about a column that has the type. */
static OrmStep *
add_use_step(const EnumDiffer *differ, const EnumUse *use, char *sql)
{
	OrmStep *step = add_step(differ, "alter", sql, NULL);

	step->owner = use->owner;
	return step;
}

/* Gives a column the new type, with its default around. */
static void
retype(const EnumDiffer *differ, const EnumUse *use)
{
	const char *brackets = use->array ? "[]" : "";
	char *value = default_of(use);
	char *alter = psprintf("ALTER TABLE %s ALTER COLUMN %s", use->table, use->column);
	OrmStep *step;

	if (value != NULL)
		add_use_step(differ, use, psprintf("%s DROP DEFAULT", alter));
	step = add_use_step(differ, use,
						psprintf("%s TYPE %s%s USING %s::pg_catalog.text%s::%s%s", alter, differ->name, brackets,
								 use->column, brackets, differ->name, brackets));
	step->relid = use->relid;
	step->lock = ORM_LOCK_FULL;
	step->rewrites = step->loosens = true;
	if (value != NULL)
		add_use_step(differ, use, psprintf("%s SET DEFAULT %s", alter, value));
}

/* A constraint or index whose expressions hold values of the type: the server would compare them with the new one. */
typedef struct EnumKey
{
	Oid oid;
	char *drop;
	char *add;
} EnumKey;

/* Has an index an expression or a condition? */
static bool
has_expression(Oid index)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	bool has;

	if (!HeapTupleIsValid(tuple))
		return false;
	has = !heap_attisnull(tuple, Anum_pg_index_indexprs, NULL) || !heap_attisnull(tuple, Anum_pg_index_indpred, NULL);
	ReleaseSysCache(tuple);
	return has;
}

/* The type of a constraint. */
static char
constraint_type(Oid constraint)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	char type;

	if (!HeapTupleIsValid(tuple))
		return '\0';
	type = ((Form_pg_constraint) GETSTRUCT(tuple))->contype;
	ReleaseSysCache(tuple);
	return type;
}

/* Reads an object that depends on the column; NULL: it is not in the way. */
static EnumKey *
read_key(const EnumUse *use, Oid class, Oid oid)
{
	EnumKey *key = palloc0(sizeof(EnumKey));
	StringInfoData name;

	key->oid = oid;
	if (class == ConstraintRelationId)
	{
		char type = constraint_type(oid);

		if (type != CONSTRAINT_CHECK && (type != CONSTRAINT_EXCLUSION || !has_expression(get_constraint_index(oid))))
			return NULL;
		key->drop = psprintf("ALTER TABLE %s DROP CONSTRAINT %s", use->table, orm_sql_quoted(get_constraint_name(oid)));
		key->add = pg_get_constraintdef_command(oid);
		return key;
	}
	if (class != RelationRelationId || !has_expression(oid) || OidIsValid(get_index_constraint(oid)))
		return NULL;
	initStringInfo(&name);
	orm_sql_relation(&name, oid);
	key->drop = psprintf("DROP INDEX %s", name.data);
	key->add = pg_get_indexdef_string(oid);
	return key;
}

/* Appends these of a column, once. */
static List *
add_keys(List *keys, const EnumUse *use)
{
	int level = orm_settings_pin(NULL);
	ListCell *cell;
	ListCell *other;

	foreach(cell, orm_proc_depend_rows(RelationRelationId, use->relid, use->number))
	{
		Form_pg_depend row = lfirst(cell);
		EnumKey *key = read_key(use, row->classid, row->objid);
		bool known = key == NULL;

		foreach(other, keys)
			known = known || ((EnumKey *) lfirst(other))->oid == key->oid;
		if (!known)
			keys = lappend(keys, key);
	}
	orm_settings_leave(level);
	return keys;
}

/* Gives the columns of one table the new type, without the constraints and indexes that are in the way. */
static void
retype_table(const EnumDiffer *differ, const List *uses, Oid relid)
{
	const EnumUse *one = NULL;
	List *keys = NIL;
	ListCell *cell;

	foreach(cell, uses)
		if (((const EnumUse *) lfirst(cell))->relid == relid)
			keys = add_keys(keys, one = lfirst(cell));
	foreach(cell, keys)
		add_use_step(differ, one, ((const EnumKey *) lfirst(cell))->drop);
	foreach(cell, uses)
		if (((const EnumUse *) lfirst(cell))->relid == relid)
			retype(differ, lfirst(cell));
	foreach(cell, keys)
		add_use_step(differ, one, ((const EnumKey *) lfirst(cell))->add);
}

/* Makes the type anew. */
static void
make_again(const EnumDiffer *differ)
{
	List *uses = add_uses(add_uses(NIL, differ->type, false), get_array_type(differ->type), true);
	char *old = psprintf("%.50s_old", differ->declared->name);
	StringInfoData old_name;
	OrmStep *step;
	List *tables = NIL;
	ListCell *cell;

	initStringInfo(&old_name);
	orm_sql_qualified(&old_name, differ->declaration->schema, old);
	foreach(cell, uses)
		check_owner(differ, ((const EnumUse *) lfirst(cell))->owner,
					psprintf("Table %s", ((const EnumUse *) lfirst(cell))->table));
	if (is_stopped(differ, uses))
		return;
	step = add_step(differ, "alter", psprintf("ALTER TYPE %s RENAME TO %s", differ->name, orm_sql_quoted(old)), NULL);
	step->owner = differ->role; /* who may read all the tables */
	step->lost = print_lost(differ, uses);
	step->lost_name = psprintf("%s.%s", differ->declaration->model, differ->declared->name);
	step->note = "labels go or change places: the type is made anew";
	add_step(differ, "create", orm_print_enum(differ->name, differ->declared->labels), NULL);
	foreach(cell, uses)
	{
		Oid relid = ((const EnumUse *) lfirst(cell))->relid;

		if (!list_member_oid(tables, relid))
			retype_table(differ, uses, relid);
		tables = list_append_unique_oid(tables, relid);
	}
	add_step(differ, "drop", psprintf("DROP TYPE %s", old_name.data), NULL)->phase = ORM_PHASE_CLEANUP;
}

/* Are the actual labels the declared ones? */
static bool
is_as_declared(const EnumDiffer *differ)
{
	return list_length(differ->actual) == list_length(differ->declared->labels) && only_added(differ);
}

/* The owner of a type. */
static Oid
type_owner(Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("type with OID %u does not exist", type));
	owner = ((Form_pg_type) GETSTRUCT(tuple))->typowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Has an earlier model of the run declared this type? */
static bool
is_made(const EnumDiffer *differ)
{
	char *object = psprintf("type %s", differ->name);
	ListCell *cell;

	foreach(cell, *differ->steps)
		if (strcmp(((OrmStep *) lfirst(cell))->object, object) == 0)
			return true;
	return false;
}

void
orm_label_compare(const OrmDeclaration *declaration, Oid owner, List **steps)
{
	Oid schema = get_namespace_oid(declaration->schema, true);
	ListCell *cell;

	foreach(cell, declaration->enums)
	{
		EnumDiffer differ = {.declaration = declaration, .declared = lfirst(cell), .role = owner, .steps = steps};
		OrmStep *renamed;

		differ.name = orm_print_enum_name(declaration, differ.declared);
		differ.type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(differ.declared->name),
									  ObjectIdGetDatum(schema));
		if (is_made(&differ))
			continue;
		if (!OidIsValid(differ.type))
		{
			add_step(&differ, "create", orm_print_enum(differ.name, differ.declared->labels),
					 psprintf("DROP TYPE %s", differ.name));
			continue;
		}
		differ.owner = type_owner(differ.type);
		differ.actual = get_typtype(differ.type) == TYPTYPE_ENUM ? orm_enum_labels(differ.type) : NIL;
		if (differ.actual == NIL)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
					errmsg("type \"%s\" of model \"%s\" already exists and is not an enum", differ.declared->name,
						   declaration->model));
		renamed = rename_labels(&differ);
		if (is_as_declared(&differ))
			continue;
		check_owner(&differ, differ.owner, "It");
		if (only_added(&differ))
			add_labels(&differ);
		else if (renamed != NULL)
			renamed->note = "afterwards labels go or change places: the type is made anew";
		else
			make_again(&differ);
	}
}
