-- Typed functions, of other models too, follow orm.soft_delete when it comes into force and goes.
SET client_min_messages = warning;
CREATE SCHEMA soft_delete_functions;
SET search_path = soft_delete_functions, public;
CREATE FUNCTION declare(VARIADIC more orm.document[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
  SELECT orm.model('Row', 'rows', VARIADIC ARRAY[orm.column('id', 'integer', primary_key => true), orm.column('gone', 'timestamptz'),
    orm.belongs_to('box', 'Box', back_populates => 'rows')] || more) $$;
SELECT orm.model('Box', 'boxes', orm.column('id', 'integer', primary_key => true), orm.has_many('rows', 'Row', back_populates => 'box'));
SELECT declare();
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO boxes VALUES (1);
INSERT INTO rows (id, gone, box_id) VALUES (1, now(), 1), (2, NULL, 1);
-- Whose rows the functions show, and what lint says of them.
CREATE FUNCTION shown(OUT from_box int[], OUT from_rows int[], OUT lint bigint) LANGUAGE plpgsql AS $$
BEGIN
  SELECT array_agg(r.id ORDER BY r.id) INTO from_box FROM boxes b, rows(b) r;
  SELECT array_agg(r.id ORDER BY r.id) INTO from_rows FROM row_all() r;
  SELECT count(*) INTO lint FROM orm.lint() WHERE rule = 'accessors_out_of_date';
END $$;
SELECT * FROM shown();
-- declared over a column that is there, and taken out
SELECT declare(orm.soft_delete('gone'));
SELECT * FROM shown();
SELECT declare();
SELECT * FROM shown();
-- added with its column, by orm.migrate
SELECT count(*) FROM orm.extend('Row', orm.soft_delete());
SELECT * FROM shown();
SELECT count(*) > 0 FROM orm.migrate();
UPDATE rows SET deleted_at = now() WHERE id = 2;
SELECT * FROM shown();
SELECT count(*) > 0 FROM orm.drop_element('Row', 'soft_delete', 'deleted_at');
SELECT count(*) > 0 FROM orm.migrate('{"allow_destructive": true}');
SELECT * FROM shown();
-- and by hand
SELECT count(*) FROM orm.extend('Row', orm.soft_delete());
ALTER TABLE rows ADD COLUMN deleted_at timestamptz;
UPDATE rows SET deleted_at = now() WHERE id = 1;
SELECT * FROM shown();
ALTER TABLE rows RENAME COLUMN deleted_at TO removed_at;
SELECT * FROM shown();
DROP SCHEMA soft_delete_functions CASCADE;
