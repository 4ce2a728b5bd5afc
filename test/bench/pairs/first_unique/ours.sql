-- The document is made here, of text: it is read at every call, as one that a client sends.
\set i random(1, 10000)
SELECT orm.first('Author', '{"where": {"email": "author' || :i || '@example.org"}}');
