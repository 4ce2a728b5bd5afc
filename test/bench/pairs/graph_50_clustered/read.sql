-- The same three statements, their rows read in the server and forgotten: nothing is written, nothing sent.
\set i random(1, 9951)
SELECT read_graph(:i, :i + 50);
