"""Random publications, written here and by the Rust program: the same bytes, and the same answers from them.

    python tests/format/compare.py PROGRAM [--sets N] [--seed S]

PROGRAM is the example `snapshot_bytes`: a description a line in, a publication a line out.
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

from cases.fixture import PUBLISHER
from cases.random_sets import RandomSet
from rsn import manifest, part
from rsn.dimension import Dimension
from rsn.entry import CutOffEntry, TokenEntry
from rsn.part import Part
from rsn.publisher import Edition, Full, Parameters, Room
from rsn.series import Series
from rsn.snapshot import Token, answer
from rsn.subscription import Subscription

KINDS = {"whole": part.WHOLE, "common": part.COMMON, "shard": part.SHARD}
BATCH = 500


class Differs(Exception):
    """What is not the same in both."""


def parameters(given):
    """What stays the same over the editions."""
    declared = [
        Dimension(one["number"], tuple(map(tuple, one["members"])), one["name"], one["generation_claim"])
        for one in given["declared"]
    ]
    room = given["room"]
    return Parameters(
        given["tenant"], given["issuers"], bytes.fromhex(given["salt"]), given["organization_claim"], given["epoch"],
        declared, Part(KINDS[given["part"]["kind"]], given["part"]["shard_bits"], given["part"]["shard"]),
        Room(room["percent"], room["least"], room["from"], room["until"]) if room else Room(),
    )  # fmt: skip


def entry(given):
    """An entry."""
    if given["type"] == "token":
        return TokenEntry(given["issuer"], given["jti"], given["exp"])
    return CutOffEntry(given["dimension"], given["issuer"], tuple(given["values"]), given["not_before"])


def edition(given):
    """A publication's own numbers."""
    names = ("version", "issued_at", "next_update", "max_stale", "expired_before", "cut_before", "least_wait")
    return Edition(**{name: given[name] for name in names})


def token(given):
    """A token."""
    known = ("iss", "exp", "iat", "kid", "jti")
    claims = {name: value for name, value in given.items() if name not in known}
    return Token(given["iss"], given["exp"], given.get("iat"), given.get("kid"), given.get("jti"), claims)


def same(name, one, other):
    """Raises where two differ."""
    if one != other:
        raise Differs(f"{name}:\n  here {one}\n  Rust {other}")


def compare(given, made):
    """Makes what was described, compares it with what Rust made, and takes Rust's editions one after the other."""
    series = Series(parameters(given), list(map(entry, given["entries"])))
    verifier = Subscription(given["tenant"], [PUBLISHER.public], part=series.publisher.parameters.part.name())
    for told, theirs in zip(given["editions"], made["editions"]):
        if not inserted(series, told):
            same("room", "full", theirs)
            return
        compare_edition(series, told, theirs)
        if given["part"]["kind"] == "whole":
            take(verifier, theirs, told["issued_at"])
    same("number of editions", len(given["editions"]), len(made["editions"]))
    for asked, theirs in zip(given["tokens"], made["answers"]):
        same(f"answer on {asked}", answer([verifier.snapshot], token(asked), given["editions"][-1]["issued_at"]), theirs)


def inserted(series, told):
    """Changes the set as an edition wants it; whether there was room."""
    try:
        for one in told["remove"]:
            series.publisher.remove(entry(one))
        for one in told["insert"]:
            series.publisher.insert(entry(one))
    except Full:
        return False
    return True


def compare_edition(series, told, theirs):
    """One edition; which deltas it names, and whether it folds, is told by Rust's."""
    data = bytes.fromhex(theirs["manifest"])
    read = manifest.decode(data, [PUBLISHER.public])
    ends = [[(read.version - one.behind - one.span, read.version - one.behind) for one in steps] for steps in (read.listed, read.carried)]
    said, objects = series.publish(edition(told), read.base_version == read.version, *ends)
    for kind, bytes_here in objects.items():
        name = manifest.sha256(bytes_here).hex()
        if name in theirs["objects"]:
            same(f"object {kind}", bytes_here.hex(), theirs["objects"][name])
    same("manifest", manifest.encode(said, PUBLISHER).hex(), theirs["manifest"])


def take(verifier, theirs, now):
    """The reader takes an edition."""
    for sha256 in verifier.offer_manifest(bytes.fromhex(theirs["manifest"]), now) or ():
        verifier.offer_object(bytes.fromhex(theirs["objects"][sha256.hex()]))
    verifier.commit()


def batch(program, first, count):
    """Compares sets `first` and following; the first difference, or None."""
    described = [RandomSet(first + at).described() for at in range(count)]
    lines = "".join(json.dumps(one) + "\n" for one in described)
    ended = subprocess.run([program], input=lines, capture_output=True, text=True, check=False)
    answers = ended.stdout.splitlines()
    if ended.returncode != 0 or len(answers) != count:
        return f"set {first + len(answers)}: {ended.stderr}"
    for at, (given, line) in enumerate(zip(described, answers)):
        try:
            compare(given, json.loads(line))
        except Exception as error:  # whatever goes wrong, which set it was has to be told
            return f"set {first + at}: {type(error).__name__} {error}"
    return None


def main():
    """Compares; exits with 1 at the first difference."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--sets", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    starts = range(given.seed, given.seed + given.sets, BATCH)
    counts = [min(BATCH, given.seed + given.sets - start) for start in starts]
    with ProcessPoolExecutor() as pool:
        found = [one for one in pool.map(batch, [given.program] * len(starts), starts, counts) if one]
    print("\n".join(found) or f"report: {given.sets} sets: the same bytes and answers in Python and in Rust")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
