\set i random(1, 5001)
SELECT coalesce(json_agg(a), '[]')
FROM (
	SELECT authors.*, (
		SELECT coalesce(json_agg(p), '[]')
		FROM (SELECT * FROM posts WHERE author_id = authors.id ORDER BY id) p) AS posts
	FROM authors WHERE id >= :i AND id < :i + 5000 ORDER BY id) a;
