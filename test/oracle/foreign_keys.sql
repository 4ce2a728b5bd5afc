-- What orm.reflect should have made of the foreign keys of a schema, by pg_constraint: a row for each one that is not a
-- relationship exactly once on each side where there is a model.  In the first schema of the search_path.
CREATE FUNCTION wrong_ends(of_schema text) RETURNS TABLE (foreign_key text, side text, relationships text[])
LANGUAGE sql AS $$
WITH fk AS (
    SELECT con.conname, con.conrelid, con.confrelid,
        (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_catalog.unnest(con.conkey) k
            JOIN pg_catalog.pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k) AS columns
    FROM pg_catalog.pg_constraint con
    JOIN pg_catalog.pg_class h ON h.oid = con.conrelid AND NOT h.relispartition
    WHERE con.contype = 'f' AND con.conparentid = 0 AND h.relnamespace = of_schema::regnamespace
), model AS (
    SELECT m.model, c.oid AS relid FROM orm.models m
    JOIN pg_catalog.pg_class c ON c.relname = m.table_name AND c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(m.schema))
), relationship AS (
    SELECT r.relationship, r.kind, m.relid, t.relid AS target, r.resolved,
        (SELECT array_agg(k ORDER BY k) FROM pg_catalog.unnest(r.foreign_key) k) AS columns,
        coalesce((SELECT j.relid FROM model j WHERE j.model = r.through), pg_catalog.to_regclass(r.through)) AS joins
    FROM orm.relationships r JOIN model m ON m.model = r.model JOIN model t ON t.model = r.target
), side AS (
    SELECT fk.*, 'belongs_to' AS side, array(SELECT r.relationship FROM relationship r
        WHERE r.kind = 'belongs_to' AND r.relid = fk.conrelid AND r.target = fk.confrelid AND r.columns = fk.columns AND r.resolved) AS found
    FROM fk WHERE fk.conrelid IN (SELECT relid FROM model) AND fk.confrelid IN (SELECT relid FROM model)
    UNION ALL
    SELECT fk.*, 'has_many', array(SELECT r.relationship FROM relationship r
        WHERE r.kind IN ('has_many', 'has_one') AND r.relid = fk.confrelid AND r.target = fk.conrelid AND r.columns = fk.columns AND r.resolved)
    FROM fk WHERE fk.conrelid IN (SELECT relid FROM model) AND fk.confrelid IN (SELECT relid FROM model)
    UNION ALL
    SELECT fk.*, 'many_to_many', array(SELECT r.relationship FROM relationship r
        WHERE r.kind = 'many_to_many' AND r.relid = fk.confrelid AND r.joins = fk.conrelid AND r.columns = fk.columns AND r.resolved)
    FROM fk WHERE fk.conrelid NOT IN (SELECT relid FROM model) AND fk.confrelid IN (SELECT relid FROM model)
)
SELECT conname, side, found FROM side WHERE cardinality(found) <> 1 ORDER BY 1, 2
$$;
