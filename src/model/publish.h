/*
 * publish.h - the element "publish": a NOTIFY for each row that is written.
 *
 *     orm.publish('posts', 'create, update', '{title}')
 *
 *     {"model": "Post", "action": "update", "key": 7, "attributes": {"title": "x"}}
 *
 * It stands for hooks (model/hook.h) that call orm.publish_changes('Post', 'posts'): one for rows and,
 * for the event truncate, one for statements.  What they publish is said by the model alone, so that
 * renamed columns need no other trigger.
 */
#ifndef ORM_MODEL_PUBLISH_H
#define ORM_MODEL_PUBLISH_H

#include "model/declaration.h"

/* The trigger function orm.publish_changes; InvalidOid: there is none. */
extern Oid orm_publish_function(void);

/* The hooks that a publication, or all of a declaration, stand for (List of OrmDeclaredHook *). */
extern List *orm_publish_hooks_of(const OrmDeclaration *declaration, const OrmDeclaredPublication *publication);
extern List *orm_publish_hooks(const OrmDeclaration *declaration);

/* The publication on a channel, or NULL. */
extern const OrmDeclaredPublication *orm_publish_find(const OrmDeclaration *declaration, const char *channel);

/*
 * Checks publications: 22023 for channels and events, 42710 for a channel twice, 42701 for an
 * event or attribute twice, 42501 for hidden attributes.
 */
extern void orm_publish_check(const OrmDeclaration *declaration);

/*
 * Raises 42703 for attributes that are neither columns of the relation nor declared by "whole", the declaration with
 * what is pending.
 */
extern void orm_publish_check_columns(const OrmDeclaration *declaration, const OrmDeclaration *whole, Oid relid);

#endif
