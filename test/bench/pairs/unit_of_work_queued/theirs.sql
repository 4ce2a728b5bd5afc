\set n :n + 1
\if :n = 1
SELECT a.id AS id, a.nombre AS nombre, a.edad AS even, b.edad AS odd, a.email AS email, a.ciudad AS ciudad FROM work a, work b WHERE a.turn = 0 AND b.turn = 1 \gset
\endif
\set turn :n % 2
BEGIN;
\if :turn = 0
UPDATE usuarios u SET nombre = v.nombre, edad = v.edad, email = v.email, ciudad = v.ciudad
	FROM unnest(:id::integer[], :nombre::text[], :even::integer[], :email::text[], :ciudad::text[]) AS v (id, nombre, edad, email, ciudad)
	WHERE u.id = v.id AND (u.nombre, u.edad, u.email, u.ciudad) IS DISTINCT FROM (v.nombre, v.edad, v.email, v.ciudad);
\else
UPDATE usuarios u SET nombre = v.nombre, edad = v.edad, email = v.email, ciudad = v.ciudad
	FROM unnest(:id::integer[], :nombre::text[], :odd::integer[], :email::text[], :ciudad::text[]) AS v (id, nombre, edad, email, ciudad)
	WHERE u.id = v.id AND (u.nombre, u.edad, u.email, u.ciudad) IS DISTINCT FROM (v.nombre, v.edad, v.email, v.ciudad);
\endif
COMMIT;
