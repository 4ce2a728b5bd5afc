-- one changeset: what was changed is found, and nothing is left queued
\set n :n + 1
\if :n = 1
SELECT json_build_object('merge', (SELECT json_agg(json_build_object('model', 'Usuario', 'object', o)) FROM json_array_elements(a.document::json) o)) AS even,
	json_build_object('merge', (SELECT json_agg(json_build_object('model', 'Usuario', 'object', o)) FROM json_array_elements(b.document::json) o)) AS odd
	FROM work a, work b WHERE a.turn = 0 AND b.turn = 1 \gset
\endif
\set turn :n % 2
BEGIN;
\if :turn = 0
SELECT orm.flush(:even);
\else
SELECT orm.flush(:odd);
\endif
COMMIT;
