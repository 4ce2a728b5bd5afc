-- the server's own part of write_once: a trigger whose condition is never true, on an UPDATE of another column.
CREATE TABLE guarded (id integer PRIMARY KEY, number text NOT NULL, stock integer NOT NULL);
INSERT INTO guarded SELECT i, 'n' || i, i FROM generate_series(1, 20000) i;
CREATE TABLE unguarded (LIKE guarded INCLUDING ALL);
INSERT INTO unguarded SELECT * FROM guarded;
VACUUM ANALYZE guarded, unguarded;
CREATE TRIGGER idle BEFORE UPDATE ON guarded FOR EACH ROW WHEN (NEW.number IS DISTINCT FROM OLD.number)
    EXECUTE FUNCTION suppress_redundant_updates_trigger();
