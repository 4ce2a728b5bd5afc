\set i random(1, 9951)
SELECT coalesce(json_agg(json_build_object('id', a.id, 'name', a.name, 'email', a.email, 'city', a.city, 'bio', a.bio,
	'joined', a.joined, 'posts', p.posts) ORDER BY a.id), '[]')
FROM authors a CROSS JOIN LATERAL (
	SELECT coalesce(json_agg(json_build_object('id', p.id, 'author_id', p.author_id, 'title', p.title, 'body', p.body,
		'views', p.views, 'published', p.published, 'comments', c.comments) ORDER BY p.id), '[]') AS posts
	FROM posts p CROSS JOIN LATERAL (
		SELECT coalesce(json_agg(json_build_object('id', c.id, 'post_id', c.post_id, 'body', c.body,
			'likes', c.likes, 'written', c.written) ORDER BY c.id), '[]') AS comments
		FROM comments c WHERE c.post_id = p.id) c
	WHERE p.author_id = a.id) p
WHERE a.id >= :i AND a.id < :i + 50;
