-- Generated expressions against plain SQL.
-- The documents and the SQL come from test/oracle/expressions.sql, always the same ones.
\set regression :DBNAME
\getenv source PG_ABS_SRCDIR
\set generator :source '/test/oracle/generator.sql'
\set blog :source '/test/oracle/blog.sql'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_query_oracle_expression;
CREATE DATABASE regress_orm_query_oracle_expression TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_query_oracle_expression
SET client_min_messages = warning;
SET lc_messages = 'C';
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
\set ECHO none
\i :generator
\i :blog
\set ECHO all

CALL o_expressions('expressions', '{Author,Post,Comment,Room,Booking,"Línea de pedido",Tag,Sample,Profile}', 800, 5);
CALL o_patches('patches', 300, 6);

-- The verdict
\pset format unaligned
SELECT * FROM o_verdict;
SELECT * FROM o_never('coalesce', 'case', 'nullif', 'greatest', 'least', 'abs', 'round', 'length', 'sum', 'max', 'min', 'of', '+', '-', '*', '/',
    'upper', 'substr', 'concat', 'cast', '||', 'and', 'or', 'not', 'is_null', 'is_distinct', 'exists', '<', '$expr', 'by', '$', '$value');
SELECT * FROM o_differences;
\pset format aligned

\c :regression
DROP DATABASE regress_orm_query_oracle_expression;
