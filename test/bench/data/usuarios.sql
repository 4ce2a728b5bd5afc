-- usuarios.sql - what the pairs of flat reads and writes work on: a model, the
-- same table for the other sides, functions written by hand with the signatures
-- of the accessors, and the data of the bulk inserts.

\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE EXTENSION orm;

SELECT orm.model('Usuario', 'usuarios',
	orm.column('id',     'integer', primary_key => true),
	orm.column('nombre', 'text',    nullable => false, indexed => true),
	orm.column('edad',   'integer'),
	orm.column('email',  'text'),
	orm.column('ciudad', 'text'),
	orm.column('alta',   'timestamptz', server_default => 'now()'),
	orm.column('saldo',  'numeric(12,2)', server_default => '0'),
	orm.column('activo', 'boolean', server_default => 'true'));
SELECT count(*) FROM orm.create_all();

-- The rows that a run begins with; "run" calls it before every one.
CREATE PROCEDURE fill() LANGUAGE sql AS $$
	TRUNCATE usuarios RESTART IDENTITY;
	INSERT INTO usuarios (nombre, edad, email, ciudad)
		SELECT 'nombre ' || i, i % 90, 'nombre' || i || '@example.org', 'ciudad ' || i % 100
		FROM generate_series(1, 20000) i;
$$;

-- By hand, as the accessors are declared.  What is not given is NULL: a default
-- of a column, or "set it to NULL", cannot be said.

CREATE FUNCTION hand_find(p_id integer) RETURNS SETOF usuarios ROWS 1 LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN QUERY SELECT * FROM usuarios WHERE id = p_id;
END $$;

CREATE FUNCTION hand_create(p_nombre text, p_edad integer DEFAULT NULL, p_email text DEFAULT NULL,
	p_ciudad text DEFAULT NULL, p_alta timestamptz DEFAULT now(), p_saldo numeric DEFAULT 0,
	p_activo boolean DEFAULT true) RETURNS usuarios LANGUAGE plpgsql AS $$
DECLARE
	r usuarios;
BEGIN
	INSERT INTO usuarios (nombre, edad, email, ciudad, alta, saldo, activo)
		VALUES (p_nombre, p_edad, p_email, p_ciudad, p_alta, p_saldo, p_activo)
		RETURNING * INTO r;
	RETURN r;
END $$;

CREATE FUNCTION hand_update(p_id integer, p_nombre text DEFAULT NULL, p_edad integer DEFAULT NULL,
	p_email text DEFAULT NULL, p_ciudad text DEFAULT NULL, p_alta timestamptz DEFAULT NULL,
	p_saldo numeric DEFAULT NULL, p_activo boolean DEFAULT NULL) RETURNS usuarios LANGUAGE plpgsql AS $$
DECLARE
	r usuarios;
BEGIN
	UPDATE usuarios SET nombre = coalesce(p_nombre, nombre), edad = coalesce(p_edad, edad),
			email = coalesce(p_email, email), ciudad = coalesce(p_ciudad, ciudad),
			alta = coalesce(p_alta, alta), saldo = coalesce(p_saldo, saldo),
			activo = coalesce(p_activo, activo)
		WHERE id = p_id RETURNING * INTO r;
	IF NOT FOUND THEN
		RAISE no_data_found;
	END IF;
	RETURN r;
END $$;

CREATE FUNCTION hand_delete(p_id integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM usuarios WHERE id = p_id;
	RETURN FOUND;
END $$;

-- This is planned anew at every call: no one plan is good for all of them.
CREATE FUNCTION hand_filter_by(p_id integer DEFAULT NULL, p_nombre text DEFAULT NULL, p_edad integer DEFAULT NULL,
	p_email text DEFAULT NULL, p_ciudad text DEFAULT NULL, p_alta timestamptz DEFAULT NULL,
	p_saldo numeric DEFAULT NULL, p_activo boolean DEFAULT NULL) RETURNS SETOF usuarios LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN QUERY SELECT * FROM usuarios
		WHERE (p_id IS NULL OR id = p_id) AND (p_nombre IS NULL OR nombre = p_nombre)
			AND (p_edad IS NULL OR edad = p_edad) AND (p_email IS NULL OR email = p_email)
			AND (p_ciudad IS NULL OR ciudad = p_ciudad) AND (p_alta IS NULL OR alta = p_alta)
			AND (p_saldo IS NULL OR saldo = p_saldo) AND (p_activo IS NULL OR activo = p_activo);
END $$;

-- The least that a function can do: one argument, one plan.
CREATE FUNCTION hand_by_nombre(p_nombre text) RETURNS SETOF usuarios LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN QUERY SELECT * FROM usuarios WHERE nombre = p_nombre;
END $$;

-- 10,000 objects, once as a document and once as an array for each column; not
-- compressed, which would be the better part of reading them.
CREATE TABLE bulk (document text, nombre text[], edad integer[], email text[], ciudad text[],
	saldo numeric(12,2)[], activo boolean[]);
ALTER TABLE bulk ALTER document SET STORAGE EXTERNAL, ALTER nombre SET STORAGE EXTERNAL,
	ALTER edad SET STORAGE EXTERNAL, ALTER email SET STORAGE EXTERNAL, ALTER ciudad SET STORAGE EXTERNAL,
	ALTER saldo SET STORAGE EXTERNAL, ALTER activo SET STORAGE EXTERNAL;
INSERT INTO bulk
	SELECT json_agg(json_build_object('nombre', nombre, 'edad', edad, 'email', email,
			'ciudad', ciudad, 'saldo', saldo, 'activo', activo))::text AS document,
		array_agg(nombre) AS nombre, array_agg(edad) AS edad, array_agg(email) AS email,
		array_agg(ciudad) AS ciudad, array_agg(saldo) AS saldo, array_agg(activo) AS activo
	FROM (SELECT 'nombre ' || i, i % 90, 'nombre' || i || '@example.org', 'ciudad ' || i % 100,
			(i / 100.0)::numeric(12,2), i % 3 = 0
		FROM generate_series(1, 10000) i) AS u (nombre, edad, email, ciudad, saldo, activo);
