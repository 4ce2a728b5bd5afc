/*
 * hook.h - the element "on": a trigger of the table that calls a trigger function of the user's.
 *
 *     orm.on('before create, update', 'set_slug', columns => '{title}', when_expr => 'NEW.slug IS NULL')
 *
 *     CREATE TRIGGER orm_before_create_update_set_slug BEFORE INSERT OR UPDATE OF title ON posts
 *     FOR EACH ROW WHEN (NEW.slug IS NULL) EXECUTE FUNCTION set_slug()
 *
 * Events are before or after, "statement" for once a statement instead of once a row, and a list of
 * create, update, delete and truncate.
 */
#ifndef ORM_MODEL_HOOK_H
#define ORM_MODEL_HOOK_H

#include "model/declaration.h"
#include "utils/relcache.h"

/* All hooks of a declaration (List of OrmDeclaredHook *): the elements "on", and what "publish" stands for. */
extern List *orm_hook_all(const OrmDeclaration *declaration);

/* The builder of the element that a hook comes from: "on", "publish"; and the place of it, or of one of its keys. */
extern const char *orm_hook_builder(const OrmDeclaredHook *hook);
extern const OrmPath *orm_hook_place(OrmElementPlace *place, const OrmDeclaredHook *hook, const char *key);

/* The events of a hook, as the bits of pg_trigger.tgtype; raises 22023 and 42809 with the place. */
extern int16 orm_hook_type(const OrmDeclaredHook *hook);

/* How the names of triggers of a type begin: "orm_before_create_update_". */
extern char *orm_hook_prefix(int16 type);

/* The name of the function of a hook, without its schema. */
extern char *orm_hook_function_name(const OrmDeclaredHook *hook);

/* The name of the trigger of a hook. */
extern char *orm_hook_name(const OrmDeclaredHook *hook);

/*
 * The trigger function of a hook, looked up in the schema of the table ("schema" may be NULL) and the
 * search_path.  Raises 42883 and 42P17 with the place.
 */
extern Oid orm_hook_function(const OrmDeclaredHook *hook, const char *schema);

/* Appends CREATE TRIGGER; "relation" is the quoted and qualified name of the table. */
extern char *orm_hook_statement(const OrmDeclaredHook *hook, const char *schema, const char *relation);

/* Checks the hooks of a declaration, but for their functions, which must be there when it is declared. */
extern void orm_hook_check(const OrmDeclaration *declaration);
extern void orm_hook_check_functions(const OrmDeclaration *declaration);

/* The labels of hooks without an enabled trigger of their name on an open relation (List of char *). */
extern List *orm_hook_pending(const OrmDeclaration *declaration, Relation relation);

/* What a pending hook is called. */
extern char *orm_hook_label(const OrmDeclaredHook *hook);

#endif
