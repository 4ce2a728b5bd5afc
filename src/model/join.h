/*
 * join.h - comparing the keys of referenced and referencing rows, in SQL and in C.
 *
 * Rows are matched as the server's foreign key matches them:
 *
 *     referenced column  OPERATOR(of the constraint)  referencing column
 *
 * with each operand cast to the operator's input type, under the collation of the
 * referenced column.  Relationships without a constraint (views, foreign tables)
 * use the operator of a JOIN on the two columns; see orm_join_operator.  All
 * comparisons of keys along relationships, and the order of their operands, are
 * here.
 *
 * All deterministic collations are equivalent for equality.  COLLATE is therefore
 * omitted where the parser can choose a deterministic collation itself, so that
 * indexes of that collation remain usable.
 */
#ifndef ORM_MODEL_JOIN_H
#define ORM_MODEL_JOIN_H

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "model/model.h"

/* The pairs of columns of a foreign key, with or without a constraint. */
typedef struct OrmJoin
{
	int n;
	Oid referenced; /* tables */
	Oid referencing;
	const AttrNumber *referenced_columns;
	const AttrNumber *referencing_columns;
	const Oid *operators; /* referenced = referencing */
} OrmJoin;

/* The join of the model's table with the target's table, or for many to many with the join table. */
extern OrmJoin orm_join_of(const OrmModel *model, const OrmRelationship *relationship);

/* Many to many: the join of the target's table (referenced) with the join table (referencing). */
extern OrmJoin orm_join_of_target(const OrmRelationship *relationship);

/*
 * The operator "referenced = referencing" for columns without a constraint: the
 * equality operator of their type; for two types, the cross-type equality operator
 * of the referenced type's operator family, or else pg_catalog's "=" as chosen by
 * the server's parser.  InvalidOid: there is none.
 */
extern Oid orm_join_operator(Oid referenced_type, Oid referencing_type);

/* The name of a column, palloc'd; raises 42703 when it was dropped, as the table need not be locked. */
extern char *orm_join_column_name(Oid relation, AttrNumber column);

/* In SQL */

/* An operand: a column, or a value of a column (a parameter, an element of an array). */
typedef struct OrmJoinSide
{
	const char *sql;
	Oid type;
	Oid collation; /* of the column */
	bool is_value; /* a value: its collation in SQL is that of its type */
} OrmJoinSide;

extern OrmJoinSide orm_join_column(const char *alias, Oid relation, AttrNumber column);
extern OrmJoinSide orm_join_value(const char *sql, Oid relation, AttrNumber column);

/* Appends "referenced OPERATOR(schema.op) referencing", as in the server's foreign key check. */
extern void orm_join_compare(StringInfo sql, Oid operator, OrmJoinSide referenced, OrmJoinSide referencing);

/* Like orm_join_compare, as in the server's referential actions, which can use the referencing column's collation. */
extern void orm_join_compare_action(StringInfo sql, Oid operator, OrmJoinSide referenced, OrmJoinSide referencing);

/* Appends "left OPERATOR(schema.op) right" under this collation. */
extern void orm_join_compare_under(StringInfo sql, Oid operator, OrmJoinSide left, OrmJoinSide right, Oid collation);

/*
 * Appends AND <column> OPERATOR(schema.op) ANY ($<parameter>), an array of values of
 * the other column, unless they have different types.  It repeats a join with arrays,
 * which is not sent to a foreign server, and would read and lock all of its rows.
 */
extern void orm_join_repeat(StringInfo sql, Oid operator, OrmJoinSide column, Oid values_type, int parameter);

/* One end of a join: a table with an alias, or rows of values with the columns k<first>, k<first + 1>, ... */
typedef struct OrmJoinEnd
{
	const char *alias;
	int first; /* -1: the table */
} OrmJoinEnd;

#define orm_join_table_end(alias) ((OrmJoinEnd){(alias), -1})
#define orm_join_values_end(alias, first) ((OrmJoinEnd){(alias), (first)})

/* Appends the comparisons of all pairs, joined by AND. */
extern void orm_join_append(StringInfo sql, const OrmJoin *join, OrmJoinEnd referenced, OrmJoinEnd referencing);

/* Repeats a join of values with a table, the referencing one, with parameters from "first"; see orm_join_repeat. */
extern void orm_join_repeat_all(StringInfo sql, const OrmJoin *join, const char *alias, int first);

/* In C */

/* Functions to compare and assign the values of one pair of columns. */
typedef struct OrmJoinKey OrmJoinKey;

/* The pairs of a join as an array of join->n items, allocated in the current memory context. */
extern OrmJoinKey **orm_join_keys(const OrmJoin *join);

/* Are the values equal?  They must not be NULL. */
extern bool orm_join_key_equal(OrmJoinKey *pair, Datum referenced, Datum referencing);

/*
 * Converts a referenced value to the referencing column's type by an assignment
 * cast.  The result is allocated in the current memory context, or is the same
 * datum.  False when the converted value does not equal the referenced one.
 * Raises the errors of the cast.
 */
extern bool orm_join_key_assign(OrmJoinKey *pair, Datum referenced, Datum *referencing);

/* Is the comparison the default equality of both columns' type, under equivalent collations? */
extern bool orm_join_key_is_plain(const OrmJoinKey *pair);

#endif
