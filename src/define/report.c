/*
 * report.c - see report.h.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/regproc.h"

#include "define/report.h"

void
orm_report_add(List **changes, const char *model, const char *action, const char *kind, char *name)
{
	OrmReported *change = palloc(sizeof(OrmReported));

	change->model = model ? pstrdup(model) : NULL;
	change->action = action;
	change->kind = kind;
	change->name = name;
	*changes = lappend(*changes, change);
}

char *
orm_report_relation(Oid relid)
{
	return DatumGetCString(DirectFunctionCall1(regclassout, ObjectIdGetDatum(relid)));
}
