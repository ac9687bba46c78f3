"""Packed times: differences to the smallest, as narrow as the largest needs."""

from .positions import BitReader
from .refusal import must

LIMIT = 1 << 40


def width_of(times):
    """Bits of a packed time."""
    return (max(times) - min(times)).bit_length() if times else 0


def encode(times):
    """The packed times."""
    if not times:
        return b""
    width, base, bits = width_of(times), min(times), 0
    for index, time in enumerate(times):
        bits |= (time - base) << (index * width)
    return bits.to_bytes((len(times) * width + 7) // 8, "little")


def decode(cursor, count, width, base):
    """`count` times."""
    must(width <= 40, "width of the times")
    must(count * width <= 8 * cursor.left(), "too short")
    bits = BitReader(cursor.data, cursor.at)
    packed = [bits.read(width) for _ in range(count)]
    cursor.take(bits.close() - cursor.at)
    if count == 0:
        must(width == 0 and base == 0, "times without entries")
        return []
    must(min(packed) == 0, "no time is the base")
    must(max(packed).bit_length() == width, "width of the times")
    must(base + max(packed) < LIMIT, "time of 2^40 or more")
    return [base + time for time in packed]
