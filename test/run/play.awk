# play.awk - the blocks of SQL in a Markdown document; see play() in lib.sh.
#
#   awk -f play.awk -v statements=yes DOCUMENT    prints a script for psql, with a mark after each block
#   awk -f play.awk RESULTS DOCUMENT              prints the document with the results of that script
#
# The results of a block stand in the next block, which has no language, with
# nothing but an empty line in between.  Trailing blanks are psql's, and dropped.

BEGIN {
	mark = "end of block"
	block = 1
}

# The script: lines of the blocks, and the marks.
statements {
	if ($0 == "```sql")
		inside = 1
	else if (inside && $0 == "```")
	{
		inside = 0
		print "\\echo " mark
	}
	else if (inside)
		print
	next
}

# The results, which come first: one text a block, without the empty lines at its end.
FILENAME == ARGV[1] {
	sub(/[ \t]+$/, "")
	if ($0 == mark)
	{
		sub(/\n+$/, "\n", results[block])
		block++
	}
	else if ($0 != "" || results[block] != "")
		results[block] = results[block] $0 "\n"
	next
}

# The document.
FNR == 1 {
	block = 1
}

state == "statements" && $0 == "```" {
	print
	state = "after"
	next
}

state == "after" && $0 == "" {
	next
}

# The results that the document shows give way to those that came.
state == "after" && $0 == "```" {
	printf "\n```\n%s```\n", results[block++]
	state = "old results"
	next
}

state == "old results" {
	if ($0 == "```")
		state = ""
	next
}

state == "after" {
	if (results[block] ~ /(^|\n)(ERROR|FATAL|PANIC):/)
		printf "\n```\n%s```\n", results[block]
	block++
	print ""
	state = ""
}

$0 == "```sql" {
	state = "statements"
}

{
	print
}
