"""joserfc's verdict on tokens: one JSON object a line in, one verdict a line out.

The first line holds the policy and the key sets. A verdict is ACCEPTED or the name of the exception.
"""

import json
import sys

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet


def key_of(jwks):
    """A set, or its only key: joserfc chooses from a set by `kid` alone."""
    keys = jwks["keys"]
    return JWKRegistry.import_key(keys[0]) if len(keys) == 1 else KeySet.import_key_set(jwks)


def verdict(token, key, algorithms, claims):
    try:
        claims.validate(jwt.decode(token, key, algorithms=algorithms).claims)
    except JoseError as error:
        return type(error).__name__
    except Exception as error:  # what is no verdict of the library is told apart by its name
        return f"threw {type(error).__name__}"
    return "ACCEPTED"


def main():
    policy = json.loads(sys.stdin.readline())
    sets = {name: (key_of(one["jwks"]), one["algorithms"]) for name, one in policy["sets"].items()}
    claims = jwt.JWTClaimsRegistry(
        now=policy["now"],
        leeway=policy["tolerance"],
        iss={"essential": True, "value": policy["issuer"]},
        aud={"essential": True, "value": policy["audience"]},
        exp={"essential": True},
    )
    for line in sys.stdin:
        case = json.loads(line)
        key, algorithms = sets[case["set"]]
        print(verdict(case["token"], key, algorithms, claims), flush=False)


if __name__ == "__main__":
    main()
