SELECT coalesce(json_agg(g), '[]')
FROM (
	SELECT a.city AS "author.city", count(*) AS posts, sum(p.views) AS views
	FROM posts p JOIN authors a ON a.id = p.author_id GROUP BY a.city ORDER BY a.city) g;
