"""Vectors of cut-offs: each under a manifest that vouches for its very bytes."""

from rsn import cut_offs, literal, sequence
from rsn.cursor import number, varint
from rsn.fragment import issuer_tag

from . import fixture
from .fixture import BROKEN, CUT_OFFS, ISSUER, OTHER, START, encoded

DIMENSIONS = ((3, 3), (4, 2), (20, 1))
POSITIONS = (5, (1 << 32) + 2, (3 << 32) + 1, (5 << 32) + 9)
TIMES = (START, START + 5, START - 7, START - 3)
HERE, THERE = sorted((issuer_tag(ISSUER), issuer_tag(OTHER)))
RECORDS = {(1, HERE, b""): START, (2, HERE, b"k"): START + 1, (2, HERE, b"k2"): 0, (2, THERE, b"a"): 2**40 - 1}


def add(vectors):
    """All of them."""
    genuine(vectors)
    heads(vectors)
    dimensions(vectors)
    sequences(vectors)
    packed_times(vectors)
    literals(vectors)


def offer(vectors, name, data, entries=8, expected=BROKEN, dimensions=None):
    """A vector of one object of cut-offs."""
    vectors.file(f"cut_offs_{name}", data)
    said = fixture.naming({CUT_OFFS: data}, entries, dimensions)
    steps = [("manifest", encoded(said), "ok"), ("object", data, expected)]
    vectors.add(f"cut_offs_{name}", "cut_offs", steps + ([("commit", None, "ok")] if expected == "ok" else []))


def built(dimensions=DIMENSIONS, positions=POSITIONS, packed=TIMES, tail=None, **given):
    """Cut-offs whose fields may contradict each other."""
    tail = literal.encode(RECORDS) if tail is None else tail
    base = given.get("base", min(packed, default=0))
    width = given.get("width", max((time - base).bit_length() for time in packed) if packed else 0)
    bits = sum((time - base) << at * width for at, time in enumerate(packed))
    head = bytes((given.get("count", len(dimensions)), width)) + number(given.get("entries", len(positions)), 4)
    head += number(given.get("records", 4), 4) + number(base, 8)
    head += b"".join(bytes((one,)) + varint(capacity) for one, capacity in dimensions)
    capacity = sum(capacity for _, capacity in dimensions)
    plane = number(bits | given.get("unused", 0), (len(packed) * width + 7) // 8)
    return given.get("head", cut_offs.HEAD) + head + sequence.encode(positions, capacity) + plane + tail


def record(kind=2, tag=HERE, time=START, value=b"k"):
    """A literal record, right or wrong."""
    return bytes((kind,)) + tag + number(time, 8) + number(len(value), 2) + value


def bare(*records, **given):
    """Cut-offs of nothing but records."""
    return built((), (), (), b"".join(records), **({"records": len(records)} | given))


def genuine(vectors):
    offer(vectors, "genuine", built(), expected="ok")
    offer(vectors, "of_equal_times", built(packed=(START,) * 4), expected="ok")
    offer(vectors, "with_the_widest_times", built(packed=(0, 2**40 - 1, 5, 6)), expected="ok")
    offer(vectors, "of_records_alone", bare(record()), 1, "ok")
    offer(vectors, "with_room_alone", built(((3, 7),), (), (), b"", records=0), 0, "ok")
    offer(vectors, "record_of_no_value", bare(record(value=b"")), 1, "ok")
    offer(vectors, "record_of_the_longest_value", bare(record(value=b"v" * 65_535)), 1, "ok")
    offer(vectors, "times_that_fill_bytes", built(packed=(START, START + 255, START + 3, START + 4)), expected="ok")


def heads(vectors):
    good = built()
    offer(vectors, "empty_header", good[:6])
    offer(vectors, "cut_in_its_header", good[:23])
    offer(vectors, "version_two", good[:4] + b"\x02" + good[5:])
    offer(vectors, "kind_of_tokens", good[:5] + b"\x01" + good[6:])
    offer(vectors, "of_nothing", bare(), 0)
    offer(vectors, "entries_one_too_many", built(entries=5))
    offer(vectors, "entries_one_too_few", built(entries=3))
    offer(vectors, "entries_at_their_limit", built(entries=2**32 - 1))
    offer(vectors, "records_one_too_many", built(records=5))
    offer(vectors, "records_one_too_few", built(records=3))
    offer(vectors, "records_at_their_limit", built(records=2**32 - 1))
    offer(vectors, "trailing_byte", good + b"\0")
    offer(vectors, "cut_in_its_records", good[:-1])


def dimensions(vectors):
    broken = {
        "thirty": tuple((3 + at % 29, 1) for at in range(30)),
        "falling": ((4, 2), (3, 3), (20, 1)),
        "twice": ((3, 3), (3, 2), (20, 1)),
        "of_keys": ((2, 3), (4, 2), (20, 1)),
        "zero": ((0, 3), (4, 2), (20, 1)),
        "of_32": ((3, 3), (4, 2), (32, 1)),
        "without_capacity": ((3, 3), (4, 0), (5, 2), (20, 1)),
    }
    for name, records in broken.items():
        offer(vectors, f"dimension_{name}", built(records))
    offer(vectors, "dimensions_one_too_few", built(count=2))
    offer(vectors, "dimensions_one_too_many", built(count=4))
    everything = tuple((number, 1) for number in range(3, 32))
    offer(vectors, "of_29_dimensions", built(everything, (), (), b"", records=0), 0, "ok")
    undeclared = fixture.naming({CUT_OFFS: built()}, 8, {1, 2, 3, 20})
    steps = [("load", encoded(undeclared), BROKEN, [built()])]
    vectors.add("cut_offs_of_a_dimension_without_a_record", "cut_offs", steps)
    undeclared = fixture.naming({CUT_OFFS: bare(record())}, 1, {1, 3})
    steps = [("load", encoded(undeclared), BROKEN, [bare(record())])]
    vectors.add("cut_offs_of_keys_without_a_record", "cut_offs", steps)


def sequences(vectors):
    good = built()
    start = 24 + 6
    bits = int.from_bytes(good[start : start + 8], "little")
    end = 4 + 6
    broken = {"missing_one": bits & bits - 1, "last_bit_one": bits & bits - 1 | 1 << end - 1, "bit_after_the_end": bits | 1 << end}
    for name, changed in broken.items():
        offer(vectors, f"upper_bits_{name}", good[:start] + number(changed, 8) + good[start + 8 :])
    offer(vectors, "remainders_falling", built(positions=(9, 5, 1 << 34, 5 << 32)))
    offer(vectors, "remainder_twice", built(positions=(5, 5, 1 << 34, 5 << 32)))
    offer(vectors, "bucket_too_full", built(positions=(5, 1 << 32, 5 << 32, (5 << 32) + 1)))


def packed_times(vectors):
    offer(vectors, "width_of_41", built(width=41))
    offer(vectors, "width_one_too_many", built(width=5))
    offer(vectors, "base_below_every_time", built(base=START - 8))
    offer(vectors, "base_without_entries", built(((3, 7),), (), (), b"", records=0, base=1), 0)
    offer(vectors, "width_without_entries", built(((3, 7),), (), (), b"", records=0, width=1), 0)
    offer(vectors, "time_out_of_range", built(packed=(2**40, 2**40 - 5, 2**40 - 6, 2**40 - 7)))
    offer(vectors, "base_out_of_range", built(packed=(2**40,) * 4))
    offer(vectors, "base_that_wraps", built(packed=(2**64 - 1,) * 4))
    three = built(((3, 3),), POSITIONS[:3], (START, START + 1, START), b"", records=0, unused=1 << 3)
    offer(vectors, "unused_bit_of_the_times", three, 3)


def literals(vectors):
    first, second = record(value=b"a"), record(value=b"b")
    offer(vectors, "record_zero", bare(record(0)), 1)
    offer(vectors, "record_of_a_hashed_dimension", bare(record(3)), 1)
    offer(vectors, "record_of_an_issuer_with_a_value", bare(record(1)), 1)
    offer(vectors, "record_time_out_of_range", bare(record(time=2**40)), 1)
    offer(vectors, "records_falling", bare(second, first), 2)
    offer(vectors, "record_twice", bare(first, first), 2)
    offer(vectors, "record_twice_with_another_time", bare(first, record(value=b"a", time=START + 1)), 2)
    offer(vectors, "record_prefix_last", bare(record(value=b"aa"), first), 2)
    offer(vectors, "records_of_issuers_last", bare(first, record(1, value=b"")), 2)
    offer(vectors, "records_of_tags_falling", bare(record(tag=THERE), record(tag=HERE)), 2)
    offer(vectors, "record_not_utf8", bare(record(value=b"\xff")), 1)
    offer(vectors, "record_of_a_surrogate", bare(record(value=b"\xed\xa0\x80")), 1)
    offer(vectors, "record_overlong_utf8", bare(record(value=b"\xc0\x80")), 1)
    offer(vectors, "record_value_beyond_the_end", bare(record()[:-1]), 1)
    offer(vectors, "record_cut", bare(record()[:20]), 1)
