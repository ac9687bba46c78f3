"""Vectors of updates: what is offered in which order, and what comes of it."""

from rsn import delta
from rsn.delta import Delta
from rsn.manifest import Step
from rsn.publisher import Publisher

from . import fixture
from .deltas import base_steps
from .fixture import ENTRIES, ROOM, START, edition, encoded, parameters, publication

MISMATCH, UNEXPECTED, MISSING = "ERR_OBJECT_MISMATCH", "ERR_OBJECT_UNEXPECTED", "ERR_OBJECT_MISSING"
BACK, EQUIVOCATION = "ERR_MANIFEST_ROLLED_BACK", "ERR_MANIFEST_EQUIVOCATION"


def add(vectors):
    """All of them."""
    objects(vectors)
    editions(vectors)
    folds(vectors)
    clocks(vectors)


def objects(vectors):
    said, made = publication()
    tokens, others = made.values()
    offered = ("manifest", encoded(said), "ok")
    cases = {
        "whole": [offered, ("object", tokens, "ok"), ("object", others, "ok"), ("commit", None, "ok")],
        "objects_in_the_other_order": [offered, ("object", others, "ok"), ("object", tokens, "ok"), ("commit", None, "ok")],
        "object_flipped": [offered, ("object", tokens[:-1] + bytes((tokens[-1] ^ 1,)), MISMATCH)],
        "object_cut": [offered, ("object", tokens[:-1], MISMATCH)],
        "object_longer": [offered, ("object", tokens + b"\0", MISMATCH)],
        "object_empty": [offered, ("object", b"", MISMATCH)],
        "object_is_the_manifest": [offered, ("object", encoded(said), MISMATCH)],
        "object_twice": [offered, ("object", tokens, "ok"), ("object", tokens, "ok")],
        "object_after_the_last": [offered, ("object", tokens, "ok"), ("object", others, "ok"), ("object", tokens[:9], UNEXPECTED)],
        "object_without_a_manifest": [("object", tokens, UNEXPECTED)],
        "object_missing": [offered, ("object", tokens, "ok"), ("commit", None, MISSING)],
        "object_spliced": [offered, ("object", tokens[:30] + others[30:], MISMATCH)],
        "commit_of_nothing": [("commit", None, MISSING)],
        "commit_twice": [offered, ("object", tokens, "ok"), ("object", others, "ok"), ("commit", None, "ok"), ("commit", None, MISSING)],
    }
    idle = ("manifest", encoded(publication([])[0]), "ok")
    cases["object_where_none_is_needed"] = [idle, ("object", tokens, UNEXPECTED), ("commit", None, "ok")]
    cases["object_after_the_commit"] = cases["whole"] + [("object", tokens, UNEXPECTED)]
    for name, steps in cases.items():
        vectors.add(f"update_{name}", "update", steps)


def editions(vectors):
    empty = {version: encoded(publication([], edition(version))[0]) for version in (1, 2, 3)}
    epochs = {epoch: encoded(publication([], edition(1), epoch=epoch)[0]) for epoch in (2, 3)}
    other = encoded(publication([], edition(2, next_update=START + 999))[0])
    taken = {data: [("manifest", data, "ok"), ("commit", None, "ok")] for data in (*empty.values(), *epochs.values())}
    offer = {version: taken[empty[version]] for version in empty}
    cases = {
        "rises": offer[1] + offer[2] + offer[3],
        "skips_a_version": offer[1] + offer[3],
        "falls": offer[2] + [("manifest", empty[1], BACK)],
        "falls_after_an_uncommitted_one": offer[1] + [("manifest", empty[3], "ok"), ("manifest", empty[2], "ok")],
        "is_the_same": offer[2] + [("manifest", empty[2], "ok")],
        "equivocates": offer[2] + [("manifest", other, EQUIVOCATION)],
        "equivocates_in_progress": [("manifest", empty[2], "ok"), ("manifest", other, EQUIVOCATION)],
        "epoch_rises": offer[3] + taken[epochs[2]],
        "epoch_falls": taken[epochs[3]] + [("manifest", epochs[2], BACK)],
        "epoch_falls_with_a_higher_version": taken[epochs[2]] + [("manifest", empty[3], BACK)],
    }
    for name, steps in cases.items():
        vectors.add(f"update_{name}", "update", steps)


def folds(vectors):
    series = fixture.Series()
    base = base_steps(series)
    second = [("manifest", encoded(series.second), "ok"), ("commit", None, "ok")]
    third, made = folded(series)
    taken = [("manifest", encoded(third), "ok"), ("commit", None, "ok")]
    vectors.add("update_folds", "update", base + second + taken)
    vectors.add("update_folds_on_the_way", "update", base + taken)
    fetched = [("object", data, "ok") for data in made.values()]
    vectors.add("update_whole_with_a_fold", "update", [taken[0], *fetched, taken[1]])
    wrong = [one if one.kind != 1 else type(one)(1, one.length, bytes(32)) for one in third.objects]
    diverged = third.with_(objects=wrong)
    refused = [("manifest", encoded(diverged), "ok"), ("commit", None, "ERR_SNAPSHOT_DIVERGED")]
    vectors.add("update_fold_diverges", "update", base + second + refused)
    again = third.with_(version=4, carried=[], base_version=4, entries=third.entries)
    healed = [("manifest", encoded(again), "ok"), *fetched, ("commit", None, "ok")]
    vectors.add("update_after_a_fold_that_diverged", "update", base + second + refused + healed)
    dropping, _ = folded(series, expired_before=START + 640, cut_before=START - 75)
    steps = [("manifest", encoded(dropping), "ok"), ("commit", None, "ok")]
    vectors.add("update_fold_drops_what_is_over", "update", base + second + steps)
    late, _ = folded(series)
    late = late.with_(expired_before=START + 640)
    steps = [("manifest", encoded(late), "ok"), ("commit", None, "ERR_SNAPSHOT_DIVERGED")]
    vectors.add("update_fold_keeps_what_is_over", "update", base + second + steps)


def folded(series, expired_before=0, cut_before=0):
    """A third edition without changes, whose base is the second's state folded, and the base's objects."""
    third = Publisher(parameters(room=ROOM), ENTRIES)
    third.state = series.later.folded(expired_before, cut_before)
    said, made = third.base(edition(3, expired_before=expired_before, cut_before=cut_before), 2)
    own, nothing = series.delta, delta.encode(Delta())
    steps = [Step(0, 1, len(nothing), carried=nothing), Step(1, 1, len(own), carried=own)]
    return said.with_(carried=steps), made


def clocks(vectors):
    late = encoded(publication([], edition(2, issued_at=START + 7_200, next_update=START + 7_300))[0])
    at = {"now": START + 7_200}
    third = publication([], edition(3))[0]
    frozen = [("manifest", late, "ok", at), ("commit", None, "ok"), ("manifest", encoded(third), "ERR_MANIFEST_EXPIRED", {"now": START})]
    vectors.add("update_time_floor_holds", "update", frozen)
