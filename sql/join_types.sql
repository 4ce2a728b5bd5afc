-- Relationships whose two columns differ in type or collation: every
-- instruction finds the rows that the server's own foreign key finds.  A plain
-- join with the constraint's operator, its casts and the collation of the
-- referenced column is the oracle, and a plain UPDATE the one for stored keys.
-- Only mismatches are printed, and how many cases there were.
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA join_types;
SET search_path = join_types;
SET timezone = 'UTC';
\pset format unaligned
\pset tuples_only on
CREATE DOMAIN word AS text;
CREATE DOMAIN padded AS char(4);
CREATE DOMAIN small AS integer CHECK (VALUE < 1000);
CREATE TYPE mood AS ENUM ('sad', 'glad', 'mad');
DO $$
BEGIN
    CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
EXCEPTION WHEN OTHERS THEN NULL;
END $$;
DO $$
BEGIN
    CREATE EXTENSION citext;
EXCEPTION WHEN OTHERS THEN NULL;
END $$;

-- parent and child: types; a, b, c: keys; spellings: other ways in which a child may have the first one;
-- optional: the server may have no such type or collation, or refuse the key
CREATE TABLE pair (
    number int GENERATED ALWAYS AS IDENTITY, parent text, child text, a text, b text, c text,
    spellings text[] DEFAULT '{}', optional boolean DEFAULT false);
INSERT INTO pair (parent, child, a, b, c, spellings) VALUES
    ('integer', 'integer', '1', '2', '3', '{}'),
    ('char(4)', 'varchar(8)', 'ab', 'cd', 'ef', '{"ab  ","ab     "}'),
    ('char(4)', 'text', 'ab', 'cd', 'ef', '{"ab "}'),
    ('char(4)', 'char(6)', 'ab', 'cd', 'ef', '{"ab "}'),
    ('char(4)', 'word', 'ab', 'cd', 'ef', '{"ab  "}'),
    ('padded', 'varchar(8)', 'ab', 'cd', 'ef', '{"ab  "}'),
    ('char(4)', 'padded', 'ab', 'cd', 'ef', '{}'),
    ('varchar(8)', 'char(8)', 'ab', 'cd', 'ef', '{"ab  "}'),
    ('varchar(8)', 'text', 'ab', 'ab ', 'ef', '{}'),
    ('text', 'varchar(8)', 'ab', 'ab ', 'ef', '{}'),
    ('text', 'char(8)', 'ab', 'cd', 'ef', '{"ab  "}'),
    ('text', 'name', 'ab', 'ab ', 'ef', '{}'),
    ('name', 'text', 'ab', 'ab ', 'ef', '{}'),
    ('name', 'varchar(8)', 'ab', 'ab ', 'ef', '{}'),
    ('word', 'text', 'AB', 'ab', 'ef', '{}'),
    ('text', 'word', 'AB', 'ab', 'ef', '{}'),
    ('text COLLATE "C"', 'text COLLATE "POSIX"', 'AB', 'ab', 'ef', '{}'),
    ('text', 'text COLLATE "C"', 'AB', 'ab', 'ef', '{}'),
    ('smallint', 'integer', '1', '2', '3', '{}'),
    ('integer', 'bigint', '1', '2', '3', '{}'),
    ('bigint', 'smallint', '1', '2', '3', '{}'),
    ('integer', 'small', '1', '2', '3', '{}'),
    ('numeric', 'integer', '1', '2', '3', '{}'),
    ('numeric(8,2)', 'numeric', '1.5', '2', '3', '{1.500}'),
    ('numeric', 'bigint', '1', '2', '3', '{}'),
    ('double precision', 'integer', '1', '2', '3', '{}'),
    ('double precision', 'real', '0.5', '2', '3', '{}'),
    ('real', 'double precision', '0.5', '2', '3', '{}'),
    ('date', 'timestamp', '2024-01-01', '2024-01-02', '2024-01-03', '{}'),
    ('timestamp', 'date', '2024-01-01', '2024-01-02', '2024-01-03', '{}'),
    ('timestamptz', 'date', '2024-01-01', '2024-01-02', '2024-01-03', '{}'),
    ('timestamptz', 'timestamp', '2024-01-01', '2024-01-02', '2024-01-03', '{}'),
    ('mood', 'mood', 'glad', 'sad', 'mad', '{}'),
    ('inet', 'cidr', '10.0.0.0/8', '11.0.0.0/8', '12.0.0.0/8', '{}');
INSERT INTO pair (parent, child, a, b, c, spellings, optional) VALUES
    ('text COLLATE blind', 'text COLLATE blind', 'Ana', 'Berta', 'Clara', '{ANA,ana}', true),
    ('text COLLATE blind', 'text COLLATE "C"', 'Ana', 'Berta', 'Clara', '{ANA}', true),
    ('text COLLATE blind', 'varchar(8)', 'Ana', 'Berta', 'Clara', '{ANA}', true),
    ('varchar COLLATE "C"', 'text COLLATE blind', 'ANA', 'Ana', 'Clara', '{}', true),
    ('citext', 'citext', 'Ana', 'Berta', 'Clara', '{ANA,ana}', true),
    ('text', 'citext', 'ANA', 'Ana', 'Clara', '{}', true),
    ('citext', 'char(8)', 'Ana', 'Berta', 'Clara', '{}', true);

-- The tables of a pair: kids, one, own with the cascade delete-orphan, tags by a join table
CREATE PROCEDURE make(p pair) LANGUAGE plpgsql AS $$
DECLARE
    keys text[] := ARRAY[p.a] || p.spellings || p.b;
BEGIN
    EXECUTE format('CREATE TABLE p%1$s (k %2$s PRIMARY KEY, n int);
        CREATE TABLE k%1$s (id int PRIMARY KEY, k %3$s REFERENCES p%1$s, v int);
        CREATE TABLE o%1$s (id int PRIMARY KEY, k %3$s UNIQUE REFERENCES p%1$s, v int);
        CREATE TABLE w%1$s (id int PRIMARY KEY, k %3$s NOT NULL REFERENCES p%1$s);
        CREATE TABLE t%1$s (k %2$s PRIMARY KEY);
        CREATE TABLE j%1$s (a %3$s REFERENCES p%1$s, b %3$s REFERENCES t%1$s, PRIMARY KEY (a, b))', p.number, p.parent, p.child);
    EXECUTE format('INSERT INTO p%1$s VALUES (%2$L, 1), (%3$L, 2); INSERT INTO t%1$s VALUES (%2$L), (%3$L);
        INSERT INTO o%1$s VALUES (1, %4$L), (2, %3$L); INSERT INTO j%1$s VALUES (%4$L, %4$L), (%3$L, %3$L);',
        p.number, p.a, p.b, keys[cardinality(keys) - 1]);
    FOR i IN 1 .. cardinality(keys) LOOP
        EXECUTE format('INSERT INTO k%1$s VALUES (%2$s, %3$L); INSERT INTO w%1$s VALUES (%2$s, %3$L)', p.number, i, keys[i]);
    END LOOP;
    PERFORM orm.map('k' || p.number, 'K' || p.number, orm.belongs_to('parent', 'P' || p.number, foreign_key => 'k'));
    PERFORM orm.map('o' || p.number, 'O' || p.number);
    PERFORM orm.map('w' || p.number, 'W' || p.number);
    PERFORM orm.map('t' || p.number, 'T' || p.number);
    PERFORM orm.map('p' || p.number, 'P' || p.number, orm.has_many('kids', 'K' || p.number), orm.has_one('one', 'O' || p.number),
        orm.has_many('own', 'W' || p.number, cascade => 'all, delete-orphan'),
        orm.many_to_many('tags', 'T' || p.number, through => 'j' || p.number));
END $$;

-- The condition by which a column references p.k, as the constraint has it
CREATE FUNCTION refers(holder text, col text, referenced text) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s.k::%s OPERATOR(%s.%s) (%s.%s::%s%s)', referenced, oprleft::regtype, nspname, oprname, holder, col, oprright::regtype,
                  CASE WHEN p.attcollation <> h.attcollation AND p.attcollation <> 0 THEN ' COLLATE ' || p.attcollation::regcollation ELSE '' END)
    FROM pg_constraint c JOIN pg_operator o ON o.oid = conpfeqop[1] JOIN pg_namespace n ON n.oid = oprnamespace
        JOIN pg_attribute p ON p.attrelid = confrelid AND p.attnum = confkey[1]
        JOIN pg_attribute h ON h.attrelid = conrelid AND h.attnum = conkey[1]
    WHERE conrelid = holder::regclass AND h.attname = col AND confrelid = referenced::regclass $$;

-- The rows that reference the parent with that n, by their ids or, in the join table, their tags' keys
CREATE FUNCTION rows_of(kind text, p pair, n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    holder text := kind || p.number;
    referenced text := 'p' || p.number;
BEGIN
    IF kind = 'j' THEN
        EXECUTE format('SELECT string_agg(%4$s.k::text, '','' ORDER BY %4$s.k::text COLLATE "C") FROM %1$s JOIN %2$s ON %3$s JOIN %4$s ON %5$s WHERE %1$s.n = %6$s',
            referenced, holder, refers(holder, 'a', referenced), 't' || p.number, refers(holder, 'b', 't' || p.number), n) INTO result;
    ELSE
        EXECUTE format('SELECT string_agg(%2$s.id::text, '','' ORDER BY %2$s.id) FROM %1$s JOIN %2$s ON %3$s WHERE %1$s.n = %4$s',
            referenced, holder, refers(holder, 'k', referenced), n) INTO result;
    END IF;
    RETURN coalesce(result, '');
END $$;

-- All rows of a pair, with what has been written of them
CREATE FUNCTION everything(p pair) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT string_agg(r, E''\n'' ORDER BY r COLLATE "C") FROM (SELECT ''p'' || x::text || xmin AS r FROM p%1$s x
        UNION ALL SELECT ''k'' || x::text || xmin FROM k%1$s x UNION ALL SELECT ''o'' || x::text || xmin FROM o%1$s x
        UNION ALL SELECT ''w'' || x::text || xmin FROM w%1$s x UNION ALL SELECT ''j'' || x::text || xmin FROM j%1$s x) s', p.number) INTO result;
    RETURN result;
END $$;

CREATE FUNCTION value_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE query INTO result;
    RETURN result;
END $$;

-- Cases: what is called ($k: the first parent's key as a literal, $key and $other: keys as JSON; #: the number), the table
-- whose rows of parent n are looked at, before and after, what they are then, and what else holds
CREATE TABLE instruction (number int GENERATED ALWAYS AS IDENTITY, call text, kind text, n int, expected text, holds text DEFAULT 'true');
INSERT INTO instruction (call, kind, n, expected, holds) VALUES
    ('true', 'k', 1, 'mine', $$(SELECT string_agg(x ->> 'id', ',' ORDER BY (x ->> 'id')::int) FROM json_array_elements(orm.get('P#', $k, '{"load": ["kids"]}') -> 'kids') x) = '$mine'$$),
    ('true', 'o', 1, 'mine', $$(orm.get('P#', $k, '{"load": ["one"]}') -> 'one' ->> 'id') = '1'$$),
    ('true', 'j', 1, 'mine', $$(SELECT count(*) FROM json_array_elements(orm.get('P#', $k, '{"load": ["tags"]}') -> 'tags')) = 1$$),
    ('true', 'k', 1, 'mine', $$(SELECT string_agg(x ->> 'id', ',' ORDER BY (x ->> 'id')::int) FROM json_array_elements(orm.all('K#', '{"where": {"parent": {"n": 1}}}')) x) = '$mine'$$),
    ('true', 'k', 1, 'mine', $$(SELECT count(*) FROM p# p, kids(p) WHERE n = 1) = (SELECT count(*) FROM string_to_table('$mine', ','))$$),
    ('true', 'k', 1, 'mine', $$(SELECT count(*) FROM json_array_elements(orm.all('K#', '{"load": ["parent"]}')) x WHERE x -> 'parent' ->> 'n' = '1') = (SELECT count(*) FROM string_to_table('$mine', ','))$$),
    ($$orm.update('P#', $k, '{"kids": {"$set": []}}')$$, 'k', 1, 'none', 'true'),
    ($$orm.update('P#', $k, '{"kids": {"$set": []}}')$$, 'k', 2, 'mine', 'true'),
    ($$orm.update('P#', $k, '{"kids": {"$set": [1]}}')$$, 'k', 1, 'one', 'true'),
    ($$orm.update('P#', $k, '{"kids": {"$disconnect": [$mine, 1]}}')$$, 'k', 1, 'none', '(SELECT count(*) FROM k# WHERE k IS NULL) > 0'),
    ($$orm.update('P#', $k, '{"kids": {"$delete": [$mine]}}')$$, 'k', 1, 'none', '(SELECT count(*) FROM k#) = 1'),
    ($$orm.update('P#', $k, '{"kids": {"$connect": [$theirs]}}')$$, 'k', 1, 'all', 'true'),
    ($$orm.update('P#', $k, '{"kids": {"$save": [{"id": 1, "v": 5}, {"id": 90}]}}')$$, 'k', 1, 'and 90', 'true'),
    ($$orm.update('K#', '$theirs', '{"parent": {"$connect": $key}}')$$, 'k', 1, 'all', 'true'),
    ($$orm.update('K#', '1', '{"parent": null}')$$, 'k', 1, 'not 1', 'true'),
    ($$orm.update('P#', $k, '{"one": null}')$$, 'o', 1, 'none', '(SELECT count(*) FROM o#) = 2'),
    ($$orm.update('P#', $k, '{"one": {"id": 90}}')$$, 'o', 1, '90', '(SELECT count(*) FROM o# WHERE k IS NOT NULL) = 2'),
    ($$orm.update('P#', $k, '{"one": {"$connect": $their_one}}')$$, 'o', 1, '2', '(SELECT count(*) FROM o# WHERE k IS NOT NULL) = 1'),
    ($$orm.update('P#', $k, '{"one": {"v": 7}}')$$, 'o', 1, 'mine', '(SELECT count(*) FROM o#) = 2 AND (SELECT v FROM o# WHERE id = 1) = 7'),
    ($$orm.update('P#', $k, '{"own": {"$set": [1]}}')$$, 'w', 1, 'one', '(SELECT count(*) FROM w#) = 2'),
    ($$orm.update('P#', $k, '{"own": {"$disconnect": [1]}}')$$, 'w', 1, 'not 1', 'NOT EXISTS (SELECT FROM w# WHERE id = 1)'),
    ($$orm.update('P#', $k, '{"own": []}')$$, 'w', 1, 'mine', 'true'),
    ($$orm.update('P#', $k, '{"own": {"$delete": [$mine]}}')$$, 'w', 1, 'none', '(SELECT count(*) FROM w#) = 1'),
    ($$orm.update('P#', $k, '{"tags": {"$set": []}}')$$, 'j', 1, 'none', '(SELECT count(*) FROM j#) = 1'),
    ($$orm.update('P#', $k, '{"tags": {"$set": [$key]}}')$$, 'j', 1, 'mine', '(SELECT count(*) FROM j#) = 2'),
    ($$orm.update('P#', $k, '{"tags": {"$connect": [$key, $other, $key]}}')$$, 'j', 1, 'all', '(SELECT count(*) FROM j#) = 3'),
    ($$orm.update('P#', $k, '{"tags": {"$disconnect": [$key, $key]}}')$$, 'j', 1, 'none', '(SELECT count(*) FROM j#) = 1'),
    ($$orm.update('P#', $k, '{"tags": {"$delete": [$key]}}')$$, 'j', 1, 'none', '(SELECT count(*) FROM t#) = 1'),
    ($$orm.save('P#', orm.get('P#', $k, '{"load": ["kids", "one", "own", "tags"]}'))$$, 'k', 1, 'mine', '$everything = everything(pair)'),
    ($$orm.save('K#', orm.get('K#', '1', '{"load": ["parent"]}'))$$, 'k', 1, 'mine', '$everything = everything(pair)'),
    ($$orm.create('P#', '{"k": $new, "n": 3, "kids": [{"id": 91}, {"id": 92}], "one": {"id": 93}, "own": [{"id": 94}], "tags": [{"k": $new}, $key]}')$$,
        'k', 3, '91,92', $$rows_of('o', pair, 3) = '93' AND rows_of('w', pair, 3) = '94' AND (SELECT count(*) FROM string_to_table(rows_of('j', pair, 3), ',')) = 2$$);

-- What a case expects
CREATE FUNCTION expected(i instruction, p pair, mine text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE i.expected WHEN 'mine' THEN mine WHEN 'none' THEN '' WHEN 'one' THEN '1' WHEN 'not 1' THEN trim(leading ',' FROM substr(mine, 2))
        WHEN 'all' THEN mine || ',' || rows_of(i.kind, p, 2) WHEN 'and 90' THEN mine || ',90' ELSE i.expected END $$;

-- A case with its values
CREATE FUNCTION fill(INOUT i instruction, p pair, mine text) LANGUAGE plpgsql AS $$
DECLARE
    key text := 'SELECT replace(to_json(k)::text, chr(39), repeat(chr(39), 2)) FROM p%s WHERE n = %s';
    parts text[] := ARRAY[['#', p.number::text], ['$mine', mine], ['$theirs', rows_of('k', p, 2)], ['$their_one', '2'],
        ['$everything', quote_literal(everything(p))], ['$key', value_of(format(key, p.number, 1))], ['$other', value_of(format(key, p.number, 2))],
        ['$new', value_of(format('SELECT to_json(%L::%s)', p.c, regexp_replace(p.parent, ' COLLATE.*', '')))],
        ['$k', value_of(format('SELECT quote_literal(k::text) FROM p%s WHERE n = 1', p.number))]];
BEGIN
    FOR n IN 1 .. array_length(parts, 1) LOOP
        i.call := replace(i.call, parts[n][1], parts[n][2]);
        i.holds := replace(i.holds, parts[n][1], parts[n][2]);
    END LOOP;
END $$;

-- Runs one case, and undoes it; NULL: as it should be
CREATE FUNCTION mismatch(i instruction, p pair) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    mine text := rows_of(i.kind, p, i.n);
    wanted text := expected(i, p, mine);
    keys text := 'SELECT string_agg(x::text, $q$ $q$ ORDER BY id) FROM k%s x';
    stored text;
    verdict text;
BEGIN
    i := fill(i, p, mine);
    BEGIN
        PERFORM value_of('SELECT ' || i.call);
        verdict := value_of(format('SELECT %s FROM pair WHERE number = %s', i.holds, p.number));
        IF verdict IS DISTINCT FROM 'true' THEN
            verdict := 'not ' || i.holds;
        ELSIF rows_of(i.kind, p, i.n) <> wanted THEN
            verdict := format('rows %s, not %s', rows_of(i.kind, p, i.n), wanted);
        ELSIF i.kind = 'k' THEN
            stored := value_of(format(keys, p.number));
            EXECUTE format('UPDATE k%1$s SET k = p%1$s.k FROM p%1$s WHERE n = %2$s AND id >= 90', p.number, i.n);
            verdict := CASE WHEN stored <> value_of(format(keys, p.number)) THEN 'stored ' || stored || ', not ' || value_of(format(keys, p.number)) END;
        ELSE
            verdict := NULL;
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'UNDO0';
    EXCEPTION
        WHEN SQLSTATE 'UNDO0' THEN NULL;
        WHEN OTHERS THEN verdict := SQLSTATE || ' ' || SQLERRM;
    END;
    RETURN p.parent || ' <- ' || p.child || ': ' || i.call || ': ' || verdict;
END $$;

-- Makes the tables of all pairs that the server can have
DO $$
DECLARE
    p pair;
BEGIN
    FOR p IN SELECT * FROM pair ORDER BY number LOOP
        BEGIN
            CALL make(p);
        EXCEPTION WHEN OTHERS THEN
            DELETE FROM pair WHERE number = p.number;
            IF NOT p.optional THEN
                RAISE WARNING '% <- %: %', p.parent, p.child, SQLERRM;
            END IF;
        END;
    END LOOP;
END $$;
CREATE TABLE result AS SELECT optional, mismatch(i, pair) AS mismatch FROM pair, instruction i ORDER BY pair.number, i.number;
SELECT mismatch FROM result WHERE mismatch IS NOT NULL;
SELECT count(*) AS cases FROM result WHERE NOT optional;

\echo # rows of another collection, keys that the column cannot hold, a parent without a key
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''));
END $$;
SELECT refused($$SELECT orm.update('P2', 'cd', '{"kids": {"$disconnect": [1]}}')$$);
SELECT refused($$SELECT orm.update('P2', 'cd', '{"kids": {"$delete": [4, 1]}}')$$);
SELECT refused($$SELECT orm.update('P2', 'cd', '{"own": {"$disconnect": [4, 2]}}')$$);
SELECT refused($$SELECT orm.update('P2', 'cd', '{"tags": {"$disconnect": ["ab"]}}')$$);
SELECT refused($$SELECT orm.save('K2', '{"id": 1, "k": "cd  ", "parent": {"k": "ab"}}')$$);
SELECT refused($$SELECT orm.save('K2', '{"id": 1, "k": "ab      ", "parent": {"k": "ab"}}')$$);
SELECT '"' || k || '"' FROM k2 WHERE id = 1;
CREATE TABLE prices (amount numeric PRIMARY KEY, code text UNIQUE);
CREATE TABLE sales (id int PRIMARY KEY, price int REFERENCES prices, code varchar(3) REFERENCES prices (code), at date);
CREATE TABLE sold (sale int REFERENCES sales, price int REFERENCES prices);
SELECT count(*) > 0 FROM orm.map('sales', 'Sale', orm.belongs_to('what', 'Price', foreign_key => 'price'),
    orm.belongs_to('named', 'Price', foreign_key => 'code'), orm.many_to_many('prices', 'Price', through => 'sold'));
SELECT count(*) > 0 FROM orm.map('prices', 'Price', orm.has_many('sales', 'Sale', foreign_key => 'price'), orm.has_many('named', 'Sale', foreign_key => 'code'));
INSERT INTO prices VALUES (1.5, NULL), (2, 'much more');
INSERT INTO sales VALUES (1, 2);
SELECT refused($$SELECT orm.update('Sale', '1', '{"what": {"$connect": 1.5}}')$$);
SELECT refused($$SELECT orm.update('Price', '1.5', '{"sales": [{"id": 5}]}')$$);
SELECT refused($$SELECT orm.create('Sale', '{"id": 2, "what": {"amount": 1e20}}')$$);
SELECT refused($$SELECT orm.update('Sale', '1', '{"prices": [2, 1.5]}')$$);
SELECT refused($$SELECT orm.update('Sale', '1', '{"named": {"$connect": 2}}')$$);
SELECT refused($$SELECT orm.update('Sale', '1', '{"named": {"$connect": 1.5}}')$$);
SELECT refused($$SELECT orm.update('Price', '1.5', '{"named": [{"id": 1}]}')$$);
SELECT refused($$SELECT orm.update('Price', '1.5', '{"named": {"$set": []}}')$$);
SELECT refused($$SELECT orm.update('Sale', '1', '{"named": {"amount": 1.5}}')$$);
TABLE sales;

\echo # a primary key of which the parent supplies a part
CREATE TABLE orders (code char(4) PRIMARY KEY);
CREATE TABLE lines (code varchar(8) REFERENCES orders, no int, v int, PRIMARY KEY (code, no));
SELECT count(*) > 0 FROM orm.map('orders', 'Order', orm.has_many('lines', 'Line', back_populates => 'order'));
SELECT count(*) > 0 FROM orm.map('lines', 'Line', orm.belongs_to('order', 'Order', foreign_key => 'code', back_populates => 'lines'));
INSERT INTO orders VALUES ('ab'), ('cd');
INSERT INTO lines VALUES ('ab  ', 1), ('ab', 2), ('ab      ', 3), ('cd', 3);
SELECT orm.update('Order', 'ab', '{"lines": {"$delete": [{"no": 1}, {"no": 2}]}}');
SELECT orm.update('Order', 'ab', '{"lines": [{"no": 3, "v": 3}, {"no": 4, "v": {"$inc": 4}}]}');
SELECT orm.update('Order', 'cd', '{"lines": {"$set": [{"no": 3, "v": {"$inc": 1}}]}}');
SELECT refused($$SELECT orm.update('Order', 'cd', '{"lines": {"$delete": [{"no": 4}]}}')$$);
SELECT '"' || code || '"', no, v FROM lines ORDER BY 1, 2;

\echo # views, without a constraint: as a plain JOIN compares the columns
CREATE TABLE view_pair (number int GENERATED ALWAYS AS IDENTITY, parent text, child text, parents text[], children text[]);
INSERT INTO view_pair (parent, child, parents, children) VALUES
    ('char(4)', 'varchar', '{ab,cd}', '{ab,"ab  ",abc}'), ('varchar', 'char(4)', '{ab,"cd "}', '{ab,cd}'), ('text', 'char(4)', '{ab,"cd "}', '{ab,cd}'),
    ('smallint', 'bigint', '{1,2}', '{1,70000,2,1}'), ('integer', 'numeric', '{1,2}', '{1.0,1.5,2,1e20}'), ('numeric', 'integer', '{1.0,1.5}', '{1,2}'),
    ('real', 'double precision', '{0.1,0.5}', '{0.1,0.5,1e300}'), ('double precision', 'real', '{0.1,0.5}', '{0.1,0.5}'),
    ('date', 'timestamp', '{2024-01-01,2024-01-02}', '{2024-01-01,2024-01-01 12:00,2024-01-02}'), ('timestamptz', 'date', '{2024-01-01}', '{2024-01-01,2024-01-02}'),
    ('name', 'text', '{ab}', '{ab,"ab "}'), ('word', 'varchar', '{ab,AB}', '{ab,"ab "}');
CREATE FUNCTION compare(v view_pair) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    joined text;
    loaded text;
    below text;
BEGIN
    EXECUTE format('CREATE VIEW vp%1$s AS SELECT k::%2$s FROM unnest(%3$L::text[]) u (k);
        CREATE VIEW vc%1$s AS SELECT id::int, k::%4$s FROM unnest(%5$L::text[]) WITH ORDINALITY u (k, id)',
        v.number, v.parent, v.parents, v.child, v.children);
    PERFORM orm.map('vp' || v.number, 'VP' || v.number, orm.primary_key('k'), orm.has_many('children', 'VC' || v.number, foreign_key => 'k'));
    PERFORM orm.map('vc' || v.number, 'VC' || v.number, orm.primary_key('id'), orm.belongs_to('parent', 'VP' || v.number, foreign_key => 'k'));
    EXECUTE format('SELECT string_agg(c.id || p.k::text, '','' ORDER BY c.id, p.k) FROM vp%1$s p JOIN vc%1$s c ON p.k = c.k', v.number) INTO joined;
    EXECUTE format('SELECT string_agg((x ->> ''id'') || k::text, '','' ORDER BY (x ->> ''id'')::int, k) FROM vp%1$s,
        json_array_elements(orm.get(''VP%1$s'', k::text, ''{"load": ["children"]}'') -> ''children'') x', v.number) INTO below;
    EXECUTE format('SELECT string_agg((x ->> ''id'') || k::text, '','' ORDER BY (x ->> ''id'')::int, k) FROM json_array_elements(orm.all(''VC%1$s'', ''{"load": ["parent"]}'')) x
        JOIN vp%1$s ON to_json(k)::text = (x -> ''parent'' -> ''k'')::text', v.number) INTO loaded;
    RETURN CASE WHEN (joined = below AND joined = loaded) IS NOT TRUE
        THEN format('%s <- %s: joined %s, children %s, parents %s', v.parent, v.child, joined, below, loaded) END;
END $$;
SELECT compare FROM (SELECT compare(v) FROM view_pair v) s WHERE compare IS NOT NULL;
SELECT count(*) AS cases FROM view_pair;

SET client_min_messages = error;
DROP SCHEMA join_types CASCADE;
