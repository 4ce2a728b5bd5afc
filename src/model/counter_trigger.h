/*
 * counter_trigger.h - the triggers that keep counters (model/counter.h).
 *
 *     CREATE TRIGGER orm_counter_create_author_posts AFTER INSERT ON posts
 *     REFERENCING NEW TABLE AS orm_new
 *     FOR EACH STATEMENT EXECUTE FUNCTION orm.keep_counters('Author', 'posts')
 *
 * There is one for each event, on the holder and on each of its partitions and inheritance children,
 * which can be written directly; and one on the counting table, for rows whose key changes:
 *
 *     CREATE TRIGGER orm_counter_key_author_posts AFTER UPDATE OF id ON authors
 *     FOR EACH ROW EXECUTE FUNCTION orm.keep_counters('Author', 'posts')
 *
 * A trigger is told by its function and arguments; its name is a matter of taste, but that it comes after
 * those of foreign keys by name.
 */
#ifndef ORM_MODEL_COUNTER_TRIGGER_H
#define ORM_MODEL_COUNTER_TRIGGER_H

#include "model/model.h"
#include "nodes/pg_list.h"
#include "utils/reltrigger.h"

/* The names of transition tables. */
#define ORM_COUNTER_NEW "orm_new"
#define ORM_COUNTER_OLD "orm_old"

/* What a trigger is for. */
typedef enum OrmCounterEvent
{
	ORM_COUNTER_CREATE,
	ORM_COUNTER_UPDATE,
	ORM_COUNTER_DELETE,
	ORM_COUNTER_TRUNCATE,
	ORM_COUNTER_KEY /* on the counting table */
} OrmCounterEvent;

#define ORM_COUNTER_EVENTS (ORM_COUNTER_TRUNCATE + 1)

/* A trigger that is there. */
typedef struct OrmCounterTrigger
{
	Oid oid;
	Oid relid;
	char *name;
	char *model;
	char *relationship;
	OrmCounterEvent event;
	bool enabled;
} OrmCounterTrigger;

/* The trigger function orm.keep_counters; InvalidOid: there is none. */
extern Oid orm_counter_trigger_function(void);

/* The triggers of a relation, and those of all relations: Lists of OrmCounterTrigger *. */
extern List *orm_counter_trigger_of(Oid relid);
extern List *orm_counter_trigger_all(void);

/* Is this trigger for counters of a model of the relation itself? */
extern bool orm_counter_trigger_is_of(const Trigger *trigger, Relation relation);

/* Has the holder all enabled triggers for a relationship of a model? */
extern bool orm_counter_trigger_is_kept(Oid holder, const char *model, const char *relationship);

/* The CREATE TRIGGER of an event, under that name; "keys" are the columns of KEY, quoted. */
extern char *orm_counter_trigger_statement(OrmCounterEvent event, const char *name, Oid relid, const char *model,
										   const char *relationship, const char *keys);

/* A name for it that no trigger of the relation has. */
extern char *orm_counter_trigger_name(OrmCounterEvent event, Oid relid, const char *model, const char *relationship);

#endif
