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
	OrmReported *change = palloc0(sizeof(OrmReported));

	change->model = model ? pstrdup(model) : NULL;
	change->action = action;
	change->kind = kind;
	change->name = name;
	*changes = lappend(*changes, change);
}

void
orm_report_skipped(List **changes, const char *model, const char *kind, char *name, char *detail)
{
	orm_report_add(changes, model, "skipped", kind, name);
	((OrmReported *) llast(*changes))->detail = detail;
}

char *
orm_report_relation(Oid relid)
{
	return DatumGetCString(DirectFunctionCall1(regclassout, ObjectIdGetDatum(relid)));
}
