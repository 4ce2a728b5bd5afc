-- The same under ever new names: each is a shape of its own.
\set i random(1, 10000)
\set name random(1, 1000000000)
SELECT orm.first('Author', '{"where": {"id": ' || :i || '}, "compute": {"c' || :name || '": {"part": "year", "of": "joined"}},
	"load": {"posts": {"limit": ' || 1 + :name % 2 || '}}}');
