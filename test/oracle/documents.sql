-- Whole documents: compute, order, loads, groups.  See generator.sql.
-- An aggregate over what a chain leads to from a row: its name's document and expression
CREATE FUNCTION o_aggregate(wanted text, alias text) RETURNS o_attribute LANGUAGE plpgsql AS $$
DECLARE
    r o_relationship;
    a o_attribute;
    child text := o_alias();
    last text := alias;
    model text := wanted;
    sources text[] := '{}';
    joins text[] := '{}';
    chain text[] := '{}';
    fn text;
    p o_pair;
    options text := '';
    sql text;
    key text;
    made o_attribute;
BEGIN
    FOR i IN 1 .. 1 + o_some(3) / 2 LOOP
        r := o_some_relationship(model, CASE WHEN i = 1 THEN true END);
        EXIT WHEN r.name IS NULL;
        child := o_alias();
        sources := sources || format('%s %s', o_relation(r.target), child);
        joins := joins || o_join(r, last, child);
        chain := chain || r.name;
        last := child;
        model := r.target;
    END LOOP;
    IF chain = '{}' THEN
        RETURN NULL;
    END IF;
    made := ('$', 0, '', '', 'bigint', 'n', '$', 'bigint');
    fn := o_pick('count', 'count', 'count of', 'sum', 'avg', 'min', 'max', 'bool_and', 'bool_or', 'array_agg', 'string_agg');
    a := o_some_attribute(model, CASE fn WHEN 'count of' THEN 'ntod' WHEN 'sum' THEN 'n' WHEN 'avg' THEN 'n' WHEN 'min' THEN 'ntd'
        WHEN 'max' THEN 'ntd' WHEN 'array_agg' THEN 'ntdb' WHEN 'string_agg' THEN 't' ELSE 'b' END);
    IF fn = 'count' OR a.name IS NULL THEN
        fn := 'count';
        sql := 'count(*)';
    ELSE
        chain := chain || a.name;
        a.expression := o_at(a.expression, last);
        -- the key of the rows that are put together makes their order whole
        key := o_key(model, last, '');
        IF fn = 'count of' THEN
            fn := 'count';
            sql := format(CASE WHEN o_some(2) = 0 THEN 'count(%s)' ELSE 'count(DISTINCT %s)' END, a.expression);
            options := CASE WHEN sql ~ 'DISTINCT' THEN ',"distinct":true' ELSE '' END;
        ELSIF fn IN ('array_agg', 'string_agg') THEN
            sql := format('%s(%s%s ORDER BY %s DESC, %s)', fn, a.expression, CASE WHEN fn = 'string_agg' THEN ', '' + ''' END, a.expression, key);
            options := format(',"order_by":%s%s', to_json(ARRAY['-' || a.name] || o_key_names(model)),
                CASE WHEN fn = 'string_agg' THEN ',"separator":" + "' END);
            made := ('$', 0, '', '', 'x', 'x', '$', 'x');
        ELSE
            sql := format('%s(%s)', fn, a.expression);
            IF fn IN ('sum', 'avg') THEN
                made.pool_name := 'numeric';
                made.type := 'numeric';
            ELSE
                made := ('$', 0, '', '', a.type, a.kind, a.pool_model, a.pool_name);
            END IF;
        END IF;
    END IF;
    IF o_some(3) = 0 THEN
        p := o_where(model, last, 1);
        options := options || format(',"where":%s', p.document);
        joins := joins || format('(%s)', p.sql);
    END IF;
    made.name := format('{"%s":%s%s}', fn, to_json(array_to_string(chain, '.')), options);
    made.expression := format('(SELECT %s FROM %s WHERE %s)', sql, array_to_string(sources, ', '), array_to_string(joins, ' AND '));
    RETURN made;
END $$;

-- "compute": some names and their expressions
CREATE FUNCTION o_compute(wanted text) RETURNS o_named LANGUAGE plpgsql AS $$
DECLARE
    documents text[] := '{}';
    names o_attribute[] := '{}';
    made o_attribute;
    a o_attribute;
    name text;
    unit text;
BEGIN
    FOR i IN 1 .. 1 + o_some(2) LOOP
        name := (ARRAY['computed', 'a "name"'])[i];
        made := NULL;
        CASE o_some(6)
        WHEN 0 THEN
            a := o_path(wanted, '{{a}}', 'ntdob', '{}');
            made := a;
            made.name := to_json(a.name)::text;
        WHEN 1 THEN
            a := o_path(wanted, '{{a}}', 'd', '{}');
            IF a.type ~ '^(timestamp|date)' THEN
                unit := o_pick('year', 'month', 'day', 'quarter', 'week');
                made := ('$', 0, format('{"trunc":"%s","of":%s}', unit, to_json(a.name)),
                    format(CASE a.type WHEN 'date' THEN 'date_trunc(''%s'', %s::timestamp)::date' ELSE 'date_trunc(''%s'', %s)' END, unit, a.expression),
                    a.type, 'd', a.pool_model, a.pool_name);
            END IF;
        WHEN 2 THEN
            a := o_path(wanted, '{{a}}', 'd', '{}');
            IF a.type ~ '^(timestamp|date)' THEN
                unit := o_pick('year', 'month', 'day', 'dow', 'doy', 'quarter', 'week');
                made := ('$', 0, format('{"part":"%s","of":%s}', unit, to_json(a.name)), format('extract(%s FROM %s)', unit, a.expression),
                    'numeric', 'n', '$', 'numeric');
            END IF;
        WHEN 3 THEN
            a := o_path(wanted, '{{a}}', 'jJ', '{}');
            IF a.name IS NOT NULL THEN
                unit := o_pick('a', 'b', 'c');
                made := ('$', 0, format('{"at":["%s"],"of":%s}', unit, to_json(a.name)), format('(%s::jsonb #> ARRAY[''%s''])', a.expression, unit),
                    'jsonb', 'J', '$', 'x');
            END IF;
        ELSE
            made := o_aggregate(wanted, '{{a}}');
        END CASE;
        CONTINUE WHEN made.name IS NULL;
        documents := documents || format('%s:%s', to_json(name), made.name);
        made.name := name;
        made.model := '$';
        made.place := 1000 + i;
        names := names || made;
    END LOOP;
    RETURN (CASE WHEN names <> '{}' THEN format('"compute":%s', o_document(documents)) END, names);
END $$;

-- "order_by": document and SQL; whole: the primary key stands last; otherwise it
-- is left to be added, in the direction of the last item
CREATE FUNCTION o_order(wanted text, alias text, names o_attribute[], whole boolean) RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    documents text[] := '{}';
    orders text[] := '{}';
    a o_attribute;
    down boolean := false;
    nulls text;
    v o_value;
    key text[] := o_key_names(wanted);
BEGIN
    FOR i IN 1 .. o_some(3) LOOP
        a := o_path(wanted, alias, o_pick('ntodbr', 'ntodbr', 'ntodbr', 'ntodbr', 't', 'p'), names);
        CONTINUE WHEN a.name IS NULL;
        IF a.kind = 'p' OR (a.kind = 't' AND o_some(4) = 0) THEN
            -- nearest first, best first
            down := a.kind = 't';
            v := o_some_value(a);
            v.plain := coalesce(v.plain, 'x');
            documents := documents || format('{"by":%s,"%s":%s}', to_json(a.name), CASE a.kind WHEN 't' THEN 'search' ELSE '<->' END, o_operand(to_json(v.plain)::text));
            orders := orders || CASE a.kind
                WHEN 't' THEN format('ts_rank(to_tsvector(%s), websearch_to_tsquery(%L)) DESC NULLS LAST', a.expression, v.plain)
                ELSE format('%s <-> %L', a.expression, v.plain) END;
            CONTINUE;
        END IF;
        down := o_some(2) = 0;
        nulls := CASE o_some(4) WHEN 0 THEN 'first' WHEN 1 THEN 'last' END;
        IF nulls IS NOT NULL OR o_some(4) = 0 THEN
            documents := documents || o_document(ARRAY[format('"by":%s', to_json(a.name)), CASE WHEN down OR o_some(2) = 0 THEN '"desc":' || down::text END,
                '"nulls":"' || nulls || '"']);
        ELSE
            documents := documents || to_json(CASE WHEN down THEN '-' ELSE '' END || a.name)::text;
        END IF;
        orders := orders || format('%s%s%s', a.expression, CASE WHEN down THEN ' DESC' END, ' NULLS ' || nulls);
    END LOOP;
    IF whole THEN
        down := o_some(2) = 0;
        documents := documents || (SELECT array_agg(to_json(CASE WHEN down THEN '-' ELSE '' END || k)::text) FROM unnest(key) k);
    END IF;
    RETURN (CASE WHEN documents <> '{}' THEN format('"order_by":[%s]', array_to_string(documents, ',')) END,
        array_to_string(orders || o_key(wanted, alias, CASE WHEN down THEN ' DESC' ELSE '' END), ', '));
END $$;

-- A number for limit or offset: JSON and SQL
CREATE FUNCTION o_number(n integer) RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    chosen text := o_value_of(n)::text;
BEGIN
    RETURN (CASE WHEN o_some(5) = 0 THEN o_parameter(chosen) ELSE chosen END, chosen);
END $$;

-- What a document reads, without its loads.  "within": SQL, which rows at all.
-- sql: FROM items, rows numbered in "$n", that have all columns under the alias.
CREATE TYPE o_level AS (document text, source text, alias text, names o_attribute[], members text[]);
CREATE FUNCTION o_rows(wanted text, alias text, within text, depth integer, features text) RETURNS o_level LANGUAGE plpgsql AS $$
DECLARE
    computed o_named := (NULL, '{}');
    filter o_pair := (NULL, 'true');
    ordered o_pair;
    limited o_pair := (NULL, 'ALL');
    skipped o_pair := (NULL, '0');
    apart text[];
    apart_sql text := '';
    chosen text[];
    shown o_attribute[];
    selected text;
    a o_attribute;
    cut boolean;
BEGIN
    IF features ~ 'compute' AND o_some(3) = 0 THEN
        computed := o_compute(wanted);
    END IF;
    IF features ~ 'where' AND o_some(4) > 0 THEN
        filter := o_where(wanted, alias, depth, computed.names);
        filter.document := format('"where":%s', filter.document);
    END IF;
    IF features ~ 'few' OR (features ~ 'limit' AND o_some(2) = 0) THEN
        limited := o_number(7);
        limited.document := format('"limit":%s', limited.document);
    END IF;
    IF features ~ 'limit' AND o_some(5) = 0 THEN
        skipped := o_number(4);
        skipped.document := format('"offset":%s', skipped.document);
    END IF;
    IF features ~ 'distinct' AND o_some(6) = 0 THEN
        FOR i IN 1 .. 1 + o_some(2) LOOP
            IF cardinality(computed.names) > 0 AND o_some(3) = 0 THEN
                a := computed.names[1];
            ELSE
                a := o_some_attribute(wanted, 'ntodbr');
            END IF;
            CONTINUE WHEN a.name = ANY (apart) OR position(a.kind IN 'Jx') > 0;
            apart := apart || a.name;
            apart_sql := concat_ws(', ', nullif(apart_sql, ''), o_at(a.expression, alias));
        END LOOP;
    END IF;
    cut := coalesce(limited.document, skipped.document, apart[1]) IS NOT NULL;
    -- nothing that ties could change: cut lists are ordered by the key in the end, and collections by nothing else
    IF features ~ 'root' OR cut OR (features ~ 'order' AND o_some(2) = 0) THEN
        ordered := o_order(wanted, alias, computed.names, NOT cut);
    ELSE
        ordered := (NULL, o_key(wanted, alias, ''));
    END IF;

    SELECT array_agg(x ORDER BY x.place) INTO shown FROM o_attribute x WHERE x.model = wanted;
    IF features ~ 'select' THEN
        CASE o_some(8)
        WHEN 0 THEN
            SELECT array_agg(name ORDER BY md5(name)) INTO chosen FROM unnest(shown) x WHERE o_some(3) = 0;
            IF chosen IS NOT NULL THEN
                SELECT array_agg(x ORDER BY x.place) INTO shown FROM unnest(shown) x WHERE x.name = ANY (chosen);
                selected := format('"select":%s', o_list(chosen));
            END IF;
        WHEN 1 THEN
            SELECT array_agg(name ORDER BY md5(name)) INTO chosen FROM unnest(shown) x WHERE o_some(4) = 0;
            IF cardinality(chosen) < cardinality(shown) THEN
                SELECT array_agg(x ORDER BY x.place) INTO shown FROM unnest(shown) x WHERE x.name <> ALL (chosen);
                selected := format('"omit":%s', o_list(chosen));
            END IF;
        WHEN 2 THEN
            selected := '"select":["*"]';
        ELSE
        END CASE;
    END IF;
    RETURN (
        array_to_string(array_remove(ARRAY[computed.document, filter.document, ordered.document, limited.document, skipped.document,
            '"distinct":' || o_list(apart), selected], NULL), ','),
        format('(SELECT * FROM (SELECT %1$s.*, row_number() OVER (ORDER BY %2$s) AS "$n", row_number() OVER (%3$s) AS "$d" FROM %4$s %1$s '
            'WHERE %5$s AND (%6$s)) %1$s WHERE "$d" = 1 ORDER BY "$n" LIMIT %7$s OFFSET %8$s) %1$s',
            alias, ordered.sql, CASE WHEN apart IS NULL THEN 'PARTITION BY ' || alias || '.ctid' ELSE format('PARTITION BY %s ORDER BY %s', apart_sql, ordered.sql) END,
            o_relation(wanted), within, filter.sql, limited.sql, skipped.sql),
        alias, computed.names,
        (SELECT array_agg(o_member(x.name, format('oracle.o_json(%s)', o_at(x.expression, alias))) ORDER BY n)
         FROM unnest(shown || computed.names) WITH ORDINALITY x (model, place, name, expression, type, kind, pool_model, pool_name, n)));
END $$;

-- "load": document (NULL: nothing) and the members that it adds to an object
CREATE TYPE o_loaded AS (document text, members text[]);
CREATE FUNCTION o_load(wanted text, alias text, depth integer) RETURNS o_loaded LANGUAGE plpgsql AS $$
DECLARE
    documents text[] := '{}';
    members text[] := '{}';
    used text[] := '{}';
    r o_relationship;
    name text;
    child text;
    level o_level;
    below o_loaded;
    one boolean;
    object text;
    parts text[];
BEGIN
    FOR i IN 1 .. 1 + o_some(2) LOOP
        r := o_some_relationship(wanted, NULL);
        EXIT WHEN r.name IS NULL;
        name := CASE WHEN r.name = ANY (used) OR o_some(6) = 0 THEN format('%s "%s"', r.name, i) ELSE r.name END;
        used := used || name;
        child := o_alias();
        one := r.many AND o_some(5) = 0;
        level := o_rows(r.target, child, o_join(r, alias, child), 1,
            CASE WHEN NOT r.many THEN 'where select compute' WHEN one THEN 'where select compute order'
                 ELSE 'where select compute order limit distinct' END);
        below := (NULL, '{}');
        IF depth > 1 AND o_some(3) > 0 THEN
            below := o_load(r.target, child, depth - 1);
        END IF;
        parts := ARRAY[CASE WHEN name <> r.name THEN format('"of":%s', to_json(r.name)) END, CASE WHEN one THEN '"one":true' END,
            nullif(level.document, ''), below.document];
        documents := documents || format('%s:%s', to_json(name),
            CASE WHEN array_remove(parts, NULL) = '{}' AND o_some(2) = 0 THEN 'true' ELSE o_document(parts) END);
        object := o_object(level.members || below.members);
        members := members || o_member(name, CASE
            WHEN NOT r.many OR one THEN format('coalesce((SELECT %s FROM %s ORDER BY "$n" LIMIT 1), ''null'')', object, level.source)
            ELSE format('''['' || coalesce((SELECT string_agg(%s, '','' ORDER BY "$n") FROM %s), '''') || '']''', object, level.source) END);
    END LOOP;
    RETURN (CASE WHEN documents <> '{}' THEN format('"load":%s', o_document(documents)) END, members);
END $$;

-- A document of any kind, and the SQL of its array
CREATE FUNCTION o_query(wanted text, features text) RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    alias text := o_alias();
    level o_level := o_rows(wanted, alias, 'true', 2, features || ' root');
    loaded o_loaded := (NULL, '{}');
BEGIN
    IF features ~ 'load' THEN
        loaded := o_load(wanted, alias, 3);
    END IF;
    RETURN (o_document(ARRAY[nullif(level.document, ''), loaded.document]),
        format('SELECT ''['' || coalesce(string_agg(%s, '','' ORDER BY "$n"), '''') || '']'' FROM %s', o_object(level.members || loaded.members), level.source));
END $$;

-- An aggregate document: groups, and for each of them one sub-select an aggregate
CREATE FUNCTION o_groups(wanted text) RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    alias text := o_alias();
    computed o_named := (NULL, '{}');
    filter o_pair := (NULL, 'true');
    inner_filter o_pair;
    kept o_pair := (NULL, 'true');
    limited o_pair := (NULL, 'ALL');
    a o_attribute;
    groups o_attribute[] := '{}';
    made o_attribute[] := '{}';
    documents text[] := '{}';
    orders text[] := '{}';
    order_documents text[] := '{}';
    columns text := '';
    same text := '';
    fn text;
    options text;
    source text;
    name text;
    down boolean;
    r o_relationship;
    child text;
    last text;
    model text;
    sources text;
    joins text;
    chain text[];
    kinds text;
    over text;
    apart text;
BEGIN
    IF o_some(3) = 0 THEN
        computed := o_compute(wanted);
    END IF;
    IF o_some(2) = 0 THEN
        filter := o_where(wanted, alias, 2, computed.names);
        filter.document := format('"where":%s', filter.document);
    END IF;
    FOR i IN 1 .. o_some(3) LOOP
        a := o_path(wanted, alias, 'ntodbr', computed.names);
        CONTINUE WHEN a.name IS NULL OR a.kind IN ('J', 'x') OR EXISTS (SELECT FROM unnest(groups) g WHERE g.name = a.name);
        columns := columns || format(', %s AS "$g%s"', a.expression, cardinality(groups) + 1);
        same := same || format(' AND %s."$g%s" IS NOT DISTINCT FROM g."$g%2$s"', alias, cardinality(groups) + 1);
        a.expression := format('g."$g%s"', cardinality(groups) + 1);
        groups := groups || a;
    END LOOP;
    source := format('(SELECT %1$s.*%2$s FROM %3$s %1$s WHERE %4$s) %1$s', alias, columns, o_relation(wanted), filter.sql);
    FOR i IN 1 .. 1 + o_some(3) LOOP
        name := (ARRAY['rows', 'total', 'an "odd" name'])[i];
        fn := o_pick('count', 'count', 'count of', 'sum', 'avg', 'min', 'max', 'bool_and', 'bool_or', 'array_agg', 'string_agg');
        -- over the rows of the group, or over what they are related to
        last := alias;
        model := wanted;
        sources := source;
        joins := 'true';
        chain := '{}';
        FOR j IN 1 .. greatest(o_some(5) - 2, 0) LOOP
            r := o_some_relationship(model, NULL);
            EXIT WHEN r.name IS NULL;
            child := o_alias();
            sources := sources || format(', %s %s', o_relation(r.target), child);
            joins := joins || ' AND ' || o_join(r, last, child);
            chain := chain || r.name;
            last := child;
            model := r.target;
        END LOOP;
        kinds := CASE fn WHEN 'count of' THEN 'ntodb' WHEN 'sum' THEN 'n' WHEN 'avg' THEN 'n' WHEN 'min' THEN 'ntd' WHEN 'max' THEN 'ntd'
            WHEN 'array_agg' THEN 'ntdb' WHEN 'string_agg' THEN 't' ELSE 'b' END;
        a := NULL;
        IF fn <> 'count' AND chain = '{}' AND fn NOT IN ('array_agg', 'string_agg') THEN
            a := o_path(model, last, kinds, computed.names, 0);
        ELSIF fn <> 'count' THEN
            a := o_some_attribute(model, kinds);
            a.expression := o_at(a.expression, last);
        END IF;
        IF fn = 'count' OR a.name IS NULL THEN
            fn := 'count';
            a := ('$', 0, NULL, '*', 'bigint', 'n', '$', 'bigint');
        END IF;
        over := coalesce(nullif(array_to_string(chain || a.name, '.'), ''), '*');
        options := '';
        IF o_some(4) = 0 THEN
            inner_filter := o_where(model, last, 1);
            options := format(',"where":%s', inner_filter.document);
            joins := joins || format(' AND (%s)', inner_filter.sql);
        END IF;
        apart := '';
        IF fn IN ('array_agg', 'string_agg') THEN
            options := options || format(',"order_by":%s%s', to_json(ARRAY[a.name] || o_key_names(model)),
                CASE WHEN fn = 'string_agg' THEN ',"separator":"; "' END);
            a.expression := format('%s%s ORDER BY %s, %s', a.expression, CASE WHEN fn = 'string_agg' THEN ', ''; ''' END, a.expression,
                o_key(model, last, ''));
        ELSIF fn = 'count of' THEN
            fn := 'count';
            IF o_some(2) = 0 THEN
                options := options || ',"distinct":true';
                apart := 'DISTINCT ';
            END IF;
        END IF;
        documents := documents || format('%s:{"%s":%s%s}', to_json(name), fn, to_json(over), options);
        a.expression := format('(SELECT %s(%s%s) FROM %s WHERE %s%s)', fn, apart, a.expression, sources, joins, same);
        a.name := name;
        IF fn IN ('count', 'sum', 'avg') THEN
            a := ('$', 0, name, a.expression, 'bigint', 'n', '$', 'bigint');
        ELSIF fn IN ('array_agg', 'string_agg') THEN
            a := ('$', 0, name, a.expression, 'x', 'x', '$', 'x');
        END IF;
        made := made || a;
    END LOOP;
    IF o_some(3) = 0 THEN
        a := made[1 + o_some(cardinality(made))];
        kept := o_condition('$', '', a, '{}');
        kept := (format('"having":{%s:%s}', to_json(a.name), kept.document), kept.sql);
    END IF;
    IF o_some(2) = 0 AND made[1].kind IN ('n', 't', 'd') THEN
        down := o_some(2) = 0;
        order_documents := order_documents || to_json(CASE WHEN down THEN '-' ELSE '' END || made[1].name)::text;
        orders := orders || format('%s%s', made[1].expression, CASE WHEN down THEN ' DESC' END);
    END IF;
    FOR i IN 1 .. cardinality(groups) LOOP
        down := o_some(2) = 0;
        order_documents := order_documents || to_json(CASE WHEN down THEN '-' ELSE '' END || groups[i].name)::text;
        orders := orders || format('%s%s', groups[i].expression, CASE WHEN down THEN ' DESC' END);
    END LOOP;
    IF o_some(3) = 0 THEN
        limited := o_number(5);
        limited.document := format('"limit":%s', limited.document);
    END IF;
    RETURN (o_document(ARRAY[computed.document, filter.document,
            CASE WHEN groups <> '{}' THEN format('"group_by":%s', (SELECT json_agg(g.name)::text FROM unnest(groups) g)) END,
            format('"aggregate":%s', o_document(documents)), kept.document,
            CASE WHEN orders <> '{}' THEN format('"order_by":[%s]', array_to_string(order_documents, ',')) END, limited.document]),
        format('SELECT ''['' || coalesce(string_agg(o, '','' ORDER BY n), '''') || '']'' FROM (SELECT %s AS o, row_number() OVER (%s) AS n FROM (SELECT DISTINCT %s) g WHERE %s ORDER BY n LIMIT %s) x',
            (SELECT o_object(array_agg(o_member(x.name, format('oracle.o_json(%s)', x.expression)) ORDER BY n))
             FROM unnest(groups || made) WITH ORDINALITY x (model, place, name, expression, type, kind, pool_model, pool_name, n)),
            CASE WHEN orders <> '{}' THEN 'ORDER BY ' || array_to_string(orders, ', ') END,
            CASE WHEN groups = '{}' THEN '1 AS one'
                 ELSE format('%s FROM %s', (SELECT string_agg(format('"$g%s"', n), ', ') FROM generate_series(1, cardinality(groups)) n), source) END,
            kept.sql, limited.sql));
END $$;
