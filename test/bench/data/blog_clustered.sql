-- blog_clustered.sql - the blog, the children of a parent side by side.

\set author_of '1 + (i - 1) / 10'
\set post_of   '1 + (i - 1) / 5'
\ir blog.sql
