"""The state of a version: what its base and the deltas since say together."""

from dataclasses import dataclass, field

from . import cut_offs, token_set
from .delta import Delta
from .refusal import must

FIRST_GENERATION = 20


@dataclass
class State:
    """Entries in their universe."""

    token_universe: object = token_set.NOWHERE
    cut_off_universe: object = cut_offs.NOWHERE
    tokens: set = field(default_factory=set)
    cut_offs: dict = field(default_factory=dict)
    literals: dict = field(default_factory=dict)

    @classmethod
    def of(cls, objects):
        """From the objects of a base, by kind."""
        state = cls()
        if token_set.KIND in objects:
            state.token_universe, positions = token_set.decode(objects[token_set.KIND])
            state.tokens = set(positions)
        if cut_offs.KIND in objects:
            universe, entries, literals = cut_offs.decode(objects[cut_offs.KIND])
            state.cut_off_universe, state.cut_offs, state.literals = universe, entries, literals
        return state

    def objects(self):
        """The objects of a base, by kind."""
        tokens = token_set.encode(self.token_universe, sorted(self.tokens))
        others = cut_offs.encode(self.cut_off_universe, self.cut_offs, self.literals)
        both = ((token_set.KIND, tokens), (cut_offs.KIND, others))
        return {kind: data for kind, data in both if data is not None}

    def entries(self):
        """How many there are."""
        return len(self.tokens) + len(self.cut_offs) + len(self.literals)

    def apply(self, delta):
        """The state after a delta."""
        own = self.token_universe.quotients, self.cut_off_universe.quotients
        theirs = delta.token_quotients, delta.cut_off_quotients
        must(all(their in (0, one) for one, their in zip(own, theirs)), "delta of another universe")
        unset, gone = delta.unset, delta.removed_records
        return State(
            self.token_universe,
            self.cut_off_universe,
            self.tokens - delta.removed | delta.added,
            {key: time for key, time in self.cut_offs.items() if key not in unset} | delta.set_times,
            {key: time for key, time in self.literals.items() if key not in gone} | delta.records,
        )

    def folded(self, expired_before, cut_before):
        """What the base made of it here keeps."""
        universe = self.token_universe
        lives = self.outlives(cut_before)
        return State(
            universe,
            self.cut_off_universe,
            {one for one in self.tokens if not universe.ends_by(universe.bucket_of(one), expired_before)},
            {key: time for key, time in self.cut_offs.items() if lives(key, time)},
            {key: time for key, time in self.literals.items() if time >= cut_before},
        )

    def outlives(self, cut_before):
        """Whether a hashed cut-off is kept: generations always are."""
        dimension = self.cut_off_universe.dimension_of
        return lambda key, time: time >= cut_before or dimension(key) >= FIRST_GENERATION

    def dimensions(self):
        """The numbers of the dimensions that have entries."""
        hashed = {self.cut_off_universe.dimension_of(position) for position in self.cut_offs}
        return hashed | {kind for kind, _, _ in self.literals}

    def difference(self, earlier):
        """The delta from an earlier state of the same universe to this one."""
        changed = {key: time for key, time in self.cut_offs.items() if earlier.cut_offs.get(key) != time}
        records = {key: time for key, time in self.literals.items() if earlier.literals.get(key) != time}
        return Delta(
            self.token_universe.quotients,
            self.cut_off_universe.quotients,
            self.tokens - earlier.tokens,
            earlier.tokens - self.tokens,
            changed,
            earlier.cut_offs.keys() - self.cut_offs.keys(),
            records,
            earlier.literals.keys() - self.literals.keys(),
        )
