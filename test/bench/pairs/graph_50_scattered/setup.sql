CREATE FUNCTION read_graph(first integer, after integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	keys integer[];
BEGIN
	keys := ARRAY(SELECT (a).id FROM (SELECT a FROM authors a WHERE id >= first AND id < after OFFSET 0) a);
	keys := ARRAY(SELECT (p).id FROM (SELECT p FROM posts p WHERE author_id = ANY (keys) OFFSET 0) p);
	PERFORM * FROM comments WHERE post_id = ANY (keys);
END $$;
