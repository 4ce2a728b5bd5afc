\set i random(1, 20000)
\set e random(1, 1000000)
UPDATE usuarios SET edad = :e WHERE id = :i RETURNING *;
