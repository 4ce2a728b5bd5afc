-- A shape that is known: the name of the computed value never changes, the values do.
\set i random(1, 10000)
\set name random(1, 1000000000)
SELECT orm.first('Author', '{"where": {"id": ' || :i || '}, "compute": {"c": {"part": "year", "of": "joined"}},
	"load": {"posts": {"limit": ' || 1 + :name % 2 || '}}}');
