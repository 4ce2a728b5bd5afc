-- Upsert by partial unique indexes, and by unique indexes over expressions. Oracle: INSERT ... ON CONFLICT by the index, in a table like it.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA upsert_index;
SET search_path = upsert_index;
SET client_min_messages = warning;

SELECT orm.model('Member', 'members', orm.column('id', 'integer', primary_key => true),
    orm.column('email', 'text'), orm.column('team', 'text'), orm.column('rank', 'integer'),
    orm.column('active', 'boolean', nullable => false, server_default => 'true'),
    orm.column('visits', 'integer', nullable => false, server_default => '0'),
    orm.index('(lower(email))', name => 'members_email', is_unique => true),
    orm.index('team', name => 'members_lead', is_unique => true, where_expr => 'rank = 1 AND active'),
    orm.index(ARRAY['team', '(coalesce(rank, 0))'], name => 'members_rank', is_unique => true, where_expr => 'active'));
SELECT count(*) > 0 FROM orm.create_all();
CREATE TABLE oracle (LIKE members INCLUDING ALL);
CREATE FUNCTION same(what text) RETURNS text LANGUAGE sql AS
$$ SELECT what || coalesce(': ' || string_agg(t::text, ' '), ' is the same') FROM (
    (SELECT 'orm', email, team, rank, active, visits FROM members EXCEPT SELECT 'orm', email, team, rank, active, visits FROM oracle)
    UNION ALL (SELECT 'sql', email, team, rank, active, visits FROM oracle EXCEPT SELECT 'sql', email, team, rank, active, visits FROM members)) t $$;

-- over an expression: found in another case, and what is given is set
SELECT orm.upsert('Member', '{"email": "Ann@x", "visits": 1}', '{members_email}', '{"action": true}');
SELECT orm.upsert('Member', '{"email": "aNN@x", "visits": 2}', '{email}', '{"action": true}');
SELECT orm.upsert('Member', '[{"email": "ANN@X", "visits": {"$inc": 5}}, {"email": "bob@x", "visits": 7}]', '{email}', '{"action": true}');
SELECT orm.upsert('Member', '[{"email": "Bob@x", "visits": 0}, {"email": "cy@x", "visits": 9}]', '{members_email}', '{"on_conflict": "ignore", "action": true}');
INSERT INTO oracle (email, visits) VALUES ('Ann@x', 1);
INSERT INTO oracle (email, visits) VALUES ('aNN@x', 2) ON CONFLICT (lower(email)) DO UPDATE SET email = excluded.email, visits = excluded.visits;
INSERT INTO oracle (email, visits) VALUES ('ANN@X', 5), ('bob@x', 7)
    ON CONFLICT (lower(email)) DO UPDATE SET email = excluded.email, visits = oracle.visits + excluded.visits;
INSERT INTO oracle (email, visits) VALUES ('Bob@x', 0), ('cy@x', 9) ON CONFLICT (lower(email)) DO NOTHING;
SELECT same('expression');

-- without conflict_on, by the only key that is given; two objects of one row; not given
SELECT orm.upsert('Member', '{"email": "CY@x", "visits": 10}', options => '{"action": true}');
SELECT orm.upsert('Member', '[{"email": "dee@x"}, {"email": "eve@x"}, {"email": "DEE@x"}]', '{email}');
SELECT orm.upsert('Member', '{"id": 1, "email": "cYY@x"}');
SELECT orm.upsert('Member', '{"visits": 10}', '{email}');
SELECT orm.upsert('Member', '{"email": null}', '{email}');
SELECT orm.upsert('Member', '[{"email": "a@x"}, {"email": {"$append": "y"}}]', '{email}');
SELECT orm.upsert('Member', '{"email": "ann@x"}', '{emial}');
SELECT orm.upsert('Member', '{"email": "ann@x"}', '{visits}');
TRUNCATE members, oracle;

-- a partial index: only where the object's row is in it, with its defaults
SELECT orm.upsert('Member', '[{"team": "red", "rank": 1, "visits": 1}, {"team": "blue", "rank": 1, "visits": 2}]', '{members_lead}', '{"action": true}');
SELECT orm.upsert('Member', '[{"team": "red", "rank": 1, "visits": 3}, {"team": "red", "rank": 2, "visits": 4}]', '{members_lead}', '{"action": true}');
SELECT orm.upsert('Member', '[{"team": "red", "rank": 1, "active": false, "visits": 5}, {"team": "red", "rank": 1, "active": false, "visits": 6}]',
    '{members_lead}', '{"action": true}');
INSERT INTO oracle (team, rank, visits) VALUES ('red', 1, 1), ('blue', 1, 2);
INSERT INTO oracle (team, rank, visits) VALUES ('red', 1, 3), ('red', 2, 4)
    ON CONFLICT (team) WHERE rank = 1 AND active DO UPDATE SET visits = excluded.visits, rank = excluded.rank;
INSERT INTO oracle (team, rank, active, visits) VALUES ('red', 1, false, 5), ('red', 1, false, 6)
    ON CONFLICT (team) WHERE rank = 1 AND active DO UPDATE SET visits = excluded.visits;
SELECT same('partial');

-- both: null counts where the expression is not null; conditions; two indexes over the names
SELECT orm.upsert('Member', '[{"team": "red", "rank": null, "visits": 1}, {"team": "red", "rank": 2, "visits": 20}]', '{members_rank}', '{"action": true}');
SELECT orm.upsert('Member', '[{"team": "red", "rank": null, "visits": 2}, {"team": "red", "rank": 2, "visits": 21}]', '{team, rank}',
    '{"action": true, "where": {"visits": {"lt": 20}}}');
SELECT orm.upsert('Member', '{"team": "red", "rank": 1, "visits": 2}');
INSERT INTO oracle (team, rank, visits) VALUES ('red', NULL, 1), ('red', 2, 20) ON CONFLICT (team, coalesce(rank, 0)) WHERE active DO UPDATE SET visits = excluded.visits;
INSERT INTO oracle (team, rank, visits) VALUES ('red', NULL, 2), ('red', 2, 21) ON CONFLICT (team, coalesce(rank, 0)) WHERE active DO UPDATE
    SET visits = excluded.visits WHERE oracle.visits < 20;
SELECT same('both');
SELECT orm.upsert('Member', '[{"team": "red", "rank": null}, {"team": "red", "rank": 0}]', '{team, rank}');
CREATE UNIQUE INDEX members_idle ON members (team) WHERE NOT active AND rank = 9;
SELECT orm.upsert('Member', '{"team": "red", "rank": 9, "active": false, "visits": 1}', '{team}');
SELECT orm.upsert('Member', '{"team": "red", "rank": 9, "active": false, "visits": 1}', '{members_idle}', '{"action": true}');
SELECT orm.upsert('Member', '{"team": "red", "rank": 9, "active": false, "visits": 2}', options => '{"action": true}');
DROP INDEX members_idle;
SELECT orm.upsert('Member', '{"team": "red", "rank": 9, "active": false, "visits": 2}', '{members_idle}');

-- an error of an expression has the place; what the statements are
CREATE UNIQUE INDEX members_share ON members ((100 / rank)) WHERE visits = 100;
SELECT orm.upsert('Member', '[{"rank": 1, "visits": 100}, {"rank": 0, "visits": 100}]', '{members_share}');
DROP INDEX members_share;
SELECT orm.sql('Member', '{"email": "new@x", "visits": 1}', verb => 'upsert', options => '{"conflict_on": ["email"]}');
SELECT orm.sql('Member', '[{"team": "new", "rank": 0}, {"team": "new", "rank": 1}]', verb => 'upsert', options => '{"conflict_on": ["members_rank"]}');

-- nested objects find their rows by such keys
SELECT orm.model('Note', 'notes', orm.column('id', 'integer', primary_key => true), orm.column('text', 'text'), orm.belongs_to('member', 'Member'));
SELECT count(*) > 0 FROM orm.create_all();
TRUNCATE members, notes;
SELECT orm.upsert('Member', '{"email": "zoe@x"}', '{email}', '{"return": false}') IS NULL;
SELECT orm.create('Note', '{"text": "a", "member": {"$connect": {"email": "ZOE@x"}}}', '{"return": {"load": {"member": {"select": ["email"]}}}}')
    #>> '{member,email}';
SELECT orm.create('Note', '[{"text": "b", "member": {"$connect_or_create": {"email": "Zoe@X"}}}, {"text": "c", "member": {"$connect_or_create": {"email": "yan@x"}}}]',
    '{"return": false}') IS NULL;
SELECT email, array_agg(text ORDER BY text) FROM members m JOIN notes n ON n.member_id = m.id GROUP BY email ORDER BY email;
SELECT orm.create('Note', '{"member": {"$connect": {"email": "nobody@x"}}}');

-- orm.violations looks as the write does
SELECT orm.violations('Member', '{"email": "ZOE@x"}');
SELECT orm.violations('Member', '[{"email": "new@x", "team": "green", "rank": 1}, {"id": 1, "email": "ZOE@x"}]');
INSERT INTO members (team, rank, active) VALUES ('green', 1, true), ('green', 1, false);
SELECT orm.violations('Member', '[{"team": "green", "rank": 1}, {"team": "green", "rank": 1, "active": false}, {"team": "green", "rank": 2}]');
SELECT orm.violations('Member', (SELECT json_build_object('id', id, 'active', true) FROM members WHERE team = 'green' AND NOT active));
SELECT orm.violations('Member', (SELECT json_build_object('id', id, 'active', true) FROM members WHERE team = 'green' AND active));
SELECT orm.create('Member', '{"team": "green", "rank": 1}', '{"validate": "all"}');
DELETE FROM members WHERE team = 'green';
SELECT orm.upsert('Member', '{"email": "Zoe@x", "visits": 3}', '{email}', '{"validate": "all", "dry_run": true}') ->> 'visits';

-- mapped, under a trigger; a domain, and a collation of its own
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN code AS text CHECK (value <> '');
CREATE TABLE things (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE loose, code code, n integer);
CREATE UNIQUE INDEX things_name ON things ((name || '!'));
CREATE UNIQUE INDEX things_code ON things ((upper(code))) WHERE n > 0;
CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE WARNING '% %', TG_OP, NEW; RETURN NEW; END$$;
CREATE TRIGGER told BEFORE INSERT OR UPDATE ON things FOR EACH ROW EXECUTE FUNCTION told();
SELECT orm.map('things', 'Thing');
SELECT orm.upsert('Thing', '{"name": "Lamp", "n": 1}', '{things_name}', '{"action": true}');
SELECT orm.upsert('Thing', '[{"name": "LAMP", "n": 2}, {"name": "rug", "n": 3}]', '{name}', '{"action": true}');
SELECT orm.upsert('Thing', '[{"code": "x", "n": 4}, {"code": "y", "n": 0}]', '{things_code}', '{"action": true}');
SELECT orm.upsert('Thing', '[{"code": "X", "n": 5}, {"code": "Y", "n": 1}]', options => '{"action": true}');
SELECT * FROM things ORDER BY id;

-- row security hides the row: the server's error
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON members USING (visits > 0) WITH CHECK (true);
CREATE ROLE regress_orm_upsert_index;
GRANT USAGE ON SCHEMA upsert_index TO regress_orm_upsert_index;
GRANT SELECT, INSERT, UPDATE ON members TO regress_orm_upsert_index;
SET ROLE regress_orm_upsert_index;
SELECT orm.upsert('Member', '{"email": "ZOE@x", "visits": 3}', '{email}');
SELECT orm.upsert('Member', '{"email": "xi@x", "visits": 3}', '{email}') ->> 'email';
SELECT orm.upsert('Member', '{"email": "XI@x", "visits": 4}', '{email}') ->> 'visits';
RESET ROLE;

DROP SCHEMA upsert_index CASCADE;
DROP ROLE regress_orm_upsert_index;
