"""How somebody's device shows itself when it signs in."""

from dataclasses import dataclass

LONGEST_AGENT = 300


@dataclass(frozen=True, slots=True)
class Device:
    """`network` is the address, or the /64 of an IPv6 one; `agent` is what the program calls itself."""

    platform: str = "web"
    agent: str = ""
    network: str = ""
