\set i random(1, 10000)
SELECT hand_author_by_email('author' || :i || '@example.org');
