"""Brings the database up to the code: migrations and the demo world; `python -m config.embedded.provision`.

Whether there is anything to do is known without Django, from a note that the last run left in the database itself: a
comment on Django's table of migrations. It names the sources that were applied and what was applied when it was
written, so that neither newer sources nor a migration undone by hand go unnoticed.
"""

import hashlib

import psycopg

from config.embedded.local import ROOT

# Whatever can change what a migration or a seeder does.
SOURCES = (
    "requirements.txt",
    "config/embedded/provision.py",
    "*/migrations/*.py",
    "*/management/demo*.py",
    "*/management/commands/seed_demo.py",
)
APPLIED = "select count(*) || '-' || coalesce(max(id), 0) from django_migrations"


def demo_world_of(database_url: str) -> bool | None:
    """None if the database needs provisioning, else whether it holds the demo world."""
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        note = connection.execute("select obj_description(to_regclass('django_migrations'), 'pg_class')").fetchone()
        if note is None or not note[0]:
            return None
        applied = connection.execute(APPLIED).fetchone()
    for has_demo in (True, False):
        if note[0] == _note(str(applied[0] if applied else ""), has_demo=has_demo):
            return has_demo
    return None


def _note(applied: str, *, has_demo: bool) -> str:
    return f"provisioned {_sources()} {applied} {'with' if has_demo else 'without'} demo"


def _sources() -> str:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for file in sorted(ROOT.glob(pattern)):
            digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def main() -> None:
    import django  # noqa: PLC0415 - the launcher asks demo_world_of() without paying for Django

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - needs the set-up above
    from django.db import connection  # noqa: PLC0415 - needs the set-up above

    print("Bringing the database up to date")
    call_command("migrate", verbosity=0, interactive=False, skip_checks=False)
    has_demo = _may_have_demo()
    if has_demo:
        call_command("seed_demo")
    else:
        print("The database holds people already, so no demo world is loaded.")
    with connection.cursor() as cursor:
        cursor.execute(APPLIED)
        note = _note(cursor.fetchone()[0], has_demo=has_demo)
        cursor.execute(f"comment on table django_migrations is '{note}'")


def _may_have_demo() -> bool:
    """Logins with known passwords are only given to an empty database or to one that has them already."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs the set-up in main()

    from accounts.management.demo_logins import DEMO_LOGINS  # noqa: PLC0415 - its neighbour above says why

    people = get_user_model().objects
    return not people.exists() or people.filter(email=DEMO_LOGINS[0].email).exists()


if __name__ == "__main__":
    main()
