"""Manifests."""

import hashlib
from dataclasses import dataclass, field, replace

from . import delta, dimension, part
from .cursor import Cursor, number
from .part import Part
from .refusal import Broken, Refused, must
from .signature import holds

MAGIC = b"RSNM"
CONTEXT = b"rescind-manifest-v1\0"
FIXED, SIGNATURE, LONGEST = 120, 64, 65_536
MOST_OBJECT, MOST_DELTA, MOST_STALE = 67_108_864, 8_388_608, 2_678_400
TIME_LIMIT, EXACT_LIMIT = 1 << 40, 1 << 53
MALFORMED = "ERR_MANIFEST_MALFORMED"


@dataclass(frozen=True)
class Named:
    """An object of the base."""

    kind: int
    length: int
    sha256: bytes


@dataclass(frozen=True)
class Step:
    """A delta from one version to another: carried, or named by its length and SHA-256."""

    behind: int
    span: int
    length: int
    sha256: bytes = b""
    carried: bytes = None


@dataclass
class Manifest:
    """Everything that a manifest says."""

    tenant_tag: bytes
    epoch: int
    version: int
    issued_at: int
    next_update: int
    max_stale: int
    salt: bytes
    base_version: int
    entries: int
    issuers: list
    part: Part = Part()
    least_wait: int = 0
    expired_before: int = 0
    cut_before: int = 0
    dimensions: list = field(default_factory=list)
    objects: list = field(default_factory=list)
    listed: list = field(default_factory=list)
    carried: list = field(default_factory=list)
    sha256: bytes = b""

    def edition(self):
        """What editions compare by."""
        return self.epoch, self.version

    def deltas(self):
        """(from, to, step) of every delta, listed or carried."""
        ends = [(self.version - step.behind, step) for step in (*self.listed, *self.carried)]
        return [(end - step.span, end, step) for end, step in ends]

    def with_(self, **changes):
        """Another one that differs in this."""
        return replace(self, **changes)


def key_id(public):
    """The name of a key."""
    return hashlib.sha256(public).digest()[:8]


def sha256(data):
    """SHA-256 of bytes."""
    return hashlib.sha256(data).digest()


def tenant_tag(name):
    """The tag of a tenant."""
    return hashlib.sha256(b"rescind-tenant\0" + name.encode()).digest()[:16]


def encode(manifest, key):
    """The manifest, signed."""
    unsigned = body(manifest, key.public)
    return unsigned + key.sign(CONTEXT + unsigned)


def body(manifest, public):
    """Every byte before the signature."""
    tables = manifest.objects, manifest.dimensions, manifest.issuers, manifest.listed, manifest.carried
    out = MAGIC + bytes((1, *map(len, tables))) + part.encode(manifest.part)
    out += number(manifest.least_wait, 2) + key_id(public) + manifest.tenant_tag
    out += number(manifest.epoch, 4) + number(manifest.max_stale, 4)
    out += b"".join(number(one, 8) for one in (manifest.version, manifest.issued_at, manifest.next_update))
    out += manifest.salt
    rest = manifest.base_version, manifest.entries, manifest.expired_before, manifest.cut_before
    out += b"".join(number(one, 8) for one in rest) + b"".join(manifest.issuers)
    out += b"".join(map(dimension.encode, manifest.dimensions))
    out += b"".join(bytes((one.kind,)) + number(one.length, 4) + one.sha256 for one in manifest.objects)
    out += b"".join(step_head(one) + number(one.length, 4) + one.sha256 for one in manifest.listed)
    return out + b"".join(step_head(one) + number(one.length, 2) + one.carried for one in manifest.carried)


def step_head(step):
    """What every record of a delta begins with."""
    return number(step.behind, 4) + number(step.span, 4)


def decode(data, keys):
    """Steps 1 to 3 of taking an update, without the tenant's."""
    check_form(data)
    check_signature(data, keys)
    try:
        manifest = read(data)
        check(manifest)
    except Broken as error:
        raise Refused(MALFORMED, str(error)) from error
    manifest.sha256 = hashlib.sha256(data).digest()
    return manifest


def check_form(data):
    """Step 1."""
    if len(data) > LONGEST or data[:4] != MAGIC:
        raise Refused(MALFORMED, "too long, or wrong magic")
    if len(data) > 4 and data[4] != 1:
        raise Refused("ERR_MANIFEST_VERSION_UNSUPPORTED")
    if len(data) < FIXED + SIGNATURE:
        raise Refused(MALFORMED, "too short")


def check_signature(data, keys):
    """Step 2."""
    public = next((key for key in keys if key_id(key) == data[16:24]), None)
    if public is None:
        raise Refused("ERR_MANIFEST_KEY_UNKNOWN")
    if not holds(public, CONTEXT + data[:-SIGNATURE], data[-SIGNATURE:]):
        raise Refused("ERR_MANIFEST_SIGNATURE_INVALID")


def read(data):
    """What it says, the rules of single fields held."""
    cursor = Cursor(data[:-SIGNATURE], 5)
    objects, dimensions, issuers, listed, carried = (cursor.number(1) for _ in range(5))
    which, least_wait = part.decode(cursor), cursor.number(2)
    cursor.take(8)
    tag, epoch, max_stale = cursor.take(16), cursor.number(4), cursor.number(4)
    version, issued_at, next_update = (cursor.number(8) for _ in range(3))
    salt = cursor.take(16)
    base_version, entries, expired_before, cut_before = (cursor.number(8) for _ in range(4))
    must(objects <= 2 and dimensions <= 31 and issuers >= 1, "too many or too few records")
    must(listed <= 64 and carried <= 64, "too many deltas")
    manifest = Manifest(
        tag, epoch, version, issued_at, next_update, max_stale, salt, base_version, entries,
        [cursor.take(32) for _ in range(issuers)], which, least_wait, expired_before, cut_before,
        [dimension.decode(cursor) for _ in range(dimensions)],
        [Named(cursor.number(1), cursor.number(4), cursor.take(32)) for _ in range(objects)],
        [Step(*(cursor.number(4) for _ in range(3)), cursor.take(32)) for _ in range(listed)],
        [carried_step(cursor) for _ in range(carried)],
    )  # fmt: skip
    cursor.end()
    return manifest


def carried_step(cursor):
    """A delta that the manifest holds itself."""
    behind, span, length = cursor.number(4), cursor.number(4), cursor.number(2)
    data = cursor.take(length)
    delta.decode(data)
    return Step(behind, span, length, carried=data)


def check(manifest):
    """The rules between fields."""
    must(manifest.least_wait <= 3_600, "least wait")
    must(manifest.max_stale <= MOST_STALE, "max-stale")
    must(manifest.version < EXACT_LIMIT and manifest.entries < EXACT_LIMIT, "number of 2^53 or more")
    must(manifest.issued_at < manifest.next_update, "next update")
    must(manifest.next_update <= manifest.issued_at + manifest.max_stale < TIME_LIMIT, "next update")
    must(manifest.base_version <= manifest.version, "base version")
    must(max(manifest.expired_before, manifest.cut_before) < TIME_LIMIT, "time of 2^40 or more")
    must(rises(manifest.issuers), "order of the issuers")
    check_dimensions(manifest)
    check_objects(manifest)
    check_deltas(manifest)


def rises(values):
    """Whether each is above the one before."""
    return all(one < other for one, other in zip(values, values[1:]))


def check_dimensions(manifest):
    """Their order, their names, and that there is something they are for."""
    must(rises([one.number for one in manifest.dimensions]), "order of the dimensions")
    names = [one.name for one in manifest.dimensions if one.name]
    must(len(set(names)) == len(names), "name of a dimension twice")
    has_any = manifest.deltas() or any(one.kind == 2 for one in manifest.objects)
    must(has_any or not manifest.dimensions, "dimensions without cut-offs or deltas")


def check_objects(manifest):
    """Kinds and lengths."""
    must(rises([one.kind for one in manifest.objects]), "order of the objects")
    must(all(one.kind in (1, 2) for one in manifest.objects), "kind of an object")
    must(all(1 <= one.length <= MOST_OBJECT for one in manifest.objects), "length of an object")


def check_deltas(manifest):
    """Their order, their versions, and that they lead from the base to the version."""
    for steps in (manifest.listed, manifest.carried):
        must(rises([(step.behind, step.span) for step in steps]), "order of the deltas")
    must(all(1 <= step.length <= MOST_DELTA for step in manifest.listed), "length of a delta")
    must(all(step.span >= 1 for step in (*manifest.listed, *manifest.carried)), "delta of no span")
    must(all(start >= 0 for start, _, _ in manifest.deltas()), "version below 0")
    reached = manifest.base_version
    while reached < manifest.version:
        further = max((end for start, end, _ in manifest.deltas() if start <= reached < end), default=reached)
        must(further > reached, "deltas do not lead to the version")
        reached = further
