/*
 * view.h - columns of views that an UPDATE of the view cannot set.
 */
#ifndef ORM_MODEL_VIEW_H
#define ORM_MODEL_VIEW_H

#include "nodes/bitmapset.h"
#include "utils/relcache.h"

/*
 * The numbers of the columns of an automatically updatable view that are computed
 * by the view, or are generated columns of its table; NULL for other relations,
 * and for views whose triggers or rules decide.
 */
extern Bitmapset *orm_view_computed(Relation view);

#endif
