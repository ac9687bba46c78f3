"""Dimensions: their numbers, their records in the manifest, and a token's values in them."""

from dataclasses import dataclass
from itertools import product

from .cursor import number
from .refusal import must

TOKEN, ISSUER, KEY, SUBJECT, SESSION, CLIENT, ORGANIZATION, SUBJECT_CLIENT = range(8)
FIRST_DECLARED, FIRST_GENERATION, LAST = 8, 20, 31
NAMES = ("token", "issuer", "key", "subject", "session", "client", "organization", "subject_client")
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")
MOST_VALUES = 256
MEMBERS = {ISSUER: (0,), KEY: (0,), SUBJECT: (1,), SESSION: (1,), CLIENT: (1,), ORGANIZATION: (1,), SUBJECT_CLIENT: (2,)}


class TooManyValues(Exception):
    """A token has more values in a dimension than are looked up."""


@dataclass(frozen=True)
class Dimension:
    """A number and the claims whose values are looked up."""

    number: int
    members: tuple = ()
    name: str = ""
    generation_claim: str = ""

    def told(self):
        """The name in an answer."""
        return self.name or NAMES[self.number]

    def values(self, claims):
        """What a token is looked up by."""
        members = [first_values(claims, alternatives) for alternatives in self.members]
        total = 1
        for values in members:
            total *= len(values)
        if total > MOST_VALUES:
            raise TooManyValues
        return [identity(values) for values in product(*members)]

    def is_of_subject(self):
        """Whether an entry of it says by itself which subject it is about."""
        return ("sub",) in self.members

    def subject(self, values):
        """The subject among the values of an entry."""
        return values[self.members.index(("sub",))]


def first_values(claims, alternatives):
    """The values of the first claim that has one."""
    for name in alternatives:
        found = claim_values(claims.get(name))
        if found:
            return found
    return []


def claim_values(claim):
    """A string, or the strings of an array of nothing else."""
    if isinstance(claim, str):
        return [claim]
    is_list = isinstance(claim, list) and all(isinstance(value, str) for value in claim)
    return claim if is_list else []


def identity(values):
    """What is hashed: the value itself, or every member's with its length before it."""
    if len(values) == 1:
        return values[0].encode()
    encoded = [value.encode() for value in values]
    return b"".join(number(len(value), 4) + value for value in encoded)


def built_in(organization_claim):
    """The dimensions that every publisher has, by number."""
    members = {
        ISSUER: (),
        KEY: (),
        SUBJECT: (("sub",),),
        SESSION: (("sid",),),
        CLIENT: (("client_id", "azp"),),
        ORGANIZATION: ((organization_claim,),),
        SUBJECT_CLIENT: (("sub",), ("client_id", "azp")),
    }
    return {number: Dimension(number, names) for number, names in members.items()}


def encode(dimension):
    """A record."""
    out = bytes((dimension.number, len(dimension.members)))
    for alternatives in dimension.members:
        out += bytes((len(alternatives),)) + b"".join(map(short, alternatives))
    if dimension.number >= FIRST_DECLARED:
        out += short(dimension.name)
    if dimension.number >= FIRST_GENERATION:
        out += short(dimension.generation_claim)
    return out


def short(text):
    """A string after its length in one byte."""
    data = text.encode()
    return bytes((len(data),)) + data


def decode(cursor):
    """A record."""
    kind, count = cursor.number(1), cursor.number(1)
    must(ISSUER <= kind <= LAST, "number of a dimension")
    must(count in MEMBERS.get(kind, range(1, 5)), "number of members")
    members = tuple(alternatives(cursor) for _ in range(count))
    name = declared_name(cursor) if kind >= FIRST_DECLARED else ""
    generation = claim_name(cursor) if kind >= FIRST_GENERATION else ""
    return Dimension(kind, members, name, generation)


def alternatives(cursor):
    """The claims of a member."""
    count = cursor.number(1)
    must(1 <= count <= 4, "number of alternatives")
    names = tuple(claim_name(cursor) for _ in range(count))
    must(len(set(names)) == count, "claim named twice")
    return names


def claim_name(cursor):
    """The name of a claim."""
    name = cursor.text(1)
    must(name, "claim without a name")
    return name


def declared_name(cursor):
    """The name of a declared dimension."""
    name = cursor.text(1)
    must(1 <= len(name) <= 32 and NAME_CHARACTERS.issuperset(name), "name of a dimension")
    must(name not in NAMES, "name of a built-in dimension")
    return name
