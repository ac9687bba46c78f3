"""The vectors in the making: files and the steps that a verifier is taken through."""

import json


class Collection:
    """Vectors by name, and files by name."""

    def __init__(self):
        self.files = {}
        self.vectors = []

    def file(self, name, data):
        """A file; the same name never means two contents, and the same content has one name."""
        name = self.known(data) or f"{name}.bin"
        if self.files.setdefault(name, data) != data:
            raise ValueError(f"{name} twice")
        return name

    def add(self, name, kind, steps, part="whole", root=False):
        """A vector: its steps are (what to do, bytes, what comes of it), then further members as a dictionary; the step
        `load` offers a manifest, the objects listed after it, and commits."""
        if any(vector["name"] == name for vector in self.vectors):
            raise ValueError(f"{name} twice")
        named = [self.step(name, at, step) for at, step in enumerate(steps)]
        self.vectors.append({"name": name, "kind": kind, "part": part, "root": root, "steps": named})

    def step(self, name, at, step):
        """A step; bytes that are not a file of their own yet become one of this vector's."""
        action, data, expected, *more = step
        made = {"do": action}
        if isinstance(data, bytes):
            made["file"] = self.file(f"{name}.{at}", data)
        elif data is not None:
            made["token"] = data
        if action == "load":
            more = [{"objects": [self.file(f"{name}.{at}.object", data) for data in more[0]]}]
        return made | (more[0] if more else {}) | {"expect": expected}

    def known(self, data):
        """The file that has these bytes."""
        return next((file for file, other in self.files.items() if other == data), None)

    def manifest(self, name, data, expected="ok", part="whole", root=False, **more):
        """A vector of one manifest."""
        self.file(name, data)
        self.add(name, "manifest", [("manifest", data, expected, more)], part, root)

    def index(self, head):
        """The index as text: a line for each vector."""
        lines = ",\n".join(json.dumps(vector) for vector in self.vectors)
        return json.dumps(head)[:-1] + f', "vectors": [\n{lines}\n]}}\n'

    def write(self, folder, head):
        """Files and index."""
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*.bin"):
            old.unlink()
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
        (folder / "index.json").write_text(self.index(head))
