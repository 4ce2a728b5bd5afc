-- Expressions: {"+": [...]}, {"round": [...]}, "case", "coalesce" and the rest.  See generator.sql.
--
-- Numbers are made numeric first, so that no integer overflows on either side.

-- An expression of a kind (n number, t text, b boolean, d date or time), over a row
CREATE FUNCTION o_expression(wanted text, alias text, kind text, depth integer) RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    a o_attribute;
    x o_pair;
    y o_pair;
    w o_pair;
    r o_relationship;
    child text;
    op text;
BEGIN
    IF depth = 0 OR o_some(6) = 0 THEN
        RETURN o_leaf(wanted, alias, kind);
    END IF;
    -- of any kind
    CASE o_some(8)
    WHEN 0 THEN
        x := o_expression(wanted, alias, kind, depth - 1);
        y := o_expression(wanted, alias, kind, depth - 1);
        RETURN (format('{"coalesce":[%s,%s]}', x.document, y.document), format('coalesce(%s, %s)', x.sql, y.sql));
    WHEN 1 THEN
        x := o_expression(wanted, alias, kind, depth - 1);
        y := o_expression(wanted, alias, kind, depth - 1);
        w := o_where(wanted, alias, 0);
        RETURN (format('{"case":[[%s,%s]],"else":%s}', w.document, x.document, y.document),
            format('(CASE WHEN %s THEN %s ELSE %s END)', w.sql, x.sql, y.sql));
    WHEN 2 THEN
        x := o_expression(wanted, alias, kind, depth - 1);
        y := o_expression(wanted, alias, kind, depth - 1);
        IF kind IN ('n', 't') THEN
            RETURN (format('{"nullif":[%s,%s]}', x.document, y.document), format('nullif(%s, %s)', x.sql, y.sql));
        END IF;
    WHEN 3 THEN
        x := o_expression(wanted, alias, kind, depth - 1);
        y := o_expression(wanted, alias, kind, depth - 1);
        op := o_pick('greatest', 'least');
        RETURN (format('{"%s":[%s,%s]}', op, x.document, y.document), format('%s(%s, %s)', op, x.sql, y.sql));
    ELSE
    END CASE;
    CASE kind
    WHEN 'n' THEN
        x := o_expression(wanted, alias, 'n', depth - 1);
        y := o_expression(wanted, alias, 'n', depth - 1);
        CASE o_some(7)
        WHEN 0 THEN
            op := o_pick('abs', 'sign', 'floor', 'ceil');
            RETURN (format('{"%s":[%s]}', op, x.document), format('%s(%s)', op, x.sql));
        WHEN 1 THEN
            RETURN (format('{"round":[%s,1]}', x.document), format('round(%s, 1)', x.sql));
        WHEN 2 THEN
            RETURN (format('{"-":[%s]}', x.document), format('(- %s)', x.sql));
        WHEN 3 THEN
            RETURN (format('{"/":[%s,{"nullif":[%s,0]}]}', x.document, y.document), format('(%s / nullif(%s, 0))', x.sql, y.sql));
        WHEN 4 THEN
            w := o_expression(wanted, alias, 't', depth - 1);
            RETURN (format('{"cast":"numeric","of":{"length":[%s]}}', w.document), format('length(%s)::numeric', w.sql));
        WHEN 5 THEN
            r := o_some_relationship(wanted, true);
            IF r.name IS NULL THEN
                RETURN x;
            END IF;
            child := o_alias();
            w := o_expression(r.target, child, 'n', 1);
            op := o_pick('sum', 'max', 'min');
            RETURN (format('{"%s":%s,"of":%s}', op, w.document, to_json(r.name)),
                format('(SELECT %s(%s) FROM %s %s WHERE %s)', op, w.sql, o_relation(r.target), child, o_join(r, alias, child)));
        ELSE
            op := o_pick('+', '-', '*');
            IF op <> '-' AND o_some(3) = 0 THEN
                RETURN (format('{"%s":[%s,%s,2]}', op, x.document, y.document), format('((%s %s %s) %s 2)', x.sql, op, y.sql, op));
            END IF;
            RETURN (format('{"%s":[%s,%s]}', op, x.document, y.document), format('(%s %s %s)', x.sql, op, y.sql));
        END CASE;
    WHEN 't' THEN
        x := o_expression(wanted, alias, 't', depth - 1);
        CASE o_some(5)
        WHEN 0 THEN
            op := o_pick('upper', 'lower', 'btrim', 'reverse', 'md5');
            RETURN (format('{"%s":[%s]}', op, x.document), format('%s(%s)', op, x.sql));
        WHEN 1 THEN
            RETURN (format('{"substr":[%s,1,2]}', x.document), format('substr(%s, 1, 2)', x.sql));
        WHEN 2 THEN
            y := o_expression(wanted, alias, 'n', depth - 1);
            RETURN (format('{"concat":[%s,{"$value":"/"},%s]}', x.document, y.document), format('concat(%s, ''/'', %s)', x.sql, y.sql));
        WHEN 3 THEN
            y := o_expression(wanted, alias, 'b', depth - 1);
            RETURN (format('{"cast":"text","of":%s}', y.document), format('(%s)::text', y.sql));
        ELSE
            y := o_expression(wanted, alias, 't', depth - 1);
            RETURN (format('{"||":[%s,%s]}', x.document, y.document), format('(%s || %s)', x.sql, y.sql));
        END CASE;
    WHEN 'd' THEN
        RETURN o_leaf(wanted, alias, kind);
    ELSE
        CASE o_some(6)
        WHEN 0 THEN
            x := o_expression(wanted, alias, 'b', depth - 1);
            y := o_expression(wanted, alias, 'b', depth - 1);
            op := o_pick('and', 'or');
            RETURN (format('{"%s":[%s,%s]}', op, x.document, y.document), format('(%s %s %s)', x.sql, op, y.sql));
        WHEN 1 THEN
            x := o_expression(wanted, alias, 'b', depth - 1);
            RETURN (format('{"not":[%s]}', x.document), format('(NOT %s)', x.sql));
        WHEN 2 THEN
            x := o_expression(wanted, alias, o_pick('n', 't', 'd'), depth - 1);
            RETURN (format('{"is_null":[%s]}', x.document), format('(%s IS NULL)', x.sql));
        WHEN 3 THEN
            op := o_pick('n', 't');
            x := o_expression(wanted, alias, op, depth - 1);
            y := o_expression(wanted, alias, op, depth - 1);
            RETURN (format('{"is_distinct":[%s,%s]}', x.document, y.document), format('(%s IS DISTINCT FROM %s)', x.sql, y.sql));
        WHEN 4 THEN
            r := o_some_relationship(wanted, NULL);
            IF r.name IS NULL THEN
                RETURN o_leaf(wanted, alias, 'b');
            END IF;
            child := o_alias();
            w := o_where(r.target, child, 1);
            RETURN (format('{"exists":{%s:%s}}', to_json(r.name), w.document),
                format('EXISTS (SELECT 1 FROM %s %s WHERE %s AND (%s))', o_relation(r.target), child, o_join(r, alias, child), w.sql));
        ELSE
            x := o_expression(wanted, alias, 'n', depth - 1);
            y := o_expression(wanted, alias, 'n', depth - 1);
            op := o_pick('<', '<=', '=', '<>', '>', '>=');
            RETURN (format('{"%s":[%s,%s]}', op, x.document, y.document), format('(%s %s %s)', x.sql, op, y.sql));
        END CASE;
    END CASE;
END $$;

-- A path or a literal
CREATE FUNCTION o_leaf(wanted text, alias text, kind text) RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    a o_attribute := o_path(wanted, alias, kind, '{}');
    v text;
BEGIN
    CASE
    WHEN kind = 'n' AND (a.name IS NULL OR o_some(4) = 0) THEN
        v := (ARRAY['0', '1', '-3', '2.5', '10'])[1 + o_some(5)];
        RETURN (format('{"cast":"numeric","of":%s}', v), format('(%s)::numeric', v));
    WHEN kind = 'n' THEN
        RETURN (format('{"cast":"numeric","of":%s}', to_json(a.name)), format('(%s)::numeric', a.expression));
    WHEN kind = 't' AND (a.name IS NULL OR o_some(4) = 0) THEN
        v := (ARRAY['', 'a', 'Zoe', ' x '])[1 + o_value_of(4)];
        RETURN (format('{"cast":"text","of":%s}', o_literal(to_json(v)::text)), format('%L::text', v));
    WHEN kind = 't' THEN
        RETURN (format('{"cast":"text","of":%s}', to_json(a.name)), format('(%s)::text', a.expression));
    WHEN kind = 'd' AND a.type LIKE 'timestamp with%' THEN
        RETURN (to_json(a.name)::text, a.expression);
    WHEN kind = 'd' THEN
        RETURN ('{"cast":"timestamptz","of":null}'::text, 'NULL::timestamptz'::text);
    WHEN a.name IS NULL THEN
        RETURN ('true'::text, 'true'::text);
    ELSE
        RETURN (to_json(a.name)::text, a.expression);
    END CASE;
END $$;

CREATE FUNCTION o_literal(as_json text) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN oracle.o_some(3) = 0 THEN oracle.o_parameter(as_json) ELSE format('{"$value":%s}', as_json) END $$;

-- One query with expressions in every place that takes one, and the SQL that says the same
CREATE PROCEDURE o_expressions(subject text, models text[], n integer, seed integer) LANGUAGE plpgsql AS $$
DECLARE
    wanted text;
    c o_pair;
    f o_pair;
    g o_pair;
    o o_pair;
    kind text;
    document text;
BEGIN
    PERFORM set_config('oracle.shape', seed::text, false), set_config('oracle.value', (seed * 7)::text, false);
    FOR i IN 1 .. n LOOP
        PERFORM set_config('oracle.alias', '0', false), set_config('oracle.parameters', '', false);
        wanted := models[1 + o_some(cardinality(models))];
        kind := o_pick('n', 't', 'b', 'n', 't', 'd');
        c := o_expression(wanted, 'x0', kind, 3);
        f := o_expression(wanted, 'x0', 'b', 2);
        g := o_where(wanted, 'x0', 1);
        -- most queries have one condition, or none, so that something is found
        IF o_some(3) > 0 THEN
            g := ('{}'::text, 'true'::text);
        END IF;
        IF o_some(2) = 0 THEN
            f := ('true'::text, 'true'::text);
        END IF;
        o := o_expression(wanted, 'x0', o_pick('n', 't', 'b'), 2);
        document := format('{"select":%s,"compute":{"made":%s},"where":{"$expr":%s,"and":[%s]},"order_by":[{"by":%s,"desc":true},%s]}',
                o_list(o_key_names(wanted)), c.document, f.document, g.document, o.document,
                (SELECT string_agg(to_json(k)::text, ',' ORDER BY p) FROM unnest(o_key_names(wanted)) WITH ORDINALITY k (k, p)));
        -- not every parameter that was made is in the document
        PERFORM set_config('oracle.parameters', coalesce((SELECT string_agg(format('"%s":%s', key, value), ',')
            FROM json_each(format('{%s}', current_setting('oracle.parameters'))::json)
            WHERE position(format('{"$":"%s"}', key) IN document) > 0), ''), false);
        PERFORM o_compare(subject, wanted, 'SELECT orm.all(%s, %s, %s)::text', (document,
            format('SELECT oracle.o_array(array_agg((%s)::json ORDER BY %s DESC, %s))::text FROM %s x0 WHERE %s AND (%s)',
                o_object((SELECT array_agg(o_member(k, format('oracle.o_json(%s)', o_at(a.expression, 'x0'))) ORDER BY p)
                    FROM unnest(o_key_names(wanted)) WITH ORDINALITY k (k, p) JOIN o_attribute a ON a.model = wanted AND a.name = k)
                    || o_member('made', format('oracle.o_json(%s)', c.sql))),
                o.sql, o_key(wanted, 'x0', ''), o_relation(wanted), f.sql, g.sql))::o_pair);
    END LOOP;
END $$;

-- Saves objects, or runs an UPDATE; tells what the table has then, and takes it back
CREATE FUNCTION o_saved(model text, objects orm.document, parameters orm.document) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rest text;
BEGIN
    PERFORM orm.save(model, objects, '{"return": false}');
    rest := o_left(model, 'true');
    RAISE SQLSTATE '22222';
EXCEPTION WHEN SQLSTATE '22222' THEN
    RETURN rest;
END $$;
CREATE FUNCTION o_updated(model text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rest text;
BEGIN
    EXECUTE statement;
    rest := o_left(model, 'true');
    RAISE SQLSTATE '22222';
EXCEPTION WHEN SQLSTATE '22222' THEN
    RETURN rest;
END $$;

-- Expressions as new values of rows that exist
CREATE PROCEDURE o_patches(subject text, n integer, seed integer) LANGUAGE plpgsql AS $$
DECLARE
    models text[] := '{Post,Author,Author,Comment,Author}';
    names text[] := '{body,rating,active,score,email}';
    kinds text[] := '{t,n,b,n,t}';
    target integer;
    made o_pair;
    given record;
    most integer;
BEGIN
    PERFORM set_config('oracle.shape', seed::text, false), set_config('oracle.value', (seed * 7)::text, false);
    FOR i IN 1 .. n LOOP
        PERFORM set_config('oracle.alias', '0', false), set_config('oracle.parameters', '', false);
        target := 1 + o_some(cardinality(models));
        most := 1 + o_some(8);
        made := o_expression(models[target], 'x0', kinds[target], 3);
        -- values that every column of the kind can have
        CASE kinds[target]
        WHEN 'n' THEN made := (format('{"%%":[{"round":[%s]},90]}', made.document), format('(round(%s) %% 90)', made.sql));
        WHEN 't' THEN made := (format('{"substr":[%s,1,40]}', made.document), format('substr(%s, 1, 40)', made.sql));
        ELSE
        END CASE;
        -- objects have no parameters
        FOR given IN SELECT * FROM json_each(format('{%s}', current_setting('oracle.parameters'))::json) LOOP
            made.document := replace(made.document, format('{"$":"%s"}', given.key), format('{"$value":%s}', given.value));
        END LOOP;
        PERFORM set_config('oracle.parameters', '', false);
        PERFORM o_compare(subject, models[target], 'SELECT oracle.o_saved(%s, %s, %s)', (
            (SELECT '[' || string_agg(format('{"id":%s,"%s":{"$expr":%s}}', id, names[target], made.document), ',') || ']' FROM generate_series(1, most) id),
            format('SELECT oracle.o_updated(%L, %L)', models[target],
                format('UPDATE %s x0 SET %I = %s WHERE id <= %s', o_relation(models[target]), names[target], made.sql, most)))::o_pair);
    END LOOP;
END $$;
