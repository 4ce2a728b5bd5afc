CREATE TABLE countries (code text PRIMARY KEY, name text, people int);
INSERT INTO countries SELECT 'c' || i, 'country ' || i, i FROM generate_series(1, 20000) i;
VACUUM ANALYZE countries;
SELECT count(*) FROM orm.map('countries', 'Country');
