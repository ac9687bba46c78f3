"""Vectors of deltas: each to fetch, or carried, by a manifest that vouches for its very bytes."""

from rsn import delta, positions
from rsn.cursor import number, varint
from rsn.delta import Delta

from . import fixture
from .cut_offs import HERE, THERE, record
from .fixture import BROKEN, MALFORMED, START, encoded

KEYS = {(2, HERE, b"a"): START, (2, THERE, b"b"): START + 1}


def add(vectors):
    """All of them."""
    series = fixture.Series()
    genuine(vectors, series)
    heads(vectors, series)
    lists(vectors, series)
    cut_off_times(vectors, series)
    records(vectors, series)
    universes(vectors, series)


def base_steps(series):
    """What a verifier takes before."""
    objects = [("object", data, "ok") for data in series.base.values()]
    return [("manifest", encoded(series.first), "ok"), *objects, ("commit", None, "ok")]


def offer(vectors, series, name, data, expected=BROKEN, at_commit=False, entries=None):
    """A vector of one delta, which is fetched."""
    vectors.file(f"delta_{name}", data)
    said = series.listing(data) if entries is None else series.listing(data, entries=entries)
    offered = "ok" if at_commit else expected
    steps = [*base_steps(series), ("manifest", encoded(said), "ok"), ("object", data, offered)]
    vectors.add(f"delta_{name}", "delta", steps + ([("commit", None, expected)] if offered == "ok" else []))


def sizes(series):
    """Quotients of both sequences."""
    return series.earlier.token_universe.quotients, series.earlier.cut_off_universe.quotients


def made(series, **changes):
    """A delta in the universe of the series, one that sets and removes something of everything."""
    tokens, others = sizes(series)
    given = {"token_quotients": tokens, "cut_off_quotients": others, "added": {5, 9}, "removed": {7}}
    given |= {"set_times": {4: START, 8: START + 3}, "unset": {6}, "records": KEYS, "removed_records": {(1, HERE, b"")}}
    return Delta(**(given | changes))


def genuine(vectors, series):
    offer(vectors, series, "genuine", series.delta, "ok")
    offer(vectors, series, "of_everything", delta.encode(made(series)), "ok")
    nothing, before = delta.encode(Delta()), series.first.entries
    offer(vectors, series, "of_nothing", nothing, "ok", entries=before)
    offer(vectors, series, "of_nothing_but_another_number_of_entries", nothing, at_commit=True, entries=before + 1)
    offer(vectors, series, "that_repeats_what_is_there", delta.encode(made(series, added=set(series.earlier.tokens), removed=set())), "ok")
    tokens, _ = sizes(series)
    offer(vectors, series, "to_the_last_position", delta.encode(made(series, added={0, (tokens << 32) - 1}, removed=set())), "ok")
    steps = [*base_steps(series), ("manifest", encoded(series.second), "ok"), ("commit", None, "ok")]
    vectors.add("delta_carried", "delta", steps)


def heads(vectors, series):
    good = delta.encode(made(series))
    offer(vectors, series, "empty_header", good[:6])
    offer(vectors, series, "version_two", good[:4] + b"\x02" + good[5:])
    offer(vectors, series, "kind_of_tokens", good[:5] + b"\x01" + good[6:])
    offer(vectors, series, "magic_of_a_manifest", b"RSNM" + good[4:])
    offer(vectors, series, "trailing_byte", good + b"\0")
    offer(vectors, series, "cut", good[:-1])
    tokens, others = sizes(series)
    broken = {
        "quotients_without_tokens": (tokens, 0, 0, 0, 0, 0, 0, 0),
        "quotients_without_cut_offs": (0, 0, 0, others, 0, 0, 0, 0),
        "tokens_without_quotients": (0, 1, 0, 0, 0, 0, 0, 0),
        "cut_offs_without_quotients": (0, 0, 0, 0, 0, 1, 0, 0),
        "tokens_added_beyond_quotients": (tokens, tokens + 1, 0, 0, 0, 0, 0, 0),
        "tokens_removed_beyond_quotients": (tokens, 0, tokens + 1, 0, 0, 0, 0, 0),
        "cut_offs_set_beyond_quotients": (0, 0, 0, others, others + 1, 0, 0, 0),
        "cut_offs_removed_beyond_quotients": (0, 0, 0, others, 0, others + 1, 0, 0),
        "records_at_their_limit": (0, 0, 0, 0, 0, 0, 2**32 - 1, 0),
        "removed_records_at_their_limit": (0, 0, 0, 0, 0, 0, 0, 2**32 - 1),
        "quotients_at_their_limit": (2**32 - 1, 2**32 - 1, 0, 0, 0, 0, 0, 0),
    }
    for name, counts in broken.items():
        offer(vectors, series, name, delta.HEAD + b"".join(map(varint, counts)) + bytes(64))
    offer(vectors, series, "count_not_in_its_shortest_form", delta.HEAD + b"\x80\0" + bytes(7))


def coded(series, gaps):
    """Tokens that are added, by codes of these gaps."""
    tokens, _ = sizes(series)
    head = delta.HEAD + b"".join(map(varint, (tokens, len(gaps), 0, 0, 0, 0, 0, 0)))
    k, bits, length = positions.rice_bits(len(gaps), tokens), 0, 0
    for gap in gaps:
        length += gap >> k
        bits |= (1 | (gap & (1 << k) - 1) << 1) << length
        length += 1 + k
    return head + number(bits, (length + 7) // 8)


def lists(vectors, series):
    tokens, _ = sizes(series)
    offer(vectors, series, "position_out_of_range", coded(series, [tokens << 32]))
    offer(vectors, series, "second_position_out_of_range", coded(series, [(tokens << 32) - 1, 0]))
    good = coded(series, [3, 9])
    offer(vectors, series, "unused_bit", good[:-1] + bytes((good[-1] | 0x80,)))
    offer(vectors, series, "positions_cut", good[:-1])
    offer(vectors, series, "positions_with_an_empty_byte", good + b"\0")
    head = delta.HEAD + b"".join(map(varint, (tokens, 1, 0, 0, 0, 0, 0, 0)))
    offer(vectors, series, "code_without_an_end", head + bytes(600))
    both = {"tokens_added_and_removed": {"removed": {5}}, "cut_offs_set_and_removed": {"unset": {4}}}
    both |= {"records_set_and_removed": {"removed_records": {(2, HERE, b"a")}}}
    for name, changes in both.items():
        offer(vectors, series, name, delta.encode(made(series, **changes)))


def cut_off_times(vectors, series):
    _, others = sizes(series)
    head = delta.HEAD + b"".join(map(varint, (0, 0, 0, others, 2, 0, 0, 0))) + positions.encode([4, 8], others)

    def packed(width, base, values, unused=0):
        bits = sum(value << at * width for at, value in enumerate(values)) | unused << 2 * width
        return head + bytes((width,)) + number(base, 8) + number(bits, (2 * width + 7) // 8)

    offer(vectors, series, "times_genuine", packed(2, START, (0, 3)), "ok")
    broken = {
        "base_below_every_time": packed(2, START, (1, 3)),
        "width_one_too_many": packed(3, START, (0, 3)),
        "width_of_41": packed(41, START, (0, 3)),
        "time_out_of_range": packed(2, 2**40 - 3, (0, 3)),
        "base_that_wraps": packed(0, 2**64 - 1, (0, 0)),
        "unused_bit_of_the_times": packed(2, START, (0, 3), 1),
        "times_cut": packed(40, 0, (0, 2**40 - 1))[:-1],
    }
    for name, data in broken.items():
        offer(vectors, series, name, data)


def records(vectors, series):
    def of(placed, removed):
        counts = (0, 0, 0, 0, 0, 0, len(placed), len(removed))
        return delta.HEAD + b"".join(map(varint, counts)) + b"".join((*placed, *removed))

    one, other, gone = record(value=b"a"), record(value=b"b"), record(value=b"c", time=0)
    offer(vectors, series, "records_genuine", of([one, other], [gone]), "ok")
    broken = {
        "records_falling": of([other, one], []),
        "record_twice": of([one, one], []),
        "removed_records_falling": of([], [gone, record(value=b"b", time=0)]),
        "removed_record_with_a_time": of([], [one]),
        "record_of_a_hashed_dimension": of([record(3)], []),
        "record_of_an_issuer_with_a_value": of([record(1)], []),
        "record_time_out_of_range": of([record(time=2**40)], []),
        "record_not_utf8": of([record(value=b"\xff")], []),
        "record_cut": of([one[:20]], []),
    }
    for name, data in broken.items():
        offer(vectors, series, name, data)


def universes(vectors, series):
    tokens, others = sizes(series)
    for name, changes in (("tokens", {"token_quotients": tokens + 1}), ("cut_offs", {"cut_off_quotients": others + 1})):
        data = delta.encode(made(series, **changes))
        offer(vectors, series, f"of_another_universe_of_{name}", data, at_commit=True)
    organization = 6
    place = series.later.cut_off_universe.starts[series.later.cut_off_universe.buckets[organization]] << 32
    data = delta.encode(made(series, set_times={place: START}))
    said = series.listing(data)
    said = said.with_(dimensions=[one for one in said.dimensions if one.number != organization])
    steps = [*base_steps(series), ("load", encoded(said), BROKEN, [data])]
    vectors.add("delta_of_a_dimension_without_a_record", "delta", steps)
    good = series.second.carried[0]
    broken = {
        "with_a_trailing_byte": [held(good, 0, 1, series.delta + b"\0")],
        "of_no_bytes": [held(good, 0, 1, b"")],
        "of_tokens": [held(good, 0, 1, series.base[1])],
        "that_is_broken_beside_a_good_one": [good, held(good, 1, 1, series.delta + b"\0")],
    }
    for name, steps in broken.items():
        data = encoded(series.second.with_(carried=steps))
        vectors.add(f"delta_carried_{name}", "delta", [*base_steps(series), ("manifest", data, MALFORMED)])
    other = made(series, token_quotients=tokens + 1)
    foreign = encoded(series.carrying(delta.encode(other)))
    vectors.add("delta_carried_of_another_universe", "delta", [*base_steps(series), ("load", foreign, BROKEN, [])])


def held(step, behind, span, data):
    """A delta as a manifest carries it, like another one."""
    return type(step)(behind, span, len(data), carried=data)
