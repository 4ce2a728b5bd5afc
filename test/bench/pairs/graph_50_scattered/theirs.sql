\set i random(1, 9951)
SELECT coalesce(json_agg(a), '[]')
FROM (
	SELECT authors.*, (
		SELECT coalesce(json_agg(p), '[]')
		FROM (
			SELECT posts.*, (
				SELECT coalesce(json_agg(c), '[]')
				FROM (SELECT * FROM comments WHERE post_id = posts.id ORDER BY id) c) AS comments
			FROM posts WHERE author_id = authors.id ORDER BY id) p) AS posts
	FROM authors WHERE id >= :i AND id < :i + 50 ORDER BY id) a;
