-- What test/bench/growth uses in its databases.

-- Models in a tree, ten children to each.
CREATE FUNCTION declare_models(n integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('search_path', 'models', true);
    FOR i IN 1..n LOOP
        IF i = 1 THEN
            PERFORM orm.model('M' || i, 'm' || i,
                orm.column('id', 'integer', primary_key => true),
                orm.column('name', 'text', nullable => false),
                orm.column('made', 'timestamptz', server_default => 'now()'));
        ELSE
            PERFORM orm.model('M' || i, 'm' || i,
                orm.column('id', 'integer', primary_key => true),
                orm.column('name', 'text', nullable => false),
                orm.column('made', 'timestamptz', server_default => 'now()'),
                orm.belongs_to('parent', 'M' || (i + 8) / 10));
        END IF;
    END LOOP;
END
$$;

-- Such tables without models, with two foreign keys each.
CREATE FUNCTION make_tables(schema_name text, n integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..n LOOP
        EXECUTE format('CREATE TABLE %I.t%s (id integer PRIMARY KEY, name text NOT NULL, made timestamptz DEFAULT now())',
            schema_name, i);
        IF i > 1 THEN
            EXECUTE format('ALTER TABLE %I.t%s ADD parent_id integer REFERENCES %1$I.t%s', schema_name, i, (i + 8) / 10);
            EXECUTE format('ALTER TABLE %I.t%s ADD before_id integer REFERENCES %1$I.t%s', schema_name, i, i - 1);
            EXECUTE format('CREATE INDEX ON %I.t%s (parent_id)', schema_name, i);
            EXECUTE format('CREATE INDEX ON %I.t%s (before_id)', schema_name, i);
        END IF;
    END LOOP;
END
$$;

-- Opens models by reading a row of each.
CREATE FUNCTION open_models(n integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM orm.get('M' || i, 1) FROM generate_series(1, n) i;
END
$$;

-- The median of the time of a statement, in milliseconds; another one undoes it.
CREATE FUNCTION median_time(calls integer, statement text, undo text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
    times double precision[] := '{}';
    start timestamptz;
BEGIN
    FOR i IN 1..calls LOOP
        start := clock_timestamp();
        EXECUTE statement;
        times := times || extract(epoch FROM clock_timestamp() - start) * 1000;
        EXECUTE undo;
    END LOOP;
    RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) t);
END
$$;

-- What drops all functions and tables of a schema.
CREATE FUNCTION drop_script(schema_name text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('DROP FUNCTION %s;', p.oid::regprocedure) FROM pg_proc p
        WHERE p.pronamespace = schema_name::regnamespace AND p.proname !~ '_model$'
    UNION ALL
    SELECT format('DROP TABLE %s;', string_agg(format('%I.%I', schema_name, c.relname), ', ')) FROM pg_class c
        WHERE c.relnamespace = schema_name::regnamespace AND c.relkind = 'r'
$$;

CREATE FUNCTION disable_event_triggers() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    trigger_name text;
BEGIN
    FOR trigger_name IN SELECT evtname FROM pg_event_trigger LOOP
        EXECUTE format('ALTER EVENT TRIGGER %I DISABLE', trigger_name);
    END LOOP;
END
$$;
