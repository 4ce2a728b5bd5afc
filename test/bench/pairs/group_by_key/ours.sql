-- Of the posts, only the index is read.
SELECT orm.aggregate('Post', '{"group_by": ["author_id"], "aggregate": {"posts": {"count": "*"}},
	"order_by": ["author_id"], "limit": 1000}');
