-- A generator of query documents, each with the SQL that says the same.
--
-- It knows of models only what a test tells it: tables and joins, in o_model,
-- o_attribute and o_relationship.  The SQL is naive on purpose: a sub-select
-- wherever something is looked up, window functions wherever something is
-- ordered or cut off, one value at a time, nothing shared.  Documents are made so
-- that several have one shape with different values.
--
-- In templates {{a}} is the alias of the row at hand, {{p}} a parent's, {{c}} a child's.
CREATE SCHEMA oracle;
SET search_path = oracle;

CREATE TABLE o_model (model text PRIMARY KEY, relation text NOT NULL, key text[] NOT NULL);
-- kind: n number, p point, t text, o ordered, d date or time, b boolean, a array, r range,
--       j jsonb, J json, x anything else
CREATE TABLE o_attribute (
    model text, place integer, name text, expression text, type text, kind "char",
    pool_model text, pool_name text, PRIMARY KEY (model, name));
CREATE TABLE o_relationship (
    model text, name text, target text, many boolean, condition text, PRIMARY KEY (model, name));
-- Values that occur: as JSON, as an SQL literal, as text
CREATE TABLE o_value (model text, name text, number integer, json text, literal text, plain text,
    PRIMARY KEY (model, name, number));
CREATE TABLE o_result (number integer GENERATED ALWAYS AS IDENTITY, subject text, same boolean, empty boolean,
    call text, document text, parameters text, orm text, sql text, query text);

CREATE TYPE o_pair AS (document text, sql text);
CREATE TYPE o_named AS (document text, names o_attribute[]);

-- Two streams of numbers: one decides shapes, the other values
CREATE FUNCTION o_next(stream text, n integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    state bigint := (current_setting('oracle.' || stream)::bigint * 1103515245 + 12345) & 2147483647;
BEGIN
    PERFORM set_config('oracle.' || stream, state::text, false);
    RETURN (state >> 11) % n;
END $$;
CREATE FUNCTION o_some(n integer) RETURNS integer LANGUAGE sql AS $$ SELECT oracle.o_next('shape', n) $$;
CREATE FUNCTION o_value_of(n integer) RETURNS integer LANGUAGE sql AS $$ SELECT oracle.o_next('value', n) $$;
CREATE FUNCTION o_pick(VARIADIC list text[]) RETURNS text LANGUAGE sql AS
$$ SELECT list[1 + oracle.o_some(cardinality(list))] $$;

CREATE FUNCTION o_alias() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n integer := current_setting('oracle.alias')::integer + 1;
BEGIN
    PERFORM set_config('oracle.alias', n::text, false);
    RETURN 'x' || n;
END $$;

-- A value as it stands in a document: itself, in an instruction, a parameter of the call
CREATE FUNCTION o_operand(as_json text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    CASE o_some(12)
    WHEN 0, 1 THEN RETURN o_parameter(as_json);
    WHEN 2 THEN RETURN format('{"$value":%s}', as_json);
    ELSE RETURN as_json;
    END CASE;
END $$;
CREATE FUNCTION o_parameter(as_json text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    given text := current_setting('oracle.parameters');
    name text := 'p' || (length(given) - length(replace(given, '"p', '')));
BEGIN
    PERFORM set_config('oracle.parameters', concat_ws(',', nullif(given, ''), format('"%s":%s', name, as_json)), false);
    RETURN format('{"$":"%s"}', name);
END $$;

-- A value as to_json prints it; a member of an object
CREATE FUNCTION o_json(value anyelement) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(to_json(value)::text, 'null') $$;
CREATE FUNCTION o_member(name text, sql text) RETURNS text LANGUAGE sql AS
$$ SELECT format('%L || %s', to_json(name)::text || ':', sql) $$;
CREATE FUNCTION o_array(elements json[]) RETURNS json LANGUAGE sql AS
$$ SELECT ('[' || coalesce(array_to_string(elements, ','), '') || ']')::json $$;
CREATE FUNCTION o_object(members text[]) RETURNS text LANGUAGE sql AS
$$ SELECT CASE WHEN cardinality(members) = 0 THEN '''{}''' ELSE '''{'' || ' || array_to_string(members, ' || '','' || ') || ' || ''}''' END $$;
CREATE FUNCTION o_document(parts text[]) RETURNS text LANGUAGE sql AS
$$ SELECT '{' || array_to_string(array_remove(parts, NULL), ',') || '}' $$;
CREATE FUNCTION o_list(names text[]) RETURNS text LANGUAGE sql AS $$ SELECT to_json(names)::text $$;

CREATE FUNCTION o_at(expression text, alias text) RETURNS text LANGUAGE sql AS
$$ SELECT replace(expression, '{{a}}', alias) $$;
CREATE FUNCTION o_join(r o_relationship, parent text, child text) RETURNS text LANGUAGE sql AS
$$ SELECT replace(replace(r.condition, '{{p}}', parent), '{{c}}', child) $$;
CREATE FUNCTION o_relation(wanted text) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT relation FROM oracle.o_model WHERE model = wanted $$;

-- The primary key of a model: its names, its expressions
CREATE FUNCTION o_key_names(wanted text) RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT key FROM oracle.o_model WHERE model = wanted $$;
CREATE FUNCTION o_key(wanted text, alias text, direction text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(oracle.o_at(a.expression, alias) || direction, ', ' ORDER BY n)
    FROM unnest(oracle.o_key_names(wanted)) WITH ORDINALITY k (name, n) JOIN oracle.o_attribute a ON a.model = wanted AND a.name = k.name
$$;

CREATE FUNCTION o_some_attribute(wanted text, kinds text) RETURNS o_attribute LANGUAGE plpgsql AS $$
DECLARE
    found o_attribute;
    n integer := (SELECT count(*) FROM o_attribute WHERE model = wanted AND position(kind IN kinds) > 0);
BEGIN
    IF n > 0 THEN
        SELECT * INTO found FROM o_attribute WHERE model = wanted AND position(kind IN kinds) > 0
        ORDER BY place OFFSET o_some(n) LIMIT 1;
    END IF;
    RETURN found;
END $$;

-- many: NULL for either
CREATE FUNCTION o_some_relationship(wanted text, is_many boolean) RETURNS o_relationship LANGUAGE plpgsql AS $$
DECLARE
    found o_relationship;
    n integer := (SELECT count(*) FROM o_relationship WHERE model = wanted AND many = coalesce(is_many, many));
BEGIN
    IF n > 0 THEN
        SELECT * INTO found FROM o_relationship WHERE model = wanted AND many = coalesce(is_many, many)
        ORDER BY name OFFSET o_some(n) LIMIT 1;
    END IF;
    RETURN found;
END $$;

CREATE FUNCTION o_some_value(a o_attribute) RETURNS o_value LANGUAGE plpgsql AS $$
DECLARE
    found o_value;
    n integer := (SELECT count(*) FROM o_value v WHERE v.model = a.pool_model AND v.name = a.pool_name);
BEGIN
    IF n > 0 THEN
        SELECT * INTO found FROM o_value v WHERE v.model = a.pool_model AND v.name = a.pool_name
        ORDER BY number OFFSET o_value_of(n) LIMIT 1;
    END IF;
    RETURN found;
END $$;

-- A path of a row: one of its names, or an attribute behind to-one relationships
CREATE FUNCTION o_path(wanted text, alias text, kinds text, names o_attribute[], depth integer DEFAULT 2) RETURNS o_attribute
LANGUAGE plpgsql AS $$
DECLARE
    found o_attribute;
    r o_relationship;
    child text;
BEGIN
    IF cardinality(names) > 0 AND o_some(3) = 0 THEN
        found := names[1 + o_some(cardinality(names))];
        IF position(found.kind IN kinds) > 0 THEN
            found.expression := o_at(found.expression, alias);
            RETURN found;
        END IF;
    END IF;
    IF depth > 0 AND o_some(3) = 0 THEN
        r := o_some_relationship(wanted, false);
        IF r.name IS NOT NULL THEN
            child := o_alias();
            found := o_path(r.target, child, kinds, '{}', depth - 1);
            IF found.name IS NOT NULL THEN
                found.expression := format('(SELECT %s FROM %s %s WHERE %s)', found.expression, o_relation(r.target), child,
                    o_join(r, alias, child));
                found.name := r.name || '.' || found.name;
                RETURN found;
            END IF;
        END IF;
    END IF;
    found := o_some_attribute(wanted, kinds);
    found.expression := o_at(found.expression, alias);
    RETURN found;
END $$;

-- value IN (...) as the language has it: two-valued, a null in the list matches NULL
CREATE FUNCTION o_in(a o_attribute, expression text) RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    with_null boolean := o_value_of(4) = 0;
    by_parameter boolean := o_some(5) = 0;
    json text[] := '{}';
    literals text[] := '{}';
    v o_value;
BEGIN
    FOR i IN 1 .. o_value_of(5) LOOP
        v := o_some_value(a);
        IF v.json IS NOT NULL THEN
            json := json || v.json;
            literals := literals || v.literal;
        END IF;
    END LOOP;
    IF with_null THEN
        json := json || 'null'::text;
    END IF;
    RETURN (
        CASE WHEN by_parameter THEN o_parameter('[' || array_to_string(json, ',') || ']')
             ELSE '[' || array_to_string(json, ',') || ']' END,
        format('(%s%s)',
            CASE WHEN literals = '{}' THEN 'false' ELSE format('(%s IN (%s)) IS TRUE', expression, array_to_string(literals, ', ')) END,
            CASE WHEN with_null THEN format(' OR %s IS NULL', expression) END));
END $$;

-- One operator of a text: operand and SQL
CREATE FUNCTION o_text_operator(op text, a o_attribute, expression text) RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    plain text := coalesce((o_some_value(a)).plain, '');
    start integer := 1 + o_value_of(greatest(length(plain), 1));
    part text := substr(plain, start, 1 + o_value_of(5));
    ignore boolean := left(op, 1) = 'i' AND op <> 'ieq';
    base text := CASE WHEN ignore THEN substr(op, 2) ELSE op END;
    harmless text := regexp_replace(part, '[^a-zA-Z0-9 ]', '_', 'g');
BEGIN
    IF ignore OR op = 'ieq' THEN
        plain := upper(plain);
        part := upper(part);
        harmless := upper(harmless);
    END IF;
    CASE base
    WHEN 'like' THEN
        part := (ARRAY['%' || harmless || '%', '_' || substr(harmless, 2) || '%', '%' || left(harmless, 2), harmless])[1 + o_value_of(4)];
        RETURN (to_json(part)::text, format('%s %s %L', expression, CASE WHEN ignore THEN 'ILIKE' ELSE 'LIKE' END, part));
    WHEN 'regex' THEN
        part := replace(harmless, '_', '.');
        part := (ARRAY['^' || part, part, left(part, 1) || '.*' || right(part, 1), part || '$', '[aeiou]' || left(part, 2) || '?'])[1 + o_value_of(5)];
        RETURN (to_json(part)::text, format('%s %s %L', expression, CASE WHEN ignore THEN '~*' ELSE '~' END, part));
    WHEN 'contains' THEN
        NULL;
    WHEN 'starts_with' THEN
        part := left(plain, 1 + o_value_of(3));
    WHEN 'ends_with' THEN
        part := right(plain, 1 + o_value_of(3));
    WHEN 'ieq' THEN
        RETURN (to_json(plain)::text, format('lower(%s) = lower(%L)', expression, plain));
    WHEN 'search' THEN
        part := (ARRAY[plain, replace(plain, ' ', ' or '), '-' || plain, '"' || plain || '"'])[1 + o_value_of(4)];
        RETURN (to_json(part)::text, format('to_tsvector(%s) @@ websearch_to_tsquery(%L)', expression, part));
    END CASE;
    IF ignore THEN
        expression := format('lower(%s)', expression);
    END IF;
    RETURN (to_json(part)::text, CASE base
        WHEN 'contains' THEN format('position(%2$s IN %1$s) > 0', expression, quote_literal(CASE WHEN ignore THEN lower(part) ELSE part END))
        WHEN 'starts_with' THEN format('left(%1$s, length(%2$s)) = %2$s', expression, quote_literal(CASE WHEN ignore THEN lower(part) ELSE part END))
        ELSE format('right(%1$s, length(%2$s)) = %2$s', expression, quote_literal(CASE WHEN ignore THEN lower(part) ELSE part END)) END);
END $$;

-- What stands behind a name in a where: document and SQL; wanted: the model, for paths
CREATE FUNCTION o_condition(wanted text, alias text, a o_attribute, names o_attribute[]) RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    e text := a.expression;
    documents text[] := '{}';
    conditions text[] := '{}';
    used text[] := '{}';
    op text;
    p o_pair;
    v o_value;
    other o_attribute;
    others o_attribute[];
    r o_relationship;
    child text;
    operators text[];
    symbols CONSTANT jsonb := '{"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}';
BEGIN
    -- (a row of NULLs is a value: IS NULL says otherwise)
    IF o_some(8) = 0 OR position(a.kind IN 'Jx') > 0 THEN
        CASE o_some(3)
        WHEN 0 THEN RETURN ('null'::text, e || ' IS NOT DISTINCT FROM NULL');
        WHEN 1 THEN RETURN ('{"ne":null}'::text, e || ' IS DISTINCT FROM NULL');
        ELSE RETURN ('{"eq":null}'::text, e || ' IS NOT DISTINCT FROM NULL');
        END CASE;
    END IF;
    v := o_some_value(a);
    IF v.json IS NULL THEN
        RETURN ('{"ne":null}'::text, e || ' IS DISTINCT FROM NULL');
    END IF;
    -- by a parameter, which may be null
    IF o_some(8) = 0 THEN
        op := o_pick('{"eq":%s}', '{"ne":%s}', '%s');
        IF o_value_of(3) = 0 THEN
            RETURN (format(op, o_parameter('null')), format(CASE WHEN op ~ 'ne' THEN '%s IS DISTINCT FROM NULL' ELSE '%s IS NOT DISTINCT FROM NULL' END, e));
        ELSIF a.kind <> 'p' THEN
            RETURN (format(op, o_parameter(v.json)), format(CASE WHEN op ~ 'ne' THEN '%s IS DISTINCT FROM %s' ELSE '%s = %s' END, e, v.literal));
        END IF;
    END IF;
    -- plain: what begins as an object needs "eq", whatever the value
    IF o_some(3) = 0 AND position(a.kind IN 'jp') = 0 THEN
        RETURN (o_operand(v.json), format('%s = %s', e, v.literal));
    END IF;
    operators := CASE a.kind
        WHEN 'b' THEN '{eq,ne}'
        WHEN 'j' THEN '{eq,ne,@>,<@,?,?|}'
        WHEN 'p' THEN '{~=,<<,>>}'
        WHEN 'a' THEN '{eq,ne,@>,<@,&&}'
        WHEN 'r' THEN '{eq,ne,lt,ge,@>,<@,&&,<<,-|-}'
        WHEN 't' THEN '{eq,ne,lt,le,gt,ge,in,not_in,in,like,ilike,contains,icontains,starts_with,istarts_with,ends_with,iends_with,regex,iregex,ieq,search,~~,!~}'
        ELSE '{eq,ne,lt,le,gt,ge,in,not_in,$attribute,=,<>}' END::text[];
    FOR i IN 1 .. 1 + o_some(5) / 4 LOOP
        op := o_pick(VARIADIC operators);
        CONTINUE WHEN op = ANY (used);
        used := used || op;
        v := o_some_value(a);
        IF op IN ('in', 'not_in') THEN
            p := o_in(a, e);
            IF op = 'not_in' THEN
                p.sql := 'NOT ' || p.sql;
            END IF;
        ELSIF op = '$attribute' THEN
            others := (SELECT array_agg(x ORDER BY x.place) FROM o_attribute x
                WHERE x.model = wanted AND x.type = a.type AND x.name <> a.name);
            r := o_some_relationship(wanted, false);
            IF r.name IS NOT NULL AND o_some(2) = 0 THEN
                child := o_alias();
                others := (SELECT array_agg((x.model, x.place, r.name || '.' || x.name, format('(SELECT %s FROM %s %s WHERE %s)',
                        o_at(x.expression, child), o_relation(r.target), child, o_join(r, alias, child)),
                        x.type, x.kind, x.pool_model, x.pool_name)::o_attribute ORDER BY x.place)
                    FROM o_attribute x WHERE x.model = r.target AND x.type = a.type);
            END IF;
            CONTINUE WHEN others IS NULL;
            other := others[1 + o_some(cardinality(others))];
            op := o_pick('eq', 'lt', 'le', 'gt', 'ge', 'ne', '<');
            CONTINUE WHEN op = ANY (used);
            used := used || op;
            p := (format('{"$attribute":%s}', to_json(other.name)), format(CASE WHEN op = 'ne' THEN '%s IS DISTINCT FROM %s'
                ELSE '%s ' || coalesce(symbols ->> op, op) || ' %s' END, e, o_at(other.expression, alias)));
        ELSIF op IN ('?', '?|') THEN
            p := CASE op WHEN '?' THEN (o_operand('"a"'), e || ' ? ''a''')::o_pair ELSE (o_operand('["b","z"]'), e || ' ?| ARRAY[''b'', ''z'']')::o_pair END;
        ELSIF op IN ('~~', '!~') THEN
            p := (to_json(left(v.plain, 1)::text)::text, format('%s %s %L', e, op, left(v.plain, 1)));
            CONTINUE WHEN left(v.plain, 1) ~ '[^a-zA-Z]' OR v.plain = '';
        ELSIF a.kind = 't' AND NOT symbols ? op AND op <> 'ne' THEN
            p := o_text_operator(op, a, e);
        ELSE
            p := (o_operand(v.json),
                format(CASE WHEN op = 'ne' THEN '%s IS DISTINCT FROM %s' ELSE '%s ' || coalesce(symbols ->> op, op) || ' %s' END, e, v.literal));
        END IF;
        documents := documents || format('%s:%s', to_json(op), p.document);
        conditions := conditions || format('(%s)', p.sql);
    END LOOP;
    IF documents = '{}' THEN
        RETURN ('{"ne":null}'::text, e || ' IS DISTINCT FROM NULL');
    END IF;
    RETURN (o_document(documents), array_to_string(conditions, ' AND '));
END $$;

CREATE FUNCTION o_where(wanted text, alias text, depth integer, names o_attribute[] DEFAULT '{}') RETURNS o_pair LANGUAGE plpgsql AS $$
DECLARE
    documents text[] := '{}';
    conditions text[] := '{}';
    used text[] := '{}';
    items text[];
    item_sql text[];
    kind integer;
    a o_attribute;
    r o_relationship;
    p o_pair;
    q o_pair;
    op text;
    child text;
    exists_sql text;
BEGIN
    FOR i IN 1 .. 1 + o_some(2) LOOP
        kind := o_some(CASE WHEN depth > 0 THEN 12 ELSE 6 END);
        IF kind < 6 THEN
            IF cardinality(names) > 0 AND o_some(2) = 0 THEN
                a := names[1 + o_some(cardinality(names))];
            ELSE
                a := o_some_attribute(wanted, o_pick('ntodbarjJxp', 'ntod', 'ntod', 't', 'arjbp'));
            END IF;
            CONTINUE WHEN a.name IS NULL OR a.name = ANY (used);
            used := used || a.name;
            a.expression := o_at(a.expression, alias);
            p := o_condition(wanted, alias, a, names);
            documents := documents || format('%s:%s', to_json(a.name), p.document);
            conditions := conditions || format('(%s)', p.sql);
        ELSIF kind < 9 THEN
            op := o_pick('and', 'or', 'or', 'not');
            CONTINUE WHEN op = ANY (used);
            used := used || op;
            IF op = 'not' THEN
                p := o_where(wanted, alias, depth - 1, names);
                documents := documents || format('"not":%s', p.document);
                conditions := conditions || format('(%s) IS NOT TRUE', p.sql);
            ELSE
                items := '{}';
                item_sql := '{}';
                FOR j IN 1 .. CASE WHEN o_some(12) = 0 THEN 0 ELSE 1 + o_some(9) / 4 END LOOP
                    p := o_where(wanted, alias, depth - 1, names);
                    items := items || p.document;
                    item_sql := item_sql || format('((%s) IS TRUE)', p.sql);
                END LOOP;
                IF items = '{}' THEN
                    item_sql := ARRAY[CASE WHEN op = 'and' THEN 'true' ELSE 'false' END];
                END IF;
                documents := documents || format('"%s":[%s]', op, array_to_string(items, ','));
                conditions := conditions || format('(%s)', array_to_string(item_sql, format(' %s ', upper(op))));
            END IF;
        ELSE
            r := o_some_relationship(wanted, NULL);
            CONTINUE WHEN r.name IS NULL OR r.name = ANY (used);
            used := used || r.name;
            child := o_alias();
            op := CASE WHEN r.many THEN o_pick('any', 'any', 'none', 'all', 'count', 'counted') WHEN o_some(5) = 0 THEN 'null' ELSE 'one' END;
            p := ('{}', 'true');
            IF op NOT IN ('null', 'count') AND o_some(5) > 0 THEN
                p := o_where(r.target, child, depth - 1);
            END IF;
            exists_sql := format('EXISTS (SELECT 1 FROM %s %s WHERE %s AND %%s)', o_relation(r.target), child, o_join(r, alias, child));
            IF r.many THEN
                IF op IN ('count', 'counted') THEN
                    SELECT * INTO q FROM o_condition('$', '', ('$', 0, '', format('(SELECT count(*) FROM %s %s WHERE %s AND %s)',
                        o_relation(r.target), child, o_join(r, alias, child), p.sql),
                        'bigint', 'n', '$', 'bigint')::o_attribute, '{}');
                    documents := documents || format('%s:{%s"count":%s}', to_json(r.name), CASE op WHEN 'counted' THEN format('"where":%s,', p.document) END, q.document);
                    conditions := conditions || format('(%s)', q.sql);
                ELSE
                    documents := documents || format('%s:{"%s":%s}', to_json(r.name), op, p.document);
                    conditions := conditions || CASE op
                        WHEN 'any' THEN format(exists_sql, format('(%s)', p.sql))
                        WHEN 'none' THEN 'NOT ' || format(exists_sql, format('(%s)', p.sql))
                        ELSE 'NOT ' || format(exists_sql, format('(%s) IS NOT TRUE', p.sql)) END;
                    IF op = 'any' AND o_some(4) = 0 THEN
                        documents[cardinality(documents)] := format('%s:{"count":{"lt":4},"any":%s}', to_json(r.name), p.document);
                        conditions := conditions || format('(SELECT count(*) FROM %s %s WHERE %s) < 4', o_relation(r.target), child, o_join(r, alias, child));
                    ELSIF op = 'none' AND o_some(3) = 0 THEN
                        documents[cardinality(documents)] := format('%s:{"none":%s,"any":{}}', to_json(r.name), p.document);
                        conditions := conditions || format(exists_sql, 'true');
                    END IF;
                END IF;
            ELSIF op = 'null' THEN
                documents := documents || format('%s:null', to_json(r.name));
                conditions := conditions || ('NOT ' || format(exists_sql, 'true'));
            ELSE
                documents := documents || format('%s:%s', to_json(r.name), p.document);
                conditions := conditions || format(exists_sql, format('(%s)', p.sql));
            END IF;
        END IF;
    END LOOP;
    RETURN (o_document(documents), CASE WHEN conditions = '{}' THEN 'true' ELSE array_to_string(conditions, ' AND ') END);
END $$;

\ir expressions.sql
\ir windows.sql
\ir documents.sql
\ir compare.sql
