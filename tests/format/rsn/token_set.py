"""Token sets: objects of kind 1."""

from . import sequence
from .cursor import Cursor, number, varint
from .refusal import must
from .sequence import Universe

KIND = 1
HEAD = b"RSNO\x01\x01"
MOST_BUCKETS = 4096


class TokenUniverse(Universe):
    """Bucket 0 for unknown `exp`, and one bucket for each stretch of known ones."""

    def __init__(self, shift, first, capacities):
        super().__init__(capacities)
        self.shift = shift
        self.first = first

    def bucket_for(self, expires_at):
        """The bucket of a known `exp`, or None where there is no such."""
        if expires_at is None or expires_at >= 1 << 40:
            return None
        bucket = (expires_at >> self.shift) - self.first + 1
        return bucket if 1 <= bucket < len(self.capacities) else None

    def ends_by(self, bucket, time):
        """Whether a bucket of known `exp` ends at this time or earlier."""
        return bucket > 0 and (self.first + bucket) << self.shift <= time

    def same_as(self, other):
        """Whether positions mean the same in both."""
        return (self.shift, self.first, self.capacities) == (other.shift, other.first, other.capacities)


NOWHERE = TokenUniverse(6, 0, [0])


def encode(universe, positions):
    """The object with these sorted positions; None without capacity."""
    if universe.quotients == 0:
        return None
    head = number(len(universe.capacities) - 1, 2) + number(len(positions), 4)
    head += number(universe.shift, 1) + number(universe.first, 8)
    capacities = b"".join(map(varint, universe.capacities))
    return HEAD + head + capacities + sequence.encode(positions, universe.quotients)


def decode(data):
    """The universe and the positions."""
    cursor = Cursor(data)
    must(cursor.take(4) == HEAD[:4], "magic")
    must(cursor.number(1) == 1, "version")
    must(cursor.number(1) == KIND, "kind")
    buckets, count, shift, first = (cursor.number(width) for width in (2, 4, 1, 8))
    must(buckets <= MOST_BUCKETS, "too many buckets")
    must(6 <= shift <= 40, "width of the buckets")
    must(buckets > 0 or (shift, first) == (6, 0), "buckets of no width")
    must(first + buckets <= 1 << (40 - shift), "buckets beyond 2^40")
    must(buckets + 1 <= cursor.left(), "too short")
    universe = TokenUniverse(shift, first, [cursor.varint() for _ in range(buckets + 1)])
    must(universe.quotients >= 1, "no capacity")
    must(buckets == 0 or (universe.capacities[1] and universe.capacities[-1]), "empty bucket at an end")
    positions = sequence.decode(cursor, count, universe)
    cursor.end()
    return universe, positions
