"""Checks the X-Discount-Assertion of a request, as an order service in Python would.

    python3 verify.py TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]

KEYFILE holds the public key in PEM, for EdDSA, or the secret of HS256 as the
gateway has it. HEADERFILE holds the headers of the request, one "Name: value" a
line. METHOD, HOST and PATH are those of the request; an empty one is not checked.
It prints the claims and ends with 0 if everything is in order, otherwise it prints
why not and ends with 1.

HS256 needs nothing but Python 3.9 or later; EdDSA needs the package cryptography.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
import time

LEEWAY = 5  # seconds that the clocks of gateway and order service may be apart


class Refused(Exception):
    """Why a token is not good, or not about this request."""


def refuse_if(condition, reason):
    if condition:
        raise Refused(reason)


def read_key(text):
    """The algorithm and the key. The algorithm goes with the key, never with the token."""
    if text.startswith(b"-----BEGIN "):
        return "EdDSA", read_public_key(text)
    secret = re.sub(rb"\r?\n\Z", b"", text)
    if secret.startswith(b"base64:"):
        secret = unbase64(secret[7:].translate(bytes.maketrans(b"+/", b"-_")).rstrip(b"=").decode())
    elif secret.startswith(b"hex:"):
        secret = bytes.fromhex(secret[4:].decode())
    refuse_if(len(secret) < 32, "the secret is shorter than 32 bytes")
    return "HS256", secret


def read_public_key(pem):
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        raise Refused("EdDSA needs the package cryptography") from None
    key = load_pem_public_key(pem)
    refuse_if(not isinstance(key, Ed25519PublicKey), "the public key is not an Ed25519 key")
    return key


def verify(token, algorithm, key, issuer, audience, body, headers=None, now=None, target=None):
    """The claims of a token that is good and about this request.

    Headers are lists of bytes by lower-case name; without them nothing in them
    may be used. The target is what the request was sent to, as a dict of method,
    host and path, the path with its escapes and without a query. What it has not
    is not checked.
    """
    now = time.time() if now is None else now
    parts = token.split(".")
    refuse_if(len(parts) != 3, "the token has not three parts")
    signed = f"{parts[0]}.{parts[1]}".encode()
    refuse_if(not signature_is_good(algorithm, key, signed, unbase64(parts[2])), "the signature is not good")

    # The key said how to verify, so nothing was read before it was known to be
    # the gateway's.
    header = json.loads(unbase64(parts[0]))
    refuse_if(not isinstance(header, dict), "the token has no header")
    refuse_if(header.get("alg") != algorithm, f"the token is not signed with {algorithm}")
    refuse_if(header.get("typ") != "discount+jwt", "the token is not an assertion")
    refuse_if("crit" in header, "the token needs an extension that is not known here")

    claims = json.loads(unbase64(parts[1]))
    refuse_if(claims.get("iss") != issuer, "the token is from another issuer")
    refuse_if(claims.get("aud") != audience, "the token is for another audience")
    for name in ("exp", "iat", "amount", "shipping", "subtotal", "payable"):
        refuse_if(name in claims and type(claims[name]) is not int, f"the {name} is not a whole number")
    refuse_if(now >= claims.get("exp", 0) + LEEWAY, "the token has expired")
    refuse_if(now < claims.get("iat", now + 2 * LEEWAY) - LEEWAY, "the token is from the future")
    check_target(claims, target or {})
    check_request(claims, body, headers)
    return claims


def signature_is_good(algorithm, key, signed, signature):
    if algorithm == "HS256":
        return hmac.compare_digest(hmac.new(key, signed, hashlib.sha256).digest(), signature)
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def check_target(claims, target):
    for name in ("method", "host", "path"):
        wanted = target.get(name)
        refuse_if(wanted and claims.get(name) != wanted, f"the {name} is not that of the request that was priced")


def check_request(claims, body, headers):
    refuse_if("body" in claims and not equal(claims["body"], digest(body)), "the body is not the one that was priced")
    refuse_if(
        "cart" in claims and not equal(claims["cart"], digest(canonical_cart(headers or {}))),
        "the cart's headers are not the ones that were priced",
    )
    refuse_if(
        "amount" in claims and "body" not in claims and "cart" not in claims,
        "the amounts are not bound to a request",
    )
    if headers is None:
        return
    for name in ("rules", "lines", "gifts"):
        value = b", ".join(list_of(headers, name))
        good = equal(claims.get(name, ""), digest(value)) if value else name not in claims
        refuse_if(not good, f"the header X-Discount-{name} is not the gateway's")


def list_of(headers, name):
    """The list in a header of its own or, with `headers compact`, in a member of X-Discount.

    It is as the header of its own would be, which is what the assertion has the digest of.
    """
    values = list(headers.get("x-discount-" + name, []))
    for member in split(b", ".join(headers.get("x-discount", [])), b","):
        key, _, value = member.strip(b" ").partition(b"=")
        if key != name.encode():
            continue
        if name != "lines" and value.startswith(b"(") and value.endswith(b")"):
            value = b", ".join(split(value[1:-1], b" "))
        values.append(value)
    return values


def split(text, separator):
    """Cuts at a separator outside of Strings and of Display Strings, which begin with % and
    have no escape by a backslash."""
    parts, start, quoted, display, escaped = [], 0, False, False, False
    for i in range(len(text)):
        c = text[i : i + 1]
        if escaped:
            escaped = False
        elif quoted and c == b"\\" and not display:
            escaped = True
        elif c == b'"':
            quoted, display = not quoted, not quoted and text[i - 1 : i] == b"%"
        elif c == separator and not quoted:
            parts.append(text[start:i])
            start = i + 1
    return parts + [text[start:]]


def equal(a, b):
    return hmac.compare_digest(str(a).encode(), b.encode())


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def unbase64(text):
    refuse_if(not re.fullmatch(r"[A-Za-z0-9_-]+", text), "the token is not in base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


CART_HEADERS = (
    "channel", "completed-orders", "coupons", "currency", "customer", "expected-payable", "items",
    "order-id", "quantity", "region", "segments", "shipping", "subtotal", "tier",
)  # fmt: skip


def canonical_cart(headers):
    lines = []
    for name in CART_HEADERS:
        value = b", ".join(headers.get("x-cart-" + name, []))
        if value:
            lines.append(b"x-cart-" + name.encode() + b":" + value + b"\n")
    return b"".join(lines)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def read_headers(path):
    headers = {}
    for line in read(path).splitlines():
        name, colon, value = line.partition(b":")
        if colon:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.strip(b" \t"))
    return headers


def main(arguments):
    refuse_if(
        len(arguments) not in (5, 6, 9),
        "usage: TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]",
    )
    token, key_file, issuer, audience, body_file = arguments[:5]
    headers = read_headers(arguments[5]) if len(arguments) >= 6 else None
    target = dict(zip(("method", "host", "path"), arguments[6:]))
    algorithm, key = read_key(read(key_file))
    claims = verify(token, algorithm, key, issuer, audience, read(body_file), headers, target=target)
    print(json.dumps(claims))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Refused, OSError, ValueError) as reason:
        sys.exit(f"refused: {reason}")
