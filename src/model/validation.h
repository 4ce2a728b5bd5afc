/*
 * validation.h - the rules of the element "validates".
 *
 *     orm.validates('email', presence => true, matches => '@', message => 'is not an e-mail address')
 *
 *     CONSTRAINT users_email_presence CHECK ("email" IS NOT NULL AND ("email")::pg_catalog.text ~ '[^[:space:]]')
 *     CONSTRAINT users_email_matches CHECK (("email")::pg_catalog.text ~ '@')
 *
 * Each rule is a check constraint.  Of its name the end counts: a constraint over the column of the
 * attribute alone whose name ends in the name of the rule is that of the rule, so that renames of
 * the table and of the column change nothing.
 */
#ifndef ORM_MODEL_VALIDATION_H
#define ORM_MODEL_VALIDATION_H

#include "model/message.h"
#include "model/model.h"
#include "nodes/pg_list.h"

/* A rule of an element. */
typedef struct OrmRule
{
	const OrmDeclaredValidation *declared;
	const char *name;	 /* "presence"... */
	const char *message; /* declared, or that of the rule */
	char *limit;		 /* the parameter of the message, or NULL */
	int type;			 /* for validation.c */
} OrmRule;

/* The column that a rule is about. */
typedef struct OrmRuleColumn
{
	const char *name;
	Oid type;			   /* InvalidOid: of an enum that is not created yet */
	const char *type_name; /* that enum, in SQL */
	const List *labels;	   /* its labels (of char *) */
} OrmRuleColumn;

/* The rules of an element, List of OrmRule *. */
extern List *orm_validation_rules(const OrmDeclaredValidation *declared);

/* Takes a rule out of an element. */
extern void orm_validation_clear(OrmDeclaredValidation *declared, const OrmRule *rule);

/* Which rules an element gives, as bits. */
extern int orm_validation_set(const OrmDeclaredValidation *declared);

/* The name of the column of an element's attribute; "relid" (or InvalidOid) has columns that are not declared. */
extern char *orm_validation_column(const OrmDeclaration *declaration, const OrmDeclaredValidation *declared, Oid relid);

/* Does a constraint name end as that of a rule? */
extern bool orm_validation_is_name(const char *constraint, const char *rule);

/* The name of the constraint of a rule, palloc'd. */
extern char *orm_validation_name(const char *relation, const char *column, const char *rule);

/* The expression of its constraint, palloc'd.  Raises 42804, 22023, 2201B and others with the place. */
extern char *orm_validation_expression(const OrmRule *rule, const OrmRuleColumn *column);

/*
 * Checks the elements of a declaration that is not stored: their rules, messages, and, as far as the columns
 * are declared, types.  Raises 42703, 42710 and as above.
 */
extern void orm_validation_check(const OrmDeclaration *declaration, bool mapped);

/* Raises 42703 for the attribute of an element. */
extern void orm_validation_raise_column(const OrmDeclaration *declaration, const OrmDeclaredValidation *declared)
	pg_attribute_noreturn();

#endif
