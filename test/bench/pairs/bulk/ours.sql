\set n :n + 1
\if :n = 1
SELECT document FROM bulk \gset
\endif
SELECT orm.create('Usuario', :document, '{"return": false}');
