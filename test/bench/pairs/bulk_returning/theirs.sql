\set n :n + 1
\if :n = 1
SELECT nombre, edad, email, ciudad, saldo, activo FROM bulk \gset
\endif
INSERT INTO usuarios (nombre, edad, email, ciudad, saldo, activo)
	SELECT * FROM unnest(:nombre::text[], :edad::integer[], :email::text[], :ciudad::text[], :saldo::numeric[], :activo::boolean[])
	RETURNING *;
