-- orm.reflect: databases as they are found, and other people's.
\set SHOW_CONTEXT never
CREATE SCHEMA reflect_legacy;
SET search_path = reflect_legacy;
\getenv source PG_ABS_SRCDIR
\set oracle :source '/test/oracle/foreign_keys.sql'
\i :oracle

-- of an ERP: upper case, text keys, composite keys that share columns, a table of codes, columns that are words of ours
CREATE SCHEMA "ERP 2";
SET search_path = "ERP 2", reflect_legacy;
CREATE TABLE "COMPANY" ("CODE" char(4) PRIMARY KEY, "NAME" text);
CREATE TABLE "WAREHOUSES" ("COMPANY_CODE" char(4) REFERENCES "COMPANY", "WH_NO" smallint, "and" text, "a.b" text, "$x" int, PRIMARY KEY ("COMPANY_CODE", "WH_NO"));
CREATE TABLE "ITEMS" ("COMPANY_CODE" char(4) REFERENCES "COMPANY", "ITEM_NO" varchar(20), "BASE_ITEM" varchar(20), PRIMARY KEY ("COMPANY_CODE", "ITEM_NO"),
	CONSTRAINT "FK BASE" FOREIGN KEY ("COMPANY_CODE", "BASE_ITEM") REFERENCES "ITEMS");
CREATE TABLE "STOCK" ("COMPANY_CODE" char(4), "WH_NO" smallint, "ITEM_NO" varchar(20), "QTY" numeric, PRIMARY KEY ("COMPANY_CODE", "WH_NO", "ITEM_NO"),
	FOREIGN KEY ("COMPANY_CODE", "WH_NO") REFERENCES "WAREHOUSES", FOREIGN KEY ("COMPANY_CODE", "ITEM_NO") REFERENCES "ITEMS");
CREATE TABLE "MOVES" ("COMPANY_CODE" char(4), "FROM_WH" smallint, "TO_WH" smallint, "MOVED" date,
	FOREIGN KEY ("COMPANY_CODE", "FROM_WH") REFERENCES "WAREHOUSES", FOREIGN KEY ("COMPANY_CODE", "TO_WH") REFERENCES "WAREHOUSES");
SELECT * FROM orm.reflect();
SELECT * FROM wrong_ends('"ERP 2"');
SELECT orm.save('Warehouse', '{"COMPANY_CODE": "A", "WH_NO": 1, "and_": "x", "a_b": "y", "_x": 3, "company": {"CODE": "A", "NAME": "Ada"}}') IS NOT NULL AS saved;
SELECT orm.save('Item', '[{"COMPANY_CODE": "A", "ITEM_NO": "i1"}, {"COMPANY_CODE": "A", "ITEM_NO": "i2", "BASE_ITEM": "i1"}]') IS NOT NULL AS saved;
SELECT orm.save('Stock', '{"COMPANY_CODE": "A", "WH_NO": 1, "ITEM_NO": "i2", "QTY": 1.50}');
SELECT orm.all('Item', '{"load": {"parent": true, "children": true, "stocks": {"load": ["warehouse"]}}}');

-- of a shop in one table each, without a constraint, with a prefix
CREATE SCHEMA reflect_legacy_blog;
SET search_path = reflect_legacy_blog, reflect_legacy;
CREATE TABLE wp_posts ("ID" bigint PRIMARY KEY, post_author bigint, post_title text, post_parent bigint);
CREATE TABLE wp_users ("ID" bigint PRIMARY KEY, user_login text);
CREATE TABLE wp_postmeta (meta_id bigint PRIMARY KEY, post_id bigint, meta_key text, meta_value text);
CREATE TABLE wp_term_relationships (object_id bigint, term_taxonomy_id bigint, PRIMARY KEY (object_id, term_taxonomy_id));
CREATE TABLE wp_options (option_id serial, option_name text);
SELECT * FROM orm.reflect(options => '{"strip_prefix": "wp_", "case": "camel", "models": {"wp_options": {"key": ["option_id"]}}}');
SELECT orm.create('Postmeta', '{"metaId": 1, "postId": 2, "metaKey": "k"}');

-- what cannot be a model is a row: attributes that would have one name, a model that another has; what belongs to an extension
CREATE SCHEMA reflect_legacy_odd;
SET search_path = reflect_legacy_odd, reflect_legacy;
CREATE TABLE twice ("and" int, and_ int, id int PRIMARY KEY);
CREATE TABLE wp_user (id int PRIMARY KEY);
CREATE TABLE nothing ();
CREATE TABLE fine (id int PRIMARY KEY, twice_id int REFERENCES twice, nothing int);
CREATE TABLE extended (id int PRIMARY KEY);
ALTER EXTENSION plpgsql ADD TABLE extended;
SELECT * FROM orm.reflect(options => '{"strip_prefix": "wp_"}');

-- nor what the server refuses: its relationships are rows as well
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no functions here'; END $$;
CREATE TABLE late (id int PRIMARY KEY, fine_id int REFERENCES fine);
BEGIN;
CREATE EVENT TRIGGER regress_orm_reflect_refuse ON ddl_command_start WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION refuse();
SELECT * FROM orm.reflect() WHERE action <> 'kept';
ROLLBACK;

-- only relations that the caller owns, where the owner may create functions; a member of the owner may
CREATE ROLE regress_orm_reflect_owner;
CREATE ROLE regress_orm_reflect_member;
CREATE ROLE regress_orm_reflect_other;
GRANT regress_orm_reflect_owner TO regress_orm_reflect_member;
GRANT EXECUTE ON FUNCTION orm.reflect TO regress_orm_reflect_owner, regress_orm_reflect_other;
GRANT EXECUTE ON FUNCTION orm.map, orm.model(text, text, orm.document[]), orm.model(orm.document) TO regress_orm_reflect_owner, regress_orm_reflect_other;
CREATE SCHEMA reflect_legacy_roles;
SET search_path = reflect_legacy_roles, reflect_legacy;
CREATE TABLE hers (id int PRIMARY KEY);
CREATE TABLE mine (id int PRIMARY KEY, her_id int REFERENCES hers);
CREATE TABLE its (id int PRIMARY KEY, mine_id int REFERENCES mine);
ALTER TABLE hers OWNER TO regress_orm_reflect_owner;
ALTER TABLE its OWNER TO regress_orm_reflect_owner;
GRANT USAGE ON SCHEMA reflect_legacy_roles TO PUBLIC;
SET ROLE regress_orm_reflect_other;
SELECT * FROM orm.reflect();
SET ROLE regress_orm_reflect_member;
SELECT * FROM orm.reflect();
RESET ROLE;
GRANT CREATE ON SCHEMA reflect_legacy_roles TO regress_orm_reflect_owner;
SET ROLE regress_orm_reflect_member;
SELECT * FROM orm.reflect();
RESET ROLE;
SELECT * FROM orm.reflect();
SELECT * FROM wrong_ends('reflect_legacy_roles');
-- a model of others is left as it is, and led to
CREATE TABLE mores (id int PRIMARY KEY, mine_id int REFERENCES mine);
ALTER TABLE mores OWNER TO regress_orm_reflect_owner;
SET ROLE regress_orm_reflect_owner;
SELECT * FROM orm.reflect(include => '{mores}');
RESET ROLE;
SELECT has_function_privilege('regress_orm_reflect_other', 'orm.reflect(text, text[], text[], orm.document)', 'EXECUTE') AS granted,
	has_function_privilege('public', 'orm.reflect(text, text[], text[], orm.document)', 'EXECUTE') AS by_default;

SET client_min_messages = warning;
ALTER EXTENSION plpgsql DROP TABLE reflect_legacy_odd.extended;
REVOKE ALL ON FUNCTION orm.reflect, orm.map, orm.model(text, text, orm.document[]), orm.model(orm.document) FROM regress_orm_reflect_owner, regress_orm_reflect_other;
DROP SCHEMA reflect_legacy, "ERP 2", reflect_legacy_blog, reflect_legacy_odd, reflect_legacy_roles CASCADE;
DROP ROLE regress_orm_reflect_owner, regress_orm_reflect_member, regress_orm_reflect_other;
SELECT count(*) FROM orm.models;
