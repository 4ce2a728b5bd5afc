# shellcheck shell=bash
#
# parts.sh - what make check, make check-cassert and make check-all have in common; after lib.sh.
#
#   part, step, without   a part of the whole, run or not, counted, in a line of its own
#   prepare_tree          the copy of the sources that is tested; counts its tests
#   build_tree            the extension with assertions, every warning an error; sets $built
#   run_tests             the tutorial, regress, isolation and TAP tests of the built tree
#   end_of_parts          the last line, which counts, and the exit status: 1 when anything failed

passed=0
failed=0
skipped=0
cut_short=		# has a limit of time been hit?


# ---------------------------------------------------------------------------
# Parts and their counting
# ---------------------------------------------------------------------------

# What says "passed" and "failed" in the output of each kind of test.
readonly -A ok=(
	[lint]='^ok '
	[step]='^step done$'
	[regress]='^test .* \.\.\. ok( |$)|^ok [0-9]'				# PostgreSQL 15; 16 and later
	[prove]='\.pl \.+ ok$'
)
readonly -A not_ok=(
	[lint]='^not ok '
	[step]='^step failed$'
	[regress]='^test .* \.\.\. FAILED( |$)|^not ok [0-9]'
	[prove]='\.pl \.+ (Failed|Dubious|No subtests)'
)
readonly prove_skipped='\.pl \.+ skipped'
readonly not_here=77	# the status of a check that this machine has no program for

count() { grep -cE "$1" "$2" || true; }

# part NAME TESTS KIND COMMAND...
#
# Runs a part that has so many tests, sets $outcome (passed, failed or skipped)
# and says what became of it; shows what it printed unless all is well.  Tests
# that no line reports as passed or skipped have failed, whatever the reason;
# but where a limit of time was hit they have not run, which counts as skipped
# and still makes the whole fail.
part() {
	local name=$1 tests=$2 kind=$3
	local log=$work/log/${name//[^[:alnum:]]/_} start=$SECONDS
	local status=0 good skip bad note=

	limit_hit=
	touch "$work/log/started"
	"${@:4}" >"$log" 2>&1 || status=$?

	good=$(count "${ok[$kind]}" "$log")
	skip=$(count "$prove_skipped" "$log")
	if [[ $limit_hit ]]; then
		bad=$(count "${not_ok[$kind]}" "$log")
		skip=$((tests - good - bad))
		cut_short=yes
		note=": $limit_hit"
	elif ((status == not_here)); then
		bad=0 skip=$tests
		note=": $(tail -n 1 "$log")"
	else
		bad=$((tests - good - skip))
		((status == 0 || bad > 0)) || bad=1			# it failed as a whole
		((tests > 0 || bad > 0)) || note=' (there are none yet)'
	fi

	outcome=passed
	((skip < tests || tests == 0)) || outcome=skipped
	[[ ! $limit_hit ]] || outcome=skipped
	((bad == 0)) || outcome=failed
	tell "$name" "$good" "$bad" "$skip" "$note" $((SECONDS - start))
	if ((bad > 0)) || [[ $limit_hit ]]; then
		show_failure "$log" "${ok[$kind]}"
	fi
}

# tell NAME PASSED FAILED SKIPPED NOTE SECONDS: counts a part, in a line of its own.
tell() {
	local skip=

	passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
	(($4 == 0)) || skip=", $4 skipped"
	printf '%-30s %3d passed, %d failed%s%s  (%d s)\n' "$1" "$2" "$3" "$skip" "$5" "$6"
}

# A part that is one test: did the command succeed?
step() {
	part "$1" 1 step succeeds "${@:2}"
}

# without WHAT NAME TESTS [NAME TESTS]...: parts that cannot run without something that has failed.
without() {
	local what=$1

	outcome=skipped
	shift
	while (($# > 0)); do
		tell "$1" 0 0 "$2" ": there is no $what" 0
		shift 2
	done
}

succeeds() {
	local status=0

	"$@" || status=$?
	((status > 0)) || say 'step done'
	return $status
}

# Shows the log of a part that failed, but for the lines that say "ok", and of
# the files that its tests wrote those that tell why.
show_failure() {
	local file

	grep -vE "$2" "$1" >"$work/log/excerpt" || true
	show tail "$work/log/excerpt" "$1"
	while read -r file; do
		show head "$file"
	done < <(newer_files -name regression.diffs)
	while read -r file; do
		show tail "$file"
	done < <(newer_files -name 'regress_log_*' -exec grep -lE 'not ok |# (Looks|Tests were)' {} +)
	while read -r file; do
		grep -E -A 30 "$trouble" "$file" >"$work/log/excerpt" || continue
		show tail "$work/log/excerpt" "$file"
	done < <(newer_files -path '*/tmp_check/log/*.log')
}

# Its status tells nothing: find fails with a grep that finds nothing.
newer_files() { find "$work" -newer "$work/log/started" -size +0 "$@" || true; }

# show head|tail FILE [NAME]
show() {
	local name=${3:-$2}

	say "---- ${name#"$work"/}"
	"$1" -n 200 "$2"
	say "----"
}


# ---------------------------------------------------------------------------
# What the parts run
# ---------------------------------------------------------------------------

# What must not be in a server's log: internal errors, failed assertions, lost
# backends, reports of sanitizers.
readonly trouble=' XX000 |^TRAP:| PANIC: |terminated by signal|Sanitizer|runtime error:'

number_of() { say $#; }

# pg_regress gives up at the first test that has no expected output, and hides
# those after it: an empty one only fails.
complete_expected() {
	local test expected

	for test in sql/*.sql test/isolation/specs/*.spec; do
		expected=${test%.*}.out
		expected=$work/$1/${expected/@(sql|specs)\//expected/}
		[[ -e $expected ]] || : >"$expected"
	done
}

# installcheck NAME LIMIT SECONDS REGRESS|ISOLATION|TAP_TESTS: that part of make
# installcheck, as a packager runs it, on the cluster started last.
installcheck() {
	local kind off=()

	for kind in REGRESS ISOLATION TAP_TESTS; do
		[[ $kind == "$4" ]] || off+=("$kind=")
	done
	bounded "$2" "$3" env "${to_server[@]}" TEMP_CONFIG="$work/tap.conf" ORM_TEST_CHINOOK="$work/chinook.sql" \
		PG_TEST_TIMEOUT_DEFAULT="$(limit 180)" \
		${ORM_TEST_SEED:+ORM_TEST_SEED="$ORM_TEST_SEED"} ${ORM_TEST_ROUNDS:+ORM_TEST_ROUNDS="$ORM_TEST_ROUNDS"} \
		make -C "$work/$1" -s PG_CONFIG="$pg_config" installcheck "${off[@]}"
}

# The tutorial, in a database of its own: its statements must still say what it shows.
tutorial_as_written() {
	on_server -q -c 'CREATE DATABASE tutorial' && play docs/tutorial.md tutorial >"$work/log/tutorial.md" &&
		diff -u docs/tutorial.md "$work/log/tutorial.md"
}

no_trouble() { ! grep -E -A 30 "$trouble" "$server_log"; }


# ---------------------------------------------------------------------------
# The tests of a tree
# ---------------------------------------------------------------------------

readonly asserts=PG_CFLAGS=-DUSE_ASSERT_CHECKING

prepare_tree() {
	local chinook=${ORM_TEST_CHINOOK:-$source_tree/../shared/data/chinook.sql}

	copy_tree tree
	cd "$work/tree"
	complete_expected tree
	regress_tests=$(number_of sql/*.sql)
	isolation_tests=$(number_of test/isolation/specs/*.spec)
	tap_tests=$(number_of test/tap/*.pl)

	# One test maps a database that we did not make, and skips where it is not to be had.
	[[ ! -r $chinook ]] || install -m 644 "$chinook" "$work/chinook.sql"
}

# With every warning an error; but a warning shall not hide what the tests say.
build_tree() {
	local start=$SECONDS

	step 'build with -Werror' make_in tree all 600 -j"$(nproc)" $asserts COPT=-Werror
	measured_build $((SECONDS - start))
	if [[ $limit_hit ]]; then
		without 'build' 'build and install' 1
	else
		step 'build and install' build tree $asserts
	fi
	built=$([[ $outcome != passed ]] || say yes)
}

run_tests() {
	local parts=('tutorial' 1 'regress' "$regress_tests" 'isolation' "$isolation_tests" 'no internal error in its log' 1 'TAP' "$tap_tests")

	extension_settings tree >"$work/tap.conf"
	if [[ ! $built ]]; then
		without 'build' "${parts[@]}"
	elif ! start_cluster tree; then
		step 'start of a server' false
		without 'server' "${parts[@]}"
	else
		step 'tutorial' tutorial_as_written
		part 'regress' "$regress_tests" regress installcheck tree regress 240 REGRESS
		part 'isolation' "$isolation_tests" regress installcheck tree isolation 150 ISOLATION
		step 'no internal error in its log' no_trouble
		part 'TAP' "$tap_tests" prove installcheck tree TAP 400 TAP_TESTS
	fi
}

end_of_parts() {
	say
	say "$passed passed, $failed failed$( ((skipped == 0)) || say ", $skipped skipped")"
	exit $((failed > 0 || ${#cut_short} > 0))
}
