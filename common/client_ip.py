"""Where a request comes from, as far as our own proxies vouch for it.

Each proxy appends the address of whoever called it to X-Forwarded-For. With `TRUSTED_PROXY_DEPTH` proxies of ours in
front, the entry that many places from the right was written by the outermost of them; everything before it was
written by the client and may say anything. Other headers (Forwarded, X-Real-IP, True-Client-IP) are never read.

WSGI cannot tell `X_Forwarded_For` from `X-Forwarded-For`: servers and proxies must drop names with underscores.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - an answer, not an address to listen on
# One customer of an IPv6 provider holds at least this much and may use a fresh address for each request.
IPV6_PREFIX = 64


def client_ip(request: HttpRequest) -> str:
    """The client's address in its normal spelling; `0.0.0.0` where the server knows none (a unix socket)."""
    peer = normal_address(request.META.get("REMOTE_ADDR", ""))
    return _forwarded_address(request) or peer or UNKNOWN


def network_key(address: str) -> str:
    """What limits count by: an IPv4 address itself, the /64 network of an IPv6 address."""
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(IPv6Network((ip, IPV6_PREFIX), strict=False))


def normal_address(text: str) -> str | None:
    """The one spelling of an address that may carry a port, brackets or a zone id; None for anything else."""
    try:
        ip = ip_address(_without_port(text.strip()).partition("%")[0])
    except ValueError:
        return None
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ip)


def _forwarded_address(request: HttpRequest) -> str | None:
    depth: int = settings.TRUSTED_PROXY_DEPTH
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", depth) if depth else []
    # Fewer entries than proxies: somebody reached us past them, so nothing here is vouched for.
    return normal_address(entries[-depth]) if 0 < depth <= len(entries) else None


def _without_port(text: str) -> str:
    if text.startswith("["):
        inside, bracket, _ = text[1:].partition("]")
        return inside if bracket else ""
    # One colon separates a port; more than one belong to an IPv6 address.
    return text.partition(":")[0] if text.count(":") == 1 else text
