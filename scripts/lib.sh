# Shared by scripts/setup, test and demo: a private copy of the installed PostgreSQL, so that nothing here
# touches the machine's own server, and throw-away clusters on Unix sockets.
# PostgreSQL finds its files relative to its binaries, so a copied tree is a whole installation.
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
say() { printf '\033[1m== %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The newest installed major version that can build extensions, or the one in PG_MAJOR.
pg_major() {
  local v
  if [ -n "${PG_MAJOR:-}" ]; then echo "$PG_MAJOR"; return; fi
  v=$(ls -d /usr/lib/postgresql/*/lib/pgxs/src/makefiles/pgxs.mk 2>/dev/null | cut -d/ -f5 | sort -n | tail -1)
  echo "$v"
}

# progress WHAT TOTAL PATTERN: counts the lines of its input that match; shows how far that is, and the pattern's first group.
# On a terminal one line that changes, elsewhere a line now and then.
progress() {
  local what=$1 total=$2 pattern=$3 line done=0 text
  while IFS= read -r line; do
    [[ $line =~ $pattern ]] || continue
    done=$((done + 1))
    printf -v text '  %s %d of %d: %s' "$what" "$done" "$total" "${BASH_REMATCH[1]:-}"
    if [ -t 1 ]; then printf '\r\033[K%.95s' "$text"
    elif [ $((done % 10)) = 1 ] || [ "$done" = "$total" ]; then printf '%.95s\n' "$text"
    fi
  done
  [ ! -t 1 ] || [ $done = 0 ] || printf '\r\033[K'
}

# The server refuses to run as root: as root, run it as the postgres user.
as_server_user() {
  if [ "$(id -u)" = 0 ]; then
    local command
    printf -v command '%q ' "$@"
    su postgres -s /bin/bash -c "cd / && $command"
  else
    "$@"
  fi
}

# copy_checkout DIR: this checkout without anything built, for a build with other headers or flags.
copy_checkout() {
  mkdir -p "$1"
  tar -C "$repo" --exclude=./.git --exclude=./build --exclude='*.o' --exclude='*.so' --exclude='*.bc' -cf - . |
    tar -C "$1" --no-same-owner -xf -
}

# stage_postgres DIR: copies the installed PostgreSQL below DIR; sets PG_BIN and PG_CONFIG.
# PG_PREFIX names a private PostgreSQL to use, as it is, in its place.
stage_postgres() {
  local dir=$1 major
  if [ -n "${PG_PREFIX:-}" ]; then
    PG_BIN=$PG_PREFIX/bin
    PG_CONFIG=$PG_BIN/pg_config
    return
  fi
  major=$(pg_major)
  [ -n "$major" ] || die "no PostgreSQL with server headers is installed; run scripts/setup as root"
  if [ ! -e "$dir/usr/lib/postgresql/$major/bin/postgres" ]; then
    mkdir -p "$dir/usr/lib/postgresql" "$dir/usr/share/postgresql" "$dir/usr/include/postgresql"
    cp -a "/usr/lib/postgresql/$major" "$dir/usr/lib/postgresql/"
    cp -a "/usr/share/postgresql/$major" "$dir/usr/share/postgresql/"
    ln -sfn "/usr/include/postgresql/$major" "$dir/usr/include/postgresql/$major"
  fi
  PG_BIN=$dir/usr/lib/postgresql/$major/bin
  PG_CONFIG=$PG_BIN/pg_config
}

# install_extension: builds this checkout and installs it into the staged PostgreSQL.
install_extension() {
  make -C "$repo" -j2 -s PG_CONFIG="$PG_CONFIG" with_llvm=no all
  make -C "$repo" -s PG_CONFIG="$PG_CONFIG" with_llvm=no install >/dev/null
}

# install_extension_from DIR: the same, built in DIR, so that the checkout stays as it is; shows how far it is.
install_extension_from() {
  local dir=$1 make total
  make=(make -C "$dir" -f "$repo/Makefile" PG_CONFIG="$PG_CONFIG")
  mkdir -p "$dir"
  total=$("${make[@]}" -n all | grep -c -e ' -c -o ' || true)
  "${make[@]}" -j2 all 2>&1 | tee "$dir/make.log" | progress compiled "$total" ' -c -o ([^ ]*)\.o ' || { tail -20 "$dir/make.log"; die "the extension did not build"; }
  "${make[@]}" -s install >/dev/null
}

# start_server DIR [setting ...]: a new cluster in DIR/data, reached through the socket in DIR (port 5432).
# SERVER_WITH is a command the server alone is started by (env NAME=VALUE ...); SERVER_LOG a file for its log, if not in DIR.
start_server() {
  local dir=$1
  shift
  mkdir -p "$dir"
  if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
  as_server_user "$PG_BIN/initdb" -D "$dir/data" -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 >"$dir/initdb.log" ||
    { cat "$dir/initdb.log"; die "initdb failed"; }
  printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$dir'" "fsync = off" "timezone = 'UTC'" \
    "max_stack_depth = 2MB" "$@" | as_server_user tee -a "$dir/data/postgresql.conf" >/dev/null
  resume_server "$dir"
}

# resume_server DIR: starts the stopped cluster in DIR/data.
resume_server() {
  local dir=$1 log=${SERVER_LOG:-$1/server.log}
  as_server_user ${SERVER_WITH:-} "$PG_BIN/pg_ctl" -D "$dir/data" -l "$log" -w start >/dev/null ||
    { tail -50 "$log"; die "the server did not start"; }
}

stop_server() {
  [ -n "${PG_BIN:-}" ] || return 0
  as_server_user "$PG_BIN/pg_ctl" -D "$1/data" -m fast -w stop >/dev/null 2>&1 || true
}

# demo_company DIR [PSQL_OPTION ...]: the demo company in database company of the server in DIR.
demo_company() {
  local dir=$1
  shift
  psql=("$PG_BIN/psql" -X -q -h "$dir" -U postgres -v ON_ERROR_STOP=1)
  "${psql[@]}" -d postgres -c 'CREATE DATABASE company'
  psql+=(-d company)
  "${psql[@]}" -c 'CREATE EXTENSION pg_relinsights'
  "${psql[@]}" "$@" -f "$repo/examples/demo/company.sql"
}

# demo_model: a model over it, refreshed.
demo_model() {
  "${psql[@]}" -c "SELECT relinsights.create_model('crm', 'demo.activities', 'demo.participants', 'demo.records',
    'demo.record_parties', time_zone => 'Asia/Seoul')" -c "CALL relinsights.refresh('crm')" >/dev/null
}

# dashboard_site DIR [test]: examples/dashboard in DIR with its libraries, and the site built over the database of the
# environment. Libraries that are there already stay.
dashboard_site() {
  local dir=$1 omit=--omit=dev
  [ "${2:-}" != test ] || omit=
  mkdir -p "$dir"
  rm -rf "$dir/src" "$dir/lib" "$dir/test" "$dir/dist"
  cp -r "$repo"/examples/dashboard/. "$dir/"
  if ! cmp -s "$dir/package-lock.json" "$dir/node_modules/.installed$omit"; then
    (cd "$dir" && npm ci $omit --no-audit --no-fund --no-update-notifier --loglevel=error) || return
    cp "$dir/package-lock.json" "$dir/node_modules/.installed$omit"
  fi
  (cd "$dir" && OBSERVABLE_TELEMETRY_DISABLE=true node_modules/.bin/observable build) >"$dir/build.log" 2>&1 ||
    { tail -30 "$dir/build.log"; return 1; }
}

# serve_dashboard DIR LOG: serves the site of DIR in the background; sets SITE_PID, and SITE to its address.
serve_dashboard() {
  local waited=0
  (cd "$1" && exec node serve.js) >"$2" 2>&1 &
  SITE_PID=$!
  until SITE=$(grep -o 'http://127[^ ]*' "$2"); do
    waited=$((waited + 1))
    kill -0 $SITE_PID 2>/dev/null && [ $waited -lt 100 ] || { cat "$2"; return 1; }
    sleep 0.1
  done
}
