"""Under which addresses a development server is reached."""

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not bound


def public_url(host: str, port: int) -> str:
    """What a browser on this machine opens."""
    name = "localhost" if host in EVERYWHERE or host == "127.0.0.1" else _bracketed(host)
    return f"http://{name}:{port}"


def reachable(host: str) -> str:
    """An address to connect to, for one to listen on."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - recognised, not bound


def allowed_hosts(host: str) -> str:
    """The names Django accepts; who listens everywhere is reached by names that nobody here can know."""
    if host in EVERYWHERE:
        return "*"
    return ",".join(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", _bracketed(host)]))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
