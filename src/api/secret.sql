-- once
-- The secret under which hidden values are hashed; see etag.c. It is no configuration: a dump leaves it out, and a
-- database that is restored makes its own.

CREATE TABLE orm.secret (
    key pg_catalog.bytea NOT NULL
);
COMMENT ON TABLE orm.secret IS
'32 random bytes, made with the extension: the key of the etags of models with hidden attributes. Nobody has a privilege on it.';
INSERT INTO orm.secret
SELECT pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) OPERATOR(pg_catalog.||) pg_catalog.uuid_send(pg_catalog.gen_random_uuid());
REVOKE ALL ON orm.secret FROM PUBLIC;
