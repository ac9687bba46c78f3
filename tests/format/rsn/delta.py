"""Deltas: objects of kind 3."""

from dataclasses import dataclass, field

from . import literal, positions, times
from .cursor import Cursor, number, varint
from .refusal import must

KIND = 3
HEAD = b"RSNO\x01\x03"


@dataclass
class Delta:
    """What is set and removed, and how many quotients the sequences have that it is for."""

    token_quotients: int = 0
    cut_off_quotients: int = 0
    added: set = field(default_factory=set)
    removed: set = field(default_factory=set)
    set_times: dict = field(default_factory=dict)
    unset: set = field(default_factory=set)
    records: dict = field(default_factory=dict)
    removed_records: set = field(default_factory=set)

    def then(self, later):
        """Both in a row as one: the later has the last word."""
        return Delta(
            self.token_quotients or later.token_quotients,
            self.cut_off_quotients or later.cut_off_quotients,
            self.added - later.removed | later.added,
            self.removed - later.added | later.removed,
            {key: time for key, time in self.set_times.items() if key not in later.unset} | later.set_times,
            self.unset - later.set_times.keys() | later.unset,
            {key: time for key, time in self.records.items() if key not in later.removed_records} | later.records,
            self.removed_records - later.records.keys() | later.removed_records,
        )


def encode(delta):
    """The object."""
    tokens = delta.token_quotients if delta.added or delta.removed else 0
    cut_offs = delta.cut_off_quotients if delta.set_times or delta.unset else 0
    counts = (
        tokens, len(delta.added), len(delta.removed),
        cut_offs, len(delta.set_times), len(delta.unset),
        len(delta.records), len(delta.removed_records),
    )  # fmt: skip
    out = HEAD + b"".join(map(varint, counts))
    out += positions.encode(sorted(delta.added), tokens) + positions.encode(sorted(delta.removed), tokens)
    out += encode_times(delta.set_times, cut_offs) + positions.encode(sorted(delta.unset), cut_offs)
    return out + literal.encode(delta.records) + literal.encode(dict.fromkeys(delta.removed_records, 0))


def encode_times(entries, quotients):
    """Cut-offs that are set, with their times."""
    if not entries:
        return b""
    order = sorted(entries)
    packed = [entries[position] for position in order]
    head = bytes((times.width_of(packed),)) + number(min(packed), 8)
    return positions.encode(order, quotients) + head + times.encode(packed)


def decode(data):
    """The delta."""
    cursor = Cursor(data)
    must(cursor.take(4) == HEAD[:4], "magic")
    must(cursor.number(1) == 1, "version")
    must(cursor.number(1) == KIND, "kind")
    tokens, added, removed, cut_offs, placed, unset, records, gone = (cursor.varint() for _ in range(8))
    for quotients, one, other in ((tokens, added, removed), (cut_offs, placed, unset)):
        must((quotients == 0) == (one + other == 0), "quotients without changes")
        must(one <= quotients and other <= quotients, "more changes than quotients")
    delta = Delta(tokens, cut_offs)
    delta.added = set(positions.decode(cursor, added, tokens))
    delta.removed = set(positions.decode(cursor, removed, tokens))
    delta.set_times = decode_times(cursor, placed, cut_offs)
    delta.unset = set(positions.decode(cursor, unset, cut_offs))
    delta.records = literal.decode(cursor, records)
    removed_records = literal.decode(cursor, gone)
    must(not any(removed_records.values()), "time of a removed record")
    delta.removed_records = set(removed_records)
    cursor.end()
    must(delta.added.isdisjoint(delta.removed), "both set and removed")
    must(delta.unset.isdisjoint(delta.set_times), "both set and removed")
    must(delta.removed_records.isdisjoint(delta.records), "both set and removed")
    return delta


def decode_times(cursor, count, quotients):
    """Cut-offs that are set."""
    if count == 0:
        return {}
    order = positions.decode(cursor, count, quotients)
    width, base = cursor.number(1), cursor.number(8)
    return dict(zip(order, times.decode(cursor, count, width, base)))
