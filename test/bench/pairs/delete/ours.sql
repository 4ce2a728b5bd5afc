\set n :n + 1
SELECT usuario_delete(:n);
