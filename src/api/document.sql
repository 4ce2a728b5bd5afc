-- once
-- The type orm.document: JSON text as it was given, parsed once.
--
-- Casts from json, jsonb and text (varchar with it) are implicit, so that every
-- argument of this type takes them without a word.  Casts to json and jsonb are
-- made in assignments: a document goes into a json column, x::jsonb opens it to
-- the operators.  Implicit they must not be: then x -> 'key' would fit both
-- json's and jsonb's operator and be neither, and a function overloaded on json
-- and jsonb could not be called with a document.

CREATE TYPE orm.document;

CREATE FUNCTION orm.document_in(pg_catalog.cstring) RETURNS orm.document
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_document_in';
COMMENT ON FUNCTION orm.document_in(pg_catalog.cstring) IS
'Input of the type orm.document. 22P02 for text that is not JSON.';

CREATE FUNCTION orm.document_out(orm.document) RETURNS pg_catalog.cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_document_out';
COMMENT ON FUNCTION orm.document_out(orm.document) IS
'Output of the type orm.document: the text exactly as it was given.';

CREATE FUNCTION orm.document_recv(pg_catalog.internal) RETURNS orm.document
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_document_recv';
COMMENT ON FUNCTION orm.document_recv(pg_catalog.internal) IS
'Binary input of the type orm.document, in the form of jsonb: the byte 1, then JSON text. 22P03 for another first byte, 22P02 for text that is not JSON.';

CREATE FUNCTION orm.document_send(orm.document) RETURNS pg_catalog.bytea
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_document_send';
COMMENT ON FUNCTION orm.document_send(orm.document) IS
'Binary output of the type orm.document, in the form of jsonb: the byte 1, then the text exactly as it was given.';

CREATE TYPE orm.document (
    INPUT = orm.document_in,
    OUTPUT = orm.document_out,
    RECEIVE = orm.document_recv,
    SEND = orm.document_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE orm.document IS
'A JSON document; literals and values of the types json, jsonb, text and varchar are cast to it implicitly.';

CREATE FUNCTION orm.document_from_text(pg_catalog.text) RETURNS orm.document
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_document_from_text';
COMMENT ON FUNCTION orm.document_from_text(pg_catalog.text) IS
'The cast from text (and varchar) to orm.document. 22P02 for text that is not JSON.';

CREATE FUNCTION orm.document_from_json(pg_catalog.json) RETURNS orm.document
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_document_from_text';
COMMENT ON FUNCTION orm.document_from_json(pg_catalog.json) IS
'The cast from json to orm.document.';

CREATE FUNCTION orm.document_from_jsonb(pg_catalog.jsonb) RETURNS orm.document
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_document_from_jsonb';
COMMENT ON FUNCTION orm.document_from_jsonb(pg_catalog.jsonb) IS
'The cast from jsonb to orm.document.';

CREATE FUNCTION orm.document_to_json(orm.document) RETURNS pg_catalog.json
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_document_to_json';
COMMENT ON FUNCTION orm.document_to_json(orm.document) IS
'The cast from orm.document to json: the text exactly as it was given.';

CREATE FUNCTION orm.document_to_jsonb(orm.document) RETURNS pg_catalog.jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'orm_sql_document_to_jsonb';
COMMENT ON FUNCTION orm.document_to_jsonb(orm.document) IS
'The cast from orm.document to jsonb. 22P05 for strings that jsonb cannot hold.';

CREATE CAST (pg_catalog.text AS orm.document) WITH FUNCTION orm.document_from_text(pg_catalog.text) AS IMPLICIT;
CREATE CAST (pg_catalog.varchar AS orm.document) WITH FUNCTION orm.document_from_text(pg_catalog.text) AS IMPLICIT;
CREATE CAST (pg_catalog.json AS orm.document) WITH FUNCTION orm.document_from_json(pg_catalog.json) AS IMPLICIT;
CREATE CAST (pg_catalog.jsonb AS orm.document) WITH FUNCTION orm.document_from_jsonb(pg_catalog.jsonb) AS IMPLICIT;
CREATE CAST (orm.document AS pg_catalog.json) WITH FUNCTION orm.document_to_json(orm.document) AS ASSIGNMENT;
CREATE CAST (orm.document AS pg_catalog.jsonb) WITH FUNCTION orm.document_to_jsonb(orm.document) AS ASSIGNMENT;
