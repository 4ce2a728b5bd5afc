-- The same objects, 50 authors a call: does the time for an object grow with their number?
\set i random(1, 5001)
SELECT orm.all('Author', '{"where": {"id": {"ge": {"$": "first"}, "lt": {"$": "end"}}}, "load": ["posts"]}',
	'{"first": ' || i || ', "end": ' || i + 50 || '}')
FROM generate_series(:i::integer, :i + 4950, 50) i;
