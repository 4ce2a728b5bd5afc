-- The unit of work against a naive model of it.  Random calls, in savepoints
-- that are rolled back or released, do the same to two pairs of tables: one
-- through the queue, the other by plain SQL from a queue that is a table too, so
-- that the server itself drops what was queued since a savepoint and takes back
-- the mark of what was written since.  Keys are text and bigint, and AFTER
-- triggers change the parent and the row itself.  It is the same every time;
-- ORM_TEST_SEED (0 to 1) and ORM_TEST_ROUNDS in the environment say otherwise.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA session_random;
SET search_path = session_random;
CREATE TABLE authors (id text COLLATE "C" PRIMARY KEY, name text, age integer NOT NULL DEFAULT 7 CHECK (age < 9), label text, posts_now integer NOT NULL DEFAULT 0);
CREATE TABLE posts (id bigint PRIMARY KEY, title text DEFAULT 'none', author_id text COLLATE "C" NOT NULL REFERENCES authors);
SELECT count(*) > 0 AS mapped FROM orm.map('authors', 'RAuthor', orm.has_many('posts', 'RPost', foreign_key => 'author_id'));
SELECT count(*) > 0 AS mapped FROM orm.map('posts', 'RPost', orm.belongs_to('author', 'RAuthor', foreign_key => 'author_id'));

CREATE TABLE naive_authors (LIKE authors INCLUDING ALL);
CREATE TABLE naive_posts (LIKE posts INCLUDING ALL, FOREIGN KEY (author_id) REFERENCES naive_authors);
CREATE FUNCTION label_author() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE format('UPDATE session_random.%I SET label = concat(name, age) WHERE id = $1 AND label IS DISTINCT FROM concat(name, age)', TG_TABLE_NAME) USING NEW.id;
    RETURN NULL;
END $$;
CREATE FUNCTION count_posts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE format('UPDATE session_random.%I a SET posts_now = (SELECT count(*) FROM session_random.%I p WHERE p.author_id = a.id) WHERE a.id = ANY ($1)', TG_ARGV[0], TG_TABLE_NAME)
        USING ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.author_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.author_id END];
    RETURN NULL;
END $$;
CREATE TRIGGER label_author AFTER INSERT OR UPDATE OF name, age ON authors FOR EACH ROW EXECUTE FUNCTION label_author();
CREATE TRIGGER label_author AFTER INSERT OR UPDATE OF name, age ON naive_authors FOR EACH ROW EXECUTE FUNCTION label_author();
CREATE TRIGGER count_posts AFTER INSERT OR DELETE OR UPDATE OF author_id ON posts FOR EACH ROW EXECUTE FUNCTION count_posts('authors');
CREATE TRIGGER count_posts AFTER INSERT OR DELETE OR UPDATE OF author_id ON naive_posts FOR EACH ROW EXECUTE FUNCTION count_posts('naive_authors');
-- "ref": the label that an entry refers to; "parent": the label of the entry in which it is nested, which has one then
CREATE TABLE naive_queue (n serial, action text, model text, label text, object jsonb, written boolean DEFAULT false, ref text, parent text, round integer);
CREATE TABLE done (what text);
CREATE SEQUENCE failures; -- of which nothing else stays
CREATE SEQUENCE children START 1000;

-- Writes an entry by plain SQL.
CREATE FUNCTION naive_write(entry naive_queue) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    target text := CASE entry.model WHEN 'RAuthor' THEN 'naive_authors' ELSE 'naive_posts' END;
    columns text := (SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_object_keys(entry.object) key);
    pairs text := (SELECT string_agg(format('%I = r.%I', key, key), ', ') FROM jsonb_object_keys(entry.object) key);
    n integer := 0;
    before jsonb;
    after jsonb;
BEGIN
    IF entry.action = 'remove' THEN
        EXECUTE format('DELETE FROM %I WHERE id::text = $1', target) USING entry.object ->> 'id';
        GET DIAGNOSTICS n = ROW_COUNT;
        RETURN n;
    END IF;
    IF entry.action = 'merge' THEN
        EXECUTE format('SELECT to_jsonb(t) FROM %I t WHERE id::text = $1', target) INTO before USING entry.object ->> 'id';
        EXECUTE format('UPDATE %I t SET %s FROM jsonb_populate_record(NULL::%I, $1) r WHERE t.id = r.id', target, pairs, target) USING entry.object;
        GET DIAGNOSTICS n = ROW_COUNT;
    END IF;
    IF n = 0 THEN
        EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM jsonb_populate_record(NULL::%I, $1) r', target, columns, columns, target) USING entry.object;
    END IF;
    EXECUTE format('SELECT to_jsonb(t) FROM %I t WHERE id::text = $1', target) INTO after USING entry.object ->> 'id';
    RETURN (before IS DISTINCT FROM after)::integer;
END $$;

-- Begins a new round with what is to be stored after it was removed.
CREATE FUNCTION naive_rounds() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entry naive_queue;
    removed text[] = '{}';
    now_round integer := 0;
BEGIN
    FOR entry IN SELECT * FROM naive_queue WHERE NOT written ORDER BY n LOOP
        IF entry.action = 'remove' THEN
            removed := removed || (entry.model || (entry.object ->> 'id'));
        ELSIF entry.model || (entry.object ->> 'id') = ANY (removed) THEN
            now_round := now_round + 1;
            removed := '{}';
            INSERT INTO done VALUES ('round');
        END IF;
        UPDATE naive_queue SET round = now_round WHERE n = entry.n;
    END LOOP;
END $$;

-- Writes the queue: in each round what occurs for the first time before what occurs again, authors before posts, what is
-- merged before what is added, and removes last, the other way round.
CREATE FUNCTION naive_flush() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    entry naive_queue;
    rows bigint := 0;
BEGIN
    PERFORM naive_rounds();
    FOR entry IN SELECT * FROM naive_queue WHERE NOT written
        ORDER BY round, action = 'remove',
            CASE action WHEN 'remove' THEN 0 ELSE row_number() OVER (PARTITION BY round, model, object -> 'id', action = 'remove' ORDER BY n) END,
            (model = 'RAuthor') = (action = 'remove'), action DESC, n
    LOOP
        rows := rows + naive_write(entry);
    END LOOP;
    UPDATE naive_queue SET written = true WHERE NOT written;
    RETURN rows;
END $$;

-- Reads, which flush first.
CREATE FUNCTION naive_get(wanted text) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN
    PERFORM naive_flush();
    RETURN (SELECT to_jsonb(a) FROM naive_authors a WHERE id = wanted);
END $$;
CREATE FUNCTION naive_nones() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
    PERFORM naive_flush();
    RETURN (SELECT count(*) FROM naive_posts WHERE title = 'none');
END $$;

-- An object at random; its keys are few, so that they clash.
CREATE FUNCTION any_author() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT 'a' || (random() * 40)::integer $$;
CREATE FUNCTION random_object(model text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT jsonb_build_object('id', CASE model WHEN 'RPost' THEN to_jsonb((random() * 40)::integer) ELSE to_jsonb(any_author()) END)
        || CASE WHEN model = 'RPost' THEN jsonb_build_object('author_id', any_author()) ELSE '{}' END
        || CASE WHEN random() < 0.4 THEN '{}' WHEN model = 'RPost' THEN jsonb_build_object('title', 't' || (random() * 100)::integer)
                WHEN random() < 0.5 THEN jsonb_build_object('name', 'n' || (random() * 100)::integer)
                WHEN random() < 0.1 THEN '{"age": 9}' ELSE jsonb_build_object('age', (random() * 7)::integer) END $$;

CREATE FUNCTION queue_one() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    action text := (ARRAY['add', 'add', 'add', 'merge', 'merge', 'remove'])[ceil(random() * 6)];
    model text := (ARRAY['RAuthor', 'RPost'])[ceil(random() * 2)];
    wanted text := model;
    object jsonb := random_object(model);
    label text := CASE WHEN random() < 0.3 AND action <> 'remove' THEN 'l' || nextval('naive_queue_n_seq') END;
    known naive_queue;
    removed naive_queue;
    document jsonb := object;
    child jsonb;
BEGIN
    -- a post may refer to an author by a label instead of the key, whether that is written or not
    IF model = 'RPost' AND action <> 'remove' AND random() < 0.8 THEN
        SELECT * INTO known FROM naive_queue q WHERE q.model = 'RAuthor' AND q.label IS NOT NULL ORDER BY random() LIMIT 1;
        IF FOUND THEN
            object := object || jsonb_build_object('author_id', known.object -> 'id');
            document := (document - 'author_id') || jsonb_build_object('author', jsonb_build_object('$ref', known.label));
        END IF;
    END IF;
    -- what was removed may be stored anew
    IF action <> 'remove' AND random() < 0.3 THEN
        SELECT * INTO removed FROM naive_queue q WHERE q.model = wanted AND q.action = 'remove' ORDER BY random() LIMIT 1;
        IF FOUND THEN
            object := object || removed.object;
            document := document || removed.object;
        END IF;
    END IF;
    object := CASE action WHEN 'remove' THEN jsonb_build_object('id', object -> 'id') ELSE object END;
    INSERT INTO naive_queue (action, model, label, object, ref) VALUES (action, model, label, object, known.label);
    -- an author may have a post nested, of a key that nothing else has
    IF model = 'RAuthor' AND label IS NOT NULL AND random() < 0.5 THEN
        child := jsonb_build_object('id', nextval('children'), 'title', 'nested');
        document := document || jsonb_build_object('posts', jsonb_build_array(child));
        INSERT INTO naive_queue (action, model, object, parent)
            VALUES ('merge', 'RPost', child || jsonb_build_object('author_id', object -> 'id'), label);
    END IF;
    CASE action
        WHEN 'add' THEN PERFORM orm.add(model, document::json, label);
        WHEN 'merge' THEN PERFORM orm.merge(model, document::json, label);
        ELSE PERFORM orm.remove(model, (object -> 'id')::text::orm.document);
    END CASE;
    INSERT INTO done SELECT 'ref' WHERE known.label IS NOT NULL;
    INSERT INTO done SELECT 'nested' WHERE child IS NOT NULL;
END $$;

-- Runs a statement, and gives its result or the state of its error.
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE statement INTO result;
    RETURN result;
EXCEPTION WHEN integrity_constraint_violation OR no_data_found THEN -- no row has the key of the label any more
    RETURN 'failed';
END $$;

-- Does the same to both; raises when they differ.
CREATE FUNCTION in_step(what text, queued text, naive text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    one text := outcome(queued);
    other text := outcome(naive);
BEGIN
    INSERT INTO done VALUES (what);
    IF one = 'failed' THEN
        PERFORM nextval('failures');
    END IF;
    IF one IS DISTINCT FROM other THEN
        RAISE EXCEPTION '%: % and %', what, one, other USING DETAIL = current_setting('test.place');
    END IF;
    RETURN one;
END $$;

CREATE FUNCTION same_state() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS ((TABLE authors EXCEPT TABLE naive_authors) UNION ALL (TABLE naive_authors EXCEPT TABLE authors))
        OR EXISTS ((TABLE posts EXCEPT TABLE naive_posts) UNION ALL (TABLE naive_posts EXCEPT TABLE posts)) THEN
        RAISE EXCEPTION 'the tables differ' USING DETAIL = current_setting('test.place');
    END IF;
    IF (SELECT array_agg((action, model, label) ORDER BY position) FROM orm.pending())
        IS DISTINCT FROM (SELECT array_agg((action, model, label) ORDER BY n) FROM naive_queue WHERE NOT written AND parent IS NULL) THEN
        RAISE EXCEPTION 'the queues differ' USING DETAIL = current_setting('test.place');
    END IF;
END $$;

CREATE FUNCTION steps(depth integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    dice double precision;
    id text;
    victim text;
BEGIN
    FOR i IN 1 .. ceil(random() * 6) LOOP
        dice := random();
        IF dice < 0.5 THEN
            PERFORM queue_one();
        ELSIF dice < 0.58 THEN
            PERFORM in_step('flush', 'SELECT orm.flush()', 'SELECT session_random.naive_flush()');
        ELSIF dice < 0.66 THEN
            id := any_author();
            PERFORM in_step('get', format('SELECT orm.get(''RAuthor'', %L::orm.document)::jsonb', to_json(id)),
                format('SELECT session_random.naive_get(%L)', id));
        ELSIF dice < 0.72 THEN
            PERFORM in_step('count', 'SELECT orm.count(''RPost'', ''{"where": {"title": "none"}}'')',
                'SELECT session_random.naive_nones()');
        ELSIF dice < 0.76 THEN
            SELECT label INTO victim FROM naive_queue q WHERE label IS NOT NULL
                AND NOT EXISTS (SELECT FROM naive_queue r WHERE r.ref = q.label) ORDER BY random() LIMIT 1;
            PERFORM in_step('expunge', format('SELECT coalesce(orm.expunge(%L), false)', coalesce(victim, 'nobody')),
                format('WITH d AS (DELETE FROM session_random.naive_queue WHERE coalesce(parent, label) = %L AND NOT written RETURNING 1) SELECT count(*) > 0 FROM d', victim));
        ELSIF depth < 4 THEN
            BEGIN
                PERFORM steps(depth + 1);
                IF random() < 0.5 THEN
                    RAISE EXCEPTION USING ERRCODE = 'OR001';
                END IF;
            EXCEPTION WHEN SQLSTATE 'OR001' THEN
                PERFORM same_state();
            END;
        END IF;
    END LOOP;
END $$;

-- A transaction each.  What can be written is written by COMMIT alone.
CREATE PROCEDURE transactions(n integer, seed double precision) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setseed(seed);
    FOR i IN 1 .. n LOOP
        PERFORM set_config('test.place', format('Seed %s, round %s.', seed, i), false);
        PERFORM steps(0);
        PERFORM same_state();
        IF random() < 0.1 THEN
            ROLLBACK;
        ELSIF outcome('SELECT session_random.naive_flush()') <> 'failed' THEN
            INSERT INTO done VALUES ('commit');
            COMMIT;
        ELSE
            PERFORM in_step('flush', 'SELECT orm.flush()', 'SELECT session_random.naive_flush()');
            ROLLBACK;
        END IF;
        PERFORM same_state();
        TRUNCATE naive_queue;
        COMMIT;
    END LOOP;
END $$;
\set seed 0.25
\set rounds 600
\getenv seed ORM_TEST_SEED
\getenv rounds ORM_TEST_ROUNDS
CALL transactions(:rounds, :seed);
-- It went through all of it, and often.
SELECT what, count(*) > 4 AS often FROM done GROUP BY 1 ORDER BY 1;
SELECT count(*) > 10 AS authors, (SELECT count(*) > 5 FROM posts) AS posts, (SELECT last_value > 20 FROM failures) AS failures FROM authors;
DROP SCHEMA session_random CASCADE;
