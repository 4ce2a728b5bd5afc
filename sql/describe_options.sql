-- Every constraint and index of PostgreSQL comes back: orm.describe, DROP TABLE, orm.create_all.
-- Oracle: PostgreSQL's own description of the tables, before and after.
\set SHOW_CONTEXT never
CREATE SCHEMA describe_options;
CREATE SCHEMA describe_options_far;
SET search_path = describe_options;
SET client_min_messages = warning;

-- what the tables are made of, a line for each part (NOT NULL of a column is a constraint only since PostgreSQL 18)
CREATE FUNCTION parts() RETURNS TABLE (relation name, part text) LANGUAGE sql AS $$
	SELECT c.relname, p.part
	FROM pg_class c, LATERAL (
		SELECT concat_ws(' ', a.attnum - (SELECT count(*) FROM pg_attribute g
				WHERE g.attrelid = c.oid AND g.attnum BETWEEN 1 AND a.attnum AND g.attisdropped),
			a.attname, format_type(a.atttypid, a.atttypmod),
			'collate ' || nullif(a.attcollation, t.typcollation)::regcollation::text,
			CASE WHEN a.attnotnull THEN 'not null' END,
			a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
			a.attstorage, a.attcompression, '-- ' || col_description(a.attrelid, a.attnum))
		FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		UNION ALL
		SELECT concat_ws(' ', 'constraint', conname, pg_get_constraintdef(x.oid), i.reloptions,
			'-- ' || obj_description(x.oid, 'pg_constraint'))
		FROM pg_constraint x LEFT JOIN pg_class i ON i.oid = x.conindid
		WHERE x.conrelid = c.oid AND contype <> 'n'
		UNION ALL
		SELECT concat_ws(' ', pg_get_indexdef(indexrelid), '-- ' || obj_description(indexrelid, 'pg_class'))
		FROM pg_index WHERE indrelid = c.oid
		UNION ALL
		SELECT concat_ws(' ', 'sequence', s.relname, format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement, q.seqmin, q.seqmax,
			q.seqcache, q.seqcycle, e.deptype)
		FROM pg_depend e JOIN pg_class s ON s.oid = e.objid JOIN pg_sequence q ON q.seqrelid = s.oid
		WHERE e.classid = 'pg_class'::regclass AND e.refclassid = 'pg_class'::regclass AND e.refobjid = c.oid AND e.refobjsubid > 0
		UNION ALL
		SELECT '-- ' || obj_description(c.oid, 'pg_class') WHERE obj_description(c.oid, 'pg_class') IS NOT NULL) AS p (part)
	WHERE c.relnamespace = 'describe_options'::regnamespace AND c.relkind IN ('r', 'p')
$$;

-- one of every kind
CREATE FUNCTION describe_options_far.twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE OPERATOR describe_options_far.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq, COMMUTATOR = OPERATOR(describe_options_far.===));
CREATE OPERATOR CLASS describe_options_far."my ops" FOR TYPE int USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
CREATE TABLE keys (
	a int, b int, c text, d text,
	PRIMARY KEY (a) INCLUDE (b, c) DEFERRABLE INITIALLY DEFERRED,
	UNIQUE (b) DEFERRABLE, UNIQUE (a, b), UNIQUE (b, a) DEFERRABLE INITIALLY DEFERRED,
	UNIQUE NULLS NOT DISTINCT (c), CONSTRAINT "nulls not" UNIQUE NULLS NOT DISTINCT (c, d) INCLUDE (b),
	UNIQUE (d) INCLUDE (a), CONSTRAINT filled UNIQUE (d, b) WITH (fillfactor = 70)
);
CREATE TABLE filled_key (a int, self int, CONSTRAINT filled_key_pkey PRIMARY KEY (a) WITH (fillfactor = 50),
	FOREIGN KEY (self) REFERENCES filled_key);
CREATE TABLE checks (
	n int CHECK (n > 0), m int, CHECK (m > 0) NO INHERIT, CONSTRAINT "two of them" CHECK (n < m),
	CONSTRAINT "whole row" CHECK (checks IS NOT NULL OR true)
);
ALTER TABLE checks ADD CONSTRAINT later CHECK (n < 100) NOT VALID, ADD CHECK (m < 200) NOT VALID;
CREATE TABLE foreign_keys (
	id int PRIMARY KEY, self int REFERENCES foreign_keys DEFERRABLE,
	a int REFERENCES filled_key ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
	b int, c int, d int CONSTRAINT "not default" REFERENCES filled_key ON UPDATE CASCADE,
	FOREIGN KEY (b, c) REFERENCES keys (a, b) MATCH FULL,
	FOREIGN KEY (c, d) REFERENCES keys (a, b) ON DELETE SET NULL (d) ON UPDATE RESTRICT,
	FOREIGN KEY (d, b) REFERENCES keys (a, b) ON DELETE SET DEFAULT (b, d) DEFERRABLE
);
CREATE UNIQUE INDEX foreign_keys_only_index ON foreign_keys (d);
ALTER TABLE foreign_keys ADD FOREIGN KEY (c) REFERENCES foreign_keys (d), ADD FOREIGN KEY (b) REFERENCES filled_key NOT VALID;
CREATE TABLE indexes (
	id int PRIMARY KEY, title text, born timestamp, number int, other int, tags text[], "-x" int, x int, "(y)" int, "Mixed ""Case" text
);
CREATE INDEX ON indexes (title DESC);
CREATE INDEX ON indexes (title DESC NULLS LAST);
CREATE INDEX ON indexes (title NULLS FIRST);
CREATE INDEX ON indexes (title, born DESC);
CREATE INDEX ON indexes (title, born DESC NULLS LAST);
CREATE INDEX ON indexes (title NULLS FIRST, born DESC);
CREATE INDEX ON indexes (title DESC NULLS LAST, born NULLS FIRST);
CREATE INDEX ON indexes (title text_pattern_ops);
CREATE INDEX ON indexes (title text_pattern_ops DESC);
CREATE INDEX ON indexes (title text_pattern_ops, born);
CREATE INDEX ON indexes (title text_pattern_ops, "Mixed ""Case" text_pattern_ops);
CREATE INDEX ON indexes (title COLLATE "POSIX");
CREATE INDEX ON indexes (title COLLATE "POSIX" text_pattern_ops DESC NULLS LAST, number);
CREATE INDEX ON indexes (number describe_options_far."my ops");
CREATE INDEX ON indexes (lower(title));
CREATE INDEX ON indexes (lower(title) text_pattern_ops DESC, (number + other), id);
CREATE INDEX ON indexes (describe_options_far.twice(number)) WHERE other > 0;
CREATE INDEX ON indexes ((title || "Mixed ""Case") COLLATE "C");
CREATE INDEX ON indexes (coalesce(number, other)) INCLUDE (title);
CREATE INDEX ON indexes ((indexes.*));
CREATE INDEX ON indexes (number, number);
CREATE INDEX ON indexes (id) INCLUDE (title, born);
CREATE UNIQUE INDEX ON indexes (number) INCLUDE (title) NULLS NOT DISTINCT WHERE number > 5;
CREATE UNIQUE INDEX "Unique expr" ON indexes (upper(title));
CREATE INDEX ON indexes USING gin (tags);
CREATE INDEX ON indexes USING gin (tags) WITH (fastupdate = off);
CREATE INDEX ON indexes USING brin (number, born) WITH (pages_per_range = 4);
CREATE INDEX ON indexes USING brin (number int4_minmax_multi_ops);
CREATE INDEX ON indexes USING brin (number int4_bloom_ops (n_distinct_per_range = 100));
CREATE INDEX ON indexes USING hash (title);
CREATE INDEX ON indexes USING spgist (title);
CREATE INDEX "filled ""Index" ON indexes (other DESC) INCLUDE (id) WITH (fillfactor = 60) WHERE other IS NOT NULL;
CREATE INDEX ON indexes ("-x", "(y)" DESC);
CREATE INDEX ON indexes ("-x" DESC);
CREATE INDEX ON indexes (x DESC, "-x");
CREATE INDEX ON indexes ("(y)");
CREATE TABLE exclusions (
	room int, during tsrange, circle circle, n int,
	EXCLUDE USING gist (during WITH &&),
	CONSTRAINT "no two" EXCLUDE USING gist (circle WITH &&, (during * '[2000-01-01,2100-01-01)') WITH &&) INCLUDE (room) WHERE (n > 0) DEFERRABLE INITIALLY DEFERRED,
	EXCLUDE (n WITH =, (n % 7) WITH =), EXCLUDE USING hash (room WITH =), EXCLUDE (n DESC NULLS LAST WITH =),
	CONSTRAINT far EXCLUDE (n WITH =) WITH (fillfactor = 80)
);
CREATE SEQUENCE describe_options_far.free;
CREATE TABLE columns (
	id serial PRIMARY KEY, small smallserial, big bigserial, text text, packed text COMPRESSION pglz, plain text, main jsonb,
	always int GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 5 CACHE 10),
	down bigint GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME "Down Under" INCREMENT BY -1 MAXVALUE 50 CYCLE),
	far smallint GENERATED BY DEFAULT AS IDENTITY (MINVALUE -5 START 3),
	free bigint DEFAULT nextval('describe_options_far.free'), not_null serial
);
ALTER TABLE columns ALTER text SET STORAGE EXTERNAL, ALTER plain SET STORAGE PLAIN, ALTER main SET STORAGE MAIN;
ALTER SEQUENCE columns_small_seq START WITH 7 CACHE 3;
ALTER SEQUENCE columns_big_seq RENAME TO "big ""Sequence";
ALTER SEQUENCE columns_not_null_seq AS bigint;
ALTER TABLE columns ALTER not_null DROP NOT NULL;
COMMENT ON TABLE columns IS 'all about columns';
COMMENT ON CONSTRAINT keys_pkey ON keys IS 'its ''key''';
COMMENT ON CONSTRAINT keys_d_a_key ON keys IS 'x';
COMMENT ON CONSTRAINT filled ON keys IS 'definition';
COMMENT ON CONSTRAINT checks_n_check ON checks IS E'more\nthan one line';
COMMENT ON CONSTRAINT foreign_keys_self_fkey ON foreign_keys IS 'self';
COMMENT ON CONSTRAINT exclusions_during_excl ON exclusions IS 'overlap';
COMMENT ON INDEX indexes_title_idx IS 'descending';
COMMENT ON INDEX "filled ""Index" IS 'filled';

SELECT count(*) AS models FROM unnest('{keys,filled_key,checks,foreign_keys,indexes,exclusions,columns}'::text[]) AS t,
	orm.map(t, initcap(t), orm.accessors(include => '{}'));

-- as documents
SELECT e FROM unnest('{Keys,Filled_Key,Checks,Foreign_Keys,Indexes,Exclusions,Columns}'::text[]) WITH ORDINALITY AS m (name, n),
	json_array_elements(orm.describe(name)->'elements') WITH ORDINALITY AS e (e, i)
WHERE NOT e::jsonb ? 'accessors' ORDER BY n, i;

CREATE TABLE describe_options_far.before AS SELECT * FROM parts();
CREATE TABLE describe_options_far.documents AS SELECT model AS name, orm.describe(model) AS document FROM orm.models;
CREATE FUNCTION describe_options_far.differences() RETURNS TABLE (which text, relation name, part text) LANGUAGE sql AS $$
	(SELECT 'missing', b.* FROM describe_options_far.before b EXCEPT ALL SELECT 'missing', a.* FROM describe_options.parts() a)
	UNION ALL
	(SELECT 'new', a.* FROM describe_options.parts() a EXCEPT ALL SELECT 'new', b.* FROM describe_options_far.before b)
$$;

-- declared again from the documents, under another search_path
SELECT count(*) >= 0 AS unmapped FROM (SELECT orm.unmap(model) FROM orm.models) AS x;
DROP TABLE keys, filled_key, checks, foreign_keys, indexes, exclusions, columns;
SET search_path = public;
SELECT count(orm.model(document)) FROM describe_options_far.documents;
SELECT count(*) > 0 AS made FROM orm.create_all();
SET search_path = describe_options;
SELECT * FROM describe_options_far.differences();
SELECT name FROM describe_options_far.documents WHERE document::text <> orm.describe(name)::text;

-- dropped by the extension, and made again
SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT * FROM describe_options_far.differences();
SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) >= 0 AS unmapped FROM (SELECT orm.unmap(model) FROM orm.models) AS x;

DROP SCHEMA describe_options, describe_options_far CASCADE;
SELECT count(*) FROM orm.models;
