\set i random(1, 10000)
SELECT orm.get('Author', :i::integer, '{"load": {"posts": {"order_by": ["-published"], "limit": 5, "load": ["tags"]}}}');
