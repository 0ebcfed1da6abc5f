# Sourced by the commands beside it: goes to the project's root, makes .venv and installs what a lock file lists.
# Nothing is fetched while the lock file is the one that was installed last.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# What is installed must not depend on what the shell around us has set up.
unset PYTHONPATH PYTHONHOME

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# Prints the first Python that is new enough and, if possible, can make a virtual environment with pip in it.
find_python() {
    local candidate second_best=
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if ! "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then continue; fi
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
        second_best=${second_best:-$(command -v "$candidate")}
    done
    if [ -z "$second_best" ]; then
        fail "Python 3.11 or newer is needed and was not found. Install it, or name one: PYTHON=/path/to/python3 $0"
    fi
    printf '%s' "$second_best"
}

# Debian's Python comes without ensurepip: then pip, uv or virtualenv may be there to help.
make_venv() {
    local python=$1 version
    rm -rf .venv
    printf 'Making .venv with %s\n' "$("$python" --version)"
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        if "$python" -m venv .venv; then return; fi
    elif "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip .venv; then
        if "$python" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check pip; then return; fi
    elif command -v uv >/dev/null 2>&1; then
        if uv venv --quiet --seed --python "$python" .venv; then return; fi
    elif command -v virtualenv >/dev/null 2>&1; then
        if virtualenv --quiet --python "$python" .venv; then return; fi
    fi
    rm -rf .venv
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    fail "$python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python$version-venv"
}

# Shows pip's progress as one line that counts packages.
count_packages() {
    local total=$1 count=0 line
    while IFS= read -r line; do
        case "$line" in
        Collecting*)
            count=$((count + 1))
            line=${line#Collecting }
            if [ -t 1 ]; then
                printf '\r\033[KInstalling packages: %d of %d (%s)' "$count" "$total" "${line%%[=<> ]*}"
            elif [ $((count % 20)) -eq 0 ]; then
                printf 'Installing packages: %d of %d\n' "$count" "$total"
            fi
            ;;
        Installing\ collected*)
            if [ -t 1 ]; then printf '\r\033[K'; fi
            printf 'Installing packages: unpacking\n'
            ;;
        esac
    done
    if [ -t 1 ]; then printf '\r\033[K'; fi
}

# True if .venv is the work of an interrupted start, or of a Python that is gone or too old.
venv_is_broken() {
    ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

is_installed() {
    [ -x .venv/bin/python ] && [ -f "$2" ] && cmp -s "$1" "$2"
}

prepare() {
    local lock=$1 stamp=.venv/installed-${1##*/} python total log=.venv/install.log
    if is_installed "$lock" "$stamp"; then return; fi
    if command -v flock >/dev/null 2>&1; then
        # Two commands started at once in a fresh checkout must not install into one .venv together.
        exec 9<bin
        flock 9
        if is_installed "$lock" "$stamp"; then
            exec 9<&-
            return
        fi
    fi
    if venv_is_broken; then
        python=$(find_python)
        make_venv "$python"
    fi
    rm -f .venv/installed-*
    total=$(grep -c '^[a-z].*==' "$lock")
    if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes -r "$lock" 2>&1 |
        tee "$log" | count_packages "$total"; then
        tail -n 15 "$log" >&2
        fail "The packages could not be installed; the lines above say why, $PWD/$log holds the rest."
    fi
    # Last of all, so that an interrupted installation is taken up again.
    cp "$lock" "$stamp"
    # The development packages contain those of bin/run, in the same versions.
    if [ "$lock" = bin/requirements/dev.txt ]; then cp requirements.txt .venv/installed-requirements.txt; fi
    exec 9<&-
}
