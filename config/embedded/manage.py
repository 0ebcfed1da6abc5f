"""`bin/manage`: Django's command line in the environment that `bin/run` has.

It uses the servers of whatever runs in this checkout already. If nothing does, it starts embedded ones for as long as
the command takes; further commands may join in the meantime, so they stop with the last one.
"""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from types import FrameType

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.embedded.local import ROOT, LocalFolder, Owner
from config.embedded.processes import StartFailed, dying_with_parent
from config.embedded.servers import NAMES, Servers, development_environment, local_folder


def main() -> int:
    env.load_file(ROOT / ".env")
    command = [sys.executable, str(ROOT / "manage.py"), *sys.argv[1:]]
    if env.text("ENVIRONMENT") == "production":
        # Nothing may be made up here that production has to be given.
        os.execv(command[0], command)
    try:
        return _run(command)
    except (StartFailed, ImproperlyConfigured) as failure:
        print(failure, file=sys.stderr)
        return 1


def _run(command: list[str]) -> int:
    folder = local_folder()
    given = {name: env.text(name) for name in NAMES}
    if all(given.values()):
        os.execve(command[0], command, development_environment(folder, given))
    owner = Owner(f"bin/manage {' '.join(sys.argv[1:2])}".strip(), os.getpid())
    while folder.claim(owner) is not None:
        guests = folder.join()
        other = folder.wait_for_servers()
        if other is None:
            os.close(guests)
            continue
        chosen = {name: env.text(name) or url for name, url in other.servers.items()}
        os.execve(command[0], command, development_environment(folder, chosen))
    return _run_with_own_servers(command, folder, owner)


def _run_with_own_servers(command: list[str], folder: LocalFolder, owner: Owner) -> int:
    servers = Servers(folder.path)
    try:
        urls = servers.start()
        folder.announce(replace(owner, servers={name: urls[name] for name in NAMES}))
        code = _run_in_foreground(command, development_environment(folder, urls))
        with folder.without_guests():
            # Whoever reads the note from now on waits for us to go and starts servers of their own.
            folder.announce(owner)
            servers.stop()
        return code
    finally:
        servers.stop()


def _run_in_foreground(command: list[str], environment: dict[str, str]) -> int:
    """The child shares our terminal, so Ctrl-C reaches it without us; SIGTERM is passed on. Returns its exit code."""
    child = subprocess.Popen(command, env=environment, preexec_fn=dying_with_parent(signal.SIGTERM))

    def pass_on(signum: int, _frame: FrameType | None) -> None:
        child.send_signal(signum)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, pass_on)
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    raise SystemExit(main())
