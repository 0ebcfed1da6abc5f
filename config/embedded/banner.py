"""What `bin/run` says when everything stands."""

from accounts.management.demo_logins import DEMO_LOGINS, DEMO_SERVICE_KEY, DEMO_SERVICE_NAME

PAGES = (("Landing page", "/"), ("API documentation", "/api/docs"), ("Back office", "/admin/"))
LABEL = max(len(label) for label, _ in PAGES) + 3


def banner(address: str, seconds: float, *, has_demo: bool) -> str:
    lines = [f"Almanac runs (started in {seconds:.1f} s). Ctrl-C stops it.", ""]
    lines += [f"{label:{LABEL}}{address}{path}" for label, path in PAGES]
    if has_demo:
        lines += [f"{'':{LABEL}}{login.email:28}{login.password:16}{login.sees}" for login in DEMO_LOGINS]
        lines.append(f"{'':{LABEL}}{DEMO_SERVICE_NAME:28}{DEMO_SERVICE_KEY:16}a service's API key")
    rule = "─" * max(len(line) for line in lines)
    return "\n".join(["", rule, *lines, rule, ""])
