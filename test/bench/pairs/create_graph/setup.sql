SELECT orm.model('Writer', 'writers', orm.column('id', 'bigint', primary_key => true), orm.column('name', 'text', nullable => false),
    orm.has_many('posts', 'Article'));
SELECT orm.model('Article', 'articles', orm.column('id', 'bigint', primary_key => true), orm.column('title', 'text', nullable => false),
    orm.belongs_to('author', 'Writer', nullable => false), orm.has_many('comments', 'Remark'));
SELECT orm.model('Remark', 'remarks', orm.column('id', 'bigint', primary_key => true), orm.column('body', 'text', nullable => false),
    orm.belongs_to('post', 'Article', nullable => false));
SELECT count(*) FROM orm.create_all();
