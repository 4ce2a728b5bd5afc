\set n :n + 1
DELETE FROM usuarios WHERE id = :n;
