"""Hash fragments: what stands for a hashed value."""

import hashlib
from functools import lru_cache

SHARD_SELECTION = 255


@lru_cache(maxsize=4096)
def issuer_tag(issuer):
    """SHA-256 of an `iss`."""
    return hashlib.sha256(issuer.encode()).digest()


def fragment(salt, issuer, number, value):
    """The fragment of the bytes `value` under a dimension's number."""
    head = salt + issuer_tag(issuer) + bytes((number,)) + bytes(15)
    return int.from_bytes(hashlib.sha256(head + value).digest()[:8], "little")


def shard_of(salt, issuer, subject, shard_bits):
    """The number of the shard in which what concerns a subject is."""
    return fragment(salt, issuer, SHARD_SELECTION, subject.encode()) >> (64 - shard_bits)
