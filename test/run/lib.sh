# shellcheck shell=bash
#
# lib.sh - what make demo, make psql, make check and make bench have in common.
#
#   require PURPOSE...    packages: installs what is missing, or says what is
#   want_pooler           the same for pgbouncer, or goes on without
#   want_formatter        the same for clang-format
#   use_server DIRECTORY  another PostgreSQL than the installed one, and ours alone
#   begin                 a work directory, $work, that disappears with the script
#   copy_tree NAME        a clean copy of the sources, $work/NAME
#   build NAME VAR=...    built and installed into $work/NAME.inst
#   start_cluster NAME    a server with the extension of $work/NAME; sets $sockets, $server_log
#   bounded NAME SECONDS ...   a command, as the server's user, that can be interrupted; NAME is what
#                         its limit of time is called, SECONDS that limit on the machine described below
#   play FILE [DATABASE]  a document with its statements run, as the server says it
#   measured_build SECONDS     how long a build took: all limits follow
#
# The source tree is only read.  Nothing is installed but packages, no existing
# cluster is touched, and nothing of the caller's environment gets through to
# compilers, servers and tests: see $as_server.

set -Eeuo pipefail
shopt -s extglob inherit_errexit nullglob
trap '(($? == told)) || [[ ${limit_hit:-} ]] || echo "orm: ${BASH_SOURCE[0]##*/}, line $LINENO: failed: $BASH_COMMAND" >&2' ERR
readonly told=3		# the status of a script that has said why it ends

readonly oldest_major=15
readonly wanted_pg_config=${PG_CONFIG:-}

source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly source_tree

# Our own calls of make are no part of the make that called us; apt-cache answers in English.
unset "${!PG@}" "${!MAKE@}" MFLAGS
export LC_ALL=C

say() { printf '%s\n' "$*"; }
die() { printf 'orm: %s\n' "$*" >&2; exit $told; }
have() { command -v "$1" >/dev/null 2>&1; }


# ---------------------------------------------------------------------------
# Packages
# ---------------------------------------------------------------------------

# What is needed beside PostgreSQL: for which purpose (all: every one), the
# Debian package that brings it, and how to see that it is there.
readonly tools=(
	'all      make             have make'
	'all      gcc              have gcc'
	'all      libc6-dev        test -e /usr/include/stdlib.h'
	'all      util-linux       have setpriv'
	'tests    perl             have prove'
	'tests    libipc-run-perl  perl -MIPC::Run -e 1'
	'check    binutils         have nm'
	'check    cppcheck         have cppcheck'
	'cassert  dpkg-dev         have dpkg-source'
	'cassert  bison            have bison'
	'cassert  flex             have flex'
	'cassert  pkg-config       have pkg-config'
	'cassert  libicu-dev       pkg-config --exists icu-i18n'
	'cassert  libxml2-dev      pkg-config --exists libxml-2.0'
	'majors   debootstrap      have debootstrap'
)

major_of() { "$1" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'; }

# The pg_config to go by: the one asked for, else that of the newest server
# that is installed; nothing when there is none.
find_pg_config() {
	local candidate major

	if [[ $wanted_pg_config ]]; then
		candidate=$(command -v "$wanted_pg_config") || die "PG_CONFIG=$wanted_pg_config: no such program"
		(($(major_of "$candidate") >= oldest_major)) ||
			die "PG_CONFIG=$wanted_pg_config is PostgreSQL $(major_of "$candidate"); orm needs $oldest_major or later"
		say "$candidate"
		return
	fi

	for candidate in /usr/lib/postgresql/*/bin/pg_config $(command -v pg_config || true); do
		major=$(major_of "$candidate")
		if ((major >= oldest_major)) && [[ -x $("$candidate" --bindir)/postgres ]]; then
			say "$major $candidate"
		fi
	done | sort -n | tail -n 1 | cut -d' ' -f2
}

# The major of the distribution's own package; nothing when apt knows none.
distribution_major() {
	{ apt-cache depends postgresql 2>/dev/null || true; } | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p'
}

# Which packages are missing for these purposes, one a line.
missing_packages() {
	local purpose package present major

	while read -r purpose package present; do
		[[ " all $* " == *" $purpose "* ]] || continue
		eval "$present" >/dev/null 2>&1 || say "$package"
	done < <(printf '%s\n' "${tools[@]}")

	pg_config=$(find_pg_config)
	if [[ $pg_config ]]; then
		major=$(major_of "$pg_config")
		[[ -x $("$pg_config" --bindir)/postgres ]] || say "postgresql-$major"
		[[ -e $("$pg_config" --includedir-server)/postgres.h && -e $("$pg_config" --pgxs) ]] ||
			say "postgresql-server-dev-$major"
	else
		major=$(distribution_major)
		: "${major:=$oldest_major}"
		((major >= oldest_major)) ||
			die "PostgreSQL of this distribution is $major; install $oldest_major or later, from apt.postgresql.org for one"
		printf '%s\n' "postgresql-$major" "postgresql-server-dev-$major"
	fi
}

# A command as root, directly or with sudo.
as_root() {
	if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# apt-get, without questions and, unless it fails, without a word.
apt() {
	local output

	output=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends "$@" 2>&1 </dev/null) ||
		die "apt-get $* failed:" "$output"
}

may_install() {
	have apt-get || return 1
	((EUID == 0)) || { have sudo && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; }
}

# Debian's server package makes a cluster and starts it, unless told otherwise.
# We tell it only where postgresql-common was not there before, so that nobody
# has chosen yet, and put its own text back afterwards.
install_packages() {
	local settings=/etc/postgresql-common/createcluster.conf

	say "Installing: $*"
	if [[ $* != *postgresql-[0-9]* || -e $settings ]]; then
		apt install "$@"
		return
	fi

	apt install postgresql-common
	(
		original=$(cat "$settings")
		trap 'say "$original" | as_root tee "$settings" >/dev/null' EXIT
		say 'create_main_cluster = false' | as_root tee "$settings" >/dev/null
		apt install "$@"
	)
}

# A pooler, without which its tests are skipped.  Its package would start a service, now and
# at every boot: not for the sake of tests.
want_pooler() {
	if ! have pgbouncer && [[ ! -x /usr/sbin/pgbouncer ]] && may_install; then
		say 'Installing: pgbouncer'
		install_pooler 2>/dev/null || say 'It cannot be installed: the tests of a pooler will be skipped.'
	fi
}

install_pooler() (
	policy=/usr/sbin/policy-rc.d
	if [[ ! -e $policy ]]; then
		trap 'as_root rm -f "$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
	fi
	(apt install pgbouncer) || { apt update && apt install pgbouncer; } || return
	! have systemctl || as_root systemctl disable pgbouncer >/dev/null 2>&1 || true
)

# The formatter of the C sources, without which their layout is not checked.  One version of it
# decides (test/lint/layout), and not every distribution has that.
want_formatter() {
	if ! "$source_tree/test/lint/layout" --installed 2>/dev/null && may_install; then
		say 'Installing: clang-format 14'
		{ install_formatter || { (apt update) && install_formatter; }; } 2>/dev/null ||
			say 'It cannot be installed: the layout of the sources will not be checked.'
	fi
}

install_formatter() {
	local package

	for package in clang-format-14 clang-format; do
		if apt-cache policy "$package" | grep -qE '^ *Candidate: 1:14\.'; then
			(apt install "$package")
			return
		fi
	done
	return 1
}

# Sees to it that everything is there for these purposes, and sets $pg_config and $bindir.
require() {
	local missing

	missing=$(missing_packages "$@")
	if [[ $missing ]] && may_install; then
		apt update
		missing=$(missing_packages "$@")	# the distribution's major is known only now
		# shellcheck disable=SC2086
		install_packages $missing
		missing=$(missing_packages "$@")
	fi
	[[ ! $missing ]] || die "these are missing (by their names in Debian): ${missing//$'\n'/ }
     On Debian or Ubuntu, as root:   apt-get install ${missing//$'\n'/ }
     Elsewhere they have other names.  PG_CONFIG chooses the PostgreSQL; $oldest_major or later will do."

	pg_config=$(find_pg_config)
	bindir=$("$pg_config" --bindir)
}

# Is the PostgreSQL ours alone?  Then the extension is installed in its own directories.
own_server=

# use_server DIRECTORY: from here on that PostgreSQL, which is ours alone.
use_server() {
	own_server=yes
	pg_config=$1/bin/pg_config
	bindir=$1/bin
	as_server+=(PATH="$bindir:/usr/local/bin:/usr/bin:/bin")
}


# ---------------------------------------------------------------------------
# Limits of time
# ---------------------------------------------------------------------------

# A limit is there to end what hangs, so each is several times what its command
# needs on a machine with two idle processors that builds the extension in
# $build_seconds.  A slower or a busier machine has more time: in proportion to
# its load when a command starts and, once the extension is built, to what that
# took.
readonly build_seconds=40
readonly wanted_factor=${ORM_TEST_TIME_FACTOR:-1}

[[ $wanted_factor =~ ^[0-9]+(\.[0-9]+)?$ && $wanted_factor =~ [1-9] ]] ||
	die "ORM_TEST_TIME_FACTOR=$wanted_factor is not a positive number"

# What the machine needs, in percent of what the limits have been made for.
machine_percent=100

# at_least PERCENT: the machine needs as much as that.
at_least() {
	((machine_percent >= $1)) || machine_percent=$1
}

# measure_load MORE: as many processes as are running, and so many more, want a processor each.
measure_load() {
	local load=0

	[[ ! -r /proc/loadavg ]] || read -r load _ </proc/loadavg
	at_least $((100 * (${load%.*} + $1) / $(nproc)))
}
measure_load 2

measured_build() {
	at_least $((100 * $1 / build_seconds))
}

# The limit, in seconds, that is SECONDS on the machine described above.
limit() {
	awk -v seconds="$1" -v percent="$machine_percent" -v factor="$wanted_factor" \
		'BEGIN { limit = int(seconds * percent / 100 * factor); print (limit > 1) ? limit : 1 }'
}

twice() { awk -v number="$1" 'BEGIN { print 2 * number }'; }

# What the last bounded command said when its limit was hit, else nothing.
limit_hit=


# ---------------------------------------------------------------------------
# A work directory, and who works in it
# ---------------------------------------------------------------------------

# Makes $work, and the prefix of every command that works in it, $as_server:
# as another user when we are root, whom the server refuses, with an
# environment of its own.
begin() {
	local base=${TMPDIR:-/tmp}
	local become=()

	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	trap finish EXIT

	server_user=$(id -un)
	if ((EUID == 0)); then
		server_user=postgres
		id "$server_user" >/dev/null 2>&1 || die "the server refuses root, and there is no user $server_user to run it as"
		become=(setpriv --reuid="$server_user" --regid="$server_user" --init-groups --reset-env)
	fi

	# The name of a socket has 107 bytes; a list of paths in a setting, separators.
	if [[ ! $base =~ ^/[[:alnum:]/._-]{1,50}$ ]] || ! "${become[@]}" test -w "$base"; then
		base=/tmp
	fi
	work=$(mktemp -d "$base/orm.XXXXXX")
	mkdir "$work/tmp" "$work/log"
	give_to_server "$work"
	cd "$work"

	as_server=("${become[@]}" env -i HOME="$work" TMPDIR="$work/tmp" USER="$server_user" LOGNAME="$server_user"
		LANG=C.UTF-8 TERM="${TERM:-dumb}" PATH="$bindir:/usr/local/bin:/usr/bin:/bin")
}

give_to_server() {
	((EUID != 0)) || chown -R "$server_user:" "$1"
}

# Runs at every exit: ends what we started, and removes the work directory.
finish() {
	local status=$? pidfile

	trap '' INT TERM HUP
	if [[ ${bounded_pid:-} ]]; then
		kill -TERM "$bounded_pid" 2>/dev/null && wait "$bounded_pid" || true
	fi
	if [[ ${work:-} ]]; then
		while read -r pidfile; do	# of our clusters, and of those that tests have made
			"${as_server[@]}" pg_ctl stop -D "$(dirname "$pidfile")" -m immediate >/dev/null 2>&1 || true
		done < <(find "$work" -name postmaster.pid)
		cd / && rm -rf "$work"
	fi
	exit $status
}

# bounded NAME SECONDS COMMAND: a command as the server's user, with a limit of
# time.  In the background, because bash runs traps while it waits, but not
# before a command in the foreground has ended; timeout makes it a process
# group, to end as one.
bounded() {
	local status=0 start=$SECONDS seconds

	measure_load 0
	seconds=$(limit "$2")
	limit_hit=
	"${as_server[@]}" timeout --kill-after=10 "$seconds" "${@:3}" </dev/null &
	bounded_pid=$!
	wait "$bounded_pid" || status=$?
	bounded_pid=
	if ((status == 124 || status == 137)) && ((SECONDS - start >= seconds)); then	# 137: it had to be killed
		limit_hit="the limit of $seconds s for $1 was hit; "
		limit_hit+="ORM_TEST_TIME_FACTOR=$(twice "$wanted_factor") doubles all limits"
		say "orm: $limit_hit" >&2
	fi
	return $status
}

# Runs a step that people need not see; shows what it printed if it fails.
quietly() {
	local log=$work/log/quietly status=0

	"$@" >"$log" 2>&1 || status=$?
	((status == 0)) || cat "$log" >&2
	return $status
}


# ---------------------------------------------------------------------------
# Building
# ---------------------------------------------------------------------------

copy_tree() {
	mkdir "$work/$1"
	tar -C "$source_tree" --exclude=./.git --exclude=./tmp_check --exclude=./results --exclude=./output_iso \
		--exclude='*.o' --exclude='*.d' --exclude='*.bc' --exclude='*.so' --exclude='./orm--[0-9.]*[0-9].sql' -cf - . |
		tar -C "$work/$1" -xf -
	give_to_server "$work/$1"
}

# make_in NAME GOAL SECONDS ...: make in a copy of the tree, with our PostgreSQL.
# Bitcode would take as long again, and nothing here needs it.
make_in() {
	bounded "make $2" "$3" make -C "$work/$1" -s with_llvm=no PG_CONFIG="$pg_config" "${@:4}" "$2"
}

build() {
	make_in "$1" all 600 -j"$(nproc)" "${@:2}" &&
		make_in "$1" install 60 "${@:2}" DESTDIR="$(destination "$1")"
}

# Where an extension is installed: nowhere else in a server of our own.
destination() { [[ $own_server ]] || say "$work/$1.inst"; }


# ---------------------------------------------------------------------------
# A throw-away cluster
# ---------------------------------------------------------------------------

# The settings by which a server finds the extension of $work/NAME.inst.
extension_settings() {
	local destination libraries scripts settings

	destination=$(destination "$1")
	[[ $destination ]] || return 0
	libraries=$destination$("$pg_config" --pkglibdir)
	scripts=$destination$("$pg_config" --sharedir)
	settings=$("$bindir/postgres" --describe-config | cut -f1)

	say "dynamic_library_path = '$libraries:\$libdir'"
	case $settings in
		*extension_control_path*)	# PostgreSQL 18 and later
			say "extension_control_path = '$scripts:\$system'" ;;
		*extension_destdir*)		# Debian's, up to 17
			say "extension_destdir = '$destination'" ;;
		*)
			die "this PostgreSQL $("$pg_config" --version) loads extensions only from its own directories:" \
				"use make install and make installcheck" ;;
	esac
}

# start_cluster NAME [VARIABLE=VALUE | COMMAND]...: a server with the extension
# of $work/NAME.inst.  The rest stands before the server's command line.
start_cluster() {
	local data=$work/$1.data

	sockets=$work/$1.s
	server_log=$work/log/$1.server
	to_server=(PGHOST="$sockets" PGPORT=5432 PGUSER=postgres PGDATABASE=postgres)

	"${as_server[@]}" mkdir -m 700 "$sockets"
	quietly "${as_server[@]}" initdb -D "$data" -U postgres -A trust -E UTF8 --locale=C --no-sync || return
	cat >>"$data/postgresql.conf" <<-END
		listen_addresses = ''
		unix_socket_directories = '$sockets'
		port = 5432
		fsync = off
		log_line_prefix = '%m [%p] %e '
		$(extension_settings "$1")
	END
	quietly "${as_server[@]}" "${@:2}" pg_ctl start -w -t "$(limit 60)" -D "$data" -l "$server_log"
}

# psql on the cluster started last.
on_server() {
	"${as_server[@]}" "${to_server[@]}" psql -X "$@"
}

# play FILE [DATABASE [SECONDS]]: prints a document, in Markdown, of which all blocks of
# SQL have been run in their order.  A block that shows results has those that
# came now.  One that shows none has no results of interest: only its errors
# are added, because a document without them is wrong.
play() {
	local script=$work/log/play.sql

	awk -f "$source_tree/test/run/play.awk" -v statements=yes "$1" >"$script"
	# From standard input, so that messages carry no file names and line numbers.
	bounded "$(basename "$1")" "${3:-60}" env "${to_server[@]}" \
		sh -c 'exec psql -X -q -d "$1" <"$2" 2>&1' play "${2:-postgres}" "$script" >"$script.out"
	awk -f "$source_tree/test/run/play.awk" "$script.out" "$1"
}
