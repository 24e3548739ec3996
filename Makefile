# make            build the extension for the PostgreSQL of PG_CONFIG
# make install    install it there
# make demo       throw-away PostgreSQL with demo data: see the KPIs (does its own set-up)
# make test       everything that must pass (does its own set-up)
# make test-all   the same, on PostgreSQL 17 and 18 in chroots (as root), with assertions, sanitizers and random queries
# make coverage   which lines and branches of src/ the tests reach
# make bench      times against plain SQL, on a throw-away PostgreSQL, SCALE=100k, 1M or 10M activities
EXTENSION  = pg_relinsights
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" pg_relinsights.control)
MODULE_big = pg_relinsights
OBJS       = $(patsubst %.cpp,%.o,$(sort $(wildcard src/core/*/*.cpp src/core/words/language/*.cpp src/pg/*.cpp)))
SQL_INSTALL = $(EXTENSION)--$(EXTVERSION).sql
RELEASED   = $(patsubst test/upgrade/$(EXTENSION)--%.sql,%,$(wildcard test/upgrade/$(EXTENSION)--*.sql))
UPGRADES   = $(foreach v,$(RELEASED),$(EXTENSION)--$(v)--$(EXTVERSION).sql)
DATA_built = $(SQL_INSTALL) $(UPGRADES)
EXTRA_CLEAN = build

SQL_MODULES = $(sort $(wildcard sql/*.sql))

PG_CXXFLAGS = -std=c++20 -fvisibility=hidden -Wall -Wextra -Wno-unused-parameter -Wno-missing-format-attribute -Isrc
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

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
# The goals that do their own set-up run before any PostgreSQL is there.
ifneq ($(wildcard $(PGXS)),)
include $(PGXS)
COMPILE.cxx.bc += $(PG_CXXFLAGS)
# Server headers are not ours to warn about.
override CPPFLAGS := $(patsubst -I$(includedir_server),-isystem $(includedir_server),$(CPPFLAGS))
endif

HEADERS_ALL = $(wildcard src/core/*.h src/core/*/*.h src/pg/*.h)
$(OBJS): $(HEADERS_ALL)
src/pg/version.o: pg_relinsights.control

# Whole or not at all: a broken script must not be taken for a built one.
$(SQL_INSTALL): $(SQL_MODULES) $(wildcard sql/templates/*) scripts/fill-templates pg_relinsights.control
	scripts/fill-templates $(SQL_MODULES) > $@.new && mv $@.new $@

$(UPGRADES): $(EXTENSION)--%--$(EXTVERSION).sql: test/upgrade/$(EXTENSION)--%.sql $(SQL_INSTALL) scripts/upgrade-script $(wildcard sql/upgrade/*)
	scripts/upgrade-script $< $(SQL_INSTALL) sql/upgrade/$*.by-hand.sql > $@.new && mv $@.new $@

.PHONY: demo test test-all coverage bench
demo:
	scripts/demo
bench:
	scripts/bench
test:
	scripts/test
test-all:
	scripts/test-all
coverage:
	scripts/coverage
