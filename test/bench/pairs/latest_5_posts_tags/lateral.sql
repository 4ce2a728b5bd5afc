\set i random(1, 10000)
SELECT json_build_object('id', a.id, 'name', a.name, 'email', a.email, 'city', a.city, 'bio', a.bio,
	'joined', a.joined, 'posts', p.posts)
FROM authors a CROSS JOIN LATERAL (
	SELECT coalesce(json_agg(json_build_object('id', p.id, 'author_id', p.author_id, 'title', p.title, 'body', p.body,
		'views', p.views, 'published', p.published, 'tags', t.tags) ORDER BY p.published DESC, p.id DESC), '[]') AS posts
	FROM (SELECT * FROM posts WHERE author_id = a.id ORDER BY published DESC, id DESC LIMIT 5) p
	CROSS JOIN LATERAL (
		SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) ORDER BY t.id), '[]') AS tags
		FROM post_tags pt JOIN tags t ON t.id = pt.tag_id WHERE pt.post_id = p.id) t) p
WHERE a.id = :i;
