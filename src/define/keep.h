/*
 * keep.h - the trigger of a table that keeps what its models say of attributes:
 * write_once and normalizes (model/kept.h).
 *
 * As with version.h, what is there is compared with what the models say, whenever one is
 * made, mapped, declared again or forgotten.
 */
#ifndef ORM_DEFINE_KEEP_H
#define ORM_DEFINE_KEEP_H

#include "model/model.h"
#include "nodes/pg_list.h"

/*
 * Makes the triggers of a relation what its models say, that of the version, too
 * (define/version.h): "declaration" is what "model" says from now on (NULL: nothing any
 * more).  With "make" false nothing is added, only what nobody wants is taken out.  Runs
 * as the relation's owner.  Raises 42809, 42P16, 42P17 and those of orm_normalize_analyze with the
 * place.  Appends to *changes.
 */
extern void orm_keep_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make,
							   List **changes);

#endif
