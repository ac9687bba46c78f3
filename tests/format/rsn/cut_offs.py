"""Cut-offs: objects of kind 2."""

from . import literal, sequence, times
from .cursor import Cursor, number, varint
from .refusal import must
from .sequence import Universe

KIND = 2
HEAD = b"RSNO\x01\x02"
FIRST_HASHED, LAST = 3, 31


class CutOffUniverse(Universe):
    """One bucket for each hashed dimension."""

    def __init__(self, dimensions):
        super().__init__(dimensions.values())
        self.numbers = list(dimensions)
        self.buckets = {dimension: bucket for bucket, dimension in enumerate(self.numbers)}

    def place(self, dimension, fragment):
        """The position of a fragment in a dimension, or None where there is no such."""
        bucket = self.buckets.get(dimension)
        return None if bucket is None else self.position(bucket, fragment)

    def dimension_of(self, position):
        """The dimension of a position."""
        return self.numbers[self.bucket_of(position)]

    def same_as(self, other):
        """Whether positions mean the same in both."""
        return (self.numbers, self.capacities) == (other.numbers, other.capacities)


NOWHERE = CutOffUniverse({})


def encode(universe, entries, literals):
    """The object with T by position, and the literal records; None with neither capacity nor records."""
    if universe.quotients == 0 and not literals:
        return None
    positions = sorted(entries)
    packed = [entries[position] for position in positions]
    head = bytes((len(universe.numbers), times.width_of(packed)))
    head += number(len(positions), 4) + number(len(literals), 4) + number(min(packed, default=0), 8)
    pairs = zip(universe.numbers, universe.capacities)
    dimensions = b"".join(bytes((dimension,)) + varint(capacity) for dimension, capacity in pairs)
    body = sequence.encode(positions, universe.quotients) + times.encode(packed)
    return HEAD + head + dimensions + body + literal.encode(literals)


def decode(data):
    """The universe, T by position, and the literal records."""
    cursor = Cursor(data)
    must(cursor.take(4) == HEAD[:4], "magic")
    must(cursor.number(1) == 1, "version")
    must(cursor.number(1) == KIND, "kind")
    count, width, entries, records, base = (cursor.number(size) for size in (1, 1, 4, 4, 8))
    must(count <= LAST - FIRST_HASHED + 1, "too many dimensions")
    must(count + records >= 1, "empty")
    universe = CutOffUniverse(dimensions(cursor, count))
    positions = sequence.decode(cursor, entries, universe)
    packed = times.decode(cursor, entries, width, base)
    literals = literal.decode(cursor, records)
    cursor.end()
    return universe, dict(zip(positions, packed)), literals


def dimensions(cursor, count):
    """The capacity of each hashed dimension, by its number."""
    found, previous = {}, FIRST_HASHED - 1
    for _ in range(count):
        dimension, capacity = cursor.number(1), cursor.varint()
        must(previous < dimension <= LAST, "order of the dimensions")
        must(capacity >= 1, "dimension without capacity")
        found[dimension] = capacity
        previous = dimension
    return found
