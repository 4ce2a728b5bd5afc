/*
 * analysis.h - SQL expressions of declarations, compared with those of the catalogs.
 *
 * A declared expression is parsed and analysed over the relation as the server does at its
 * place, and compared as a tree with the stored one.  Where the trees differ, both are
 * deparsed and compared as text, and then the deparsed text of the stored one is analysed and
 * compared as a tree: declarations that were made from the catalogs have that text.
 */
#ifndef ORM_DIFFER_ANALYSIS_H
#define ORM_DIFFER_ANALYSIS_H

#include "nodes/nodes.h"

#include "differ/differ.h"

/* Places of expressions. */
typedef enum OrmAnalysisKind
{
	ORM_ANALYSIS_DEFAULT,
	ORM_ANALYSIS_GENERATED,
	ORM_ANALYSIS_CHECK,
	ORM_ANALYSIS_INDEX,	   /* an element of an index */
	ORM_ANALYSIS_CONDITION /* of a partial index */
} OrmAnalysisKind;

typedef struct OrmAnalysisPlace
{
	OrmAnalysisKind kind;
	Oid type; /* of a default and a generation expression */
	int32 typmod;
	const char *column;
} OrmAnalysisPlace;

/*
 * Analyses a declared expression over the columns of the table, under their names after
 * renames; NULL when that is not possible: columns can be missing, or have another type yet.
 */
extern Node *orm_analysis_analyse(const OrmDiffer *differ, const OrmAnalysisPlace *place, const char *text);
extern Node *orm_analysis_analyse_raw(const OrmDiffer *differ, const OrmAnalysisPlace *place, Node *raw);

/* Does a declared expression, analysed (NULL: it could not be), mean the stored one? */
extern bool orm_analysis_same(const OrmDiffer *differ, const OrmAnalysisPlace *place, Node *declared, Node *stored);

#endif
