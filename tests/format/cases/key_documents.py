"""Vectors of key documents."""

from rsn import keys, manifest
from rsn.cursor import number
from rsn.keys import Link
from rsn.signature import L, P, SigningKey, decompress, plus

from .fixture import NEW_ROOT, PUBLISHER, ROOT, SECOND, TENANT, THIRD, publication

MALFORMED, UNLINKED = "ERR_MANIFEST_KEYS_MALFORMED", "ERR_MANIFEST_KEYS_UNLINKED"
TAG = manifest.tenant_tag(TENANT)


def add(vectors):
    """All of them."""
    taken(vectors)
    refused(vectors)
    form(vectors)
    links(vectors)
    points(vectors)


def link(role, value, publishers, signer, root=None, epoch=0, tag=TAG):
    """A signed link."""
    public = tuple(sorted(key.public for key in publishers))
    return Link(role, value, epoch, root.public if root else b"", public).signed(signer, tag)


def offer(vectors, name, document, expected="ok", then=(), root=False):
    """A vector of one document, and manifests after it."""
    vectors.file(f"keys_{name}", document)
    manifests = [("manifest", manifest.encode(publication(epoch=epoch)[0], key), code) for key, epoch, code in then]
    vectors.add(f"keys_{name}", "keys", [("keys", document, expected), *manifests], root=root)


def taken(vectors):
    """Documents that count, and which keys count afterwards."""
    unknown, back = "ERR_MANIFEST_KEY_UNKNOWN", "ERR_MANIFEST_ROLLED_BACK"
    to_second, to_third = link(2, 1, [SECOND], PUBLISHER), link(2, 2, [THIRD], SECOND)
    replaced = link(1, 5, [SECOND], ROOT, ROOT, 7)
    moved = link(1, 5, [SECOND], ROOT, NEW_ROOT)
    on = (SECOND, 1, "ok")
    offer(vectors, "next_publisher", keys.encode([to_second]), then=[(PUBLISHER, 1, unknown), on])
    offer(vectors, "two_publishers", keys.encode([link(2, 1, [PUBLISHER, SECOND], PUBLISHER)]), then=[on, (PUBLISHER, 2, "ok")])
    offer(vectors, "chain", keys.encode([to_second, to_third]), then=[(SECOND, 1, unknown), (THIRD, 1, "ok")])
    offer(vectors, "eight_publishers", keys.encode([link(2, 1, [SigningKey(bytes([at]) * 32) for at in range(10, 17)] + [SECOND], PUBLISHER)]), then=[on])
    offer(vectors, "first_number_is_any", keys.encode([link(2, 9, [SECOND], PUBLISHER)]), then=[on])
    long = [link(2, 1 + at, [PUBLISHER], PUBLISHER) for at in range(63)] + [link(2, 64, [SECOND], PUBLISHER)]
    offer(vectors, "of_64_links", keys.encode(long), then=[on])
    offer(vectors, "root_replaces_publishers", keys.encode([replaced]), then=[(SECOND, 6, back), (PUBLISHER, 7, unknown), (SECOND, 7, "ok")], root=True)
    offer(vectors, "root_gets_past_stolen_links", keys.encode([link(2, 1, [THIRD], PUBLISHER, ROOT), replaced]), then=[(THIRD, 7, unknown), (SECOND, 7, "ok")], root=True)
    offer(vectors, "root_is_replaced", keys.encode([moved, link(1, 6, [THIRD], NEW_ROOT, NEW_ROOT)]), then=[(THIRD, 1, "ok")], root=True)
    offer(vectors, "root_is_given_up", keys.encode([link(1, 1, [SECOND], ROOT), link(2, 2, [THIRD], SECOND)]), then=[(THIRD, 1, "ok")], root=True)
    offer(vectors, "publisher_keeps_the_root", keys.encode([link(2, 1, [SECOND], PUBLISHER, ROOT)]), then=[on], root=True)
    vectors.add("keys_twice", "keys", [("keys", keys.encode([to_second]), "ok")] * 2 + [("manifest", manifest.encode(publication()[0], SECOND), "ok")])


def refused(vectors):
    """Well-formed documents for whose newest keys nobody vouches."""
    kept = [(PUBLISHER, 1, "ok")]
    documents = {
        "of_an_unknown_key": ([link(2, 1, [SECOND], THIRD)], False),
        "signed_by_the_key_it_brings": ([link(2, 1, [SECOND], SECOND)], False),
        "of_the_root_by_a_publisher": ([link(1, 1, [SECOND], PUBLISHER, ROOT)], True),
        "of_the_root_without_one": ([link(1, 1, [SECOND], ROOT, ROOT)], False),
        "of_publishers_by_the_root": ([link(2, 1, [SECOND], ROOT, ROOT)], True),
        "that_skip_a_number": ([link(2, 2, [SECOND], PUBLISHER, ROOT)], True),
        "that_change_the_root": ([link(2, 1, [SECOND], PUBLISHER, NEW_ROOT)], True),
        "that_drop_the_root": ([link(2, 1, [SECOND], PUBLISHER)], True),
        "of_another_tenant": ([link(2, 1, [SECOND], PUBLISHER, tag=manifest.tenant_tag("other"))], False),
        "with_a_broken_chain": ([link(2, 1, [SECOND], PUBLISHER), link(2, 2, [THIRD], PUBLISHER)], False),
        "with_a_gap_in_the_chain": ([link(2, 1, [SECOND], PUBLISHER), link(2, 3, [THIRD], SECOND)], False),
    }
    for name, (listed, root) in documents.items():
        offer(vectors, name, keys.encode(listed), UNLINKED, kept, root)
    good = link(2, 1, [SECOND], PUBLISHER)
    document = keys.encode([good])
    offer(vectors, "signature_flipped", document[:-1] + bytes((document[-1] ^ 1,)), UNLINKED, kept)
    s = int.from_bytes(document[-32:], "little")
    offer(vectors, "signature_s_not_canonical", document[:-32] + number(s + L, 32), UNLINKED, kept)
    offer(vectors, "signature_of_zeros", document[:-64] + bytes(64), UNLINKED, kept)
    public = (SECOND.public,)
    unsigned = Link(2, 1, 0, b"", public, manifest.key_id(PUBLISHER.public))
    other = PUBLISHER.sign(b"rescind-manifest-v1\0" + TAG + unsigned.body())
    offer(vectors, "signature_of_the_manifest_context", document[:-64] + other, UNLINKED, kept)


def form(vectors):
    good = keys.encode([link(2, 1, [SECOND], PUBLISHER)])
    offer(vectors, "empty", b"", MALFORMED)
    offer(vectors, "magic_of_a_manifest", b"RSNM" + good[4:], MALFORMED)
    for version in (0, 2):
        offer(vectors, f"version_{'two' if version else 'zero'}", good[:4] + bytes((version,)) + good[5:], MALFORMED)
    offer(vectors, "of_no_links", keys.encode([]), MALFORMED)
    long = [link(2, 1 + at, [PUBLISHER], PUBLISHER) for at in range(65)]
    offer(vectors, "of_65_links", keys.encode(long), MALFORMED)
    offer(vectors, "trailing_byte", good + b"\0", MALFORMED)
    offer(vectors, "cut", good[:-1], MALFORMED)
    offer(vectors, "cut_in_its_keys", good[:30], MALFORMED)
    offer(vectors, "one_link_too_few", good[:5] + b"\x02" + good[6:], MALFORMED)


def links(vectors):
    good = keys.encode([link(2, 1, [SECOND, THIRD], PUBLISHER)])
    one, other = good[17:49], good[49:81]
    broken = {
        "role_zero": good[:6] + b"\0" + good[7:],
        "role_three": good[:6] + b"\x03" + good[7:],
        "two_roots": good[:7] + b"\x02" + good[8:17] + NEW_ROOT.public + ROOT.public + good[17:],
        "no_publishers": good[:8] + b"\0" + good[9:17] + good[81:],
        "number_zero": good[:9] + bytes(4) + good[13:],
        "publishers_falling": good[:17] + other + one + good[81:],
        "publisher_twice": good[:17] + one + one + good[81:],
        "root_among_the_publishers": good[:7] + b"\x01" + good[8:17] + one + good[17:],
    }
    for name, document in broken.items():
        offer(vectors, name, document, MALFORMED)
    nine = [SigningKey(bytes([at]) * 32) for at in range(10, 19)]
    offer(vectors, "nine_publishers", keys.encode([link(2, 1, nine, PUBLISHER)]), MALFORMED)
    first, second = link(2, 1, [SECOND], PUBLISHER), link(2, 2, [THIRD], SECOND)
    offer(vectors, "links_falling", keys.encode([second, first]), MALFORMED)
    offer(vectors, "link_twice", keys.encode([first, first]), MALFORMED)


def points(vectors):
    """Keys that are no points, or points whose signatures prove nothing."""
    off_curve = next(number(y, 32) for y in range(2, 99) if not is_point(number(y, 32)))
    broken = {
        "off_the_curve": off_curve,
        "the_identity": number(1, 32),
        "of_order_two": number(P - 1, 32),
        "of_order_four": number(0, 32),
        "not_in_its_one_encoding": number(P + 1, 32),
        "of_ones": b"\xff" * 32,
    }
    large = keys.encode([Link(2, 1, 0, b"", (mixed(),)).signed(PUBLISHER, TAG)])
    offer(vectors, "publisher_of_mixed_order", large)
    for name, public in broken.items():
        document = keys.encode([Link(2, 1, 0, b"", (public,)).signed(PUBLISHER, TAG)])
        offer(vectors, f"publisher_{name}", document, MALFORMED)


def is_point(encoded):
    """Whether bytes are a point."""

    return decompress(encoded) is not None


def mixed():
    """A point of large order outside the group: a key plus the point of order two."""
    x, y = plus(decompress(SECOND.public), (0, P - 1))
    return number(y | (x & 1) << 255, 32)
