-- 1,000 objects as they were read, of which 500 were changed since: once as a
-- document for each, and once as an array for each column.  There are two of all,
-- so that every run finds 500 rows that are not as it says.
CREATE TABLE work AS
	SELECT turn, json_agg(u)::text AS document, array_agg(id) AS id, array_agg(nombre) AS nombre, array_agg(edad) AS edad,
		array_agg(email) AS email, array_agg(ciudad) AS ciudad
	FROM generate_series(0, 1) turn, LATERAL (
		SELECT i AS id, 'nombre ' || i AS nombre, CASE WHEN i % 2 = 0 THEN 100 + turn ELSE i % 90 END AS edad,
			'nombre' || i || '@example.org' AS email, 'ciudad ' || i % 100 AS ciudad
		FROM generate_series(1, 1000) i) AS u
	GROUP BY turn;
