-- once
-- The schema and the two tables of the registry; see registry/registry.h.
-- The schema is created here and not by the control file, so that an existing
-- one is an error and only superusers can create functions in it.

CREATE SCHEMA orm;
GRANT USAGE ON SCHEMA orm TO PUBLIC;

CREATE TABLE orm.model (
    name     pg_catalog.text NOT NULL,
    schema   pg_catalog.text,
    relation pg_catalog.text NOT NULL,
    owner    pg_catalog.text NOT NULL,
    state    pg_catalog.text NOT NULL,
    document pg_catalog.json NOT NULL,
    CONSTRAINT model_pkey PRIMARY KEY (name),
    CONSTRAINT model_state_check CHECK (state OPERATOR(pg_catalog.=) ANY (ARRAY['declared', 'created', 'mapped']))
);
COMMENT ON TABLE orm.model IS
'One row for each model, dumped by pg_dump. Written by the extension only; orm.models is the view to read.';

CREATE TABLE orm.binding (
    model            pg_catalog.text NOT NULL,
    relation         pg_catalog.oid NOT NULL,
    column_relations pg_catalog.oid[] NOT NULL,
    column_names     pg_catalog.text[] NOT NULL,
    column_numbers   pg_catalog.int2[] NOT NULL,
    owner            pg_catalog.oid NOT NULL,
    CONSTRAINT binding_pkey PRIMARY KEY (model)
);
COMMENT ON TABLE orm.binding IS
'The table and columns to which a model is bound in this database, or the owner of a model without a table. Written by the extension only, not dumped.';

GRANT SELECT ON orm.model, orm.binding TO PUBLIC;

-- For COPY when the database owner, who is no superuser, restores a dump.
GRANT INSERT ON orm.model TO pg_database_owner;

SELECT pg_catalog.pg_extension_config_dump('orm.model',
    'WHERE NOT EXISTS (SELECT FROM orm.binding b'
    ' WHERE b.model OPERATOR(pg_catalog.=) name AND b.relation OPERATOR(pg_catalog.<>) 0'
    ' AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) b.relation))');
