"""Vectors of answers: a genuine publication, and tokens that are looked up."""

from .fixture import ISSUER, OTHER, START, encoded, publication

LIVE = {"iss": ISSUER, "exp": START + 900, "iat": START}


def add(vectors):
    """All of them."""
    said, made = publication()
    loaded = [("manifest", encoded(said), "ok"), *(("object", data, "ok") for data in made.values()), ("commit", None, "ok")]
    for name, (token, expected) in cases().items():
        now = token.pop("now", START + 60)
        vectors.add(f"answer_{name}", "answer", [*loaded, ("look_up", LIVE | token, expected, {"now": now})])


def cut(name, time):
    """Revoked by a cut-off."""
    return {"revoked": name, "since": time}


def cases():
    """Tokens by what they are about, with the answer."""
    dead, live = {"revoked": "token"}, {}
    return {
        "live": ({"jti": "x", "sub": "nobody", "kid": "k"}, live),
        "token": ({"jti": "a"}, dead),
        "token_of_another_exp_in_another_bucket": ({"jti": "a", "exp": START + 500}, live),
        "token_of_another_issuer_any_exp": ({"iss": OTHER, "jti": "a", "iat": START, "exp": START + 12}, dead),
        "token_exp_out_of_range": ({"jti": "a", "exp": 2**40}, live),
        "token_without_jti": ({}, live),
        "issuer_not_enrolled": ({"iss": "https://nobody.example", "jti": "a"}, {"not_covered": "issuer_not_enrolled"}),
        "issuer_cut_off": ({"iss": OTHER, "iat": START - 5_001}, cut("issuer", START - 5_000)),
        "issuer_cut_off_at_its_second": ({"iss": OTHER, "iat": START - 5_000}, live),
        "key": ({"kid": "2026-01", "iat": START - 10_001}, cut("key", START - 10_000)),
        "key_prefix": ({"kid": "2026-0", "iat": None}, live),
        "subject": ({"sub": "bob"}, cut("subject", START + 1)),
        "subject_in_the_next_second": ({"sub": "bob", "iat": START + 1}, live),
        "subject_fraction_of_a_second": ({"sub": "bob", "iat": START + 0.999}, cut("subject", START + 1)),
        "subject_without_iat": ({"sub": "alice", "iat": None}, cut("subject", START - 1_000)),
        "subject_as_an_array": ({"sub": ["nobody", "bob"]}, cut("subject", START + 1)),
        "session_beside_a_number_in_an_array": ({"sid": ["s1", 7], "iat": None}, live),
        "subject_in_capitals": ({"sub": "Bob", "iat": None}, live),
        "session": ({"sid": "s1", "iat": START - 51}, cut("session", START - 50)),
        "client": ({"client_id": "app", "iat": START - 61}, cut("client", START - 60)),
        "client_by_azp": ({"azp": "app", "iat": START - 61}, cut("client", START - 60)),
        "client_id_before_azp": ({"client_id": "x", "azp": "app", "iat": START - 61}, live),
        "client_id_empty_array": ({"client_id": [], "azp": "app", "iat": START - 61}, cut("client", START - 60)),
        "organization": ({"org_id": ["x", "acme"], "iat": START - 71}, cut("organization", START - 70)),
        "subject_client": ({"sub": "carol", "client_id": "app", "iat": START - 81}, cut("client", START - 60)),
        "subject_client_alone": ({"sub": "carol", "client_id": ["app"], "iat": START - 60}, live),
        "subject_client_missing_member": ({"sub": "carol", "iat": START - 81}, live),
        "declared": ({"acr": "low", "iat": START - 91}, cut("assurance", START - 90)),
        "declared_tuple": ({"sub": "dave", "tid": "t1", "iat": START - 101}, cut("subject_tenant", START - 100)),
        "declared_tuple_the_other_way": ({"sub": "t1", "tid": "dave", "iat": START - 101}, live),
        "declared_tuple_cross_product": ({"sub": ["x", "dave"], "tenant": ["y", "t1"], "iat": None}, cut("subject_tenant", START - 100)),
        "generation_below": ({"sub": "erin", "ver": 6}, {"revoked": "subject_version", "generation": 7}),
        "generation_at": ({"sub": "erin", "ver": 7}, live),
        "generation_missing": ({"sub": "erin"}, {"revoked": "subject_version", "generation": 7}),
        "generation_as_text": ({"sub": "erin", "ver": "9"}, {"revoked": "subject_version", "generation": 7}),
        "generation_negative": ({"sub": "erin", "ver": -1}, {"revoked": "subject_version", "generation": 7}),
        "generation_of_another": ({"sub": "nobody", "ver": 1}, live),
        "strictest": ({"sub": "bob", "client_id": "app", "sid": "s1", "iat": None}, cut("subject", START + 1)),
        "token_outranks_cut_offs": ({"jti": "a", "sub": "bob"}, dead),
        "too_many_values": ({"sub": [f"s{at}" for at in range(257)]}, {"not_covered": "too_many_values"}),
        "most_values": ({"sub": [f"s{at}" for at in range(255)] + ["bob"]}, cut("subject", START + 1)),
        "expired": ({"jti": "x", "now": START + 3_600}, {"not_covered": "expired"}),
        "revoked_though_expired": ({"jti": "a", "now": START + 3_600}, dead),
        "stale": ({"jti": "x", "now": START + 3_599}, live),
    }
