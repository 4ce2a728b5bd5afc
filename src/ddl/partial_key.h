/*
 * partial_key.h - unique keys of tables that mark deleted rows; see model/marked_key.h.
 */
#ifndef ORM_DDL_PARTIAL_KEY_H
#define ORM_DDL_PARTIAL_KEY_H

#include "ddl/ddl.h"

/*
 * Makes partial indexes of the unique constraints of a table whose model marks deleted rows, once all
 * tables of the run are laid out.
 */
extern void orm_partial_key_make(const OrmDdlRun *run, OrmPlanned *planned);

#endif
