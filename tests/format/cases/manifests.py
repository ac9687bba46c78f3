"""Vectors of manifests."""

import hashlib

from rsn import manifest
from rsn.cursor import number
from rsn.dimension import Dimension
from rsn.manifest import Named, Step
from rsn.part import COMMON, SHARD, WHOLE, Part
from rsn.signature import L

from . import fixture
from .fixture import MALFORMED, ROOT, SECOND, START, body, encoded, part_of, publication, signed


def add(vectors):
    """All of them."""
    genuine(vectors)
    form(vectors)
    signatures(vectors)
    numbers(vectors)
    parts(vectors)
    issuers(vectors)
    dimensions(vectors)
    objects(vectors)
    deltas(vectors)
    ends(vectors)


def genuine(vectors):
    said, _ = fixture.whole()
    vectors.manifest("manifest_genuine", encoded(said))
    vectors.manifest("manifest_of_an_empty_set", encoded(publication([])[0]))
    vectors.manifest("manifest_least_wait_at_limit", encoded(said.with_(least_wait=3_600)))
    vectors.manifest("manifest_max_stale_at_limit", encoded(said.with_(max_stale=2_678_400)))
    vectors.manifest("manifest_next_update_at_max_stale", encoded(said.with_(next_update=START + 3_600)))
    vectors.manifest("manifest_version_at_limit", encoded(said.with_(version=2**53 - 1, base_version=2**53 - 1)))
    vectors.manifest("manifest_version_zero_of_publication", encoded(said.with_(version=0, base_version=0)))
    vectors.manifest("manifest_entries_at_limit", encoded(said.with_(entries=2**53 - 1)))
    vectors.manifest("manifest_epoch_at_limit", encoded(said.with_(epoch=2**32 - 1)))
    vectors.manifest("manifest_issued_at_tolerance", encoded(said), now=START - 60)
    vectors.manifest("manifest_issued_beyond_tolerance", encoded(said), "ERR_MANIFEST_FROM_FUTURE", now=START - 61)
    vectors.manifest("manifest_last_second_of_max_stale", encoded(said), now=START + 3_599)
    vectors.manifest("manifest_expired", encoded(said), "ERR_MANIFEST_EXPIRED", now=START + 3_600)
    vectors.manifest("manifest_of_another_tenant", encoded(publication(tenant="other")[0]), "ERR_MANIFEST_TENANT")
    declared = [Dimension(8, (("a", "b", "c", "d"),) * 4, "n" * 32), Dimension(31, (("e",),), "gen", "f" * 255)]
    vectors.manifest("manifest_dimensions_at_limits", encoded(said.with_(dimensions=declared)))


def form(vectors):
    said, _ = fixture.whole()
    data, unsigned = encoded(said), body(said)
    vectors.manifest("manifest_empty", b"", MALFORMED)
    vectors.manifest("manifest_of_magic_alone", b"RSNM", MALFORMED)
    vectors.manifest("manifest_magic_of_an_object", b"RSNO" + data[4:], MALFORMED)
    vectors.manifest("manifest_magic_in_lower_case", signed(b"rsnm" + unsigned[4:]), MALFORMED)
    vectors.manifest("manifest_shorter_than_fixed_part", data[:119], MALFORMED)
    vectors.manifest("manifest_of_html", b"<!doctype html><title>502</title>" * 8, MALFORMED)
    vectors.manifest("manifest_too_long", signed(unsigned + bytes(65_537 - len(unsigned) - 64)), MALFORMED)
    vectors.manifest("manifest_filled_to_the_limit", signed(unsigned + bytes(65_536 - len(unsigned) - 64)), MALFORMED)
    vectors.manifest("manifest_short_of_version_two", b"RSNM\x02" + data[5:100], "ERR_MANIFEST_VERSION_UNSUPPORTED")
    vectors.manifest("manifest_of_a_fixed_part_alone", data[:120], MALFORMED)
    for name, version in (("zero", 0), ("two", 2), ("of_255", 255)):
        changed = signed(unsigned[:4] + bytes((version,)) + unsigned[5:])
        vectors.manifest(f"manifest_version_{name}", changed, "ERR_MANIFEST_VERSION_UNSUPPORTED")


def signatures(vectors):
    said, _ = fixture.whole()
    data, unsigned = encoded(said), body(said)
    invalid, unknown = "ERR_MANIFEST_SIGNATURE_INVALID", "ERR_MANIFEST_KEY_UNKNOWN"
    s = int.from_bytes(data[-32:], "little")
    identity, order_two = number(1, 32), number(2**255 - 20, 32)
    vectors.manifest("manifest_of_an_unknown_key", manifest.encode(said, SECOND), unknown)
    vectors.manifest("manifest_of_the_root_key", manifest.encode(said, ROOT), unknown, root=True)
    vectors.manifest("manifest_key_id_flipped", signed(unsigned[:16] + bytes((unsigned[16] ^ 1,)) + unsigned[17:]), unknown)
    vectors.manifest("manifest_signed_by_another_key", signed(unsigned, SECOND), invalid)
    vectors.manifest("manifest_signature_of_zeros", unsigned + bytes(64), invalid)
    vectors.manifest("manifest_signature_r_flipped", unsigned + bytes((data[-64] ^ 1,)) + data[-63:], invalid)
    vectors.manifest("manifest_signature_s_flipped", data[:-32] + bytes((data[-32] ^ 1,)) + data[-31:], invalid)
    vectors.manifest("manifest_signature_s_not_canonical", data[:-32] + number(s + L, 32), invalid)
    vectors.manifest("manifest_signature_r_is_the_identity", unsigned + identity + data[-32:], invalid)
    vectors.manifest("manifest_signature_r_of_order_two", unsigned + order_two + data[-32:], invalid)
    vectors.manifest("manifest_signature_without_context", signed(unsigned, context=b""), invalid)
    vectors.manifest("manifest_signature_of_the_keys_context", signed(unsigned, context=b"rescind-keys-v1\0"), invalid)
    vectors.manifest("manifest_signature_missing", unsigned, invalid)
    vectors.manifest("manifest_version_raised_unsigned", data[:48] + number(2, 8) + data[56:], invalid)
    vectors.manifest("manifest_issuer_changed_unsigned", data[:120] + bytes(32) + data[152:], invalid)


def numbers(vectors):
    said, _ = fixture.whole()
    broken = {
        "least_wait_too_long": {"least_wait": 3_601},
        "max_stale_too_long": {"max_stale": 2_678_401},
        "version_too_large": {"version": 2**53, "base_version": 2**53},
        "entries_too_many": {"entries": 2**53},
        "issued_at_out_of_range": {"issued_at": 2**40, "next_update": 2**40 + 1},
        "next_update_at_issued_at": {"next_update": START},
        "next_update_before_issued_at": {"next_update": START - 1},
        "next_update_beyond_max_stale": {"next_update": START + 3_601},
        "max_stale_of_zero": {"max_stale": 0},
        "end_out_of_range": {"issued_at": 2**40 - 100, "next_update": 2**40 - 50},
        "times_that_wrap": {"issued_at": 2**64 - 1, "next_update": 2**64 - 1},
        "base_version_above_version": {"base_version": 2},
        "expired_before_out_of_range": {"expired_before": 2**40},
        "cut_before_out_of_range": {"cut_before": 2**40},
    }
    for name, changes in broken.items():
        vectors.manifest(f"manifest_{name}", encoded(said.with_(**changes)), MALFORMED)


def parts(vectors):
    for name, which in (("common", part_of(COMMON)), ("shard", part_of(SHARD, 2, 3)), ("common_without_shards", part_of(COMMON, 0))):
        vectors.manifest(f"manifest_genuine_{name}", encoded(publication(part=which)[0]), part=which.name())
    largest = part_of(SHARD, 12, 4_095)
    vectors.manifest("manifest_genuine_last_shard", encoded(publication(part=largest)[0]), part=largest.name())
    vectors.manifest("manifest_genuine_whole_beside_shards", encoded(publication(part=part_of(WHOLE, 12))[0]))
    wrong = {"common_for_whole": (part_of(COMMON), "whole"), "whole_for_common": (part_of(WHOLE), "common")}
    wrong |= {"shard_for_common": (part_of(SHARD, 2, 0), "common"), "another_shard": (part_of(SHARD, 2, 1), "2-2")}
    wrong |= {"shard_of_another_number_of_shards": (part_of(SHARD, 3, 2), "2-2")}
    for name, (which, asked) in wrong.items():
        vectors.manifest(f"manifest_{name}", encoded(publication(part=which)[0]), "ERR_MANIFEST_PART", asked)
    said, _ = fixture.whole()
    broken = {
        "part_three": Part(3, 2, 0), "too_many_shards": Part(WHOLE, 13, 0), "whole_with_a_shard_number": Part(WHOLE, 2, 1),
        "common_with_a_shard_number": Part(COMMON, 2, 1), "shard_of_no_shards": Part(SHARD, 0, 0),
        "shard_number_too_large": Part(SHARD, 2, 4),
    }  # fmt: skip
    for name, which in broken.items():
        vectors.manifest(f"manifest_{name}", encoded(said.with_(part=which)), MALFORMED)


def issuers(vectors):
    said, _ = fixture.whole()
    one, other = said.issuers
    for name, listed in (("none", []), ("falling", [other, one]), ("twice", [one, one])):
        vectors.manifest(f"manifest_issuers_{name}", encoded(said.with_(issuers=listed)), MALFORMED)
    many = sorted(hashlib.sha256(bytes((at,))).digest() for at in range(255))
    vectors.manifest("manifest_issuers_at_limit", encoded(said.with_(issuers=many)))


def dimensions(vectors):
    said, _ = fixture.whole()
    sub = (("sub",),)
    broken = {
        "dimension_zero": [Dimension(0, (("jti",),))],
        "dimension_32": [Dimension(32, sub, "x", "y")],
        "dimension_255": [Dimension(255, sub, "x", "y")],
        "dimensions_falling": [Dimension(4, (("sid",),)), Dimension(3, sub)],
        "dimension_twice": [Dimension(3, sub), Dimension(3, sub)],
        "dimension_issuer_with_a_claim": [Dimension(1, (("iss",),))],
        "dimension_key_with_a_claim": [Dimension(2, (("kid",),))],
        "dimension_subject_without_claims": [Dimension(3)],
        "dimension_subject_of_two_members": [Dimension(3, sub * 2)],
        "dimension_subject_client_of_one_member": [Dimension(7, sub)],
        "dimension_of_five_members": [Dimension(8, sub * 5, "x")],
        "dimension_member_without_claims": [Dimension(8, (("a",), ()), "x")],
        "dimension_member_of_five_claims": [Dimension(8, (("a", "b", "c", "d", "e"),), "x")],
        "dimension_claim_twice": [Dimension(5, (("azp", "azp"),))],
        "dimension_claim_without_a_name": [Dimension(3, (("",),))],
        "dimension_declared_without_a_name": [Dimension(8, sub, "")],
        "dimension_declared_name_too_long": [Dimension(8, sub, "n" * 33)],
        "dimension_declared_name_in_capitals": [Dimension(8, sub, "Name")],
        "dimension_declared_name_with_a_space": [Dimension(8, sub, "a b")],
        "dimension_declared_name_of_a_built_in": [Dimension(8, sub, "subject")],
        "dimension_declared_name_of_tokens": [Dimension(8, sub, "token")],
        "dimension_declared_name_twice": [Dimension(8, sub, "x"), Dimension(9, sub, "x")],
        "dimension_generation_without_a_claim": [Dimension(20, sub, "x", "")],
    }
    for name, records in broken.items():
        vectors.manifest(f"manifest_{name}", encoded(said.with_(dimensions=records)), MALFORMED)
    not_text = encoded(said.with_(dimensions=[Dimension(3, (("sub",),))]))[:-64].replace(b"\x03sub", b"\x03s\xffb")
    vectors.manifest("manifest_dimension_claim_not_utf8", signed(not_text), MALFORMED)
    idle = publication([])[0].with_(dimensions=[Dimension(3, sub)])
    vectors.manifest("manifest_dimensions_without_cut_offs", encoded(idle), MALFORMED)


def objects(vectors):
    said, _ = fixture.whole()
    tokens, others = said.objects
    broken = {
        "objects_falling": [others, tokens],
        "object_twice": [tokens, tokens],
        "objects_of_three": [tokens, others, Named(3, 9, bytes(32))],
        "object_of_kind_zero": [Named(0, 9, bytes(32)), others],
        "object_of_a_delta": [others, Named(3, 9, bytes(32))],
        "object_of_no_length": [Named(1, 0, bytes(32)), others],
        "object_too_long": [Named(1, 67_108_865, bytes(32)), others],
    }
    for name, records in broken.items():
        vectors.manifest(f"manifest_{name}", encoded(said.with_(objects=records)), MALFORMED)
    longest = [Named(1, 67_108_864, bytes(32)), others]
    vectors.manifest("manifest_object_at_limit", encoded(said.with_(objects=longest)))


def deltas(vectors):
    series = fixture.Series()
    said, own = series.second.with_(version=9, base_version=1, carried=[]), series.second.carried[0]

    def step(behind, span, length=50):
        return Step(behind, span, length, bytes(32))

    def held(behind, span):
        return Step(behind, span, own.length, carried=own.carried)

    good = {
        "deltas_in_steps": [step(0, 4), step(4, 4)],
        "deltas_that_overlap": [step(0, 6), step(3, 5)],
        "deltas_beyond_the_base": [step(0, 9)],
        "delta_at_limit": [step(0, 8, 8_388_608)],
    }
    every = sorted((behind, span) for behind in range(20) for span in range(1, 21 - behind))[:64]
    full = said.with_(version=20, listed=[step(*one) for one in every])
    vectors.manifest("manifest_deltas_of_64", encoded(full))
    for name, listed in good.items():
        vectors.manifest(f"manifest_{name}", encoded(said.with_(listed=listed)))
    broken = {
        "deltas_none": [],
        "deltas_that_end_early": [step(1, 7)],
        "deltas_that_start_late": [step(0, 7)],
        "deltas_with_a_gap": [step(0, 3), step(4, 4)],
        "deltas_falling": [step(4, 4), step(0, 4)],
        "delta_twice": [step(0, 8), step(0, 8)],
        "delta_of_no_span": [step(0, 0), step(0, 8)],
        "delta_from_below_zero": [step(0, 10)],
        "delta_to_below_zero": [step(0, 8), step(10, 1)],
        "delta_of_no_length": [step(0, 8, 0)],
        "delta_too_long": [step(0, 8, 8_388_609)],
        "deltas_of_65": [step(0, 8)] + [step(0, 9)] * 64,
    }
    for name, listed in broken.items():
        vectors.manifest(f"manifest_{name}", encoded(said.with_(listed=listed)), MALFORMED)
    twice, falling = [held(0, 8), held(0, 8)], [held(4, 4), held(0, 4)]
    for name, steps in (("twice", twice), ("falling", falling), ("of_no_span", [held(0, 0), held(0, 8)])):
        vectors.manifest(f"manifest_carried_delta_{name}", encoded(said.with_(carried=steps)), MALFORMED)
    many = [held(0, 8)] + [held(0, 9)] * 64
    vectors.manifest("manifest_carried_deltas_of_65", encoded(said.with_(carried=many)), MALFORMED)
    long = [Step(0, 1, own.length + 1, carried=own.carried)]
    vectors.manifest("manifest_carried_delta_cut", encoded(series.second.with_(carried=long)), MALFORMED)


def ends(vectors):
    said, _ = fixture.whole()
    unsigned = body(said)
    vectors.manifest("manifest_trailing_byte", signed(unsigned + b"\0"), MALFORMED)
    for name, at in (("issuers", 130), ("dimensions", 190), ("objects", len(unsigned) - 1)):
        vectors.manifest(f"manifest_cut_in_its_{name}", signed(unsigned[:at]), MALFORMED)
    for at, name in ((5, "object"), (6, "dimension"), (7, "issuer"), (8, "listed_delta"), (9, "carried_delta")):
        more = unsigned[:at] + bytes((unsigned[at] + 1,)) + unsigned[at + 1 :]
        vectors.manifest(f"manifest_one_{name}_too_few", signed(more), MALFORMED)
