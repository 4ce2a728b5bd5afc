-- Generated window functions against plain SQL.
-- The documents and the SQL come from test/oracle/windows.sql, always the same ones.
\set regression :DBNAME
\getenv source PG_ABS_SRCDIR
\set generator :source '/test/oracle/generator.sql'
\set blog :source '/test/oracle/blog.sql'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_query_oracle_window;
CREATE DATABASE regress_orm_query_oracle_window TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_query_oracle_window
SET client_min_messages = warning;
SET lc_messages = 'C';
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
\set ECHO none
\i :generator
\i :blog
\set ECHO all

CALL o_windows('windows', '{Author,Post,Comment,Room,Booking,"Línea de pedido",Tag,Sample,Profile}', 600, 11);

-- The verdict
\pset format unaligned
SELECT * FROM o_verdict;
SELECT * FROM o_never('rank', 'dense_rank', 'percent_rank', 'cume_dist', 'row_number', 'ntile', 'lag', 'lead', 'first_value', 'last_value', 'nth_value',
    'sum', 'min', 'max', 'avg', 'count', 'over', 'partition_by', 'order_by', 'rows', 'range', 'made', 'or', 'not', 'desc');
SELECT * FROM o_differences;
\pset format aligned

\c :regression
DROP DATABASE regress_orm_query_oracle_window;
