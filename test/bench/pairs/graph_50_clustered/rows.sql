-- The same three statements, their rows sent as they are.  The keys of the posts are known beforehand.
\set i random(1, 9951)
SELECT * FROM authors WHERE id >= :i AND id < :i + 50;
SELECT * FROM posts WHERE author_id = ANY (ARRAY(SELECT generate_series(:i::integer, :i + 49)));
SELECT * FROM comments WHERE post_id = ANY (ARRAY(SELECT generate_series(:i * 10 - 9, :i * 10 + 490)));
