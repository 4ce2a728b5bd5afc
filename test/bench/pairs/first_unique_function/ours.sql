\set i random(1, 10000)
SELECT author_by_email('author' || :i || '@example.org');
