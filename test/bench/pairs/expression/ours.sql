SELECT orm.aggregate('Post', '{"where": {"$expr": {">": [{"%": ["views", 7]}, 3]}}, "aggregate": {
		"worth": {"sum": {"*": ["views", {"length": ["title"]}]}},
		"mean": {"/": [{"sum": "views"}, {"count": "*"}]}}}');
