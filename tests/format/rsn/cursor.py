"""Reading numbers and bytes one after the other."""

from .refusal import Broken, must


class Cursor:
    """A place in bytes."""

    def __init__(self, data, at=0):
        self.data = data
        self.at = at

    def left(self):
        """How many bytes remain."""
        return len(self.data) - self.at

    def take(self, count):
        """The next bytes."""
        must(count <= self.left(), "too short")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, width):
        """The next number of so many bytes."""
        return int.from_bytes(self.take(width), "little")

    def varint(self):
        """The next number in LEB128: shortest form, below 2^32."""
        value, shift = 0, 0
        while True:
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            must(shift < 35, "number too long")
        must(value < 1 << 32, "number of 2^32 or more")
        must(byte != 0 or shift == 7, "number not in its shortest form")
        return value

    def text(self, width):
        """A string after its length of so many bytes."""
        try:
            return self.take(self.number(width)).decode()
        except UnicodeDecodeError as error:
            raise Broken("not UTF-8") from error

    def end(self):
        """Nothing may follow."""
        must(self.left() == 0, "trailing bytes")


def number(value, width):
    """A number of so many bytes."""
    return value.to_bytes(width, "little")


def varint(value):
    """A number in LEB128."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
