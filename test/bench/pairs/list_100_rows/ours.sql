\set i random(10, 1000)
SELECT * FROM orm.rows(NULL::posts, '{"where": {"views": {"ge": 5000}, "published": {"lt": {"$": "before"}}},
		"order_by": ["-published"], "limit": 100}',
	'{"before": "' || timestamptz '2020-01-01 00:00+00' + :i * interval '1 day' || '"}');
