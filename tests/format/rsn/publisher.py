"""Writing: from entries to the objects of a base, a delta and a manifest."""

import hashlib
from dataclasses import dataclass, field, replace

from . import delta, dimension, manifest
from .cut_offs import CutOffUniverse
from .entry import CutOffEntry, TokenEntry
from .fragment import fragment, issuer_tag
from .manifest import Manifest, Named, Step
from .part import Part
from .state import State
from .token_set import TokenUniverse

TIME_LIMIT = 1 << 40


class Full(Exception):
    """An entry has no place in the universe: a new one is due."""


@dataclass(frozen=True)
class Room:
    """What a universe has room for beyond its first entries."""

    percent: int = 0
    least: int = 0
    start: int = 0
    end: int = 0

    def of(self, entries):
        """Room of a bucket with so many fragments."""
        return max(self.least, -(-entries * self.percent // 100))


@dataclass
class Parameters:
    """What stays the same in an epoch."""

    tenant: str
    issuers: list
    salt: bytes
    organization_claim: str
    epoch: int = 1
    declared: list = field(default_factory=list)
    part: Part = Part()
    room: Room = Room()

    def dimensions(self):
        """Every dimension there may be, by number."""
        return dimension.built_in(self.organization_claim) | {one.number: one for one in self.declared}


@dataclass(frozen=True)
class Edition:
    """What is another for each publication."""

    version: int
    issued_at: int
    next_update: int
    max_stale: int
    expired_before: int = 0
    cut_before: int = 0
    least_wait: int = 0


def known(expires_at):
    """An `exp` as it is written: None when unknown."""
    return expires_at if expires_at is not None and expires_at < TIME_LIMIT else None


class Publisher:
    """Entries in a universe of their own."""

    def __init__(self, parameters, entries):
        self.parameters = parameters
        self.dimensions = parameters.dimensions()
        tokens = [one for one in entries if isinstance(one, TokenEntry)]
        others = [one for one in entries if isinstance(one, CutOffEntry)]
        hashed = [one for one in others if one.dimension not in (dimension.ISSUER, dimension.KEY)]
        self.state = State(self.token_universe(tokens), self.cut_off_universe(hashed))
        for entry in entries:
            self.put(*self.place(entry), entry)

    def print_of(self, entry):
        """The fragment of an entry."""
        salt, issuer = self.parameters.salt, entry.issuer
        if isinstance(entry, TokenEntry):
            return fragment(salt, issuer, dimension.TOKEN, entry.token_id.encode())
        return fragment(salt, issuer, entry.dimension, dimension.identity(entry.values))

    def token_universe(self, tokens):
        """Buckets for these, and room."""
        room = self.parameters.room
        pairs = {(self.print_of(one), known(one.expires_at)) for one in tokens}
        times = [time for _, time in pairs if time is not None]
        edges = times + ([room.start, room.end] if room.of(min(len(times), 1)) else [])
        shift, first, buckets = frame(edges, min(max(len(times) >> 9, 16), 4096))
        universe = TokenUniverse(shift, first, [0] * (buckets + 1))
        prints = [set() for _ in range(buckets + 1)]
        for each, time in pairs:
            prints[universe.bucket_for(time) or 0].add(each)
        sizes = list(map(len, prints))
        extra = room.of(max(sizes[1:], default=0))
        capacities = [sizes[0] + room.of(sizes[0])] + [size + extra for size in sizes[1:]]
        return TokenUniverse(shift, first, capacities)

    def cut_off_universe(self, hashed):
        """A bucket for each dimension, and room."""
        room = self.parameters.room
        prints = {number: set() for number in self.roomy()} if room.least > 0 else {}
        for one in hashed:
            prints.setdefault(one.dimension, set()).add(self.print_of(one))
        return CutOffUniverse({number: len(each) + room.of(len(each)) for number, each in sorted(prints.items())})

    def roomy(self):
        """The hashed dimensions for which there is room even without entries."""
        return [number for number in self.dimensions if number not in (dimension.ISSUER, dimension.KEY)]

    def copy(self):
        """The state as it is now, which later changes leave alone."""
        now = self.state
        return replace(now, tokens=set(now.tokens), cut_offs=dict(now.cut_offs), literals=dict(now.literals))

    def insert(self, entry):
        """Sets an entry, where there is room for it."""
        kind, key = self.place(entry)
        if kind != "literals":
            universe = self.state.token_universe if kind == "tokens" else self.state.cut_off_universe
            self.check_room(universe, getattr(self.state, kind), key)
        self.put(kind, key, entry)

    def put(self, kind, key, entry):
        """Sets an entry in its place."""
        table = getattr(self.state, kind)
        if kind == "tokens":
            table.add(key)
        else:
            table[key] = max(entry.threshold, table.get(key, 0))

    def remove(self, entry):
        """Takes an entry back."""
        kind, key = self.place(entry)
        if kind == "tokens":
            self.state.tokens.discard(key)
        else:
            getattr(self.state, kind).pop(key, None)

    def place(self, entry):
        """Which table an entry is in, and where."""
        if isinstance(entry, TokenEntry):
            universe = self.state.token_universe
            bucket = universe.bucket_for(entry.expires_at) or 0
            return "tokens", universe.position(bucket, self.print_of(entry))
        if entry.dimension == dimension.ISSUER:
            return "literals", (entry.dimension, issuer_tag(entry.issuer), b"")
        if entry.dimension == dimension.KEY:
            return "literals", (entry.dimension, issuer_tag(entry.issuer), entry.values[0].encode())
        return "cut_offs", self.state.cut_off_universe.place(entry.dimension, self.print_of(entry))

    def check_room(self, universe, table, position):
        """Whether a position fits."""
        if position is None:
            raise Full
        if position not in table:
            bucket = universe.bucket_of(position)
            if sum(universe.bucket_of(one) == bucket for one in table) >= universe.capacities[bucket]:
                raise Full

    def base(self, edition, base_version=None):
        """The objects of the state as a base, and a manifest that names them."""
        made = self.state.objects()
        objects = [Named(kind, len(data), hashlib.sha256(data).digest()) for kind, data in made.items()]
        said = self.manifest(edition, objects, edition.version if base_version is None else base_version, [])
        return said, made

    def after(self, edition, base, earlier):
        """A manifest over an earlier one's base, which carries what has changed since the state of that base."""
        change = self.state.difference(earlier)
        steps = [carried(base.base_version, edition.version, edition.version, change)]
        also = used(self.state, change) | earlier.dimensions()
        return self.manifest(edition, base.objects, base.base_version, steps, also)

    def manifest(self, edition, objects, base_version, carried, also=()):
        """A manifest of the state's entries over a base."""
        numbers = self.state.dimensions() | set(also)
        parameters = self.parameters
        return Manifest(
            manifest.tenant_tag(parameters.tenant), parameters.epoch, edition.version, edition.issued_at,
            edition.next_update, edition.max_stale, parameters.salt, base_version, self.state.entries(),
            sorted(set(map(issuer_tag, parameters.issuers))), parameters.part, edition.least_wait,
            edition.expired_before, edition.cut_before,
            [one for number, one in sorted(self.dimensions.items()) if number in numbers], objects, [], carried,
        )  # fmt: skip


def carried(start, end, version, change):
    """A delta as a manifest carries it."""
    data = delta.encode(change)
    return Step(version - end, end - start, len(data), carried=data)


def used(state, change):
    """The dimensions in which a delta sets something."""
    hashed = {state.cut_off_universe.dimension_of(position) for position in change.set_times}
    return hashed | {kind for kind, _, _ in change.records}


def frame(times, most):
    """shift, first and number of the buckets for these times."""
    if not times:
        return 6, 0, 0
    earliest, latest, shift = min(times), max(times), 6
    while (latest >> shift) - (earliest >> shift) + 1 > most:
        shift += 1
    return shift, earliest >> shift, (latest >> shift) - (earliest >> shift) + 1
