"""The key document, and what a verifier trusts."""

from dataclasses import dataclass, replace

from .cursor import Cursor, number
from .manifest import key_id
from .refusal import Broken, Refused, must
from .signature import holds, has_no_small_order

MAGIC = b"RSNK"
CONTEXT = b"rescind-keys-v1\0"
ROOT, PUBLISHER = 1, 2
MALFORMED = "ERR_MANIFEST_KEYS_MALFORMED"


@dataclass(frozen=True)
class Link:
    """A change of keys."""

    role: int
    number: int
    epoch: int
    root: bytes
    publishers: tuple
    signer: bytes = b""
    signature: bytes = b""

    def body(self):
        """What is signed of the link itself."""
        roots = [self.root] if self.root else []
        out = bytes((self.role, len(roots), len(self.publishers)))
        out += number(self.number, 4) + number(self.epoch, 4)
        return out + b"".join((*roots, *self.publishers)) + self.signer

    def signed(self, key, tenant_tag):
        """The link with its signature."""
        unsigned = replace(self, signer=key_id(key.public))
        return replace(unsigned, signature=key.sign(CONTEXT + tenant_tag + unsigned.body()))

    def is_signed_by(self, public, tenant_tag):
        """Whether this key signed it for this tenant."""
        message = CONTEXT + tenant_tag + self.body()
        return self.signer == key_id(public) and holds(public, message, self.signature)


def encode(links):
    """The document."""
    return MAGIC + bytes((1, len(links))) + b"".join(link.body() + link.signature for link in links)


def decode(data):
    """The links."""
    try:
        return read(Cursor(data))
    except Broken as error:
        raise Refused(MALFORMED, str(error)) from error


def read(cursor):
    """The links, the rules of the document held."""
    must(cursor.take(4) == MAGIC, "magic")
    must(cursor.number(1) == 1, "version")
    count = cursor.number(1)
    must(1 <= count <= 64, "number of links")
    links = [read_link(cursor) for _ in range(count)]
    cursor.end()
    must(all(one.number < other.number for one, other in zip(links, links[1:])), "order of the links")
    return links


def read_link(cursor):
    """One link."""
    role, roots, count = cursor.number(1), cursor.number(1), cursor.number(1)
    must(role in (ROOT, PUBLISHER), "role")
    must(roots <= 1 and 1 <= count <= 8, "number of keys")
    value, epoch = cursor.number(4), cursor.number(4)
    must(value >= 1, "number of a key set")
    root = cursor.take(32) if roots else b""
    publishers = tuple(cursor.take(32) for _ in range(count))
    must(all(one < other for one, other in zip(publishers, publishers[1:])), "order of the keys")
    must(root not in publishers, "root key among the publishers'")
    must(all(map(has_no_small_order, (*publishers, *([root] if root else [])))), "key of small order")
    return Link(role, value, epoch, root, publishers, cursor.take(8), cursor.take(64))


@dataclass(frozen=True)
class Trust:
    """The keys in force."""

    publishers: tuple
    root: bytes = b""
    number: int = 0
    era: int = 0
    epoch: int = 0

    def after(self, links, tenant_tag):
        """What is trusted once these links are walked."""
        trust = self
        for link in links:
            trust = trust.next(link, tenant_tag)
        if links[-1].number > trust.number:
            raise Refused("ERR_MANIFEST_KEYS_UNLINKED")
        return trust

    def next(self, link, tenant_tag):
        """After one link, which is taken or not."""
        if link.role == ROOT and self.takes_root(link, tenant_tag):
            epoch = max(self.epoch, link.epoch)
            return Trust(link.publishers, link.root, link.number, link.number, epoch)
        if link.role == PUBLISHER and self.takes_publisher(link, tenant_tag):
            return replace(self, publishers=link.publishers, number=link.number)
        return self

    def takes_root(self, link, tenant_tag):
        """Whether a root's link counts."""
        return bool(self.root) and link.number > self.era and link.is_signed_by(self.root, tenant_tag)

    def takes_publisher(self, link, tenant_tag):
        """Whether a publisher's link counts."""
        is_next = link.number == self.number + 1 or (self.number == 0 and not self.root)
        keeps_root = not self.root or link.root == self.root
        signed = any(link.is_signed_by(key, tenant_tag) for key in self.publishers)
        return is_next and keeps_root and signed
