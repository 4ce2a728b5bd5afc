SELECT coalesce(json_agg(g), '[]')
FROM (SELECT author_id, count(*) AS posts FROM posts GROUP BY author_id ORDER BY author_id LIMIT 1000) g;
