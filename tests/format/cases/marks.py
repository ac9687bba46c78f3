"""Vectors of stored high-water marks."""

import hashlib

from rsn import high_water, manifest
from rsn.high_water import HighWater
from rsn.part import COMMON, SHARD, Part

from .fixture import START, TENANT, edition, encoded, part_of, publication

TAG = manifest.tenant_tag(TENANT)
BACK, EQUIVOCATION = "ERR_MANIFEST_ROLLED_BACK", "ERR_MANIFEST_EQUIVOCATION"


def add(vectors):
    """All of them."""
    taken(vectors)
    ignored(vectors)
    broken(vectors)


def marked(**changes):
    """The mark of the fifth version."""
    given = {"accepted": True, "epoch": 1, "version": 5, "sha256": said(5, True), "time_floor": START}
    return HighWater(**({"tenant_tag": TAG, "part": Part()} | given | changes))


def said(version, as_sha256=False, **changes):
    """A manifest of a version, or its SHA-256."""
    data = encoded(publication(numbers=edition(version), **changes)[0])
    return hashlib.sha256(data).digest() if as_sha256 else data


def offer(vectors, name, data, then, restored="ok", part="whole", now=START + 60):
    """A vector of one mark, and manifests after it."""
    vectors.file(f"mark_{name}", data)
    manifests = [("manifest", given, code, {"now": now}) for given, code in then]
    vectors.add(f"mark_{name}", "high_water", [("high_water", data, restored), *manifests], part)


def taken(vectors):
    genuine = high_water.encode(marked())
    offer(vectors, "genuine", genuine, [(said(4), BACK), (said(5), "ok"), (said(6), "ok")])
    other = encoded(publication([], edition(5))[0])
    offer(vectors, "of_the_same_version", genuine, [(other, EQUIVOCATION)])
    offer(vectors, "of_a_lower_epoch", genuine, [(said(1, epoch=2), "ok")])
    offer(vectors, "of_a_higher_epoch", high_water.encode(marked(epoch=2)), [(said(9), BACK)])
    unaccepted = marked(accepted=False, epoch=0, version=0, sha256=bytes(32), time_floor=START + 3_000)
    late = [(said(1), "ERR_MANIFEST_EXPIRED")]
    offer(vectors, "of_nothing_accepted", high_water.encode(unaccepted), [(said(1), "ok")])
    offer(vectors, "with_a_late_floor", high_water.encode(marked(time_floor=START + 3_700)), late)
    offer(vectors, "of_a_later_era", high_water.encode(marked(era=1)), [(said(6), "ERR_MANIFEST_KEY_UNKNOWN")])
    for name, which in (("common", part_of(COMMON)), ("shard", part_of(SHARD, 2, 3))):
        data = high_water.encode(marked(part=which, sha256=said(5, True, part=which)))
        offer(vectors, f"of_a_{name}", data, [(said(4, part=which), BACK), (said(5, part=which), "ok")], part=which.name())


def ignored(vectors):
    """Marks that say nothing to this verifier."""
    offer(vectors, "of_another_tenant", high_water.encode(marked(tenant_tag=manifest.tenant_tag("other"))), [(said(4), "ok")])
    offer(vectors, "of_another_part", high_water.encode(marked(part=part_of(COMMON, 0))), [(said(4), "ok")])
    other = high_water.encode(marked(part=part_of(SHARD, 2, 1)))
    offer(vectors, "of_another_shard", other, [(said(4, part=part_of(SHARD, 2, 3)), "ok")], part="2-3")


def broken(vectors):
    """Bytes that are no mark: nothing is raised."""
    good = high_water.encode(marked())

    def checked(data):
        return data + hashlib.sha256(data).digest()[:8]

    bad = {
        "empty": b"",
        "cut": good[:-1],
        "trailing_byte": good + b"\0",
        "checksum_flipped": good[:-1] + bytes((good[-1] ^ 1,)),
        "version_flipped_unchecked": good[:34] + bytes((good[34] ^ 1,)) + good[35:],
        "magic_of_a_manifest": checked(b"RSNM" + good[4:-8]),
        "version_two": checked(good[:4] + b"\x02" + good[5:-8]),
        "common_with_a_number_of_shards": checked(good[:22] + b"\x01\x02" + good[24:-8]),
        "accepted_two": checked(good[:5] + b"\x02" + good[6:-8]),
        "unaccepted_with_an_edition": checked(good[:5] + b"\0" + good[6:-8]),
        "floor_out_of_range": checked(good[:74] + (2**40).to_bytes(8, "little")),
    }
    for name, data in bad.items():
        offer(vectors, name, data, [(said(4), "ok")], "refused")
