# Sourced by the start scripts beside it: goes to the project's root, finds its Python, and says that this is production.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ -d .venv/bin ]; then PATH="$PWD/.venv/bin:$PATH"; fi
export PATH PYTHONPATH="$PWD" PYTHONUNBUFFERED=1
export ENVIRONMENT="${ENVIRONMENT:-production}" DJANGO_SETTINGS_MODULE=config.settings
HOST="${HOST:-127.0.0.1}"
