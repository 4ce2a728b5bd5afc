-- The same three statements, their rows sent as they are.  The keys of the posts are known beforehand:
-- 4221 is the inverse of 6181 in data/blog.sql.
\set i random(1, 9951)
SELECT * FROM authors WHERE id >= :i AND id < :i + 50;
SELECT * FROM posts WHERE author_id = ANY (ARRAY(SELECT generate_series(:i::integer, :i + 49)));
SELECT * FROM comments WHERE post_id = ANY (ARRAY(
	SELECT 1 + (a - 1) * 4221 % 10000 + k
	FROM generate_series(:i::integer, :i + 49) a, generate_series(0, 90000, 10000) k));
