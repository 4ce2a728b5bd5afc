INSERT INTO usuarios (nombre, edad, email, ciudad, saldo, activo)
	SELECT u.* FROM bulk, unnest(bulk.nombre, bulk.edad, bulk.email, bulk.ciudad, bulk.saldo, bulk.activo) AS u;
