/*
 * definition.h - constraints and indexes given as SQL.
 *
 *     {"constraint": {"name": "positive", "definition": "CHECK (n > 0) NOT VALID"}}
 *     {"index": {"definition": "CREATE INDEX i ON posts (title) WITH (fillfactor='70')"}}
 *
 * A definition must be parsed by the server as a single constraint of ALTER TABLE ADD,
 * or as a single CREATE INDEX on the table of the model.  The name of this table may be
 * unqualified; its schema is added to the statement.
 */
#ifndef ORM_MODEL_DEFINITION_H
#define ORM_MODEL_DEFINITION_H

#include "model/declaration.h"

/*
 * Reads the definition of a constraint: sets its kind, columns and target.
 * Raises 42601 for other SQL, 0A000 for USING INDEX.
 */
extern void orm_definition_read_constraint(OrmDeclaredConstraint *constraint);

/*
 * Reads the definition of an index: sets its name, is_unique, is_partial and leading.
 * Raises 42601 for other SQL, 42P16 for an index of another table.
 */
extern void orm_definition_read_index(const OrmDeclaration *declaration, OrmDeclaredConstraint *index);

/* The statement of an index with its table qualified; raises 42P16 for a table in another schema. */
extern char *orm_definition_index_statement(const OrmDeclaration *declaration, const char *definition);

/* The definition of an index: a deparsed statement without the schema of its table. */
extern char *orm_definition_without_schema(const char *statement);

#endif
