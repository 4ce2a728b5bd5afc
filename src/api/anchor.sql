-- once
-- The unit of work: objects are queued and written together, at the latest when
-- the transaction ends; see session/session.h.

-- No key: a subscriber to all tables copies a second row, which does no harm.
CREATE TABLE orm.anchor (
    row_of_nothing pg_catalog.bool NOT NULL DEFAULT true
);
COMMENT ON TABLE orm.anchor IS
'One row, whose deferred trigger writes the queued objects at the end of a transaction. It is never written to.';
INSERT INTO orm.anchor DEFAULT VALUES;

CREATE FUNCTION orm.flush_at_commit() RETURNS pg_catalog.trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'orm_sql_flush_at_commit';
COMMENT ON FUNCTION orm.flush_at_commit() IS
'Deferred trigger on orm.anchor: writes the objects queued by orm.add, orm.merge and orm.remove. Called by the server only.';

-- ENABLE ALWAYS: an apply worker's transaction has to flush as well.
CREATE CONSTRAINT TRIGGER flush AFTER INSERT ON orm.anchor DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION orm.flush_at_commit();
ALTER TABLE orm.anchor ENABLE ALWAYS TRIGGER flush;
