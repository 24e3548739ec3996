# make              build the extension for the PostgreSQL of PG_CONFIG (another PG_CONFIG, or other flags: built anew)
# make install      install it there
# make installcheck the regress tests against a running server that has it (PGHOST, PGPORT, PGUSER: a superuser)
# make demo         throw-away PostgreSQL with demo data: see the KPIs (does its own set-up); KEEP=1 leaves it running
# make dashboard    the demo's company in a browser, until Ctrl-C (does its own set-up); examples/dashboard: your own model
# make test         everything that must pass (does its own set-up)
# make test-all     the same, on PostgreSQL 17 and 18 in chroots (as root), with assertions, sanitizers and random queries
# make coverage     which lines and branches of src/ the tests reach
# make bench        times against plain SQL, on a throw-away PostgreSQL, SCALE=100k, 1M or 10M activities
# make dist         the last commit as a zip for PGXN, in build/
# Out of the tree: mkdir somewhere; cd somewhere; make -f /path/to/pg_relinsights/Makefile [install, installcheck]
.PHONY: all
all:

# Where this file is; the build is in the current directory.
here := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
EXTENSION  = pg_relinsights
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(here)/pg_relinsights.control)
MODULE_big = pg_relinsights
SOURCES    = $(sort $(wildcard $(addprefix $(here)/,src/core/*/*.cpp src/core/words/language/*.cpp src/pg/*.cpp)))
OBJS       = $(patsubst $(here)/%.cpp,%.o,$(SOURCES))
SQL_INSTALL = $(EXTENSION)--$(EXTVERSION).sql
RELEASED   = $(patsubst $(here)/test/upgrade/$(EXTENSION)--%.sql,%,$(wildcard $(here)/test/upgrade/$(EXTENSION)--*.sql))
UPGRADES   = $(foreach v,$(RELEASED),$(EXTENSION)--$(v)--$(EXTVERSION).sql)
DATA_built = $(SQL_INSTALL) $(UPGRADES)
EXTRA_CLEAN = build $(OBJS:.o=.d)

SQL_MODULES = $(sort $(wildcard $(here)/sql/*.sql))

# Results are equal to the last bit on every processor: no fused multiply-add.
PG_CXXFLAGS = -std=c++20 -ffp-contract=off -fvisibility=hidden -Wall -Wextra -Wno-unused-parameter -Wno-missing-format-attribute -I$(here)/src
PG_CXXFLAGS += -DRELINSIGHTS_VERSION=\"$(EXTVERSION)\"
SHLIB_LINK  = -lstdc++
ifdef SANITIZE
# For scripts/test-assertions: the server must be started with libasan preloaded.
PG_CXXFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SHLIB_LINK  += -fsanitize=address,undefined
endif
ifdef COVERAGE
# For scripts/coverage: counts are written beside the objects.
PG_CXXFLAGS += --coverage -O0
SHLIB_LINK  += --coverage
endif

# An object depends on the headers it includes, as the compiler lists them.
PG_CXXFLAGS += -MMD -MP

# installcheck: pg_regress finds tests and data in test/ and writes into build/installcheck, where the server writes too.
REGRESS = setup $(filter-out setup,$(patsubst $(here)/test/sql/%.sql,%,$(sort $(wildcard $(here)/test/sql/*.sql))))
REGRESS_OUTPUT = $(CURDIR)/build/installcheck
REGRESS_OPTS = --inputdir=$(here)/test --outputdir=$(REGRESS_OUTPUT) --encoding=UTF8 --no-locale
REGRESS_PREP = $(REGRESS_OUTPUT)/results

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
# The goals that do their own set-up run before any PostgreSQL is there.
ifneq ($(wildcard $(PGXS)),)
# Bitcode would let the JIT inline calls into C++, which gains nothing and takes as long again to build.
override with_llvm := no
include $(PGXS)
ifneq ($(here),.)
# Out of the tree, only sources are looked for there: what may have been built in it is for another PostgreSQL.
override VPATH :=
override srcdir := $(here)
vpath %.cpp $(here)
vpath %.control $(here)
$(shell mkdir -p $(sort $(dir $(OBJS))))
endif
# Server headers are not ours to warn about.
override CPPFLAGS := $(patsubst -I$(includedir_server),-isystem $(realpath $(includedir_server)),$(CPPFLAGS))

# The loops that are worth vectors (CMakeLists.txt has it, too).
src/core/deals/similarity_kernel.o: override CXXFLAGS += -O3

# What was built for one PostgreSQL, or with other flags, is not linked into another's library.
BUILT_FOR = $(CURDIR)/build/built-for
built_for := $(strip $(shell $(PG_CONFIG) --version), $(realpath $(includedir_server)): $(CXX) $(CXXFLAGS))
ifneq ($(built_for),$(shell cat $(BUILT_FOR) 2>/dev/null))
.PHONY: $(BUILT_FOR)
endif
$(BUILT_FOR):
	@mkdir -p $(@D)
	@echo '$(built_for)' >$@
$(OBJS): $(BUILT_FOR)
-include $(OBJS:.o=.d)

.PHONY: $(REGRESS_PREP)
$(REGRESS_PREP):
	mkdir -p $@
	chmod a+rwx $@
else
all install installcheck:
	@echo "error: no PostgreSQL with server headers was found by $(PG_CONFIG)" >&2
	@echo "Debian and Ubuntu: apt-get install postgresql-server-dev-15 (or your version), or name another: make PG_CONFIG=/path/to/pg_config" >&2
	@exit 1
endif

# Whole or not at all: a broken script must not be taken for a built one.
$(SQL_INSTALL): $(SQL_MODULES) $(wildcard $(here)/sql/templates/*) $(here)/scripts/fill-templates src/core/record/record_kpi.cpp $(here)/src/core/record/record_kpi.h pg_relinsights.control
	$(here)/scripts/fill-templates $(SQL_MODULES) > $@.new && mv $@.new $@

$(UPGRADES): $(EXTENSION)--%--$(EXTVERSION).sql: $(here)/test/upgrade/$(EXTENSION)--%.sql $(SQL_INSTALL) $(here)/scripts/upgrade-script $(wildcard $(here)/sql/upgrade/*)
	$(here)/scripts/upgrade-script $< $(SQL_INSTALL) $(here)/sql/upgrade/$*.by-hand.sql > $@.new && mv $@.new $@

.PHONY: demo dashboard test test-all coverage bench dist
demo:
	$(here)/scripts/demo
dashboard:
	$(here)/scripts/dashboard
bench:
	$(here)/scripts/bench
test:
	$(here)/scripts/test
test-all:
	$(here)/scripts/test-all
coverage:
	$(here)/scripts/coverage
dist:
	mkdir -p build
	git -C $(here) archive --format=zip --prefix=$(EXTENSION)-$(EXTVERSION)/ HEAD >build/$(EXTENSION)-$(EXTVERSION).zip
