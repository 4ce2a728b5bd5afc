/*
 * capacity.c - see capacity.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/twophase.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_language.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "base/compat.h"
#include "define/capacity.h"

/* Locks of a run that do not depend on the number of models: catalogs, schemas, names. */
#define ANYWAY 64

/* What is locked of a model, in objects. */
#define OF_MODEL 1				/* its function; many names are locked as one */
#define OF_TYPES 2				/* the row type and the type of its arrays */
#define OF_TOAST 2				/* the TOAST table and its index */
#define OF_TABLE (2 + OF_TOAST) /* the table and its row type */
#define OF_KEY 2				/* the constraint and its index */
#define OF_FOREIGN_KEY 1
#define OF_INDEX 1
#define OF_ENUM 1
#define OF_JOIN_TABLE (OF_TABLE + OF_KEY + OF_INDEX + 2 * OF_FOREIGN_KEY)

/* The sequence of a column, which a serial's default depends on. */
static int
of_sequence(const OrmDeclaredColumn *column)
{
	if (column->identity == NULL)
		return column->primary_key == ORM_YES ? 1 : 0;
	return strcmp(column->identity, "none") == 0 ? 0 : strcmp(column->identity, "serial") == 0 ? 2 : 1;
}

static int
of_column(const OrmDeclaredColumn *column)
{
	return of_sequence(column) + (column->primary_key == ORM_YES ? OF_KEY : 0) +
		(column->is_unique == ORM_YES ? OF_KEY : 0) + (column->indexed == ORM_YES ? OF_INDEX : 0) +
		(column->foreign_key != NULL ? OF_FOREIGN_KEY + OF_INDEX : 0);
}

/* One given as SQL may be of any kind. */
static int
of_constraint(const OrmDeclaredConstraint *constraint)
{
	switch (constraint->kind)
	{
		case ORM_CONSTRAINT_INDEX:
			return OF_INDEX;
		case ORM_CONSTRAINT_FOREIGN_KEY:
			return OF_FOREIGN_KEY;
		case ORM_CONSTRAINT_CHECK:
			return 0;
		default:
			return OF_KEY;
	}
}

static int
of_relationship(const OrmDeclaredRelationship *relationship)
{
	if (relationship->kind == ORM_BELONGS_TO)
		return OF_FOREIGN_KEY + OF_INDEX;
	return relationship->kind == ORM_MANY_TO_MANY && relationship->through == NULL ? OF_JOIN_TABLE : 0;
}

int
orm_capacity_to_create(const OrmDeclaration *declaration)
{
	int n = OF_TABLE + OF_MODEL + OF_ENUM * list_length(declaration->enums);
	ListCell *cell;

	foreach(cell, declaration->columns)
		n += of_column(lfirst(cell));
	foreach(cell, declaration->constraints)
		n += of_constraint(lfirst(cell));
	foreach(cell, declaration->relationships)
		n += of_relationship(lfirst(cell));
	return n;
}

/* The constraints of a relation. */
static int
count_constraints(Oid relid)
{
	Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	int n = 0;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(systable_getnext(scan)))
		n++;
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
	return n;
}

/* Sequences of identity columns, and defaults. */
static int
count_defaults(TupleDesc columns)
{
	int n = columns->constr != NULL ? columns->constr->num_defval : 0;

	for (int i = 0; i < columns->natts; i++)
		n += TupleDescAttr(columns, i)->attidentity != '\0';
	return n;
}

int
orm_capacity_to_drop(const OrmModel *model, int nfunctions)
{
	Relation relation = table_open(model->relid, NoLock);
	int n = OF_MODEL + OF_TYPES + nfunctions + (OidIsValid(relation->rd_rel->reltoastrelid) ? OF_TOAST : 0);

	n += list_length(RelationGetIndexList(relation)) + count_constraints(model->relid);
	n += count_defaults(RelationGetDescr(relation));
	n += relation->trigdesc != NULL ? relation->trigdesc->numtriggers : 0;
	table_close(relation, NoLock);
	return n;
}

/* The tag of a lock that nothing else takes: languages have no parts. */
static LOCKTAG
trial_tag(int i)
{
	LOCKTAG tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, LanguageRelationId, (Oid) i, 1);
	return tag;
}

/* Takes so many locks, as long as there is room, and releases them; returns how many there were. */
static int
try_locks(int wanted)
{
	int n = 0;

	for (; n < wanted; n++)
	{
		LOCKTAG tag = trial_tag(n);

		CHECK_FOR_INTERRUPTS();
		if (orm_lock_if_room(&tag, AccessShareLock) == LOCKACQUIRE_NOT_AVAIL)
			break;
	}
	for (int i = 0; i < n; i++)
	{
		LOCKTAG tag = trial_tag(i);

		LockRelease(&tag, AccessShareLock, false);
	}
	return n;
}

/* The setting with room for so many more locks than are held now. */
static int
sufficient_setting(int nlocks, int room)
{
	int backends = MaxBackends + max_prepared_xacts;
	int taken = Max(backends * max_locks_per_xact - room, 0);

	return (nlocks + taken + backends - 1) / backends;
}

void
orm_capacity_require(int nlocks, int nmodels, OrmCapacityUse use)
{
	int needed = nlocks + ANYWAY;
	int room;

	if (needed <= max_locks_per_xact)
		return;
	room = try_locks(needed);
	if (room < needed)
		ereport(ERROR, errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of shared memory"),
				use == ORM_CAPACITY_CREATE
					? errdetail("Creating the tables of %d models takes up to %d locks, and there is room for %d.",
								nmodels, needed, room)
					: errdetail("Dropping the tables of %d models takes up to %d locks, and there is room for %d.",
								nmodels, needed, room),
				errhint("Set max_locks_per_transaction to at least %d, or use %s in several transactions.",
						sufficient_setting(needed, room),
						use == ORM_CAPACITY_CREATE ? "orm.create_table" : "orm.drop_table"));
}
