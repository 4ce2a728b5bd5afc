-- By hand, prepared ...
\set i random(1, 10000)
\set name random(1, 1000000000)
SELECT to_json(a) FROM (
	SELECT authors.*, extract(year FROM joined) AS c, (
		SELECT coalesce(json_agg(p), '[]')
		FROM (SELECT * FROM posts WHERE author_id = authors.id ORDER BY id LIMIT 1 + :name % 2) p) AS posts
	FROM authors WHERE id = :i) a;
