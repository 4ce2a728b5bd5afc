/*
 * written_statements.h - statements of declarations as the server prints them.
 */
#ifndef ORM_DEFINE_WRITTEN_STATEMENTS_H
#define ORM_DEFINE_WRITTEN_STATEMENTS_H

#include "model/declaration.h"

/*
 * Replaces the statements of a declaration, which have been run, by those of the catalogs: so the
 * next comparison is one of texts of the server.  Privileges stay as they are written: whether they
 * are held is looked up.
 */
extern void orm_written_statements_settle(OrmDeclaration *declaration, Oid relid);

/* Adds to a declaration what a reflected one says of the table as a whole and in statements, and it does not. */
extern void orm_written_statements_complete(OrmDeclaration *declaration, const OrmDeclaration *full);

#endif
