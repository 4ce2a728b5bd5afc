\set i random(9000, 9900)
SELECT count(*) FROM authors a WHERE EXISTS (SELECT FROM posts p WHERE p.author_id = a.id AND p.views > :i);
