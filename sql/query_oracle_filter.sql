-- Generated conditions and orders against plain SQL.
-- The documents and the SQL come from test/oracle/generator.sql, always the same ones.
\set regression :DBNAME
\getenv source PG_ABS_SRCDIR
\set generator :source '/test/oracle/generator.sql'
\set blog :source '/test/oracle/blog.sql'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_query_oracle_filter;
CREATE DATABASE regress_orm_query_oracle_filter TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_query_oracle_filter
SET client_min_messages = warning;
SET lc_messages = 'C';
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
\set ECHO none
\i :generator
\i :blog
\set ECHO all

-- All models, all operators, all relationships
CALL o_generate('filters', '{Author,Post,Comment,Sample,Room,Booking,"Línea de pedido",Tag,Child,Profile,Nothing}', 'where', 330, 32);
CALL o_generate('computed', '{Author,Post,Comment,Room,Booking,"Línea de pedido",Tag,Sample,Profile}', 'where compute select', 180, 2);
CALL o_generate('cut', '{Author,Post,Comment,Room,Booking,"Línea de pedido",Sample}', 'where compute limit distinct', 140, 3);

-- The same shape again and again: what is kept of it, with other values
CALL o_generate('alike', '{Author,Post,Comment,Room,Booking,"Línea de pedido",Sample}', 'where compute select limit', 160, 10, 8);

-- What else a list's document can be asked for
CALL o_generate('count', '{Author,Post,Comment,Sample,Room,Booking}', 'where compute distinct verb=count', 60, 4);
CALL o_generate('exists', '{Author,Post,Comment,Sample,Room,Booking}', 'where compute verb=exists', 36, 5);
CALL o_generate('first', '{Author,Post,Comment,Sample,Room,Booking}', 'where compute select verb=first', 36, 6);
CALL o_generate('each', '{Author,Post,Comment,Sample,Room,Booking}', 'where compute limit verb=each', 36, 7);
CALL o_generate('rows', '{Author,Post,Comment,Sample,Room,Booking}', 'where limit verb=rows', 36, 8);
CALL o_generate('delete_where', '{Booking,"Línea de pedido",Profile,Child}', 'verb=delete', 80, 17);
CALL o_generate('pages', '{Author,Post,Comment,Booking,Room,"Línea de pedido"}', 'where compute verb=page', 120, 9);

-- The verdict
\pset format unaligned
SELECT * FROM o_verdict;
SELECT * FROM o_never('where', 'and', 'or', 'not', 'any', 'none', 'all', 'count', '$', '$attribute', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in', 'not_in',
    'ieq', 'search', 'like', 'ilike', 'contains', 'icontains', 'starts_with', 'istarts_with', 'ends_with', 'iends_with', 'regex', 'iregex',
    '$value', '@>', '<@', '?', '?|', '&&', '~=', '<->', '<<', '-|-', '~~', '!~', 'compute', 'trunc', 'part', 'at', 'order_by', 'by', 'desc', 'nulls', 'limit', 'offset', 'distinct',
    'select', 'omit');
SELECT * FROM o_differences;
\pset format aligned

\c :regression
DROP DATABASE regress_orm_query_oracle_filter;
