/*
 * model_function.h - making, replacing and checking model functions.
 *
 * All who write the text of a model come through here, in this order:
 *
 *     orm_registry_lock_name(name)      before the text is read
 *     read, decide
 *     orm_model_function_write()        replaces the text, or makes the function
 *
 * A function that exists is never dropped and made again, and its text is
 * replaced in place: its OID, its privileges and what depends on it stay, and a
 * concurrent dump has it whole.  A hand-written CREATE [OR REPLACE] FUNCTION
 * comes to orm_model_function_validate(), which takes the same lock.
 */
#ifndef ORM_DEFINE_MODEL_FUNCTION_H
#define ORM_DEFINE_MODEL_FUNCTION_H

#include "model/declaration.h"
#include "registry/registry.h"

/*
 * Writes a declaration whose schema is set: into the function of "row", or,
 * where row->function is not set, into a new one in the schema of the table (in
 * the first schema of the search_path in which the current user may create,
 * when that does not exist or he may not).  A function of somebody else's
 * becomes the current user's.  "relid": the table, InvalidOid for none yet.
 * Returns false when that is what it was already.
 *
 * The caller has locked the name and checked that the current user may.
 * Raises 42501, 42723, 54000, 3F000.
 */
extern bool orm_model_function_write(OrmRegistered *row, OrmDeclaration *declaration, Oid relid);

/*
 * The same for names that have changed: whoever changed them need not own the
 * function, and it stays its owner's.  A function in the schema of its table
 * goes with it; one that was moved itself stays where it is, and its text then
 * says the table's schema.
 */
extern void orm_model_function_follow(OrmRegistered *row, OrmDeclaration *declaration, bool moved);

/* Drops the function of a model. */
extern void orm_model_function_drop(const OrmRegistered *row);

/* Is this the verb of a function, "model" or "mixin", whatever else is right or wrong with it? */
extern bool orm_model_function_has_verb(Oid function, const char *verb);

/* Raises 54000 for a text that is too long; "verb" says whose it is. */
extern void orm_model_function_check_length(const char *verb, const char *name, const char *text);

/*
 * Checks the body of the function of a model or mixin as far as that can be done without anything else, and
 * that the function was no other model's or mixin's before this command.  Raises 42601, 54000, 22P02; 42723.
 */
extern void orm_model_function_check_same(Oid function, const char *verb);

/*
 * For any other body: raises 42723 where the function was that of a model or mixin
 * before this command.  The declaration would be gone without a word.
 */
extern void orm_model_function_check_not_replaced(Oid function);

/*
 * The validator of LANGUAGE orm for such a body.  Without "check_bodies" (in a
 * restore, tables and rights come later) only what is true in any case is
 * checked.  Raises what orm.model does, at the same place; 42710 for a second
 * function of the model, 42723 for one that was another model's, 42P13.
 */
extern void orm_model_function_validate(Oid function, bool check_bodies);

/* Tells every session that models on a table have changed; InvalidOid: none. */
extern void orm_model_function_announce(Oid relid);

#endif
