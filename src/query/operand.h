/*
 * operand.h - right operands of operators: values, parameters, attributes.
 * Private to this folder.
 */
#ifndef ORM_QUERY_OPERAND_H
#define ORM_QUERY_OPERAND_H

#include "query/compile.h"

/*
 * Is this an instruction in place of a value of the type (NULL: any type)?  It is an
 * object whose first key begins with "$"; for json types, where that can be data, an
 * object with a known instruction as its only key.
 */
extern bool orm_operand_is_instruction(OrmJson json, const OrmType *type);

/* Can an argument of that type be converted: by an assignment cast, or for string types by the input function? */
extern bool orm_operand_fits(Oid type, Oid wanted);

#endif
