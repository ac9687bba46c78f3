"""The example at the end of docs/format.md, written and read."""

import re
import unittest
from pathlib import Path

from rsn import cut_offs, dimension, manifest, token_set
from rsn.dimension import Dimension
from rsn.entry import CutOffEntry, TokenEntry
from rsn.publisher import Edition, Parameters, Publisher, Room
from rsn.signature import SigningKey
from rsn.subscription import Subscription

ISSUER, OTHER = "https://auth.example.com", "https://login.example.org"
START = 1_800_000_000
DOCUMENT = Path(__file__).parents[2] / "docs" / "format.md"
KEY = SigningKey(bytes([1]) * 32)
FIRST = [
    TokenEntry(ISSUER, "a", START + 900),
    TokenEntry(ISSUER, "b", START + 100),
    TokenEntry(OTHER, "a"),
    CutOffEntry(dimension.SUBJECT, ISSUER, ("alice",), 1_799_999_000),
    CutOffEntry(dimension.ORGANIZATION, ISSUER, ("acme",), START + 1),
    CutOffEntry(dimension.KEY, ISSUER, ("2026-01",), 1_799_990_000),
]


def examples():
    """The bytes of every code block under the heading Example."""
    text = DOCUMENT.read_text().split("\n## Example\n")[1]
    return [bytes.fromhex(block) for block in re.findall(r"```\n([0-9a-f\s]+?)```", text)]


def publisher(room=Room()):
    return Publisher(Parameters("main", [ISSUER, OTHER], b"0123456789abcdef", "org_id", room=room), FIRST)


def edition(version):
    return Edition(version, START, START + 300, 3_600)


class Example(unittest.TestCase):
    def test_set_of_the_example_has_its_bytes(self):
        said, made = publisher().base(edition(1))
        expected = examples()
        self.assertEqual(made[token_set.KIND].hex(), expected[0].hex())
        self.assertEqual(made[cut_offs.KIND].hex(), expected[1].hex())
        self.assertEqual(manifest.encode(said, KEY).hex(), expected[2].hex())

    def test_series_of_the_example_has_its_bytes(self):
        one = publisher(Room(0, 4, START, START + 900))
        first, made = one.base(edition(1))
        self.assertEqual(manifest.encode(first, KEY).hex(), examples()[3].hex())
        before = one.copy()
        one.insert(TokenEntry(ISSUER, "c", START + 500))
        one.insert(CutOffEntry(dimension.SUBJECT, ISSUER, ("alice",), START + 2))
        one.remove(FIRST[5])
        second = one.after(edition(2), first, before)
        self.assertEqual(manifest.encode(second, KEY).hex(), examples()[4].hex())
        self.assertEqual([data.hex() for data in one.state.objects().values()], [data.hex() for data in examples()[5:7]])

    def test_cut_offs_of_four_dimensions_have_their_bytes(self):
        declared = [Dimension(8, (("sub",), ("device_id", "did")), "device"), Dimension(20, (("sub",),), "account", "gen")]
        entries = [
            CutOffEntry(dimension.SUBJECT, ISSUER, ("alice",), 1_799_999_000),
            CutOffEntry(dimension.SUBJECT_CLIENT, ISSUER, ("alice", "app"), START + 1),
            CutOffEntry(8, ISSUER, ("alice", "phone-1"), START + 2),
            CutOffEntry(20, ISSUER, ("alice",), 7),
        ]
        parameters = Parameters("main", [ISSUER], b"0123456789abcdef", "org_id", declared=declared)
        said, made = Publisher(parameters, entries).base(edition(1))
        self.assertEqual(made[cut_offs.KIND].hex(), examples()[7].hex())
        self.assertEqual(b"".join(map(dimension.encode, said.dimensions)).hex(), examples()[8].hex())

    def test_series_of_the_example_is_taken(self):
        tokens, others, whole, first, second, *_ = examples()
        verifier = Subscription("main", [KEY.public])
        self.assertEqual(len(verifier.offer_manifest(whole, START)), 2)
        verifier.offer_object(others)
        verifier.offer_object(tokens)
        self.assertEqual(verifier.commit(), (1, 1))


if __name__ == "__main__":
    unittest.main()
