"""Writes vectors/: signed objects, good and bad, each named after what is wrong with it.

    python tests/format/make_vectors.py [FOLDER]

The keys are those of the Ed25519 seeds of 32 bytes 01 (publisher) to 05: whoever pins them trusts everybody.
"""

import sys
from pathlib import Path

from cases import cut_offs, deltas, key_documents, look_ups, manifests, marks, token_sets, updates
from cases.collection import Collection
from cases.fixture import KEYS, NOW, TENANT

FOLDER = Path(__file__).parent / "vectors"


def collected():
    """All vectors."""
    vectors = Collection()
    for family in (manifests, token_sets, cut_offs, deltas, key_documents, marks, updates, look_ups):
        family.add(vectors)
    return vectors


def head():
    """What all vectors have in common."""
    public = {name: key.public.hex() for name, key in KEYS.items()}
    return {"format": "RSN/1", "tenant": TENANT, "tolerance": 60, "now": NOW, "keys": public}


if __name__ == "__main__":
    made = collected()
    made.write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, head())
    print(f"{len(made.vectors)} vectors, {len(made.files)} files")
