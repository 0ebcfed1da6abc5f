"""What is wrong with a secret that somebody put into a configuration."""

from collections import Counter
from math import log2

# Bits per secret. 40 random hexadecimal digits have 160; "change-me-change-me-…" has few however long it is.
LEAST_BITS = 100
FULL_LENGTH = 40
FEWEST_CHARACTERS = 10
DEFAULTS = ("insecure", "change-me", "changeme", "change_me", "default", "example", "secret-key", "development")


def weakness(secret: str, shortest: int) -> str:
    """What is wrong with it, as the rest of a sentence; empty if nothing is."""
    if not secret:
        return "is not set"
    if any(word in secret.lower() for word in DEFAULTS):
        return "is a placeholder"
    if len(secret) < shortest:
        return f"is shorter than {shortest} characters"
    if len(set(secret)) < FEWEST_CHARACTERS or _bits(secret) < LEAST_BITS * shortest / FULL_LENGTH:
        return "is too regular to be random"
    return ""


def _bits(secret: str) -> float:
    """Shannon's measure over its characters: an upper bound, which is enough to find what nobody drew at random."""
    counts = Counter(secret).values()
    return -sum(count * log2(count / len(secret)) for count in counts)
