/*
 * mixing.h - orm.mixin, and what models take from mixins.
 *
 * A mixin is a function whose text is a list of elements (registry/mixin_function.h).
 * A model that is declared with {"use": {"name": "Audited"}} gets the elements as
 * they are now, written behind "name" in its own text (model/use.h); nothing reads
 * the mixin when the model is used.  So a changed mixin changes no model: orm.lint
 * names the models that are behind, and declaring them again brings them up.
 *
 * Mixins may use mixins; a model gets the elements of all as one list.
 */
#ifndef ORM_DEFINE_MIXING_H
#define ORM_DEFINE_MIXING_H

#include "model/declaration.h"
#include "registry/mixin_function.h"
#include "registry/registry.h"

/* orm.mixin: makes or replaces a mixin.  Raises 22023 and what elements raise; 42501, 42704, 42710, 42P17, 54000. */
extern char *orm_mixing_declare(const char *name, int nelements, const OrmDocument *const *elements);

/*
 * A model document, JSON text, in which every use without elements has those of
 * its mixin; "document" itself when it has none such.  Raises 42704 for a mixin
 * that does not exist, 42P17 for one that uses itself.
 */
extern const char *orm_mixing_complete(const char *document);

/* Makes a function, of a model or a mixin, depend on the mixins of these names, as far as they are there. */
extern void orm_mixing_tie(Oid function, const List *names);

/* Is a function's verb "mixin", whatever else is right or wrong with it?  And the validator for such a body. */
extern bool orm_mixing_is_mixin(Oid function);
extern void orm_mixing_validate(Oid function, bool check_bodies);

/* The mixins that a document uses, by name (List of char *). */
extern List *orm_mixing_names(const char *document);

/* Why the elements of a use are others than its mixin has now, a sentence, palloc'd; NULL: they are the same. */
extern char *orm_mixing_behind(const OrmDeclaration *declaration, const char *name);

#endif
