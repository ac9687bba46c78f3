"""Sequences: positions of fragments in buckets, and their two parts in bytes."""

from itertools import accumulate

from .refusal import must


class Universe:
    """The capacities of all buckets."""

    def __init__(self, capacities):
        self.capacities = list(capacities)
        self.starts = [0, *accumulate(self.capacities)]
        self.quotients = self.starts[-1]

    def position(self, bucket, fragment):
        """Where a fragment lies in a bucket; None when the bucket has no capacity."""
        capacity = self.capacities[bucket]
        if capacity == 0:
            return None
        return (self.starts[bucket] << 32) + (fragment * capacity >> 32)

    def bucket_of(self, position):
        """The bucket in which a position lies."""
        quotient = position >> 32
        low, high = 0, len(self.capacities)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= quotient else (low, middle)
        while self.capacities[low] == 0:
            low -= 1
        return low


def upper_bytes(count, quotients):
    """The length of the upper bits."""
    return 8 * ((count + quotients + 63) // 64)


def encode(positions, quotients):
    """Upper bits and remainders of sorted positions."""
    upper = bytearray(upper_bytes(len(positions), quotients))
    lower = bytearray()
    for index, position in enumerate(positions):
        bit = index + (position >> 32)
        upper[bit >> 3] |= 1 << (bit & 7)
        lower += (position & 0xFFFFFFFF).to_bytes(4, "little")
    return bytes(upper + lower)


def decode(cursor, count, universe):
    """The sorted positions of `count` entries."""
    quotients = universe.quotients
    must(upper_bytes(count, quotients) + 4 * count <= cursor.left(), "too short")
    upper = int.from_bytes(cursor.take(upper_bytes(count, quotients)), "little")
    must(upper >> (count + quotients) == 0, "bits after the upper bits")
    must(upper.bit_count() == count, "number of ones in the upper bits")
    must(count + quotients == 0 or upper >> (count + quotients - 1) == 0, "last of the upper bits")
    positions, quotient = [], 0
    while upper:
        zeros = (upper & -upper).bit_length() - 1
        quotient += zeros
        upper >>= zeros + 1
        positions.append((quotient << 32) + cursor.number(4))
    must(all(one < other for one, other in zip(positions, positions[1:])), "order of the remainders")
    check_room(positions, universe)
    return positions


def check_room(positions, universe):
    """No bucket holds more than its capacity."""
    counts = {}
    for position in positions:
        bucket = universe.bucket_of(position)
        counts[bucket] = counts.get(bucket, 0) + 1
    must(all(count <= universe.capacities[bucket] for bucket, count in counts.items()), "bucket too full")
