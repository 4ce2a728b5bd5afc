# orm, an object mapper inside PostgreSQL
#
#   make, make install, make installcheck   as for every extension; PG_CONFIG names the PostgreSQL
#   make demo, make psql, make check        need nothing installed: see test/README.md
#   make check-cassert, make check-all      the tests on a server with assertions, and on the other majors
#   make format                             lays the C sources out as .clang-format says

OWN_GOALS = check check-cassert check-all demo psql lint bench format

ifneq (,$(filter $(OWN_GOALS),$(MAKECMDGOALS)))

# These install what is missing, and PGXS may be part of that: it is not asked for here.

.PHONY: $(MAKECMDGOALS)

check check-cassert check-all demo psql:
	@test/run/$@

lint bench:
	@test/$@/run

format:
	@test/lint/layout --apply

$(filter-out $(OWN_GOALS),$(MAKECMDGOALS)):
	@$(MAKE) --no-print-directory $@

else

here := $(or $(VPATH),$(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST)))))

EXTENSION   = orm
ORM_VERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(here)/orm.control)

# C sources are found; the parts of the script stand in the order of their ranks.
MODULE_big = orm
OBJS      := $(patsubst $(here)/%.c,%.o,$(sort $(wildcard $(here)/src/*.c $(here)/src/*/*.c)))

SQL_PARTS = \
	src/registry/registry.sql \
	src/registry/history.sql \
	src/registry/migration_step.sql \
	src/api/document.sql \
	src/api/element.sql \
	src/api/language.sql \
	src/api/model.sql \
	src/api/difference.sql \
	src/api/online.sql \
	src/api/write.sql \
	src/api/read.sql \
	src/api/expression.sql \
	src/api/information.sql \
	src/api/lint.sql \
	src/api/trigger.sql \
	src/api/version.sql \
	src/api/keep.sql \
	src/api/publish.sql \
	src/api/counter.sql \
	src/api/position.sql \
	src/api/secret.sql \
	src/api/anchor.sql \
	src/api/session.sql \
	src/api/validate.sql \
	src/api/impact.sql \
	src/api/soft_delete.sql

SCRIPT      = orm--$(ORM_VERSION).sql
DATA_built  = $(SCRIPT)
EXTRA_CLEAN = $(OBJS:.o=.d)

# -Wextra, without the two warnings that PostgreSQL's own headers and calling
# conventions set off: every function of one kind has the same parameters, and
# inline functions in headers compare signed with unsigned.  "override", so that
# PG_CFLAGS on the command line adds to these.  -Werror is for make check alone:
# a packager's compiler may know more warnings than ours.
override PG_CFLAGS   := -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare $(PG_CFLAGS)
override PG_CPPFLAGS := -I$(here)/src -DORM_VERSION='"$(ORM_VERSION)"' $(PG_CPPFLAGS)

# pg_regress makes its databases in UTF8 and the C locale, whatever the server's are.
ENCODING = UTF8
NOLOCALE = --no-locale

REGRESS        := $(patsubst $(here)/sql/%.sql,%,$(sort $(wildcard $(here)/sql/*.sql)))
REGRESS_OPTS    = --load-extension=orm
ISOLATION      := $(patsubst $(here)/test/isolation/specs/%.spec,%,$(sort $(wildcard $(here)/test/isolation/specs/*.spec)))
ISOLATION_OPTS  = --inputdir=$(here)/test/isolation --load-extension=orm
PROVE_TESTS    := $(patsubst $(here)/%,%,$(sort $(wildcard $(here)/test/tap/*.pl)))
TAP_TESTS      := $(if $(PROVE_TESTS),1)

PG_CONFIG ?= pg_config
PGXS      := $(shell $(PG_CONFIG) --pgxs)
ifeq (,$(wildcard $(PGXS)))
$(error PostgreSQL's files for building extensions are missing ($(PG_CONFIG) --pgxs: "$(PGXS)"); \
	install postgresql-server-dev-NN, or name another PostgreSQL: make PG_CONFIG=/path/to/pg_config)
endif
include $(PGXS)

# Calls between the files of the library need no symbols: a session's first call loads it with a third of the lookups.
ifeq ($(PORTNAME), linux)
SHLIB_LINK += -Wl,-Bsymbolic-functions
endif

# PGXS tracks no headers.  A file per object, and another for bitcode would be in its way: so not in CPPFLAGS.
COMPILE.c += -MMD -MP -MF $(@:.o=.d)
-include $(OBJS:.o=.d)
$(OBJS): orm.control

# A build outside the source tree (make -f, VPATH) has no folders yet.
ifneq ($(here),.)
$(shell mkdir -p $(dir $(OBJS)))
endif

$(SCRIPT): $(SQL_PARTS) orm.control
	{ printf '%s\n' '\echo Use "CREATE EXTENSION orm" to load this file. \quit'; cat $(filter %.sql,$^); } > $@

.DELETE_ON_ERROR:

endif
