CREATE FUNCTION author_by_email(email text) RETURNS json LANGUAGE orm STABLE
AS 'first Author {"where": {"email": {"$": "email"}}}';

CREATE FUNCTION hand_author_by_email(p_email text) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT to_json(a) FROM authors a WHERE email = p_email);
END $$;
