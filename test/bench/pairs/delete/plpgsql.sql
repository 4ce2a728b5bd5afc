\set n :n + 1
SELECT hand_delete(:n);
