-- the same as one array, written by one call
\set n :n + 1
\if :n = 1
SELECT a.document AS even, b.document AS odd FROM work a, work b WHERE a.turn = 0 AND b.turn = 1 \gset
\endif
\set turn :n % 2
BEGIN;
\if :turn = 0
SELECT orm.save('Usuario', :even, '{"return": false}');
\else
SELECT orm.save('Usuario', :odd, '{"return": false}');
\endif
COMMIT;
