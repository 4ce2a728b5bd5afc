SELECT coalesce(json_agg(l), '[]')
FROM (
	SELECT id, price, quantity, (price * quantity)::numeric(10,2) AS total
	FROM lines WHERE (price * quantity)::numeric(10,2) > 600
	ORDER BY total DESC, id LIMIT 50) l;
