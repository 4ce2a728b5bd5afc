-- once
-- The schema, and the table of bindings; see registry/binding.h.
-- The schema is created here and not by the control file, so that an existing
-- one is an error and only superusers can create functions in it.

CREATE SCHEMA orm;
GRANT USAGE ON SCHEMA orm TO PUBLIC;

CREATE TABLE orm.binding (
    function         pg_catalog.oid NOT NULL,
    hash             pg_catalog.int4 NOT NULL,
    relation         pg_catalog.oid NOT NULL,
    column_relations pg_catalog.oid[] NOT NULL,
    column_names     pg_catalog.text[] NOT NULL,
    column_numbers   pg_catalog.int2[] NOT NULL,
    former           pg_catalog.text,
    CONSTRAINT binding_pkey PRIMARY KEY (function)
);
COMMENT ON TABLE orm.binding IS
'Which columns the names in model functions mean, so that renames are followed. Hints: written by the extension only, not dumped, and used only for the text that they were made for. former: the text that was in force before this one was declared.';

GRANT SELECT ON orm.binding TO PUBLIC;
