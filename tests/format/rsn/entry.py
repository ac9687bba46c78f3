"""Entries: what a publisher says is revoked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TokenEntry:
    """One token."""

    issuer: str
    token_id: str
    expires_at: int = None
    subject: str = None


@dataclass(frozen=True)
class CutOffEntry:
    """Every token of a value, issued before T or of a generation below it."""

    dimension: int
    issuer: str
    values: tuple
    threshold: int
    subject: str = None
