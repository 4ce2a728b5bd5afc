-- one statement queues them, in 1,000 calls; what was changed is found and written by COMMIT
\set n :n + 1
\if :n = 1
SELECT a.document AS even, b.document AS odd FROM work a, work b WHERE a.turn = 0 AND b.turn = 1 \gset
\endif
\set turn :n % 2
BEGIN;
\if :turn = 0
SELECT count(orm.merge('Usuario', o)) FROM json_array_elements(:even::json) o;
\else
SELECT count(orm.merge('Usuario', o)) FROM json_array_elements(:odd::json) o;
\endif
COMMIT;
