# Sourced by ./run, ./test and .ci/run: a virtual environment that holds exactly what a lock says.

fail() {
  echo "$1" >&2
  exit 1
}

# The first Python on this machine that is new enough and can make virtual environments.
find_python() {
  local name
  for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14 python; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  fail "Diperlukan Python 3.11 atau lebih baru beserta venv (Debian/Ubuntu: apt-get install python3-venv)."
}

# install_lock LOCK LABEL: make .venv where it is missing or broken, and install the lock when it changed.
install_lock() {
  local installed=".venv/installed-$1" python log
  if ! .venv/bin/python -c '' 2>/dev/null || ! ls .venv/installed-* >/dev/null 2>&1; then
    python=$(find_python) || exit 1
    rm -rf .venv
    "$python" -m venv .venv || fail "Folder .venv tidak dapat dibuat."
  fi
  cmp -s "$1" "$installed" && return
  echo "$2"
  log=$(mktemp)
  if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "Pustaka tidak dapat dipasang; periksa sambungan internet, lalu ulangi."
  fi
  rm -f "$log"
  cp "$1" "$installed"
}

# Translations in the form that the program reads, where a catalogue is newer than it.
compile_translations() {
  local catalogue
  for catalogue in registry/translations/*/LC_MESSAGES/*.po; do
    if [ -e "$catalogue" ] && [ "$catalogue" -nt "${catalogue%.po}.mo" ]; then
      .venv/bin/pybabel --quiet compile -d registry/translations >/dev/null
      return
    fi
  done
}
