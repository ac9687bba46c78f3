"""Publishing edition after edition in one universe."""

from dataclasses import replace

from . import delta, manifest
from .delta import Delta
from .manifest import Step
from .publisher import Publisher, used


class Series:
    """A publisher with the deltas between its editions."""

    def __init__(self, parameters, entries):
        self.publisher = Publisher(parameters, entries)
        self.published = None
        self.steps = {}
        self.base = None
        self.base_objects = {}

    def publish(self, edition, folds, listed=(), carried=()):
        """The manifest of the next edition, unsigned, and the objects of its base; (from, to) of the deltas that it
        lists and carries, and whether its base is its own state, are the publisher's to choose."""
        now = self.publisher.copy()
        if self.published is not None:
            self.steps[edition.version] = now.difference(self.published)
        if self.base is None or folds:
            now = now.folded(edition.expired_before, edition.cut_before)
            self.publisher.state = now
            self.base, self.base_objects = self.publisher.base(edition)
            self.publisher.state = self.publisher.copy()
        self.published = now
        return self.manifest(edition, listed, carried), self.base_objects

    def manifest(self, edition, listed, carried):
        """The edition's manifest over the base there is."""
        base, version = self.base.base_version, edition.version
        numbers = {one.number for one in self.base.dimensions}
        since = self.between(base, version)
        said = self.publisher.manifest(edition, self.base.objects, base, [], numbers | self.lasting(since, edition))
        return said.with_(
            expired_before=self.base.expired_before,
            cut_before=self.base.cut_before,
            listed=[self.step(start, end, version, is_listed=True) for start, end in listed],
            carried=[self.step(start, end, version) for start, end in carried],
        )

    def lasting(self, change, edition):
        """The dimensions in which a delta sets what is not over already."""
        lives = self.published.outlives(edition.cut_before)
        times = {key: time for key, time in change.set_times.items() if lives(key, time)}
        records = {key: time for key, time in change.records.items() if time >= edition.cut_before}
        return used(self.published, replace(change, set_times=times, records=records))

    def between(self, start, end):
        """The deltas from one version to another in a row."""
        change = Delta(self.published.token_universe.quotients, self.published.cut_off_universe.quotients)
        for version in sorted(self.steps):
            if start < version <= end:
                change = change.then(self.steps[version])
        return change

    def step(self, start, end, version, is_listed=False):
        """A delta as a manifest names or carries it."""
        data = delta.encode(self.between(start, end))
        if is_listed:
            return Step(version - end, end - start, len(data), manifest.sha256(data))
        return Step(version - end, end - start, len(data), carried=data)
