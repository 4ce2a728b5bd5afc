-- Window functions: {"rank": [], "over": {...}}, frames, and conditions on them.  See generator.sql.

-- A window function over the rows of a model; "kind" is n for numbers, which can be compared
CREATE TYPE o_window AS (document text, sql text, kind text);
CREATE FUNCTION o_some_window(wanted text, alias text) RETURNS o_window LANGUAGE plpgsql AS $$
DECLARE
    keys text[] := o_key_names(wanted);
    call o_pair;
    e o_pair;
    kind text := 'n';
    family text := o_pick('rank', 'number', 'value', 'aggregate', 'aggregate');
    partitions o_pair[] := '{}';
    orders o_pair[] := '{}';
    frame o_pair;
    over_document text[];
    over_sql text;
    word text;
    step integer := 1 + o_value_of(3);
BEGIN
    CASE family
    WHEN 'rank' THEN
        word := o_pick('rank', 'dense_rank', 'percent_rank', 'cume_dist');
        call := (format('"%s":[]', word), format('%s()', word));
    WHEN 'number' THEN
        word := o_pick('row_number', 'ntile');
        call := CASE word WHEN 'ntile' THEN (format('"ntile":[%s]', step), format('ntile(%s)', step))::o_pair
            ELSE (format('"row_number":%s', o_pick('[]', '"*"')), 'row_number()')::o_pair END;
    WHEN 'value' THEN
        word := o_pick('lag', 'lead', 'first_value', 'last_value', 'nth_value');
        kind := o_pick('n', 't');
        e := o_expression(wanted, alias, kind, 1);
        call := CASE WHEN word IN ('lag', 'lead', 'nth_value') THEN (format('"%s":[%s,%s]', word, e.document, step), format('%s(%s, %s)', word, e.sql, step))::o_pair
            ELSE (format('"%s":[%s]', word, e.document), format('%s(%s)', word, e.sql))::o_pair END;
    ELSE
        word := o_pick('sum', 'min', 'max', 'avg', 'count', 'count');
        e := o_expression(wanted, alias, 'n', 1);
        call := CASE WHEN word = 'count' AND o_some(2) = 0 THEN ('"count":"*"', 'count(*)')::o_pair
            ELSE (format('"%s":%s', word, e.document), format('%s(%s)', word, e.sql))::o_pair END;
    END CASE;
    FOR i IN 1 .. o_some(3) LOOP
        partitions := partitions || o_expression(wanted, alias, o_pick('n', 't', 'b'), 1);
    END LOOP;
    FOR i IN 1 .. o_some(3) LOOP
        e := o_expression(wanted, alias, o_pick('n', 't', 'b', 'd'), 1);
        orders := orders || CASE o_some(2) WHEN 0 THEN (format('{"by":%s}', e.document), e.sql)::o_pair
            ELSE (format('{"by":%s,"desc":true}', e.document), e.sql || ' DESC')::o_pair END;
    END LOOP;
    IF family IN ('value', 'aggregate') AND o_some(2) = 0 THEN
        frame := (ARRAY[('"rows":[null,0]', 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW'), ('"rows":[-1,1]', 'ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING'),
            ('"rows":[0,null]', 'ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING'), ('"rows":[-2,-1]', 'ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING'),
            ('"range":[null,0]', 'RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW'), ('"range":[0,0]', 'RANGE BETWEEN CURRENT ROW AND CURRENT ROW'),
            ('"range":[null,null]', 'RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING')]::o_pair[])[1 + o_some(7)];
    END IF;
    -- where equal rows make a difference, the key decides: said, or by default for an aggregate, in the direction of the last order
    IF family IN ('number', 'value') OR frame.document LIKE '"rows"%' THEN
        orders := orders || (SELECT array_agg((to_json(k)::text, o_at(a.expression, alias))::o_pair ORDER BY p)
            FROM unnest(keys) WITH ORDINALITY k (k, p) JOIN o_attribute a ON a.model = wanted AND a.name = k);
    END IF;
    over_document := ARRAY['"partition_by":[' || (SELECT string_agg((p::o_pair).document, ',') FROM unnest(partitions) p) || ']',
        '"order_by":[' || (SELECT string_agg((p::o_pair).document, ',') FROM unnest(orders) p) || ']', frame.document];
    over_sql := concat_ws(' ', 'PARTITION BY ' || (SELECT string_agg((p::o_pair).sql, ', ') FROM unnest(partitions) p),
        'ORDER BY ' || (SELECT string_agg((p::o_pair).sql, ', ') FROM unnest(orders) p)
            || CASE WHEN family = 'aggregate' AND frame.document IS NULL
                THEN ', ' || o_key(wanted, alias, CASE WHEN orders[cardinality(orders)].sql LIKE '% DESC' THEN ' DESC' ELSE '' END) ELSE '' END,
        coalesce(frame.sql, CASE WHEN family = 'aggregate' AND orders <> '{}' THEN 'ROWS UNBOUNDED PRECEDING' END));
    RETURN (format('{%s,"over":%s}', call.document, o_document(over_document)), format('%s OVER (%s)', call.sql, over_sql), kind)::o_window;
END $$;

-- Queries with a window function in their results, and in conditions; lists and counts
CREATE PROCEDURE o_windows(subject text, models text[], n integer, seed integer) LANGUAGE plpgsql AS $$
DECLARE
    wanted text;
    w o_window;
    f o_pair;
    g o_pair;
    limits o_pair;
    given text;
    document text;
    source text;
BEGIN
    PERFORM set_config('oracle.shape', seed::text, false), set_config('oracle.value', (seed * 7)::text, false);
    FOR i IN 1 .. n LOOP
        PERFORM set_config('oracle.alias', '0', false), set_config('oracle.parameters', '', false);
        wanted := models[1 + o_some(cardinality(models))];
        w := o_some_window(wanted, 'x0');
        f := CASE o_some(3) WHEN 0 THEN o_expression(wanted, 'x0', 'b', 1) ELSE ('true', 'true')::o_pair END;
        g := CASE o_some(3) WHEN 0 THEN o_where(wanted, 'x0', 1) ELSE ('{}', 'true')::o_pair END;
        limits := ('{}', 'true')::o_pair;
        IF w.kind = 'n' AND o_some(2) = 0 THEN
            given := (ARRAY['0', '1', '2', '3'])[1 + o_value_of(4)];
            limits := CASE o_some(3) WHEN 0 THEN (format('{"made":{"le":%s}}', given), format('x0.made <= %s', given))::o_pair
                WHEN 1 THEN (format('{"not":{"made":{"gt":%s}}}', given), format('(x0.made > %s) IS NOT TRUE', given))::o_pair
                ELSE (format('{"or":[{"made":{"le":%s}},%s]}', given, g.document), format('(x0.made <= %s OR (%s))', given, g.sql))::o_pair END;
        END IF;
        document := format('{"select":%s,"compute":{"made":%s},"where":{"$expr":%s,"and":[%s,%s]},"order_by":%s}', o_list(o_key_names(wanted)), w.document,
            f.document, g.document, limits.document, o_list(o_key_names(wanted)));
        PERFORM set_config('oracle.parameters', coalesce((SELECT string_agg(format('"%s":%s', key, value), ',')
            FROM json_each(format('{%s}', current_setting('oracle.parameters'))::json)
            WHERE position(format('{"$":"%s"}', key) IN document) > 0), ''), false);
        source := format('FROM (SELECT x0.*, %s AS made FROM %s x0 WHERE %s AND (%s)) x0 WHERE %s', w.sql, o_relation(wanted), f.sql, g.sql, limits.sql);
        PERFORM o_compare(subject, wanted, 'SELECT orm.all(%s, %s, %s)::text', (document,
            format('SELECT oracle.o_array(array_agg((%s)::json ORDER BY %s))::text %s',
                o_object((SELECT array_agg(o_member(k, format('oracle.o_json(%s)', o_at(a.expression, 'x0'))) ORDER BY p)
                    FROM unnest(o_key_names(wanted)) WITH ORDINALITY k (k, p) JOIN o_attribute a ON a.model = wanted AND a.name = k)
                    || o_member('made', 'oracle.o_json(x0.made)')), o_key(wanted, 'x0', ''), source))::o_pair);
        IF o_some(4) = 0 THEN
            PERFORM o_compare(subject || ' counted', wanted, 'SELECT orm.count(%s, %s, %s)::text', (document, format('SELECT count(*)::text %s', source))::o_pair);
        END IF;
    END LOOP;
END $$;
