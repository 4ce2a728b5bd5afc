/*
 * compat.h - the only place that knows which PostgreSQL it is built for.
 *
 * Every difference between the supported majors (15 and later) gets one name
 * here; the rest of the code uses that name and never PG_VERSION_NUM.
 */
#ifndef ORM_BASE_COMPAT_H
#define ORM_BASE_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "orm needs PostgreSQL 15 or later"
#endif

/* The macros of variable-length values: a part of postgres.h before 16. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * The JSON parser's semantic actions return nothing before 16 and a
 * JsonParseErrorType since:
 *
 *     static ORM_JSON_ACTION
 *     object_end(void *state)
 *     {
 *         ...
 *         ORM_JSON_ACTION_DONE;
 *     }
 */
#if PG_VERSION_NUM >= 160000
#define ORM_JSON_ACTION JsonParseErrorType
#define ORM_JSON_ACTION_DONE return JSON_SUCCESS
#else
#define ORM_JSON_ACTION void
#define ORM_JSON_ACTION_DONE return
#endif

/* A JSON lexer over "length" bytes of text in the database encoding, palloc'd. */
#if PG_VERSION_NUM >= 170000
#define orm_json_lexer(text, length, decode) \
	makeJsonLexContextCstringLen(NULL, (text), (length), GetDatabaseEncoding(), (decode))
#else
#define orm_json_lexer(text, length, decode) \
	makeJsonLexContextCstringLen(unconstify(char *, (text)), (length), GetDatabaseEncoding(), (decode))
#endif

/* Raises the server's error for what its JSON parser refused. */
#if PG_VERSION_NUM >= 160000
#define orm_json_raise(error, lex) json_errsave_error((error), (lex), NULL)
#else
#define orm_json_raise(error, lex) json_ereport_error((error), (lex))
#endif

/* The name of a type, parsed; raises 42601 for what is none. */
#if PG_VERSION_NUM >= 160000
#define orm_type_name_parse(text) typeStringToTypeName((text), NULL)
#else
#define orm_type_name_parse(text) typeStringToTypeName(text)
#endif

/* The local id of the running transaction; needs storage/proc.h. */
#if PG_VERSION_NUM >= 170000
#define orm_local_transaction() (MyProc->vxid.lxid)
#else
#define orm_local_transaction() (MyProc->lxid)
#endif

/* Flags of a background worker's connection: since 17 one can be of a role that cannot log in. */
#if PG_VERSION_NUM >= 170000
#define ORM_WORKER_FLAGS BGWORKER_BYPASS_ROLELOGINCHECK
#else
#define ORM_WORKER_FLAGS 0
#endif

/* Checks of ownership and privileges; 15 has a function for each kind of object.  Need utils/acl.h, catalog/pg_*.h. */
#if PG_VERSION_NUM >= 160000
#define orm_database_ownercheck(database, role) object_ownercheck(DatabaseRelationId, (database), (role))
#define orm_relation_ownercheck(relation, role) object_ownercheck(RelationRelationId, (relation), (role))
#define orm_schema_aclcheck(schema, role, mode) object_aclcheck(NamespaceRelationId, (schema), (role), (mode))
#else
#define orm_database_ownercheck(database, role) pg_database_ownercheck((database), (role))
#define orm_relation_ownercheck(relation, role) pg_class_ownercheck((relation), (role))
#define orm_schema_aclcheck(schema, role, mode) pg_namespace_aclcheck((schema), (role), (mode))
#endif

/* May a role execute a function?  Does it own it?  Need utils/acl.h, catalog/pg_proc.h. */
#if PG_VERSION_NUM >= 160000
#define orm_function_aclcheck(function, role) object_aclcheck(ProcedureRelationId, (function), (role), ACL_EXECUTE)
#define orm_function_ownercheck(function, role) object_ownercheck(ProcedureRelationId, (function), (role))
#else
#define orm_function_aclcheck(function, role) pg_proc_aclcheck((function), (role), ACL_EXECUTE)
#define orm_function_ownercheck(function, role) pg_proc_ownercheck((function), (role))
#endif

/*
 * The parser's lookup of functions by name: positional arguments, VARIADIC; the first fills in defaults.
 * 19 says why it found none.
 */
#if PG_VERSION_NUM >= 190000
#define orm_func_get_detail(names, nargs, types, oid, result, retset, nvariadic, variadic, declared, defaults) \
	func_get_detail((names), NIL, NIL, (nargs), (types), true, true, false, &(int){0}, (oid), (result), (retset), \
					(nvariadic), (variadic), (declared), (defaults))
#define orm_function_candidates(names, nargs) \
	FuncnameGetCandidates((names), (nargs), NIL, true, false, false, true, &(int){0})
#else
#define orm_func_get_detail(names, nargs, types, oid, result, retset, nvariadic, variadic, declared, defaults) \
	func_get_detail((names), NIL, NIL, (nargs), (types), true, true, false, (oid), (result), (retset), (nvariadic), \
					(variadic), (declared), (defaults))
#define orm_function_candidates(names, nargs) FuncnameGetCandidates((names), (nargs), NIL, true, false, false, true)
#endif

/* The index of a relation's primary key, unless the key is deferrable; needs utils/relcache.h. */
#if PG_VERSION_NUM >= 180000
#define orm_primary_key_index(relation) RelationGetPrimaryKeyIndex((relation), false)
#else
#define orm_primary_key_index(relation) RelationGetPrimaryKeyIndex(relation)
#endif

/* The elements of an array, one after the other; who knows of their type changed in 19.  Need utils/arrayaccess.h. */
#if PG_VERSION_NUM >= 190000
#define orm_array_begin(iterator, array, length, by_value, align) \
	array_iter_setup((iterator), (array), (length), (by_value), (align))
#define orm_array_next(iterator, isnull, i, length, by_value, align) array_iter_next((iterator), (isnull), (i))
#else
#define orm_array_begin(iterator, array, length, by_value, align) array_iter_setup((iterator), (array))
#define orm_array_next(iterator, isnull, i, length, by_value, align) \
	array_iter_next((iterator), (isnull), (i), (length), (by_value), (align))
#endif

/* All settings of the server; needs utils/guc_tables.h. */
#if PG_VERSION_NUM >= 160000
#define orm_guc_variables(n) get_guc_variables(n)
#else
#define orm_guc_variables(n) (*(n) = GetNumConfigOptions(), get_guc_variables())
#endif

/* A scan of a whole table; needs access/tableam.h. */
#if PG_VERSION_NUM >= 190000
#define orm_table_beginscan(relation, snapshot) table_beginscan((relation), (snapshot), 0, NULL, 0)
#else
#define orm_table_beginscan(relation, snapshot) table_beginscan((relation), (snapshot), 0, NULL)
#endif

/* The sequence of an identity column; needs catalog/dependency.h, utils/rel.h. */
#if PG_VERSION_NUM >= 170000
#define orm_identity_sequence(relation, attnum) getIdentitySequence((relation), (attnum), false)
#else
#define orm_identity_sequence(relation, attnum) getIdentitySequence(RelationGetRelid(relation), (attnum), false)
#endif

/* NOT ENFORCED and PERIOD, or WITHOUT OVERLAPS, of a pg_constraint row; need catalog/pg_constraint.h. */
#if PG_VERSION_NUM >= 180000
#define orm_constraint_is_enforced(form) ((form)->conenforced)
#define orm_constraint_has_period(form) ((form)->conperiod)
#else
#define orm_constraint_is_enforced(form) true
#define orm_constraint_has_period(form) false
#endif

/* NOT ENFORCED of a parsed constraint; needs nodes/parsenodes.h. */
#if PG_VERSION_NUM >= 180000
#define orm_parsed_is_enforced(constraint) ((constraint)->is_enforced)
#else
#define orm_parsed_is_enforced(constraint) true
#endif

/* Does a domain have constraints?  Needs utils/typcache.h. */
#if PG_VERSION_NUM >= 190000
#define orm_domain_has_constraints(type) DomainHasConstraints((type), NULL)
#else
#define orm_domain_has_constraints(type) DomainHasConstraints(type)
#endif

/* A row of a table of privileges and their words: MAINTAIN, or one that no word is. */
#if PG_VERSION_NUM >= 170000
#define ORM_PRIVILEGE_MAINTAIN \
	{ \
		ACL_MAINTAIN, "MAINTAIN" \
	}
#else
#define ORM_PRIVILEGE_MAINTAIN \
	{ \
		0, "MAINTAIN" \
	}
#endif

/* Takes a lock, or returns LOCKACQUIRE_NOT_AVAIL if shared memory has no room for it; needs storage/lock.h. */
#if PG_VERSION_NUM >= 180000
#define orm_lock_if_room(tag, mode) LockAcquireExtended((tag), (mode), false, false, false, NULL, false)
#else
#define orm_lock_if_room(tag, mode) LockAcquireExtended((tag), (mode), false, false, false, NULL)
#endif

/* Does this transaction hold a lock, or a stronger one?  Needs storage/lock.h. */
#if PG_VERSION_NUM >= 170000
#define orm_lock_is_held(tag, mode) LockHeldByMe((tag), (mode), true)
#else
#define orm_lock_is_held(tag, mode) LockOrStrongerHeldByMe((tag), (mode))
#endif

/* Since 18 there is only pg_noreturn, which stands in front of a declaration. */
#ifndef pg_attribute_noreturn
#define pg_attribute_noreturn() __attribute__((noreturn))
#endif

/* The type of a NOT NULL in pg_constraint, where it is from 18 on. */
#define ORM_CONTYPE_NOT_NULL 'n'

#endif
