CREATE FUNCTION hand_planned(i integer, name integer) RETURNS json LANGUAGE plpgsql STABLE AS $$
DECLARE
	r json;
BEGIN
	EXECUTE format('SELECT to_json(a) FROM (
			SELECT authors.*, extract(year FROM joined) AS c%s, (
				SELECT coalesce(json_agg(p), ''[]'')
				FROM (SELECT * FROM posts WHERE author_id = authors.id ORDER BY id LIMIT 1 + $2 %% 2) p) AS posts
			FROM authors WHERE id = $1) a', name)
		INTO r USING i, name;
	RETURN r;
END $$;
