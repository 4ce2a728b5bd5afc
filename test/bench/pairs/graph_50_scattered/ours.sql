\set i random(1, 9951)
SELECT orm.all('Author', '{"where": {"id": {"ge": {"$": "first"}, "lt": {"$": "end"}}}, "load": ["posts.comments"]}',
	'{"first": ' || :i || ', "end": ' || :i + 50 || '}');
