--
-- Mixins: elements under a name, and the models that use them
--
\set VERBOSITY terse
CREATE SCHEMA mixins;
SET search_path = mixins, public;

-- a mixin is a function, and its text is what was declared
SELECT orm.mixin('Stamped',
	orm.column('created_at', 'timestamptz', server_default => 'now()', nullable => false),
	orm.column('note', 'text', attribute => 'remark'),
	orm.scope('recent', '{"order_by": ["-created_at"]}'));
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.stamped_mixin'::regproc;
SELECT stamped_mixin() -> 'elements' -> 0;

-- a model has the elements in its own text
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.use('Stamped'),
	orm.column('title', 'text'));
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.post_model'::regproc;
SELECT count(*) > 0 AS created FROM orm.create_all();
SELECT attname FROM pg_attribute WHERE attrelid = 'mixins.posts'::regclass AND attnum > 0 ORDER BY attnum;
SELECT orm.create('Post', '{"id": 1, "title": "one", "remark": "first"}') ->> 'remark' AS remark;
SELECT orm.all('Post', '{"scope": "recent", "select": ["title"]}');
SELECT orm.describe('Post');
SELECT orm.model(orm.describe('Post')::orm.document);
SELECT * FROM orm.diff('Post');
SELECT rule, object, message, fix_sql FROM orm.lint('Post') WHERE rule = 'behind_mixin';

-- a changed mixin changes no model; orm.lint names those that are behind
SELECT orm.mixin('Stamped',
	orm.column('created_at', 'timestamptz', server_default => 'now()', nullable => false),
	orm.column('note', 'text', attribute => 'remark'),
	orm.column('seen', 'boolean'),
	orm.scope('recent', '{"order_by": ["-created_at"]}'));
SELECT count(*) FROM orm.diff('Post');
SELECT rule, object, message, fix_sql FROM orm.lint('Post') WHERE rule = 'behind_mixin';

-- declared again, the difference shows, and migrate makes it
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.use('Stamped'),
	orm.column('title', 'text'));
SELECT rule FROM orm.lint('Post') WHERE rule = 'behind_mixin';
SELECT action, object FROM orm.diff('Post');
SELECT state FROM orm.migrate('{"models": ["Post"]}');
SELECT count(*) FROM orm.diff('Post');
SELECT orm.update('Post', 1, '{"seen": true}') ->> 'seen' AS seen;

-- the word of the catalogs, taken over, leaves the use
ALTER TABLE posts ALTER COLUMN note SET DEFAULT 'none';
SELECT count(*) FROM orm.migrate('{"accept": ["Post"]}');
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.post_model'::regproc;
SELECT orm.describe('Post');

-- what a mixin brings no more is removed
SELECT orm.mixin('Stamped', orm.column('created_at', 'timestamptz', server_default => 'now()', nullable => false));
SELECT action, object FROM orm.extend('Post', orm.use('Stamped')) e(model_name, action, kind, object) WHERE kind = 'table';
SELECT action, object, destructive FROM orm.diff('Post');
SELECT count(*) FROM orm.migrate('{"models": ["Post"], "allow_destructive": true}');
SELECT attname FROM pg_attribute WHERE attrelid = 'mixins.posts'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.post_model'::regproc;
SELECT rule FROM orm.lint('Post') WHERE rule = 'behind_mixin';

-- a renamed column is renamed in the model, which is behind then
ALTER TABLE posts RENAME created_at TO made_at;
SELECT orm_text FROM (SELECT prosrc LIKE '%"made_at"%' AS orm_text FROM pg_proc WHERE oid = 'mixins.post_model'::regproc) t;
SELECT rule, message FROM orm.lint('Post') WHERE rule = 'behind_mixin';
ALTER TABLE posts RENAME made_at TO created_at;
SELECT rule FROM orm.lint('Post') WHERE rule = 'behind_mixin';

-- mixins may use mixins; a circle is refused
SELECT orm.mixin('Audited', orm.use('Stamped'), orm.stamp('created_by'), orm.column('priority', 'integer'));
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.audited_mixin'::regproc;
SELECT orm.model('Task', 'tasks', orm.column('id', 'integer', primary_key => true), orm.use('Audited'));
SELECT count(*) > 0 AS created FROM orm.create_all();
SELECT attname FROM pg_attribute WHERE attrelid = 'mixins.tasks'::regclass AND attnum > 0 ORDER BY attnum;
SELECT orm.mixin('Stamped', orm.use('Audited'));
SELECT orm.mixin('Own', orm.use('Own'));
CREATE OR REPLACE FUNCTION stamped_mixin() RETURNS json LANGUAGE orm STABLE AS 'mixin Stamped {"elements": [{"use": {"name": "Audited"}}]}';

-- a mixin in use is not dropped
DROP FUNCTION stamped_mixin();
DROP FUNCTION audited_mixin();
SELECT * FROM orm.drop_element('Task', 'use', 'Audited');
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.task_model'::regproc;
DROP FUNCTION audited_mixin();
SELECT action, object FROM orm.diff('Task');
SELECT count(*) FROM orm.unmap('Task');
DROP TABLE tasks;

-- by hand: a use is completed when the function is created, and the rest of the text stays
CREATE FUNCTION note_model() RETURNS json LANGUAGE orm STABLE AS $$
model Note {"table": "notes",
 "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}},
   {"use": {"name": "Stamped"}} ]}$$;
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.note_model'::regproc;
SELECT count(*) > 0 AS created FROM orm.create_all();
SELECT orm.create('Note', '{"id": 1}') ->> 'created_at' IS NOT NULL AS stamped;
SELECT rule FROM orm.lint('Note') WHERE rule = 'behind_mixin';
DROP FUNCTION stamped_mixin();

-- with bodies off a text stays as it is
SET check_function_bodies = off;
CREATE FUNCTION late_model() RETURNS json LANGUAGE orm STABLE AS 'model Late {"table": "late", "elements": [{"use": {"name": "Later"}}]}';
SET check_function_bodies = on;
SELECT rule, message FROM orm.lint('Late') WHERE rule = 'behind_mixin';
SELECT orm.mixin('Later', orm.column('id', 'integer', primary_key => true));
SELECT rule, message, fix_sql FROM orm.lint('Late') WHERE rule = 'behind_mixin';
SELECT * FROM orm.extend('Late', orm.use('Later'));
SELECT rule, message FROM orm.lint('Late') WHERE rule = 'behind_mixin';

-- orm.script: mixins first
SELECT orm.mixin('Zero', orm.use('Later'), orm.column('zero', 'integer'));
SELECT orm.mixin('First', orm.use('Zero'));
SELECT orm.script('{Late}');
SELECT array_agg(m[1]) FROM regexp_matches(orm.script(), 'FUNCTION (mixins\.\w+)\(', 'g') m;

-- mapped models
CREATE TABLE old (id integer PRIMARY KEY, name text);
SELECT orm.mixin('Named', orm.scope('by_name', '{"order_by": ["name"]}'), orm.computed('loud', 'text', 'upper(name)'));
SELECT count(*) > 0 AS mapped FROM orm.map('old', 'Old', orm.use('Named'));
INSERT INTO old VALUES (1, 'b'), (2, 'a');
SELECT orm.all('Old', '{"scope": "by_name"}');
SELECT rule FROM orm.lint('Old') WHERE rule = 'behind_mixin';
SELECT orm.describe('Old');

-- an enum of the mixin, pins of relationships and names of checks are no difference
SELECT orm.mixin('My "Mixin" ñ', orm.column('a', 'text'), orm.column('b', 'integer', indexed => true), orm.unique('a', 'b'),
	orm.check('pos', 'b > 0'), orm.enum('mood', '{x,y}'), orm.column('m', 'mood'), orm.has_many('kids', 'Kid'));
SELECT orm.model('Parent', 'parents', orm.column('id', 'integer', primary_key => true), orm.use('My "Mixin" ñ'));
SELECT orm.model('Kid', 'kids', orm.column('id', 'integer', primary_key => true), orm.belongs_to('parent', 'Parent'));
SELECT count(*) > 0 AS created FROM orm.create_all();
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.parent_model'::regproc;
SELECT model_name, message FROM orm.lint() WHERE rule = 'behind_mixin';
SELECT count(*) FROM orm.diff('Parent');
SELECT orm.model(orm.describe('Parent')::orm.document);
SELECT count(*) FROM orm.diff('Parent');

-- an element of its own takes the place of the mixin's, until the mixin is used again
SELECT count(*) FROM orm.extend('Parent', orm.column('a', 'varchar(9)'));
SELECT count(*) FROM orm.drop_element('Parent', 'column', 'm');
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.parent_model'::regproc;
SELECT model_name, message FROM orm.lint() WHERE rule = 'behind_mixin';
SELECT count(*) FROM orm.extend('Parent', orm.use('My "Mixin" ñ'));
SELECT prosrc FROM pg_proc WHERE oid = 'mixins.parent_model'::regproc;
SELECT model_name, message FROM orm.lint() WHERE rule = 'behind_mixin';
SELECT count(*) FROM orm.diff('Parent');

-- what is wrong
\set VERBOSITY default
SELECT orm.model('Bad', 'bad', orm.use('Stampd'));
SELECT orm.model('Bad', 'bad', orm.use('Stamped'), orm.use('Stamped'));
SELECT orm.model('Bad', 'bad', orm.column('created_at', 'date'), orm.use('Stamped'));
SELECT orm.model('Bad', 'bad', '{"use": {"name": "Stamped", "elements": [{"use": {"name": "Later"}}]}}');
SELECT orm.model('Bad', 'bad', '{"use": {"name": "Stamped", "elements": 3}}');
SELECT orm.map('old', 'Bad', orm.use('Stamped'));
SELECT orm.mixin('Bad');
SELECT orm.mixin(NULL, orm.column('a', 'text'));
SELECT orm.mixin('Bad', orm.column('a', 'no_such_type'));
SELECT orm.mixin('Bad', orm.column('a', 'text'), orm.accessors(prefix => 'x'));
SELECT orm.mixin('Bad', orm.table(unlogged => true));
SELECT orm.mixin('Bad', '{"use": {"name": "Later", "elements": []}}');
SELECT orm.mixin('Bad', orm.use('Nothing'));
SELECT orm.drop_element('Post', 'use', 'Nothing');
DROP FUNCTION bad_mixin();
CREATE FUNCTION bad_mixin() RETURNS json LANGUAGE orm STABLE AS 'mixin Bad {"elements": [{"colum": {"name": "a"}}]}';
CREATE FUNCTION bad_mixin() RETURNS json LANGUAGE orm STABLE AS 'mixin Bad';
CREATE FUNCTION bad_mixin() RETURNS json LANGUAGE orm STABLE AS 'mixin';
CREATE FUNCTION bad_mixin() RETURNS json LANGUAGE orm STABLE AS 'mixin Bad {"elements": [}';
CREATE FUNCTION bad_mixin() RETURNS json LANGUAGE orm VOLATILE AS 'mixin Bad {"elements": [{"column": {"name": "a", "type": "text"}}]}';
CREATE FUNCTION bad_mixin(a int) RETURNS json LANGUAGE orm STABLE AS 'mixin Bad {"elements": [{"column": {"name": "a", "type": "text"}}]}';
CREATE FUNCTION other() RETURNS json LANGUAGE orm STABLE AS 'mixin Bad {"elements": [{"column": {"name": "a", "type": "text"}}]}';
CREATE FUNCTION public.later_mixin() RETURNS json LANGUAGE orm STABLE AS 'mixin Later {"elements": [{"column": {"name": "a", "type": "text"}}]}';
CREATE OR REPLACE FUNCTION later_mixin() RETURNS json LANGUAGE orm STABLE AS 'model Later {"table": "later"}';
CREATE OR REPLACE FUNCTION later_mixin() RETURNS json LANGUAGE orm STABLE AS 'delete Post';
CREATE OR REPLACE FUNCTION note_model() RETURNS json LANGUAGE orm STABLE AS 'mixin Note {"elements": [{"column": {"name": "a", "type": "text"}}]}';
CREATE FUNCTION bad_model() RETURNS json LANGUAGE orm STABLE AS 'model Bad {"table": "bad", "elements": [{"use": {"name": "Nothing"}}]}';
\set VERBOSITY terse

-- who may
CREATE ROLE regress_orm_mixins;
GRANT CREATE, USAGE ON SCHEMA mixins TO regress_orm_mixins;
SET ROLE regress_orm_mixins;
SELECT orm.mixin('Mine', orm.column('a', 'text'));
CREATE FUNCTION mine_mixin() RETURNS json LANGUAGE orm STABLE AS 'mixin Mine {"elements": [{"column": {"name": "a", "type": "text"}}]}';
RESET ROLE;
GRANT EXECUTE ON FUNCTION orm.mixin(text, orm.document[]) TO regress_orm_mixins;
SET ROLE regress_orm_mixins;
SELECT orm.mixin('Mine', orm.column('a', 'text'));
SELECT orm.mixin('Later', orm.column('a', 'text'));
RESET ROLE;
REVOKE EXECUTE ON FUNCTION orm.mixin(text, orm.document[]) FROM regress_orm_mixins;
SELECT orm.model('Bad', 'bad', orm.use('Mine'));

DROP SCHEMA mixins CASCADE;
DROP OWNED BY regress_orm_mixins;
DROP ROLE regress_orm_mixins;
