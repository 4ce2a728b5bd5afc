/*
 * reflect_sequence.c - making keys of a column from the options of its sequence.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "model/reflect_sequence.h"

/* The largest value of a type of sequences; the smallest is -max - 1. */
static int64
type_max(Oid type)
{
	if (type == INT2OID)
		return PG_INT16_MAX;
	return type == INT4OID ? PG_INT32_MAX : PG_INT64_MAX;
}

/* Appends an option with a value that is not the default. */
static void
append_option(StringInfo options, const char *name, int64 value, int64 default_value)
{
	if (value != default_value)
		appendStringInfo(options, "%s%s " INT64_FORMAT, options->len > 0 ? " " : "", name, value);
}

/* The options that are not the default, or NULL. */
static char *
options_text(Form_pg_sequence form, const OrmDeclaredColumn *column)
{
	bool descending = form->seqincrement < 0;
	int64 max = type_max(form->seqtypid);
	int64 default_min = descending ? -max - 1 : 1;
	int64 default_max = descending ? -1 : max;
	bool serial = strcmp(column->identity, "serial") == 0;
	StringInfoData options;

	initStringInfo(&options);
	append_option(&options, "START WITH", form->seqstart, descending ? form->seqmax : form->seqmin);
	append_option(&options, "INCREMENT BY", form->seqincrement, 1);
	append_option(&options, "MINVALUE", form->seqmin, default_min);
	append_option(&options, "MAXVALUE", form->seqmax, default_max);
	append_option(&options, "CACHE", form->seqcache, 1);
	if (form->seqcycle)
		appendStringInfoString(&options, options.len > 0 ? " CYCLE" : "CYCLE");

	/* a serial column with options says the type too, which else is its own */
	if (form->seqtypid == column->type_oid && !(serial && options.len > 0))
		return options.len > 0 ? options.data : NULL;
	return psprintf("AS %s%s%s", format_type_be(form->seqtypid), options.len > 0 ? " " : "", options.data);
}

void
orm_reflect_sequence_set(const OrmReflectState *r, OrmDeclaredColumn *column, Oid sequence)
{
	HeapTuple tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(sequence));
	char *name = get_rel_name(sequence);

	if (!HeapTupleIsValid(tuple) || name == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("sequence with OID %u does not exist", sequence));
	column->sequence_options = options_text((Form_pg_sequence) GETSTRUCT(tuple), column);
	ReleaseSysCache(tuple);
	if (strcmp(name, makeObjectName(RelationGetRelationName(r->relation), column->name, "seq")) != 0)
		column->sequence_name = name;
}
