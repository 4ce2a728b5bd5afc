-- ... and planned anew each time.
\set i random(1, 10000)
\set name random(1, 1000000000)
SELECT hand_planned(:i, :name);
