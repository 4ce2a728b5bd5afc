\set i random(10, 1000)
SELECT coalesce(json_agg(p), '[]')
FROM (
	SELECT * FROM posts
	WHERE views >= 5000 AND published < timestamptz '2020-01-01 00:00+00' + :i * interval '1 day'
	ORDER BY published DESC, id DESC LIMIT 100) p;
