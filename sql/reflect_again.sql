-- orm.reflect again: what is new is added, what is there stays, and what has lost its key goes on request.
\set SHOW_CONTEXT never
CREATE SCHEMA reflect_again;
SET search_path = reflect_again;
\getenv source PG_ABS_SRCDIR
\set oracle :source '/test/oracle/foreign_keys.sql'
\i :oracle
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE posts (id int PRIMARY KEY, title text, author_id int REFERENCES users);
CREATE TABLE tags (id int PRIMARY KEY);

-- a dry run says what would be done
SELECT * FROM orm.reflect(options => '{"dry_run": true}');
SELECT count(*) FROM orm.models;
SELECT * FROM orm.reflect();
CREATE TABLE before AS SELECT 1 AS n, * FROM orm.relationships;
SELECT * FROM orm.reflect(exclude => '{before}');
SELECT count(*) FROM (SELECT * FROM orm.relationships EXCEPT SELECT model, relationship, kind, target, foreign_key, through, back_populates, resolved, cascade FROM before) new;

-- new tables, columns and keys; old names stay though they stand twice now
CREATE TABLE comments (id int PRIMARY KEY, post_id int REFERENCES posts, author_id int REFERENCES users);
ALTER TABLE posts ADD editor_id int REFERENCES users;
CREATE TABLE posts_tags (post_id int REFERENCES posts, tag_id int REFERENCES tags, PRIMARY KEY (post_id, tag_id));
SELECT * FROM orm.reflect(exclude => '{before}');
SELECT * FROM orm.reflect(exclude => '{before}') WHERE action <> 'kept';
SELECT * FROM wrong_ends('reflect_again');

-- what the user has changed stays: names, attributes, options, relationships of his own, accessors
SELECT count(*) FROM orm.unmap('Comment');
SELECT count(*) > 0 AS functions FROM orm.map('comments', 'Remark', orm.column('id', attribute => 'number'),
	orm.belongs_to('article', 'Post', foreign_key => 'post_id', back_populates => 'remarks'));
SELECT * FROM orm.reflect(exclude => '{before}') WHERE action <> 'kept';
SELECT * FROM wrong_ends('reflect_again');
SELECT orm.describe('Remark');
SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'reflect_again'::regnamespace AND p.proname LIKE 'remark%' ORDER BY 1;

-- a relationship that waits for a model is taken for its key
SELECT count(*) FROM orm.unmap('Tag');
CREATE TABLE notes (id int PRIMARY KEY, tag_id int REFERENCES tags);
SELECT count(*) > 0 AS functions FROM orm.map('notes', 'Note', orm.belongs_to('label', 'Tag', foreign_key => 'tag_id'));
SELECT * FROM orm.reflect(exclude => '{before}') WHERE action <> 'kept';
SELECT * FROM wrong_ends('reflect_again');
SELECT proname FROM pg_proc WHERE pronamespace = 'reflect_again'::regnamespace AND proname = 'label';

-- two models of a table: the one with accessors is meant
SELECT count(*) FROM orm.map('notes', 'AllNotes', orm.accessors(include => '{}'));
SELECT * FROM orm.reflect(include => '{notes}');

-- keys that are gone: kept, and removed by prune; one between views has never had any
CREATE VIEW note_views AS SELECT * FROM notes;
SELECT count(*) > 0 AS functions FROM orm.map('note_views', 'NoteView', orm.primary_key('id'), orm.belongs_to('tag', 'Tag', foreign_key => 'tag_id'));
SELECT count(*) FROM orm.extend('Note', orm.belongs_to('later', 'NotYet', foreign_key => 'id'));
SELECT orm.model('NotYet', 'not_yet', orm.column('id', 'int', primary_key => true));
ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey;
ALTER TABLE comments DROP author_id;
DROP TABLE posts_tags;
SELECT * FROM orm.reflect(exclude => '{before}') WHERE action <> 'kept';
SELECT * FROM orm.reflect(exclude => '{before}', options => '{"prune": true, "dry_run": true}') WHERE action <> 'kept';
SELECT * FROM orm.reflect(exclude => '{before}', options => '{"prune": true}') WHERE action <> 'kept';
SELECT * FROM orm.reflect(exclude => '{before}', options => '{"prune": true}') WHERE action <> 'kept';
SELECT * FROM wrong_ends('reflect_again');
SELECT model, relationship, resolved FROM orm.relationships ORDER BY 1, 2;
SELECT proname FROM pg_proc WHERE pronamespace = 'reflect_again'::regnamespace AND proname IN ('author', 'label', 'article') ORDER BY 1;

-- a renamed table keeps its model, a dropped one loses it
ALTER TABLE users RENAME TO accounts;
ALTER TABLE accounts RENAME id TO account_id;
SET client_min_messages = warning;
DROP TABLE notes CASCADE;
RESET client_min_messages;
SELECT * FROM orm.reflect(exclude => '{before}');
SELECT orm.all('User', '{"load": ["posts_by_editor_id"]}');

-- rolled back, nothing is left
BEGIN;
CREATE TABLE later (id int PRIMARY KEY, user_id int REFERENCES accounts);
SELECT count(*) FROM orm.reflect(include => '{later}');
SELECT orm.create('Later', '{"id": 1, "user": {"account_id": 1}}');
ROLLBACK;
SELECT count(*) FROM orm.relationships WHERE target = 'Later';

-- not in a read-only transaction
BEGIN READ ONLY;
SELECT * FROM orm.reflect();
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA reflect_again CASCADE;
SELECT count(*) FROM orm.models;
