"""Random publications, described so that any implementation can make them."""

import random
from collections import Counter

from rsn import dimension
from rsn.dimension import Dimension
from rsn.fragment import shard_of

START = 1_800_000_000
ISSUERS = ["https://auth.example.com", "https://login.example.org", "urn:x"]
DECLARED = [
    Dimension(8, (("acr",),), "assurance"),
    Dimension(11, (("sub",), ("tenant", "tid")), "subject_tenant"),
    Dimension(19, (("a",), ("b",), ("c",), ("d",)), "four"),
    Dimension(20, (("sub",),), "subject_version", "ver"),
    Dimension(31, (("org_id",),), "org_version", "org.ver"),
]
EDGES = [0, 1, 63, 64, 2**40 - 1, 2**40, 2**53 - 1]


class RandomSet:
    """A description of one publication or of several editions."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        choice = self.random.random
        self.declared = [one for one in DECLARED if choice() < 0.3]
        self.known = dimension.built_in("org_id") | {one.number: one for one in self.declared}
        self.issuers = self.random.sample(ISSUERS, self.random.randint(1, 3))
        self.spread = self.random.choice([1, 60, 900, 86_400, 10**7])
        self.salt, self.part = self.random.randbytes(16), self.any_part()
        self.pool = [self.entry() for _ in range(self.random.choice([0, 1, 3, 10, 25, 100]))]

    def described(self):
        """Everything, as JSON takes it."""
        room = self.room() if self.random.random() < 0.5 else None
        return {
            "tenant": self.random.choice(["main", "t-1"]),
            "issuers": self.issuers,
            "salt": self.salt.hex(),
            "organization_claim": "org_id",
            "epoch": self.random.choice([0, 1, 2**32 - 1]),
            "declared": [described(one) for one in self.declared],
            "part": self.part,
            "room": room,
            "entries": self.pool,
            "editions": self.editions() if room else [self.edition(1)],
            "tokens": [self.token() for _ in range(6)],
        }

    def room(self):
        """Room for what the editions add."""
        start = START + self.random.randint(-1_000, 1_000)
        end = start + self.random.choice([0, 3_600, 86_400])
        return {"percent": self.random.choice([0, 25, 100]), "least": self.random.choice([0, 1, 4, 40]), "from": start, "until": end}

    def any_part(self):
        """The whole, mostly, or one of all other parts."""
        if self.random.random() < 0.7:
            return {"kind": "whole", "shard_bits": self.random.choice([0, 0, 3, 12]), "shard": 0}
        bits = self.random.choice([0, 1, 2, 5])
        kinds = ["common"] + ["shard"] * (bits > 0)
        kind = self.random.choice(kinds)
        return {"kind": kind, "shard_bits": bits, "shard": self.random.randrange(1 << bits) if kind == "shard" else 0}

    def editions(self):
        """The first, and up to three more."""
        numbers, given = [self.edition(1)], Counter(map(identity, self.pool))
        for _ in range(self.random.randint(0, 3)):
            made = self.edition(numbers[-1]["version"] + 1)
            made["insert"] = [self.entry() for _ in range(self.random.randint(0, 3))]
            given.update(map(identity, made["insert"]))
            once = [one for one in self.pool if given[identity(one)] == 1]
            made["remove"] = self.random.sample(once, min(len(once), self.random.randint(0, 2)))
            made["folds"] = self.random.random() < 0.3
            self.ends(made, numbers[-1])
            numbers.append(made)
        return numbers

    def ends(self, made, before):
        """Which entries a base from now on leaves out: never less than before."""
        for name, times in (("expired_before", [0, START, START + self.spread // 2]), ("cut_before", [0, 6, START, START + 5])):
            made[name] = max(before[name], self.random.choice(times))

    def edition(self, version):
        """A publication's own numbers."""
        issued_at = START + 10 * version
        stale = self.random.choice([300, 3_600, 2_678_400])
        wait = self.random.choice([0, 10, 3_600])
        return {
            "version": version, "issued_at": issued_at, "next_update": issued_at + self.random.randint(1, stale),
            "max_stale": stale, "expired_before": 0, "cut_before": 0, "least_wait": wait,
            "insert": [], "remove": [], "folds": False,
        }  # fmt: skip

    def entry(self):
        """An entry that lives in the part: of a shard, one of its subjects."""
        while True:
            made = self.any_entry()
            if self.part["kind"] != "shard":
                return made
            subject = self.subject_of(made)
            bits = self.part["shard_bits"]
            if subject is not None and shard_of(self.salt, made["issuer"], subject, bits) == self.part["shard"]:
                return made

    def subject_of(self, entry):
        """The subject that an entry is about, where it is known."""
        if entry["type"] == "token" or entry["dimension"] == dimension.SESSION:
            return entry["subject"]
        one = self.known[entry["dimension"]]
        return one.subject(entry["values"]) if one.is_of_subject() else None

    def any_entry(self):
        """Any entry."""
        issuer = self.random.choice(self.issuers)
        subject = f"s{self.random.randrange(100_000)}" if self.random.random() < 0.7 else None
        if self.random.random() < 0.5:
            return {"type": "token", "issuer": issuer, "jti": self.value(), "exp": self.expiry(), "subject": subject}
        number = self.random.choice(sorted(self.known))
        count = max(1, len(self.known[number].members))
        values = [issuer] if number == dimension.ISSUER else [self.value() for _ in range(count)]
        made = {"type": "cut_off", "dimension": number, "issuer": issuer, "values": values, "not_before": self.time()}
        return made | ({"subject": subject} if number == dimension.SESSION else {})

    def expiry(self):
        """Known, unknown, or at an edge."""
        kind = self.random.random()
        if kind < 0.1:
            return None
        return self.random.choice(EDGES) if kind < 0.12 else START + self.random.randint(0, self.spread)

    def time(self):
        """A T, small where it may be a generation."""
        return self.random.choice([START + self.random.randint(-9, 9), self.random.randint(0, 9), START, 2**40 - 1])

    def value(self):
        """Few values, so that they meet; some that are no plain text."""
        return self.random.choice(["", "é\u0000", "value\n"]) if self.random.random() < 0.05 else f"v{self.random.randrange(40)}"

    def token(self):
        """A token that an entry may be about."""
        claims = {name: self.claim() for name in ("sub", "sid", "client_id", "azp", "org_id", "acr", "tid", "tenant", "a", "b", "c", "d")}
        claims = {name: claim for name, claim in claims.items() if self.random.random() < 0.7}
        claims |= {"ver": self.random.choice([0, 5, "7", START, -1])} if self.random.random() < 0.7 else {}
        told = {"iss": self.random.choice(ISSUERS), "exp": START + self.random.randint(0, self.spread)}
        told |= {"jti": self.value(), "kid": self.value(), "iat": self.random.choice([START, START + 1, 5])}
        about = self.random.choice(self.pool) if self.pool else None
        return claims | {name: one for name, one in (told | self.like(about)).items() if self.random.random() < 0.9 or name in ("iss", "exp")}

    def like(self, about):
        """What makes a token the one that an entry is about."""
        if about is None:
            return {}
        if about["type"] == "token":
            known = {} if about["exp"] is None else {"exp": about["exp"]}
            return {"iss": about["issuer"], "jti": about["jti"]} | known
        made = {"iss": about["issuer"]} | ({"kid": about["values"][0]} if about["dimension"] == dimension.KEY else {})
        members = self.known[about["dimension"]].members
        return made | {names[0]: value for names, value in zip(members, about["values"])}

    def claim(self):
        """A string, an array, or what is no value."""
        kind = self.random.random()
        if kind < 0.7:
            return self.value()
        return [self.value(), 7, self.value()] if kind < 0.9 else self.random.choice([7, None, {}, []])


def identity(entry):
    """What an entry is about: one given twice is not taken back, and tokens of several `exp` may share a bucket."""
    return entry["type"], entry.get("dimension"), entry["issuer"], entry.get("jti"), tuple(entry.get("values", ()))


def described(one):
    """A declared dimension."""
    return {"number": one.number, "name": one.name, "members": one.members, "generation_claim": one.generation_claim}
