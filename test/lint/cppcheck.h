/*
 * cppcheck.h - what cppcheck must know of PostgreSQL's macros.
 *
 * With the server's own headers it takes seconds for each file, nearly all of
 * them for the headers.  So it gets only the macros that C's grammar alone
 * does not explain, and those that end a function.  When it says that "X is a
 * macro", X is missing here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Without it, compat.h ends with an #error, and nothing that includes it is looked at. */
#define PG_VERSION_NUM 150000

/* Declarations */
#define PG_MODULE_MAGIC extern int no_declaration
#define PG_FUNCTION_INFO_V1(name) extern Datum name(FunctionCallInfo fcinfo)
#define PG_FUNCTION_ARGS FunctionCallInfo fcinfo
#define PGDLLEXPORT
#define FLEXIBLE_ARRAY_MEMBER
#define StaticAssertDecl(condition, message) extern int no_declaration
#define StaticAssertStmt(condition, message) ((void) 0)
#define pg_attribute_noreturn() __attribute__((noreturn))
#define pg_noreturn __attribute__((noreturn))
#define pg_attribute_printf(format, first)
#define pg_attribute_unused()
#define PG_USED_FOR_ASSERTS_ONLY

/* Levels of messages, and what ends a function */
#define DEBUG1 14
#define LOG 15
#define INFO 17
#define NOTICE 18
#define WARNING 19
#define ERROR 21
#define FATAL 22
#define PANIC 23
#define ereport(level, ...) ((level) >= ERROR ? abort() : (void) 0)
#define elog(level, ...) ((level) >= ERROR ? abort() : (void) 0)
#define PG_RE_THROW() abort()
#define Assert(condition) do { if (!(condition)) abort(); } while (0)
#define PG_RETURN_DATUM(x) return (x)
#define PG_RETURN_NULL() do { fcinfo->isnull = true; return 0; } while (0)
#define PG_RETURN_VOID() return 0
#define PG_RETURN_BOOL(x) return (Datum) (x)
#define PG_RETURN_CHAR(x) return (Datum) (x)
#define PG_RETURN_INT32(x) return (Datum) (x)
#define PG_RETURN_INT64(x) return (Datum) (x)
#define PG_RETURN_OID(x) return (Datum) (x)
#define PG_RETURN_POINTER(x) return (Datum) (x)
#define PG_RETURN_CSTRING(x) return (Datum) (x)
#define PG_RETURN_TEXT_P(x) return (Datum) (x)
#define PG_RETURN_BYTEA_P(x) return (Datum) (x)

/* Blocks */
#define PG_TRY(...) do { bool thrown = setjmp(0); if (!thrown) {
#define PG_CATCH(...) } else {
#define PG_FINALLY(...) } {
#define PG_END_TRY(...) } } while (0)

/* Loops */
#define foreach(cell, list) for (ListCell *next = first_of(list); ((cell) = next) != 0; next = after(next))
#define foreach_current_index(cell) index_of(cell)
#define foreach_delete_current(list, cell) delete_from((list), (cell))
#define for_each_from(cell, list, n) foreach(cell, list)
#define forboth(a, first, b, second) \
	for (ListCell *next = both(first, second); (b = other(next), a = next) != 0; next = after(next))
#define dlist_foreach(iter, list) for (iter = first_of(list); iter.cur != last_of(list); iter = after(iter))
#define dlist_foreach_modify(iter, list) dlist_foreach(iter, list)
#define dlist_reverse_foreach(iter, list) dlist_foreach(iter, list)
#define dlist_container(type, member, node) ((type *) container_of(node))
#define dlist_head_element(type, member, list) ((type *) container_of(list))
#define dlist_tail_element(type, member, list) ((type *) container_of(list))

/* Types as arguments */
#define makeNode(type) ((type *) palloc(sizeof(type)))
#define castNode(type, node) ((type *) (node))
#define lfirst_node(type, cell) ((type *) lfirst(cell))
#define linitial_node(type, list) ((type *) linitial(list))
#define IsA(node, type) is_a(node)
#define palloc_object(type) ((type *) palloc(sizeof(type)))
#define palloc0_object(type) ((type *) palloc0(sizeof(type)))
#define palloc_array(type, n) ((type *) palloc(sizeof(type) * (n)))
#define palloc0_array(type, n) ((type *) palloc0(sizeof(type) * (n)))
#define CppAsString2(x) #x
#define INT64_FORMAT "%ld"
#define UINT64_FORMAT "%lu"
