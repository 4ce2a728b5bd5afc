\set i random(1, 5001)
SELECT orm.all('Author', '{"where": {"id": {"ge": {"$": "first"}, "lt": {"$": "end"}}}, "load": ["posts"]}',
	'{"first": ' || :i || ', "end": ' || :i + 5000 || '}');
