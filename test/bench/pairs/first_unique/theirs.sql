\set i random(1, 10000)
SELECT to_json(a) FROM authors a WHERE email = 'author' || :i || '@example.org';
