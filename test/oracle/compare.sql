-- Asking the extension and asking SQL.  See generator.sql.
-- Runs both and keeps what they gave
CREATE FUNCTION o_run(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; detail text; hint text;
BEGIN
    EXECUTE statement INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', 'ERROR', SQLSTATE, SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE FUNCTION o_compare(subject text, model text, call text, p o_pair) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    parameters text := '{' || current_setting('oracle.parameters') || '}';
    ours text := o_run(format(call, quote_literal(model), quote_literal(p.document), quote_literal(parameters)));
    theirs text := o_run(p.sql);
BEGIN
    INSERT INTO o_result (subject, same, empty, call, document, parameters, orm, sql, query)
    VALUES (subject, ours IS NOT DISTINCT FROM theirs AND coalesce(theirs, '') !~ '^ERROR', coalesce(theirs, '[]') IN ('[]', 'f', '0', 'null'),
        model || ' ' || call, p.document, parameters, ours, theirs, p.sql);
END $$;

-- A document written by hand, and the SQL that says the same
CREATE FUNCTION o_same(subject text, model text, document text, sql text, parameters text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('oracle.parameters', parameters, false);
    PERFORM o_compare(subject, model, 'SELECT orm.all(%s, %s, %s)::text', (document, sql)::o_pair);
END $$;

-- The whole list, read page by page
CREATE FUNCTION o_pages(model text, query json, parameters json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result json;
    items text[] := '{}';
    back text[] := '{}';
    previous text;
    next text;
BEGIN
    FOR i IN 1 .. 100 LOOP
        result := orm.page(model, format('{"limit":3,"total":true,"after":%s,%s', coalesce(to_json(next)::text, 'null'), substr(query::text, 2)), parameters);
        items := items || (SELECT array_agg(e::text ORDER BY n) FROM json_array_elements(result -> 'items') WITH ORDINALITY e (e, n));
        IF result ->> 'total' IS DISTINCT FROM orm.count(model, query, parameters)::text THEN
            RETURN format('total %s', result -> 'total');
        END IF;
        next := result ->> 'next';
        EXIT WHEN next IS NULL;
    END LOOP;
    -- ...and back again from the last page
    previous := result ->> 'previous';
    back := (SELECT array_agg(e::text ORDER BY n) FROM json_array_elements(result -> 'items') WITH ORDINALITY e (e, n));
    FOR i IN 1 .. 200 LOOP
        EXIT WHEN previous IS NULL;
        result := orm.page(model, format('{"limit":2,"before":%s,%s', to_json(previous), substr(query::text, 2)), parameters);
        back := (SELECT array_agg(e::text ORDER BY n) FROM json_array_elements(result -> 'items') WITH ORDINALITY e (e, n)) || back;
        previous := result ->> 'previous';
    END LOOP;
    IF array_to_string(items, ',') IS DISTINCT FROM coalesce(array_to_string(back, ','), '') THEN
        RETURN format('forwards: [%s] backwards: [%s]', array_to_string(items, ','), array_to_string(back, ','));
    END IF;
    RETURN '[' || array_to_string(items, ',') || ']';
END $$;

-- Deletes by query, tells how many went and which rows are left, and takes it back
CREATE FUNCTION o_delete(model text, query orm.document, parameters orm.document) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
    rest text;
BEGIN
    n := orm.delete_where(model, query, parameters);
    rest := o_left(model, 'true');
    RAISE SQLSTATE '22222';
EXCEPTION WHEN SQLSTATE '22222' THEN
    RETURN format('%s gone, left %s', n, rest);
END $$;
CREATE FUNCTION o_left(model text, condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rest text;
BEGIN
    EXECUTE format('SELECT string_agg(to_json(x0)::text, '','' ORDER BY %s) FROM %s x0 WHERE %s', o_key(model, 'x0', ''), o_relation(model), condition) INTO rest;
    RETURN coalesce(rest, 'nothing');
END $$;

-- n documents of one kind for the models given in turn; so many of each shape are alike but for their values
CREATE PROCEDURE o_generate(subject text, models text[], features text, n integer, seed integer, alike integer DEFAULT 2) LANGUAGE plpgsql AS $$
DECLARE
    shape text;
    model text;
    pair o_pair;
    call text;
BEGIN
    PERFORM set_config('oracle.shape', seed::text, false), set_config('oracle.value', seed::text, false);
    FOR i IN 0 .. n / alike - 1 LOOP
        model := models[1 + i % cardinality(models)];
        shape := current_setting('oracle.shape');
        FOR again IN 1 .. alike LOOP
            PERFORM set_config('oracle.shape', shape, false), set_config('oracle.alias', '0', false),
                set_config('oracle.parameters', '', false);
            IF features ~ 'groups' THEN
                pair := o_groups(model);
                call := 'SELECT orm.aggregate(%s, %s, %s)::text';
            ELSIF features ~ 'verb=delete' THEN
                pair := o_where(model, 'x0', 2);
                pair := (format('{"where":%s}', pair.document), format('SELECT format(''%%s gone, left %%s'', (SELECT count(*) FROM %s x0 WHERE %s), o_left(%L, %L))',
                    o_relation(model), pair.sql, model, format('(%s) IS NOT TRUE', pair.sql)));
                call := 'SELECT oracle.o_delete(%s, %s, %s)';
            ELSE
                pair := o_query(model, features);
                call := CASE coalesce(substring(features FROM 'verb=(\w+)'), 'all')
                    WHEN 'all' THEN 'SELECT orm.all(%s, %s, %s)::text'
                    WHEN 'count' THEN 'SELECT orm.count(%s, %s, %s)::text'
                    WHEN 'exists' THEN 'SELECT orm.exists(%s, %s, %s)::text'
                    WHEN 'first' THEN 'SELECT orm.first(%s, %s, %s)::text'
                    WHEN 'each' THEN 'SELECT ''['' || coalesce(string_agg(e::text, '',''), '''') || '']'' FROM orm.each(%s, %s, %s) e'
                    WHEN 'rows' THEN format('SELECT ''['' || coalesce(string_agg(to_json(r)::text, '',''), '''') || '']'' FROM orm.rows(NULL::%s, %%2$s, %%3$s) r', o_relation(model))
                    WHEN 'page' THEN 'SELECT oracle.o_pages(%s, %s, %s)' END;
                IF features ~ 'verb=count' THEN
                    pair.sql := format('SELECT json_array_length((%s)::json)::text', pair.sql);
                ELSIF features ~ 'verb=exists' THEN
                    pair.sql := format('SELECT (json_array_length((%s)::json) > 0)::text', pair.sql);
                ELSIF features ~ 'verb=first' THEN
                    pair.sql := format('SELECT (%s)::json ->> 0', pair.sql);
                END IF;
            END IF;
            PERFORM o_compare(subject, model, call, pair);
        END LOOP;
    END LOOP;
END $$;

-- The verdict: a line for each subject, and at most five differences
CREATE VIEW o_verdict AS
SELECT subject, count(*) || ' compared, ' || count(*) FILTER (WHERE NOT same) || ' differ' AS result,
    count(*) FILTER (WHERE empty) * 2 <= count(*) AS mostly_not_empty
FROM o_result GROUP BY subject ORDER BY min(number);
-- Keys of the language that no document had
CREATE FUNCTION o_never(VARIADIC keys text[]) RETURNS SETOF text LANGUAGE sql AS
$$ SELECT k FROM unnest(keys) k WHERE NOT EXISTS (SELECT FROM oracle.o_result WHERE position(to_json(k)::text || ':' IN document) > 0) $$;
CREATE VIEW o_differences AS
SELECT number, call, document, parameters, orm, sql, query FROM o_result WHERE NOT same ORDER BY length(document), number LIMIT 5;

-- Values of every attribute, from the tables; and what computed names are compared with
CREATE PROCEDURE o_collect() LANGUAGE plpgsql AS $$
DECLARE
    a o_attribute;
BEGIN
    UPDATE o_attribute SET pool_model = model, pool_name = name WHERE pool_model IS NULL;
    FOR a IN SELECT x.* FROM o_attribute x WHERE kind NOT IN ('J', 'x') LOOP
        EXECUTE format($f$INSERT INTO o_value SELECT %L, %L, row_number() OVER (ORDER BY md5(v)), j, format('%%L::%%s', v, %L::text), v
            FROM (SELECT DISTINCT ON (v) to_json(%s)::text AS j, %s::text AS v FROM %s a WHERE %s IS NOT NULL) d ORDER BY md5(v) LIMIT 15$f$,
            a.model, a.name, a.type, o_at(a.expression, 'a'), o_at(a.expression, 'a'), o_relation(a.model), o_at(a.expression, 'a'));
    END LOOP;
    INSERT INTO o_value SELECT '$', 'bigint', n, n, n::text, n FROM generate_series(0, 6) n;
    INSERT INTO o_value SELECT '$', 'numeric', row_number() OVER (ORDER BY n), n, n || '::numeric', n FROM unnest('{0,1,3,12,100,2025,2026}'::text[]) n;
END $$;
