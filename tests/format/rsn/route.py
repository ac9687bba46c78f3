"""The ways from what is held to an edition."""

import heapq
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True)
class Route:
    """From a base or from what is held: deltas, perhaps a fold, and deltas after it."""

    starts_from_base: bool
    before_fold: tuple
    after_fold: tuple
    folds: bool = False

    def steps(self):
        """All deltas in their order."""
        return (*self.before_fold, *self.after_fold)


def cheapest(manifest, held):
    """The way with the fewest bytes to fetch; of equal ones the later."""
    price, best = base_price(manifest, held), from_base(manifest)
    price += fetched(best.steps())
    for other in () if held is None else from_held(manifest, held):
        if fetched(other.steps()) <= price:
            price, best = fetched(other.steps()), other
    return best


def from_base(manifest):
    """The first way, which is always open."""
    return Route(True, (), leading(manifest, manifest.base_version, manifest.version))


def from_held(manifest, held):
    """The other ways, as far as they are open."""
    if (held.manifest.epoch, held.manifest.salt) != (manifest.epoch, manifest.salt):
        return
    straight = leading(manifest, held.version(), manifest.version)
    if held.base == manifest.objects:
        if straight is not None:
            yield Route(False, (), straight)
        return
    before = leading(manifest, held.version(), manifest.base_version)
    if before is not None:
        after = leading(manifest, manifest.base_version, manifest.version)
        yield Route(False, before, after, folds=True)
    elif straight is not None:
        yield Route(False, (), straight)


def base_price(manifest, held):
    """Bytes of the base that are not in memory."""
    known = () if held is None else held.objects
    return sum(one.length for one in manifest.objects if one.sha256 not in known)


def fetched(steps):
    """Bytes of the deltas that are not carried."""
    return sum(step.length for _, _, step in steps if step.carried is None)


def leading(manifest, start, goal):
    """The cheapest deltas from a version to another; None where there are none."""
    turn = count()
    heap, seen = [(0, next(turn), start, ())], set()
    while heap:
        cost, _, version, steps = heapq.heappop(heap)
        if version == goal:
            return steps
        if version in seen:
            continue
        seen.add(version)
        for delta in manifest.deltas():
            first, end, step = delta
            if first <= version < end <= goal:
                price = step.length if step.carried is None else 0
                heapq.heappush(heap, (cost + price, next(turn), end, (*steps, delta)))
    return None
