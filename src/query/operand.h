/*
 * operand.h - operands in place of values: instructions, parameters, attributes.
 * Private to this folder.
 */
#ifndef ORM_QUERY_OPERAND_H
#define ORM_QUERY_OPERAND_H

#include "query/compile.h"

/*
 * Is an object an instruction in place of a value of the type (NULL: of any)?
 * Its first key begins with "$"; of json types, where that may be data, it has
 * just one key and that is one of ours.
 */
extern bool orm_operand_is_instruction(OrmJson json, const OrmType *type);

/* Is an argument of that type good for another: by a cast in an assignment, or, of text, by its input function? */
extern bool orm_operand_fits(Oid type, Oid wanted);

#endif
