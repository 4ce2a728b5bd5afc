/*
 * shared_trigger.h - triggers that see all rows of a statement: those of counters (model/counter.h) and of
 * positions (model/position.h).
 *
 *     CREATE TRIGGER orm_counter_create_author_posts AFTER INSERT ON posts
 *     REFERENCING NEW TABLE AS orm_new
 *     FOR EACH STATEMENT EXECUTE FUNCTION orm.keep_counters('Author', 'posts')
 *
 * There is one for each event, on a table and on each of its partitions and inheritance children, which can be
 * written directly.  A counting table has one for rows whose key changes, whose name comes after those of foreign
 * keys, and a table with positions one that locks them before a statement:
 *
 *     CREATE TRIGGER orm_counter_key_author_posts AFTER UPDATE OF id ON authors
 *     FOR EACH ROW EXECUTE FUNCTION orm.keep_counters('Author', 'posts')
 *
 *     CREATE TRIGGER orm_position_before_post_author BEFORE INSERT OR DELETE OR UPDATE OF author_id, position ON posts
 *     FOR EACH STATEMENT EXECUTE FUNCTION orm.keep_positions('Post', 'author')
 *
 * A trigger is told by its function and arguments, not by its name: a model, and what it keeps there.
 */
#ifndef ORM_MODEL_SHARED_TRIGGER_H
#define ORM_MODEL_SHARED_TRIGGER_H

#include "model/model.h"
#include "nodes/pg_list.h"
#include "utils/reltrigger.h"

/* The names of transition tables. */
#define ORM_SHARED_NEW "orm_new"
#define ORM_SHARED_OLD "orm_old"

/* What is kept. */
typedef enum OrmKeeping
{
	ORM_KEEPS_COUNTERS, /* of the counters over a relationship of the model */
	ORM_KEEPS_POSITIONS /* of a list; the relationship is "" where all rows are one */
} OrmKeeping;

/* What a trigger is for. */
typedef enum OrmSharedEvent
{
	ORM_SHARED_CREATE,
	ORM_SHARED_UPDATE,
	ORM_SHARED_DELETE,
	ORM_SHARED_TRUNCATE,
	ORM_SHARED_KEY, /* counters: on the counting table */
	ORM_SHARED_BEFORE
} OrmSharedEvent;

#define ORM_SHARED_EVENTS (ORM_SHARED_BEFORE + 1)

/* The events, as bits, for which a table has triggers. */
extern int orm_shared_trigger_events(OrmKeeping keeping);

/* A trigger that is there. */
typedef struct OrmSharedTrigger
{
	Oid oid;
	Oid relid;
	char *name;
	char *model;
	char *relationship;
	OrmSharedEvent event;
	bool enabled;
} OrmSharedTrigger;

/* The trigger function; InvalidOid: there is none. */
extern Oid orm_shared_trigger_function(OrmKeeping keeping);

/* The triggers of a relation, and those of all relations: Lists of OrmSharedTrigger *. */
extern List *orm_shared_trigger_of(OrmKeeping keeping, Oid relid);
extern List *orm_shared_trigger_all(OrmKeeping keeping);

/*
 * The event of a trigger that has fired.  False: it is none that is made here; anybody may make another one of the
 * function, with transition tables of other names, or on a table whose columns are something else.
 */
extern bool orm_shared_trigger_event(OrmKeeping keeping, const Trigger *trigger, OrmSharedEvent *event);

/* Is a relation the table, one of its partitions, or one that inherits from it? */
extern bool orm_shared_trigger_is_below(Oid relid, Oid table);

/* Is this trigger for a model of the relation itself? */
extern bool orm_shared_trigger_is_of(const Trigger *trigger, Relation relation);

/* Has the table all enabled triggers for a relationship of a model? */
extern bool orm_shared_trigger_is_kept(OrmKeeping keeping, Oid relid, const char *model, const char *relationship);

/* The CREATE TRIGGER of an event, under that name; "columns" are those of KEY and BEFORE, quoted. */
extern char *orm_shared_trigger_statement(OrmKeeping keeping, OrmSharedEvent event, const char *name, Oid relid,
										  const char *model, const char *relationship, const char *columns);

/* A name for it that no trigger of the relation has. */
extern char *orm_shared_trigger_name(OrmKeeping keeping, OrmSharedEvent event, Oid relid, const char *model,
									 const char *relationship);

#endif
