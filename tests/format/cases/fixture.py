"""The published test keys, a tenant, and genuine publications that vectors start from."""

import hashlib

from rsn import cut_offs, delta, dimension, manifest, token_set
from rsn.dimension import Dimension
from rsn.entry import CutOffEntry, TokenEntry
from rsn.manifest import CONTEXT, Named
from rsn.part import Part
from rsn.publisher import Edition, Parameters, Publisher, Room, carried
from rsn.signature import SigningKey

TENANT = "main"
ISSUER, OTHER = "https://auth.example.com", "https://login.example.org"
SALT = b"0123456789abcdef"
START = 1_800_000_000
NOW = START + 60
PUBLISHER, SECOND, THIRD, ROOT, NEW_ROOT = (SigningKey(bytes([seed]) * 32) for seed in range(1, 6))
KEYS = {"publisher": PUBLISHER, "second": SECOND, "third": THIRD, "root": ROOT, "new_root": NEW_ROOT}
MALFORMED, BROKEN = "ERR_MANIFEST_MALFORMED", "ERR_OBJECT_MALFORMED"
DECLARED = [
    Dimension(8, (("acr",),), "assurance"),
    Dimension(9, (("sub",), ("tenant", "tid")), "subject_tenant"),
    Dimension(20, (("sub",),), "subject_version", "ver"),
]
ROOM = Room(25, 4, START, START + 3_600)
ENTRIES = [
    TokenEntry(ISSUER, "a", START + 900),
    TokenEntry(ISSUER, "b", START + 100),
    TokenEntry(ISSUER, "c", START + 500),
    TokenEntry(OTHER, "a"),
    CutOffEntry(dimension.ISSUER, OTHER, (OTHER,), START - 5_000),
    CutOffEntry(dimension.KEY, ISSUER, ("2026-01",), START - 10_000),
    CutOffEntry(dimension.KEY, ISSUER, ("2026-02",), START - 9_000),
    CutOffEntry(dimension.SUBJECT, ISSUER, ("alice",), START - 1_000),
    CutOffEntry(dimension.SUBJECT, ISSUER, ("bob",), START + 1),
    CutOffEntry(dimension.SESSION, ISSUER, ("s1",), START - 50),
    CutOffEntry(dimension.CLIENT, ISSUER, ("app",), START - 60),
    CutOffEntry(dimension.ORGANIZATION, ISSUER, ("acme",), START - 70),
    CutOffEntry(dimension.SUBJECT_CLIENT, ISSUER, ("carol", "app"), START - 80),
    CutOffEntry(8, ISSUER, ("low",), START - 90),
    CutOffEntry(9, ISSUER, ("dave", "t1"), START - 100),
    CutOffEntry(20, ISSUER, ("erin",), 7),
]
MORE = [
    TokenEntry(ISSUER, "d", START + 700),
    TokenEntry(ISSUER, "e"),
    CutOffEntry(dimension.SUBJECT, ISSUER, ("frank",), START + 2),
    CutOffEntry(dimension.KEY, ISSUER, ("2026-03",), START + 2),
]
LESS = [ENTRIES[1], ENTRIES[6], ENTRIES[9]]


def parameters(**changes):
    """What a publication needs besides entries."""
    given = {"tenant": TENANT, "issuers": [ISSUER, OTHER], "salt": SALT, "organization_claim": "org_id"}
    return Parameters(**(given | {"declared": DECLARED} | changes))


def edition(version=1, **changes):
    """A publication's own numbers, a minute before now."""
    later = version - 1
    given = {"version": version, "issued_at": START + later, "next_update": START + 300 + later, "max_stale": 3_600}
    return Edition(**(given | changes))


def publication(entries=ENTRIES, numbers=None, **changes):
    """A manifest, and the objects of its base by kind."""
    return Publisher(parameters(**changes), entries).base(numbers or edition())


def whole():
    """The manifest that the defects of manifests start from, and its objects."""
    return publication()


def encoded(said):
    """A manifest, signed by the publisher."""
    return manifest.encode(said, PUBLISHER)


def signed(body, key=PUBLISHER, context=CONTEXT):
    """Any body, signed."""
    return body + key.sign(context + body)


def body(said):
    """A manifest without its signature."""
    return manifest.body(said, PUBLISHER.public)


def naming(objects, entries, dimensions=None, **changes):
    """A manifest that vouches for these bytes by kind, however broken they are."""
    said, _ = publication([])
    named = [Named(kind, len(data), hashlib.sha256(data).digest()) for kind, data in sorted(objects.items())]
    known = parameters().dimensions()
    numbers = known if dimensions is None else dimensions
    records = [known[number] for number in sorted(numbers) if number in known] if cut_offs.KIND in objects else []
    return said.with_(objects=named, entries=entries, dimensions=records, **changes)


class Series:
    """Two editions in one universe, and what leads from one to the other."""

    def __init__(self):
        publisher = Publisher(parameters(room=ROOM), ENTRIES)
        self.first, self.base = publisher.base(edition(1))
        self.earlier = publisher.copy()
        for entry in MORE:
            publisher.insert(entry)
        for entry in LESS:
            publisher.remove(entry)
        self.later = publisher.copy()
        self.publisher = publisher
        self.change = self.later.difference(self.earlier)
        self.delta = delta.encode(self.change)
        self.second = publisher.after(edition(2), self.first, self.earlier)

    def carrying(self, data, **changes):
        """The second edition with any delta in place of its own."""
        step = carried(1, 2, 2, self.change)
        return self.second.with_(carried=[type(step)(0, 1, len(data), carried=data)], **changes)

    def listing(self, data, **changes):
        """The second edition with a delta to fetch."""
        step = type(self.second.carried[0])(0, 1, len(data), hashlib.sha256(data).digest())
        return self.second.with_(carried=[], listed=[step], **changes)

    def folding(self, version=3):
        """A third edition whose base is the folded state of the second."""
        carried_on = self.carrying(self.delta).carried
        said, made = self.publisher.base(edition(version), version - 1)
        return said, made, carried_on


def part_of(kind, bits=2, shard=0):
    """A part."""
    return Part(kind, bits, shard)


TOKENS, CUT_OFFS = token_set.KIND, cut_offs.KIND
