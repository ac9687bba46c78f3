"""Why bytes are refused."""


class Refused(Exception):
    """A refusal with its code (docs/errors.md) and a few words for whoever looks into it."""

    def __init__(self, code, reason=""):
        super().__init__(f"{code}: {reason}" if reason else code)
        self.code = code
        self.reason = reason


class Broken(Exception):
    """A rule of a structure is broken; which code that is, is known to who reads it."""


def must(holds, reason):
    """Raises unless a rule holds."""
    if not holds:
        raise Broken(reason)
