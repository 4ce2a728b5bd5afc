-- Constants that mean the moment at which they are read are refused in declarations.
CREATE SCHEMA time_words;
SET search_path = time_words;
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE DOMAIN day AS date;
CREATE FUNCTION tried(VARIADIC elements orm.document[]) RETURNS text LANGUAGE plpgsql AS $$ DECLARE d text; h text; result text; BEGIN
    result := orm.model('X', 'xs', VARIADIC orm.column('id', 'integer', primary_key => true) || elements);
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, nullif(d, ''), nullif(h, ''));
END $$;
SELECT tried(orm.column('c', type, server_default => value)) FROM (VALUES
    ('timestamptz', '''now'''), ('timestamptz', '''now''::timestamptz'), ('date', '''today'''), ('date', 'date ''yesterday'' + 1'), ('timestamp', '''Tomorrow 10:00'''),
    ('timestamptz', 'now()'), ('timestamptz', '''infinity'''), ('date', '''2026-01-01'''), ('text', '''now'''), ('text', '''today''::text'),
    ('date', '(''now''::text)::date'), ('date', '''epoch''::date'), ('text', 'current_date::text'),
    ('timestamptz[]', '''{now}'''), ('date[]', '''{2026-01-01,today}''::date[]'), ('daterange', '''[today,)'''), ('tstzrange', '''(,"now")''::tstzrange'), ('day', '''today'''),
    ('datemultirange', '''{[yesterday,tomorrow)}'''), ('text[]', '''{now}'''), ('int4range', '''[1,2)''')) v(type, value);
SELECT tried(orm.column('c', 'date', check_expr => 'c > ''today''::date'));
SELECT tried(orm.column('c', 'date'), orm.check('later', 'c > CAST(''now'' AS timestamp with time zone)'));
SELECT tried(orm.column('c', 'date'), orm.computed('late', 'boolean', 'c < date ''tomorrow'''));
SELECT tried(orm.column('c', 'date', generated => 'timestamp ''now'''));
SELECT tried(orm.column('c', 'text'), orm.check('word', 'c <> ''now'''));
SELECT count(*) FROM (SELECT orm.unmap(model) FROM orm.models) u;
DROP SCHEMA time_words CASCADE;
