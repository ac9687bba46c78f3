"""High-water marks as stored."""

import hashlib
from dataclasses import dataclass

from . import part
from .cursor import Cursor, number
from .part import Part
from .refusal import must

MAGIC = b"RSNH"
LENGTH = 90


@dataclass(frozen=True)
class HighWater:
    """The edition last accepted of a part, and the time floor."""

    tenant_tag: bytes
    part: Part
    era: int = 0
    accepted: bool = False
    epoch: int = 0
    version: int = 0
    sha256: bytes = bytes(32)
    time_floor: int = 0

    def edition(self):
        """What editions compare by."""
        return self.epoch, self.version


def encode(mark):
    """The stored form."""
    out = MAGIC + bytes((1, int(mark.accepted))) + mark.tenant_tag + part.encode(of_mark(mark.part))
    out += number(mark.era, 4) + number(mark.epoch, 4) + number(mark.version, 8)
    out += mark.sha256 + number(mark.time_floor, 8)
    return out + hashlib.sha256(out).digest()[:8]


def of_mark(which):
    """A part as a mark names it: the number of shards is told of shards alone, the others outlive its changes."""
    return which if which.kind == part.SHARD else Part(which.kind)


def decode(data):
    """The mark."""
    must(len(data) == LENGTH, "length")
    must(hashlib.sha256(data[:-8]).digest()[:8] == data[-8:], "checksum")
    cursor = Cursor(data)
    must(cursor.take(4) == MAGIC and cursor.number(1) == 1, "magic or version")
    accepted = cursor.number(1)
    must(accepted <= 1, "accepted")
    tag, which = cursor.take(16), part.decode(cursor)
    must(which == of_mark(which), "number of shards")
    era, epoch, version = cursor.number(4), cursor.number(4), cursor.number(8)
    sha256, floor = cursor.take(32), cursor.number(8)
    must(accepted or (epoch, version, sha256) == (0, 0, bytes(32)), "edition that was not accepted")
    must(floor < 1 << 40 and version < 1 << 53, "out of range")
    return HighWater(tag, which, era, bool(accepted), epoch, version, sha256, floor)
