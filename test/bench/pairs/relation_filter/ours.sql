\set i random(9000, 9900)
SELECT orm.count('Author', '{"where": {"posts": {"any": {"views": {"gt": {"$": "views"}}}}}}', '{"views": ' || :i || '}');
