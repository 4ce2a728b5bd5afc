-- What a table has beside columns, constraints and indexes comes back: orm.describe, DROP TABLE, orm.create_all.
-- Oracle: the catalogs, before and after.
\set SHOW_CONTEXT never
CREATE ROLE regress_orm_owner;
CREATE ROLE "regress_orm Reader";
CREATE SCHEMA describe_statement;
SET search_path = describe_statement;
SET client_min_messages = warning;

CREATE FUNCTION parts() RETURNS TABLE (relation name, part text) LANGUAGE sql AS $$
	SELECT c.relname, p.part FROM pg_class c, LATERAL (
		SELECT concat_ws(' ', 'table', c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relpersistence,
			pg_get_userbyid(c.relowner), c.reloftype::regtype)
		UNION ALL SELECT concat_ws(' ', 'grant', pg_get_userbyid(grantor), grantee::regrole, privilege_type, is_grantable)
		FROM aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)))
		UNION ALL SELECT concat_ws(' ', 'column', a.attname, nullif(a.attstattarget, -1), array_remove(a.attoptions, (SELECT o FROM unnest(a.attoptions) o WHERE o LIKE 'pg\_%')), a.attacl)
		FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind <> 'S'
		UNION ALL SELECT concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger'))
		FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
		UNION ALL SELECT concat_ws(' ', pg_get_ruledef(r.oid), r.ev_enabled, obj_description(r.oid, 'pg_rewrite'))
		FROM pg_rewrite r WHERE r.ev_class = c.oid
		UNION ALL SELECT concat_ws(' ', 'policy', p.polname, p.polpermissive, p.polcmd, p.polroles::regrole[],
			pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(p.oid, 'pg_policy'))
		FROM pg_policy p WHERE p.polrelid = c.oid
		UNION ALL SELECT concat_ws(' ', pg_get_statisticsobjdef(s.oid), nullif(s.stxstattarget, -1), obj_description(s.oid, 'pg_statistic_ext'))
		FROM pg_statistic_ext s WHERE s.stxrelid = c.oid
		UNION ALL SELECT concat_ws(' ', i.indexrelid::regclass, i.indisclustered, i.indisreplident)
		FROM pg_index i WHERE i.indrelid = c.oid
		UNION ALL SELECT concat_ws(' ', 'publication', p.pubname, x.prattrs, pg_get_expr(x.prqual, x.prrelid))
		FROM pg_publication_rel x JOIN pg_publication p ON p.oid = x.prpubid WHERE x.prrelid = c.oid
		UNION ALL SELECT '-- ' || obj_description(c.oid, 'pg_class') WHERE obj_description(c.oid, 'pg_class') IS NOT NULL) AS p (part)
	WHERE c.relnamespace = 'describe_statement'::regnamespace AND c.relkind IN ('r', 'p', 'S', 'i')
$$;
CREATE FUNCTION statements(model text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT replace(e->'statement'->>'definition', CURRENT_USER, 'me') FROM json_array_elements(orm.describe(model)->'elements') e WHERE e::jsonb ? 'statement'
$$;

-- one of every kind
CREATE FUNCTION "the Trigger"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TYPE pair AS (x int, y text);
CREATE TABLE other (id int PRIMARY KEY, name text);
CREATE TABLE "Every thing" (
	id serial PRIMARY KEY, number int GENERATED ALWAYS AS IDENTITY, "Name" text NOT NULL, owner name DEFAULT CURRENT_USER,
	a int, b int, other_id int REFERENCES other, version int NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX by_name ON "Every thing" ("Name");
CREATE INDEX by_expression ON "Every thing" ((a + b));
CREATE TABLE typed OF pair (PRIMARY KEY (x));
CREATE TABLE quiet (id int PRIMARY KEY);
ALTER TABLE "Every thing" REPLICA IDENTITY USING INDEX by_name, CLUSTER ON by_name,
	ALTER a SET STATISTICS 500, ALTER "Name" SET (n_distinct = 100, n_distinct_inherited = -0.5);
ALTER INDEX by_expression ALTER COLUMN 1 SET STATISTICS 300;
CREATE STATISTICS together (ndistinct, mcv) ON a, b FROM "Every thing";
CREATE STATISTICS "ex pr" ON (a % 7), "Name" FROM "Every thing";
ALTER STATISTICS together SET STATISTICS 50;
COMMENT ON STATISTICS together IS 'a ''and'' b';
CREATE RULE "no delete" AS ON DELETE TO "Every thing" WHERE OLD.a > 0 DO INSTEAD NOTHING;
CREATE RULE two AS ON INSERT TO "Every thing" DO ALSO (UPDATE other SET name = NEW."Name" WHERE id = NEW.other_id; NOTIFY done);
ALTER TABLE "Every thing" DISABLE RULE two;
COMMENT ON RULE "no delete" ON "Every thing" IS 'keep';
CREATE TRIGGER "Audit" AFTER INSERT OR UPDATE OF "Name", a ON "Every thing" FOR EACH ROW
	WHEN (NEW."Name" IS NOT NULL AND NEW.a IS DISTINCT FROM 5) EXECUTE FUNCTION "the Trigger"('x', 'it''s');
CREATE TRIGGER tables AFTER UPDATE ON "Every thing" REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION "the Trigger"();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON "Every thing" FROM other DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "the Trigger"();
CREATE TRIGGER replica BEFORE DELETE ON "Every thing" FOR EACH ROW EXECUTE FUNCTION "the Trigger"();
ALTER TABLE "Every thing" ENABLE ALWAYS TRIGGER tables, DISABLE TRIGGER "Audit", ENABLE REPLICA TRIGGER replica;
COMMENT ON TRIGGER "Audit" ON "Every thing" IS 'who did it';
ALTER TABLE "Every thing" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON "Every thing" USING (owner = CURRENT_USER) WITH CHECK (owner = CURRENT_USER AND "Name" <> '');
CREATE POLICY "by Other" ON "Every thing" AS RESTRICTIVE FOR SELECT TO "regress_orm Reader", CURRENT_USER
	USING (EXISTS (SELECT FROM other o WHERE o.id = other_id));
CREATE POLICY added ON "Every thing" FOR INSERT WITH CHECK (true);
COMMENT ON POLICY own ON "Every thing" IS 'one''s own';
COMMENT ON SEQUENCE "Every thing_id_seq" IS 'numbers';
ALTER SEQUENCE "Every thing_number_seq" SET UNLOGGED;
GRANT SELECT, INSERT ON "Every thing" TO "regress_orm Reader";
GRANT UPDATE ON "Every thing" TO "regress_orm Reader" WITH GRANT OPTION;
GRANT SELECT ("Name", a), REFERENCES (id) ON "Every thing" TO PUBLIC;
GRANT USAGE ON SEQUENCE "Every thing_id_seq" TO "regress_orm Reader";
REVOKE TRUNCATE, TRIGGER ON "Every thing" FROM CURRENT_USER;
GRANT CREATE ON SCHEMA describe_statement TO regress_orm_owner;
GRANT SELECT ON other TO PUBLIC;
ALTER TABLE other OWNER TO regress_orm_owner;
ALTER TABLE other REPLICA IDENTITY FULL;
SET client_min_messages = error;
CREATE PUBLICATION regress_orm_publication FOR TABLE ONLY "Every thing" (id, "Name") WHERE (id > 5), other;
SET client_min_messages = warning;
-- triggers that elements make are not statements
SELECT count(*) > 0 AS mapped FROM orm.map('"Every thing"', 'Every', orm.version('version'), orm.column('owner', write_once => true), orm.accessors(include => '{}'));
SELECT count(*) >= 0 AS mapped FROM unnest('{other,typed,quiet}'::text[]) AS t, orm.map(t, initcap(t), orm.accessors(include => '{}'));

-- as documents
SELECT statements(m) FROM unnest('{Every,Other,Typed,Quiet}'::text[]) AS m;

CREATE TABLE public.describe_statement_before AS SELECT * FROM parts();
CREATE TABLE public.describe_statement_documents AS SELECT model AS name, orm.describe(model) AS document FROM orm.models;
CREATE FUNCTION differences() RETURNS TABLE (which text, relation name, part text) LANGUAGE sql AS $$
	(SELECT 'missing', b.* FROM public.describe_statement_before b EXCEPT ALL SELECT 'missing', a.* FROM describe_statement.parts() a)
	UNION ALL
	(SELECT 'new', a.* FROM describe_statement.parts() a EXCEPT ALL SELECT 'new', b.* FROM public.describe_statement_before b)
$$;

-- declared again from the documents, under another search_path
SELECT count(*) >= 0 AS unmapped FROM (SELECT orm.unmap(model) FROM orm.models) AS x;
DROP TABLE "Every thing", other, typed, quiet;
SET search_path = public;
SELECT count(orm.model(document)) FROM describe_statement_documents;
SELECT count(*) > 0 AS made FROM orm.create_all();
SET search_path = describe_statement;
SELECT * FROM differences();
SELECT name FROM public.describe_statement_documents WHERE document::text <> orm.describe(name)::text;
SELECT * FROM orm.diff();

-- dropped by the extension, and made again; privileges that a new table gets by default are taken away
ALTER DEFAULT PRIVILEGES IN SCHEMA describe_statement GRANT SELECT, DELETE ON TABLES TO "regress_orm Reader";
SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT * FROM differences();
SELECT * FROM orm.diff();
SELECT statements('Quiet');

-- a difference is said, and made good
SELECT object FROM orm.diff('Every', '{"strict": true}');
DROP TRIGGER replica ON "Every thing";
DROP POLICY added ON "Every thing";
CREATE POLICY added ON "Every thing" FOR INSERT WITH CHECK (a > 0);
CREATE POLICY unmanaged ON "Every thing" FOR DELETE USING (false);
ALTER TABLE "Every thing" ENABLE TRIGGER "Audit", NO FORCE ROW LEVEL SECURITY, ALTER a SET STATISTICS 100;
REVOKE SELECT (a) ON "Every thing" FROM PUBLIC;
GRANT TRUNCATE ON "Every thing" TO CURRENT_USER;
COMMENT ON SEQUENCE "Every thing_id_seq" IS 'other';
SELECT action, object, replace(sql, CURRENT_USER, 'me') AS sql, reverse_sql FROM orm.diff('Every', '{"strict": true}');
SELECT count(*) > 0 AS migrated FROM orm.migrate();
SELECT action, object FROM orm.diff('Every', '{"strict": true}');
SELECT * FROM differences();

-- written by hand: it is run in an order that works, and then as the server prints it
SELECT orm.model('Hand', 'hands', orm.column('id', 'int', primary_key => true), orm.column('owner', 'text'), orm.accessors(include => '{}'),
	orm.statement('grant select, insert on hands to "regress_orm Reader"'), orm.statement('COMMENT ON TRIGGER t ON describe_statement.hands IS ''x'''),
	orm.statement('create trigger t before insert on hands for each row execute function "the Trigger"()'),
	orm.statement('alter table hands enable row level security'), orm.statement($$create policy p on hands using (owner = current_user and owner <> 'x')$$));
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT prosrc FROM pg_proc WHERE proname = 'hand_model';
SELECT * FROM orm.diff();
SELECT orm.extend('Hand', orm.statement('CREATE POLICY p ON hands USING (true)'), orm.statement('CREATE POLICY q ON hands FOR DELETE USING (false)'));
SELECT action, object, sql FROM orm.diff();
SELECT count(*) > 0 AS migrated FROM orm.migrate();
SELECT * FROM orm.diff();
SELECT count(*) >= 0 AS dropped FROM orm.drop_element('Hand', 'statement', 'policy p');
SELECT statements('Hand');
SELECT orm.drop_element('Hand', 'statement', 'policy r');

-- one statement of an allowed kind about the table, and nothing else
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text;
BEGIN
	EXECUTE statement;
	RETURN 'not refused';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, message, detail);
END
$$;
SELECT d, refused(format('SELECT orm.model(''Bad'', ''bad'', orm.column(''id'', ''int''), orm.statement(%L))', d)) FROM unnest(ARRAY[
	'', 'DROP TABLE bad', 'CREATE POLICY p ON bad; DROP TABLE other', 'CREATE POLICY p ON other', 'CREATE POLICY p ON pg_catalog.bad', 'CREATE POLICY p ON x.describe_statement.bad',
	'GRANT SELECT ON bad, other TO PUBLIC', 'GRANT SELECT ON other TO PUBLIC', 'GRANT pg_read_all_data TO PUBLIC', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC',
	'GRANT USAGE ON SCHEMA public TO PUBLIC', 'GRANT SELECT ON bad TO PUBLIC GRANTED BY CURRENT_USER',
	'ALTER TABLE bad DROP COLUMN id', 'ALTER TABLE bad ENABLE ROW LEVEL SECURITY, DROP COLUMN id', 'ALTER TABLE other ENABLE ROW LEVEL SECURITY',
	'ALTER TABLE IF EXISTS bad ENABLE ROW LEVEL SECURITY', 'ALTER TABLE bad REPLICA IDENTITY DEFAULT', 'ALTER TABLE bad ALTER id SET STATISTICS -1', 'ALTER TABLE bad OWNER TO a; SELECT 1',
	'ALTER INDEX pg_catalog.pg_class_oid_index ALTER COLUMN 1 SET STATISTICS 5', 'ALTER SEQUENCE bad_seq OWNED BY NONE',
	'CREATE RULE "_RETURN" AS ON SELECT TO bad DO INSTEAD SELECT 1', 'CREATE RULE r AS ON INSERT TO other DO NOTHING', 'CREATE STATISTICS s ON id, x FROM bad',
	'CREATE STATISTICS public.s ON id, x FROM other', 'ALTER STATISTICS public.s SET STATISTICS 5', 'COMMENT ON STATISTICS public.s IS ''x''', 'COMMENT ON TABLE bad IS ''x''',
	'COMMENT ON TRIGGER t ON other IS ''x''', 'COMMENT ON ROLE postgres IS ''x''', 'SECURITY LABEL FOR x ON TABLE other IS ''x''', 'SECURITY LABEL FOR x ON ROLE a IS ''x''',
	'ALTER PUBLICATION p ADD TABLE bad, other', 'ALTER PUBLICATION p DROP TABLE bad', 'ALTER PUBLICATION p ADD TABLES IN SCHEMA public', 'CREATE TRIGGER t BEFORE INSERT ON other EXECUTE FUNCTION f()',
	'CREATE TABLE bad ()', 'SELECT 1', 'SET ROLE a', 'CREATE POLICY p ON bad -- ', 'CREATE INDEX ON bad (id)']) AS d;
SELECT refused($$SELECT orm.model('Bad', 'bad', orm.column('id', 'int'), orm.statement('CREATE POLICY p ON bad'), orm.statement('CREATE POLICY p ON bad FOR DELETE'))$$);
SELECT refused($$SELECT orm.map('quiet', 'Bad', orm.statement('CREATE POLICY p ON quiet'))$$);
-- an index and a sequence must be the table's own when the statement is run
CREATE SEQUENCE free;
SELECT orm.model('Bad', 'bad', orm.column('id', 'int'), orm.statement('ALTER INDEX by_expression ALTER COLUMN 1 SET STATISTICS 5'));
SELECT refused('SELECT orm.create_table(''Bad'')');
SELECT orm.model('Bad', 'bad', orm.column('id', 'int'), orm.statement('GRANT ALL ON SEQUENCE free TO PUBLIC'));
SELECT refused('SELECT orm.create_table(''Bad'')');
SELECT orm.model('Bad', 'bad', orm.column('id', 'int'), orm.statement('GRANT ALL ON SEQUENCE "Every thing_id_seq" TO PUBLIC'));
SELECT refused('SELECT orm.create_table(''Bad'')');

SELECT count(*) >= 0 AS unmapped FROM (SELECT orm.unmap(model) FROM orm.models) AS x;
DROP TABLE public.describe_statement_before, public.describe_statement_documents;
DROP PUBLICATION regress_orm_publication;
DROP SCHEMA describe_statement CASCADE;
DROP ROLE regress_orm_owner, "regress_orm Reader";
SELECT count(*) FROM orm.models;
