"""How passwords are hashed: `docs/decisions/0009-password-hashes.md` tells why so."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class LeanArgon2Hasher(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes and one lane, the least that OWASP recommends.

    It reads argon2 hashes of any cost. One of another cost is written anew when its owner signs in.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
