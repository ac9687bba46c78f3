"""Vectors of token sets: each under a manifest that vouches for its very bytes."""

from rsn import sequence, token_set
from rsn.cursor import number, varint
from rsn.token_set import TokenUniverse

from . import fixture
from .fixture import BROKEN, START, TOKENS, encoded

FIRST = START >> 6
CAPACITIES = (2, 3, 0, 4)
POSITIONS = (5, 1 << 32, (2 << 32) + 7, (2 << 32) + 9, (5 << 32) + 1)


def add(vectors):
    """All of them."""
    genuine(vectors)
    heads(vectors)
    capacities(vectors)
    upper_bits(vectors)
    remainders(vectors)


def offer(vectors, name, data, entries=5, expected=BROKEN):
    """A vector of one token set."""
    vectors.file(f"tokens_{name}", data)
    steps = [("manifest", encoded(fixture.naming({TOKENS: data}, entries)), "ok"), ("object", data, expected)]
    vectors.add(f"tokens_{name}", "token_set", steps + ([("commit", None, "ok")] if expected == "ok" else []))


def built(buckets=3, count=5, shift=6, first=FIRST, capacities=CAPACITIES, positions=POSITIONS, head=token_set.HEAD):
    """A token set whose fields may contradict each other."""
    out = head + number(buckets, 2) + number(count, 4) + number(shift, 1) + number(first, 8)
    return out + b"".join(map(varint, capacities)) + sequence.encode(positions, sum(capacities))


def parts():
    """The good one: before the upper bits, the upper bits, the remainders."""
    data = built()
    start = len(data) - 4 * len(POSITIONS) - sequence.upper_bytes(len(POSITIONS), sum(CAPACITIES))
    return data[:start], data[start : -4 * len(POSITIONS)], data[-4 * len(POSITIONS) :]


def genuine(vectors):
    offer(vectors, "genuine", built(), expected="ok")
    offer(vectors, "with_room_alone", built(count=0, positions=()), 0, "ok")
    offer(vectors, "of_unknown_exp_alone", built(0, 1, 6, 0, (1,), (7,)), 1, "ok")
    offer(vectors, "full", built(0, 2, 6, 0, (2,), (7, (1 << 32) + 7)), 2, "ok")
    offer(vectors, "two_of_one_quotient", built(0, 2, 6, 0, (2,), (7, 8)), 2, "ok")
    offer(vectors, "remainders_at_limits", built(0, 2, 6, 0, (2,), (0, 2**33 - 1)), 2, "ok")
    many = (0, 1, *[0] * 4_094, 1)
    offer(vectors, "of_4096_buckets", built(4_096, 0, 6, FIRST, many, ()), 0, "ok")
    offer(vectors, "of_the_widest_bucket", built(1, 0, 40, 0, (0, 1), ()), 0, "ok")
    offer(vectors, "up_to_the_last_time", built(1, 0, 6, 2**34 - 1, (0, 1), ()), 0, "ok")
    universe = TokenUniverse(6, FIRST, (70, 3))
    offer(vectors, "of_several_words", token_set.encode(universe, [at << 32 for at in range(70)]), 70, "ok")


def heads(vectors):
    good = built()
    offer(vectors, "empty_header", good[:6])
    offer(vectors, "cut_in_its_header", good[:20])
    offer(vectors, "magic_of_a_manifest", b"RSNM" + good[4:])
    for version in (0, 2):
        offer(vectors, f"version_{'zero' if version == 0 else 'two'}", good[:4] + bytes((version,)) + good[5:])
    for kind in (0, 2, 3, 4):
        offer(vectors, f"kind_{kind}", good[:5] + bytes((kind,)) + good[6:])
    many = (0, 1, *[0] * 4_095, 1)
    offer(vectors, "of_4097_buckets", built(4_097, 0, 6, FIRST, many, ()), 0)
    offer(vectors, "bucket_too_narrow", built(shift=5, first=START >> 5))
    offer(vectors, "bucket_too_wide", built(1, 0, 41, 0, (0, 1), ()), 0)
    offer(vectors, "buckets_beyond_the_last_time", built(1, 0, 6, 2**34, (0, 1), ()), 0)
    offer(vectors, "first_that_wraps", built(1, 0, 6, 2**64 - 1, (0, 1), ()), 0)
    offer(vectors, "no_buckets_but_a_width", built(0, 1, 7, 0, (1,), (7,)), 1)
    offer(vectors, "no_buckets_but_a_first", built(0, 1, 6, 1, (1,), (7,)), 1)
    offer(vectors, "count_one_too_many", built(count=6), 6)
    offer(vectors, "count_one_too_few", built(count=4), 4)
    offer(vectors, "count_at_its_limit", built(count=2**32 - 1), 2**32 - 1)
    other = fixture.naming({TOKENS: good}, 4)
    vectors.add(
        "tokens_other_number_than_the_manifest_says",
        "token_set",
        [("load", encoded(other), BROKEN, [good])],
    )


def capacities(vectors):
    head, _, _ = parts()
    tail = built()[len(head) :]
    start = head[:-4]
    offer(vectors, "no_capacity", built(0, 0, 6, 0, (0,), ()), 0)
    offer(vectors, "first_bucket_empty", built(2, 0, 6, FIRST, (0, 0, 1), ()), 0)
    offer(vectors, "last_bucket_empty", built(2, 0, 6, FIRST, (0, 1, 0), ()), 0)
    offer(vectors, "capacity_not_in_its_shortest_form", start + b"\x82\0\x03\0\x04" + tail)
    offer(vectors, "capacity_of_2_to_the_32", start + b"\x80\x80\x80\x80\x10\x03\0\x04" + tail)
    offer(vectors, "capacity_of_six_bytes", start + b"\x82\x80\x80\x80\x80\0\x03\0\x04" + tail)
    offer(vectors, "capacity_that_never_ends", start + b"\xff" * 40)
    offer(vectors, "capacities_one_too_few", start + b"\x02\x03\x04" + tail)
    offer(vectors, "capacities_one_too_many", start + b"\x02\x03\0\x04\x01" + tail)
    offer(vectors, "capacities_beyond_the_bytes", built(0, 0, 6, 0, (1,), ())[:21] + b"\xff\xff\xff\xff\x0f" + bytes(64), 0)
    offer(vectors, "cut_in_its_capacities", start + b"\x02\x03")


def upper_bits(vectors):
    head, upper, tail = parts()
    bits = int.from_bytes(upper, "little")
    end = len(POSITIONS) + sum(CAPACITIES)
    broken = {
        "excess_one": bits | 1 << (bits ^ (1 << end) - 1).bit_length() - 2,
        "missing_one": bits & bits - 1,
        "of_zeros": 0,
        "of_ones": (1 << 64) - 1,
        "last_bit_one": bits & bits - 1 | 1 << end - 1,
        "bit_after_the_end": bits | 1 << end,
        "bit_at_the_end_of_the_word": bits | 1 << 63,
    }
    for name, changed in broken.items():
        offer(vectors, f"upper_bits_{name}", head + number(changed, 8) + tail)
    offer(vectors, "upper_bits_cut", head + upper[:4])
    offer(vectors, "upper_bits_with_an_empty_word", head + upper + bytes(8) + tail)
    crowded = [(at << 32) + 1 for at in (0, 1, 2, 3)] + [(3 << 32) + 2]
    full = built(1, 5, 6, FIRST, (4, 1), [*crowded[:4], crowded[4]])
    offer(vectors, "bucket_too_full", full)
    offer(vectors, "bucket_of_no_capacity_but_full_neighbours", built(3, 5, 6, FIRST, (2, 2, 0, 1), (1, 2, 1 << 32, 2 << 32, 4 << 32)))


def remainders(vectors):
    head, upper, tail = parts()
    offer(vectors, "remainders_falling", built(positions=(*POSITIONS[:2], POSITIONS[3], POSITIONS[2], POSITIONS[4])))
    offer(vectors, "remainder_twice", built(positions=(*POSITIONS[:2], POSITIONS[2], POSITIONS[2], POSITIONS[4])))
    offer(vectors, "remainder_missing", head + upper + tail[:-4])
    offer(vectors, "remainder_cut", head + upper + tail[:-1])
    offer(vectors, "trailing_byte", built() + b"\0")
    offer(vectors, "trailing_word", built() + bytes(8))
