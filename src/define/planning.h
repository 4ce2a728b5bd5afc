/*
 * planning.h - what the planning of tables (ddl/) asks of the database: declarations to be
 * made, and the models and tables that they reference.
 */
#ifndef ORM_DEFINE_PLANNING_H
#define ORM_DEFINE_PLANNING_H

#include "ddl/ddl.h"
#include "registry/registry.h"

/* A declaration as it is to be made: checked as a new one, with the names that its columns have now. */
extern OrmDeclaration *orm_planning_read(const OrmRegistered *row);

/* A relation by its names (schema NULL: by search_path), locked against changes of its form. */
extern Oid orm_planning_lock(char *schema, char *relation, bool missing_ok);

/* A relation by its names, or InvalidOid; no lock is taken. */
extern Oid orm_planning_relation(const char *schema, const char *relation);

/*
 * The join table that "through" of a relationship names, or InvalidOid; a name without a schema is in the
 * schema of the declaration.
 */
extern Oid orm_planning_join(const OrmDeclaration *declaration, const OrmDeclaredRelationship *relationship);

/*
 * The row of the model that a table of a plan is for; of a join table: of a model that joins
 * through it.  "rows" (of OrmRegistered *) are parallel to the declarations of the plan.
 */
extern OrmRegistered *orm_planning_row(const List *declarations, const List *rows, const OrmDdlTable *table);

/* Models and tables outside of a run. */
extern const OrmDdlCatalog orm_planning_catalog;

#endif
