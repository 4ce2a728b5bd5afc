SELECT coalesce(json_agg(g), '[]')
FROM (
	SELECT sum(views * length(title)) AS worth, sum(views) / count(*) AS mean
	FROM posts WHERE views % 7 > 3) g;
