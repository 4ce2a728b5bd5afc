/*
 * join.h - how the two ends of a relationship meet, in SQL and in C.
 *
 * A row references another when the server's own foreign key says so:
 *
 *     referenced column  OPERATOR(of the constraint)  referencing column
 *
 * each operand cast to the operator's input type, under the collation of the
 * referenced column.  A relationship without a constraint (views, foreign
 * tables) has the operator that a JOIN on the two columns has; see
 * orm_join_operator.  Nothing else in the code compares keys along a
 * relationship, or knows which operand stands on which side.
 *
 * Two deterministic collations find the same rows, so neither is forced on a
 * column where the parser has but one choice: an index of either can be used.
 */
#ifndef ORM_MODEL_JOIN_H
#define ORM_MODEL_JOIN_H

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "model/model.h"

/* The pairs of columns by which two tables meet: a foreign key, or what stands for one. */
typedef struct OrmJoin
{
	int n;
	Oid referenced; /* tables */
	Oid referencing;
	const AttrNumber *referenced_columns;
	const AttrNumber *referencing_columns;
	const Oid *operators; /* referenced = referencing */
} OrmJoin;

/* The join of a relationship's first key: of its model's table and the target's, or the join table's. */
extern OrmJoin orm_join_of(const OrmModel *model, const OrmRelationship *relationship);

/* Many to many: the join of the target's table, referenced, and the join table. */
extern OrmJoin orm_join_of_target(const OrmRelationship *relationship);

/*
 * The operator "referenced = referencing" of columns without a constraint: the
 * equality of their type; of two types that of the first one's operator family
 * that takes both; else the operator of pg_catalog that a JOIN ON a = b has.
 * InvalidOid: there is none.
 */
extern Oid orm_join_operator(Oid referenced_type, Oid referencing_type);

/* The name of a column of a table, which may not be locked; raises 42703 where it is gone. */
extern char *orm_join_column_name(Oid relation, AttrNumber column);

/* In SQL */

/* An operand: a column, or a value that stands for one (a parameter, an element of an array). */
typedef struct OrmJoinSide
{
	const char *sql;
	Oid type;
	Oid collation; /* of the column, or of the one that the value is of */
	bool is_value; /* its collation in SQL is that of its type */
} OrmJoinSide;

extern OrmJoinSide orm_join_column(const char *alias, Oid relation, AttrNumber column);
extern OrmJoinSide orm_join_value(const char *sql, Oid relation, AttrNumber column);

/* Appends "referenced OPERATOR(schema.op) referencing", as the server's check of the key compares them. */
extern void orm_join_compare(StringInfo sql, Oid operator, OrmJoinSide referenced, OrmJoinSide referencing);

/* The same as the server's actions on a deleted row do, which find referencing rows by another collation at times. */
extern void orm_join_compare_action(StringInfo sql, Oid operator, OrmJoinSide referenced, OrmJoinSide referencing);

/* Appends "left OPERATOR(schema.op) right" under the collation of the referenced column, whichever of them that is. */
extern void orm_join_compare_under(StringInfo sql, Oid operator, OrmJoinSide left, OrmJoinSide right, Oid collation);

/* One end of a join: the table under an alias, or rows of values k<first>, k<first + 1>, ... under it. */
typedef struct OrmJoinEnd
{
	const char *alias;
	int first; /* -1: the table */
} OrmJoinEnd;

#define orm_join_table_end(alias) ((OrmJoinEnd){(alias), -1})
#define orm_join_values_end(alias, first) ((OrmJoinEnd){(alias), (first)})

/* Appends the comparisons of all pairs, with AND between them. */
extern void orm_join_append(StringInfo sql, const OrmJoin *join, OrmJoinEnd referenced, OrmJoinEnd referencing);

/* In C */

/* Ready-made functions for the values of one pair of columns; of the memory context it was made in. */
typedef struct OrmJoinKey OrmJoinKey;

/* The pairs of a join, one behind the other. */
extern OrmJoinKey **orm_join_keys(const OrmJoin *join);

/* Does a referencing value reference this one? */
extern bool orm_join_key_equal(OrmJoinKey *pair, Datum referenced, Datum referencing);

/*
 * The referencing value for a referenced one, as an assignment makes it; in the
 * current context, or the same datum.  False: the column cannot hold the key,
 * it would reference something else.  Raises what the cast raises.
 */
extern bool orm_join_key_assign(OrmJoinKey *pair, Datum referenced, Datum *referencing);

/* Is the referencing column compared with itself as with the referenced one? */
extern bool orm_join_key_is_plain(const OrmJoinKey *pair);

#endif
