-- The document is a constant, its parameter comes besides.
\set i random(1, 10000)
SELECT orm.first('Author', '{"where": {"email": {"$": "email"}}}', '{"email": "author' || :i || '@example.org"}');
