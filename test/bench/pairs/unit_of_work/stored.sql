-- the arrays are in the server already: without the client's part, and without reading their text
\set n :n + 1
UPDATE usuarios u SET nombre = v.nombre, edad = v.edad, email = v.email, ciudad = v.ciudad
	FROM work w, unnest(w.id, w.nombre, w.edad, w.email, w.ciudad) AS v (id, nombre, edad, email, ciudad)
	WHERE w.turn = :n % 2 AND u.id = v.id AND (u.nombre, u.edad, u.email, u.ciudad) IS DISTINCT FROM (v.nombre, v.edad, v.email, v.ciudad);
