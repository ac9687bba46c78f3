"""Literal records: cut-offs of issuers and keys, whose values are not hashed."""

from .cursor import number
from .refusal import Broken, must
from .times import LIMIT

ISSUER, KEY = 1, 2
SMALLEST = 43


def encode(records):
    """Records by key (number, issuer tag, value), in their order."""
    out = bytearray()
    for (kind, tag, value), time in sorted(records.items()):
        out += bytes((kind,)) + tag + number(time, 8) + number(len(value), 2) + value
    return bytes(out)


def decode(cursor, count):
    """`count` records."""
    must(count * SMALLEST <= cursor.left(), "too short")
    records, previous = {}, None
    for _ in range(count):
        key, time = record(cursor)
        must(previous is None or previous < key, "order of the records")
        records[key] = time
        previous = key
    return records


def record(cursor):
    """One record: its key and its time."""
    kind, tag, time = cursor.number(1), cursor.take(32), cursor.number(8)
    value = cursor.take(cursor.number(2))
    must(kind in (ISSUER, KEY), "number of a record")
    must(kind == KEY or not value, "value of an issuer's record")
    must(time < LIMIT, "time of 2^40 or more")
    try:
        value.decode()
    except UnicodeDecodeError as error:
        raise Broken("value is not UTF-8") from error
    return (kind, tag, value), time
