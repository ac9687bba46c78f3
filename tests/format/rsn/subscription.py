"""Taking updates of one part."""

import hashlib
from dataclasses import dataclass, replace

from . import cut_offs, delta, high_water, keys, manifest, route, token_set
from .high_water import HighWater
from .keys import Trust
from .part import Part
from .refusal import Broken, Refused, must
from .snapshot import Snapshot
from .state import State

DECODERS = {token_set.KIND: token_set.decode, cut_offs.KIND: cut_offs.decode, delta.KIND: delta.decode}


@dataclass
class Pending:
    """An update in progress."""

    manifest: object
    route: object
    needed: dict
    offered: dict


class Clock:
    """The time floor, which all parts of a verifier share."""

    def __init__(self):
        self.floor = 0

    def now(self, seconds):
        """The caller's clock, never before the floor."""
        return max(seconds, self.floor)


class Subscription:
    """What a verifier holds of one part."""

    def __init__(self, tenant, publishers, root=b"", tolerance=60, part="whole", clock=None):
        self.tenant_tag = manifest.tenant_tag(tenant)
        self.trust = Trust(tuple(publishers), root)
        self.tolerance = tolerance
        self.part = part
        self.clock = clock or Clock()
        self.mark = HighWater(self.tenant_tag, Part())
        self.snapshot = self.pending = None
        self.starts_over = False

    def offer_keys(self, data):
        """Takes a key document."""
        trust = self.trust.after(keys.decode(data), self.tenant_tag)
        if trust.number != self.trust.number:
            self.pending = None
        if trust.era != self.trust.era:
            self.mark = HighWater(self.tenant_tag, self.mark.part, trust.era)
            self.starts_over = True
        self.trust = trust

    def restore(self, data):
        """Takes a stored mark where it is of this tenant and part, and outranks the one held; whether it is one."""
        try:
            mark = high_water.decode(data)
        except Broken:
            return False
        if mark.tenant_tag != self.tenant_tag or not mark.part.is_asked_by(self.part):
            return True
        self.clock.floor = max(self.clock.floor, mark.time_floor)
        if (mark.era, mark.accepted, *mark.edition()) > (self.mark.era, self.mark.accepted, *self.mark.edition()):
            self.mark = mark
        return True

    def stored(self):
        """The mark to store."""
        return high_water.encode(replace(self.mark, time_floor=self.clock.floor))

    def offer_manifest(self, data, now):
        """Steps 1 to 5, and the plan: what is needed. None where nothing has changed."""
        offered = manifest.decode(data, self.trust.publishers)
        self.check(offered, self.clock.now(now))
        self.clock.floor = max(self.clock.floor, offered.issued_at)
        held = self.snapshot
        if held and held.manifest.sha256 == offered.sha256:
            self.pending = None
            return None
        way = route.cheapest(offered, None if self.starts_over else held)
        self.pending = Pending(offered, way, self.needed(offered, way), {})
        return list(self.pending.needed)

    def check(self, offered, now):
        """Whose it is, when it is from, and that it is no step back."""
        if offered.tenant_tag != self.tenant_tag:
            raise Refused("ERR_MANIFEST_TENANT")
        if not offered.part.is_asked_by(self.part):
            raise Refused("ERR_MANIFEST_PART")
        if offered.issued_at > now + self.tolerance:
            raise Refused("ERR_MANIFEST_FROM_FUTURE")
        if now >= offered.issued_at + offered.max_stale:
            raise Refused("ERR_MANIFEST_EXPIRED")
        if self.mark.era > self.trust.era:
            raise Refused("ERR_MANIFEST_KEY_UNKNOWN")
        marked = self.mark.edition() if self.mark.accepted and self.mark.era == self.trust.era else (0, -1)
        if offered.epoch < self.trust.epoch or offered.edition() < marked:
            raise Refused("ERR_MANIFEST_ROLLED_BACK")
        known = [(marked, self.mark.sha256)]
        known += [(self.pending.manifest.edition(), self.pending.manifest.sha256)] if self.pending else []
        if any(edition == offered.edition() and sha256 != offered.sha256 for edition, sha256 in known):
            raise Refused("ERR_MANIFEST_EQUIVOCATION")

    def needed(self, offered, way):
        """Length and kind of everything to fetch, by SHA-256."""
        held = set() if self.snapshot is None else self.snapshot.objects.keys()
        named = [(one.sha256, one.kind, one.length) for one in offered.objects] if way.starts_from_base else []
        named += [(step.sha256, delta.KIND, step.length) for _, _, step in way.steps() if step.carried is None]
        return {sha256: (kind, length) for sha256, kind, length in named if sha256 not in held}

    def offer_object(self, data):
        """Step 6."""
        if self.pending is None:
            raise Refused("ERR_OBJECT_UNEXPECTED")
        sha256 = hashlib.sha256(data).digest()
        if sha256 in self.pending.offered:
            return
        if not self.pending.needed:
            raise Refused("ERR_OBJECT_UNEXPECTED")
        kind, length = self.pending.needed.get(sha256, (0, -1))
        if length != len(data):
            raise Refused("ERR_OBJECT_MISMATCH")
        malformed(DECODERS[kind], data)
        self.pending.offered[sha256] = data
        del self.pending.needed[sha256]

    def commit(self):
        """Step 7; the edition."""
        if self.pending is None or self.pending.needed:
            raise Refused("ERR_OBJECT_MISSING")
        try:
            snapshot = malformed(self.built)
        except Refused:
            self.pending, self.starts_over = None, True
            raise
        offered = snapshot.manifest
        self.mark = HighWater(
            self.tenant_tag, offered.part, self.trust.era, True, *offered.edition(), offered.sha256
        )
        self.snapshot, self.pending, self.starts_over = snapshot, None, False
        return offered.edition()

    def built(self):
        """The snapshot that the update makes."""
        offered, way, held = self.pending.manifest, self.pending.route, self.snapshot
        objects = {} if held is None else dict(held.objects)
        if way.starts_from_base:
            objects = {one.sha256: self.pending.offered.get(one.sha256) or objects[one.sha256] for one in offered.objects}
            base = state = State.of({one.kind: objects[one.sha256] for one in offered.objects})
        else:
            base, state = held.base_state, held.state
        state = self.laid(state, way.before_fold)
        if way.folds:
            base = state = folded(offered, state)
            objects = {hashlib.sha256(data).digest(): data for data in base.objects().values()}
        state = self.laid(state, way.after_fold)
        named = offered.objects if way.starts_from_base or way.folds else held.base
        if named == offered.objects:
            check_base(offered, base, state)
        return Snapshot(offered, state, objects, named, base)

    def laid(self, state, steps):
        """The state after these deltas, each of which may set only what the manifest has a dimension for."""
        offered = self.pending.manifest
        for _, end, step in steps:
            data = self.pending.offered[step.sha256] if step.carried is None else step.carried
            change = delta.decode(data)
            state = state.apply(change)
            if end > offered.base_version:
                must(set_dimensions(state, change, offered.cut_before) <= numbers(offered), UNDECLARED)
        return state


UNDECLARED = "dimension that the manifest does not declare"


def numbers(offered):
    """The dimensions that a manifest declares."""
    return {one.number for one in offered.dimensions}


def set_dimensions(state, change, cut_before):
    """The dimensions in which a delta sets something that counts."""
    lives = state.outlives(cut_before)
    of = state.cut_off_universe.dimension_of
    hashed = {of(position) for position, time in change.set_times.items() if lives(position, time)}
    return hashed | {kind for (kind, _, _), time in change.records.items() if time >= cut_before}


def check_base(offered, state, later):
    """What the objects of a base and the manifest say of each other."""
    must(state.dimensions() <= numbers(offered), UNDECLARED)
    is_all = state == later
    must(not is_all or state.entries() == offered.entries, "number of entries")


def folded(offered, state):
    """The base that the manifest names, made from the state, or a refusal."""
    state = state.folded(offered.expired_before, offered.cut_before)
    made = state.objects()
    named = {one.kind: one.sha256 for one in offered.objects}
    if {kind: hashlib.sha256(data).digest() for kind, data in made.items()} != named:
        raise Refused("ERR_SNAPSHOT_DIVERGED")
    return state


def malformed(action, *arguments):
    """Runs something that reads objects, and names what breaks a rule."""
    try:
        return action(*arguments)
    except Broken as error:
        raise Refused("ERR_OBJECT_MALFORMED", str(error)) from error
