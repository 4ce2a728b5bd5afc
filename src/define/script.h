/*
 * script.h - orm.script: model functions as SQL.
 */
#ifndef ORM_DEFINE_SCRIPT_H
#define ORM_DEFINE_SCRIPT_H

/*
 * The functions of these models, NULL: of all, as commands that create or replace
 * them, palloc'd.  The same models give the same text in every database: ordered by
 * name, mapped ones last, names as they are now, and nothing of owners.  Raises 42704
 * for a model that does not exist.
 */
extern char *orm_script_print(char **models, int n);

#endif
