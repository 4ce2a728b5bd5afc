-- The same table by two models: one has the condition as a default scope.
SELECT count(*) FROM orm.map('usuarios', 'Activo', orm.scope('activos', '{"where": {"activo": true, "edad": {"lt": 80}}}', true));
