"""The reader in Python against the vectors."""

import json
import tempfile
import unittest
from pathlib import Path

import make_vectors
from rsn.refusal import Refused
from rsn.snapshot import Token, answer
from rsn.subscription import Subscription

FOLDER = Path(__file__).parent / "vectors"


def verifier(index, vector):
    """A verifier of a vector's part, with the root key pinned where the vector wants it."""
    key = {name: bytes.fromhex(public) for name, public in index["keys"].items()}
    root = key["root"] if vector["root"] else b""
    return Subscription(index["tenant"], [key["publisher"]], root, index["tolerance"], vector["part"])


def outcome(held, step, now, folder):
    """What comes of a step."""
    data = (folder / step["file"]).read_bytes() if "file" in step else b""
    try:
        match step["do"]:
            case "manifest":
                held.offer_manifest(data, step.get("now", now))
            case "load":
                held.offer_manifest(data, now)
                for name in step["objects"]:
                    held.offer_object((folder / name).read_bytes())
                held.commit()
            case "object":
                held.offer_object(data)
            case "commit":
                held.commit()
            case "keys":
                held.offer_keys(data)
            case "high_water":
                return "ok" if held.restore(data) else "refused"
            case "look_up":
                return answer([held.snapshot], token(step["token"]), step.get("now", now))
    except Refused as error:
        return error.code
    return "ok"


def token(given):
    """A token of a vector."""
    claims = {name: value for name, value in given.items() if name not in ("iss", "exp", "iat", "kid", "jti")}
    return Token(given["iss"], given["exp"], given.get("iat"), given.get("kid"), given.get("jti"), claims)


class Vectors(unittest.TestCase):
    def test_every_step_of_every_vector_ends_as_expected(self):
        index = json.loads((FOLDER / "index.json").read_text())
        self.assertGreaterEqual(len(index["vectors"]), 200)
        for vector in index["vectors"]:
            held = verifier(index, vector)
            for at, step in enumerate(vector["steps"]):
                with self.subTest(vector["name"], step=at):
                    self.assertEqual(outcome(held, step, index["now"], FOLDER), step["expect"])

    def test_committed_vectors_are_what_the_generator_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "vectors"
            make_vectors.collected().write(made, make_vectors.head())
            names = sorted(path.name for path in made.iterdir())
            self.assertEqual(names, sorted(path.name for path in FOLDER.iterdir()))
            self.assertEqual([n for n in names if (made / n).read_bytes() != (FOLDER / n).read_bytes()], [])


if __name__ == "__main__":
    unittest.main()
