"""Parts: the feeds of one tenant."""

from dataclasses import dataclass

from .cursor import number
from .refusal import must

WHOLE, COMMON, SHARD = range(3)
MOST_SHARD_BITS = 12


@dataclass(frozen=True)
class Part:
    """Which part, of how many shards."""

    kind: int = WHOLE
    shard_bits: int = 0
    shard: int = 0

    def name(self):
        """As it is asked for."""
        return ("whole", "common", f"{self.shard_bits}-{self.shard}")[self.kind]

    def is_asked_by(self, name):
        """Whether it is what was asked for."""
        return self.name() == name


def encode(part):
    """The four bytes in manifests and marks."""
    return bytes((part.kind, part.shard_bits)) + number(part.shard, 2)


def decode(cursor):
    """A part."""
    kind, bits, shard = cursor.number(1), cursor.number(1), cursor.number(2)
    must(kind <= SHARD, "no such part")
    must(bits <= MOST_SHARD_BITS, "too many shards")
    must(kind == SHARD or shard == 0, "shard number without a shard")
    must(kind != SHARD or bits >= 1, "shard of no shards")
    must(shard < 1 << bits, "shard number")
    return Part(kind, bits, shard)
