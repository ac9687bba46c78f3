"""What a verifier looks tokens up in."""

from dataclasses import dataclass, field

from . import dimension
from .dimension import TooManyValues
from .fragment import fragment, issuer_tag


@dataclass
class Token:
    """What of a token is looked up."""

    issuer: str
    expires_at: int
    issued_at: int = None
    key_id: str = None
    token_id: str = None
    claims: dict = field(default_factory=dict)


@dataclass
class Snapshot:
    """The state of an edition, the base it is on by name and as a state, and that base's objects by SHA-256."""

    manifest: object
    state: object
    objects: dict
    base: list
    base_state: object

    def version(self):
        """The version whose state it is."""
        return self.manifest.version

    def freshness(self, now):
        """How old it is."""
        manifest = self.manifest
        if now < manifest.next_update:
            return "fresh"
        return "stale" if now < manifest.issued_at + manifest.max_stale else "expired"

    def covers(self, issuer):
        """Whether it speaks for an issuer."""
        return issuer_tag(issuer) in self.manifest.issuers

    def has_token(self, token):
        """Whether the token is revoked itself."""
        universe = self.state.token_universe
        if token.token_id is None:
            return False
        print_ = fragment(self.manifest.salt, token.issuer, dimension.TOKEN, token.token_id.encode())
        buckets = {0, universe.bucket_for(token.expires_at)} - {None}
        return any(universe.position(bucket, print_) in self.state.tokens for bucket in buckets)

    def rejections(self, token):
        """(dimension, T) of every cut-off that rejects the token, and whether every dimension was looked up."""
        found, looked_up = [], True
        for one in self.manifest.dimensions:
            try:
                found += [(one, time) for time in self.times(token, one) if rejects(token, one, time)]
            except TooManyValues:
                looked_up = False
        return found, looked_up

    def times(self, token, one):
        """T of every cut-off of a dimension that the token falls under."""
        if one.number == dimension.ISSUER:
            keys = [(one.number, issuer_tag(token.issuer), b"")]
        elif one.number == dimension.KEY:
            keys = [(one.number, issuer_tag(token.issuer), token.key_id.encode())] if token.key_id is not None else []
        else:
            return self.hashed_times(token, one)
        return [self.state.literals[key] for key in keys if key in self.state.literals]

    def hashed_times(self, token, one):
        """The same where values are hashed."""
        prints = [fragment(self.manifest.salt, token.issuer, one.number, value) for value in one.values(token.claims)]
        places = [self.state.cut_off_universe.place(one.number, each) for each in prints]
        return [self.state.cut_offs[place] for place in places if place in self.state.cut_offs]


def rejects(token, one, threshold):
    """Whether a token falls to a cut-off it is under."""
    if one.number >= dimension.FIRST_GENERATION:
        generation = token.claims.get(one.generation_claim)
        return not is_generation(generation) or generation < threshold
    return token.issued_at is None or token.issued_at // 1 < threshold


def is_generation(claim):
    """Whether a claim holds an integer from 0 on, however it is written."""
    is_number = isinstance(claim, (int, float)) and not isinstance(claim, bool)
    return is_number and claim >= 0 and claim % 1 == 0


def rank(found):
    """Which rejection is told: the largest T, of equal ones the smallest number, and generations after every T."""
    one, threshold = found
    if one.number >= dimension.FIRST_GENERATION:
        return 0, -one.number, threshold
    return 1, threshold, -one.number


def answer(snapshots, token, now):
    """What all parts in which a token is looked up say together."""
    if not all(snapshot.covers(token.issuer) for snapshot in snapshots):
        return {"not_covered": "issuer_not_enrolled"}
    if any(snapshot.has_token(token) for snapshot in snapshots):
        return {"revoked": "token"}
    each = [snapshot.rejections(token) for snapshot in snapshots]
    found = [rejection for rejections, _ in each for rejection in rejections]
    if found:
        one, threshold = max(found, key=rank)
        told = "generation" if one.number >= dimension.FIRST_GENERATION else "since"
        return {"revoked": one.told(), told: threshold}
    if not all(looked_up for _, looked_up in each):
        return {"not_covered": "too_many_values"}
    if any(snapshot.freshness(now) == "expired" for snapshot in snapshots):
        return {"not_covered": "expired"}
    return {}
