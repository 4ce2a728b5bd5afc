SELECT orm.all('Line', '{"where": {"total": {"gt": 600}}, "order_by": ["-total", "id"], "limit": 50}');
