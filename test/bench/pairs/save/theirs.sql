\set i random(1, 25000)
\set s random(1, 1000000)
INSERT INTO countries AS c (code, people) VALUES ('c' || :i, :s) ON CONFLICT (code) DO UPDATE SET people = excluded.people RETURNING to_json(c);
