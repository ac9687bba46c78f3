"""Position lists: Rice codes of the gaps."""

from .refusal import must


def rice_bits(count, quotients):
    """How many bits of a gap are written as they are."""
    k = 0
    while 133 * count << k < 64 * quotients << 32:
        k += 1
    return min(k, 63)


def encode(positions, quotients):
    """The codes of a strictly rising list."""
    if not positions:
        return b""
    k = rice_bits(len(positions), quotients)
    bits, length, previous = 0, 0, -1
    mask = (1 << k) - 1
    for position in positions:
        gap = position - previous - 1
        length += gap >> k
        bits |= (1 | (gap & mask) << 1) << length
        length += 1 + k
        previous = position
    return bits.to_bytes((length + 7) // 8, "little")


def decode(cursor, count, quotients):
    """A list of `count` positions."""
    if count == 0:
        return []
    k = rice_bits(count, quotients)
    must(count * (k + 1) <= 8 * cursor.left(), "too short")
    positions, previous, bits, at = [], -1, BitReader(cursor.data, cursor.at), 0
    for _ in range(count):
        quotient = bits.zeros((quotients << 32 >> k) + 1)
        gap = quotient << k | bits.read(k)
        previous += gap + 1
        must(previous < quotients << 32, "position out of range")
        positions.append(previous)
    at = bits.close()
    cursor.take(at - cursor.at)
    return positions


class BitReader:
    """Bits of bytes, lowest first."""

    def __init__(self, data, start):
        self.data = data
        self.bit = start * 8

    def read(self, count):
        """The next `count` bits as a number."""
        end = self.bit + count
        must(end <= 8 * len(self.data), "too short")
        part = int.from_bytes(self.data[self.bit >> 3 : (end + 7) >> 3], "little") >> (self.bit & 7)
        self.bit = end
        return part & ((1 << count) - 1)

    def zeros(self, limit):
        """How many zeros stand before the next one, which is passed over."""
        found = 0
        while self.read(1) == 0:
            found += 1
            must(found <= limit, "position out of range")
        return found

    def close(self):
        """The byte behind the last bit; what is unused of the byte before must be 0."""
        unused = -self.bit % 8
        must(self.read(unused) == 0, "unused bits")
        return self.bit >> 3
