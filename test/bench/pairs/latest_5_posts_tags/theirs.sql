\set i random(1, 10000)
SELECT to_json(a)
FROM (
	SELECT authors.*, (
		SELECT coalesce(json_agg(p), '[]')
		FROM (
			SELECT posts.*, (
				SELECT coalesce(json_agg(t), '[]')
				FROM (
					SELECT tags.* FROM tags JOIN post_tags ON tag_id = tags.id
					WHERE post_id = posts.id ORDER BY tags.id) t) AS tags
			FROM posts WHERE author_id = authors.id ORDER BY published DESC, id DESC LIMIT 5) p) AS posts
	FROM authors WHERE id = :i) a;
