SELECT orm.aggregate('Post', '{"group_by": ["author.city"], "aggregate": {"posts": {"count": "*"}, "views": {"sum": "views"}},
	"order_by": ["author.city"]}');
