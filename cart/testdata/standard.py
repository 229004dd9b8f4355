"""Reads carts as a backend in Python does: json.loads and nothing else.

One request a line, one answer a line, as in standard.mjs.
"""
import base64
import json
import sys
from decimal import Decimal


def decimal(text):
    """Exact decimal of a number: digits without zeros at the ends, exponent."""
    sign, digits, exponent = Decimal(text).as_tuple()
    if not isinstance(exponent, int):  # NaN and Infinity, which json.loads takes
        return text
    digits = "".join(map(str, digits)).lstrip("0")
    if digits == "":
        return "0"
    kept = digits.rstrip("0")
    return f"{'-' if sign else ''}{kept}e{exponent + len(digits) - len(kept)}"


def tagged(value):
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate raises
        return "s" + value
    if isinstance(value, bool):  # before int: True is one
        return "btrue" if value else "bfalse"
    if isinstance(value, (int, float)):
        return "n" + decimal(repr(value))
    if isinstance(value, Decimal):
        return "n" + decimal(str(value))
    return "x" + json.dumps(value)


def lookup(value, path):
    if path is None:
        return None
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def name(value):
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def flatten(doc, paths, major):
    out = []

    def at(value, key):
        return lookup(value, paths.get(key))

    def put(where, value, empty=None):
        text = empty if value is None else tagged(value)
        if text != empty:
            out.append([*where, text])

    def amount(value):
        return Decimal(value) if major and isinstance(value, str) else value

    def each(where, value):
        if value is not None and not isinstance(value, list):
            put(where, value)
            return
        out.append([*where, f"#{len(value or [])}"])
        for i, element in enumerate(value or []):
            yield [*where, str(i)], element

    for key in "currency", "customer_tier", "channel", "region":
        put([key], at(doc, key), "s")
    put(["customer_id"], name(at(doc, "customer_id")), "s")
    put(["completed_orders"], at(doc, "completed_orders"))
    for key in "coupons", "customer_segments":
        for where, element in each([key], at(doc, key)):
            put(where, element)
    for where, item in each(["items"], at(doc, "items")):
        for key in "id", "sku":
            put([*where, key], name(at(item, key)), "s")
        for key in "category", "subgroup":
            put([*where, key], at(item, key), "s")
        put([*where, "quantity"], at(item, "quantity"))
        put([*where, "unit_price"], amount(at(item, "unit_price")))
        put([*where, "reduced"], at(item, "reduced"), "bfalse")
        attributes = at(item, "attributes")
        if attributes is not None and not isinstance(attributes, dict):
            put([*where, "attributes"], attributes)
            continue
        for attribute, value in (attributes or {}).items():
            if not isinstance(value, (dict, list)):
                put([*where, "attributes", tagged(attribute)], value)
    for where, charge in each(["shipping"], at(doc, "shipping")):
        put([*where, "shipping_id"], name(at(charge, "shipping_id")), "s")
        put([*where, "shipping_method"], at(charge, "shipping_method"), "s")
        put([*where, "shipping_amount"], amount(at(charge, "shipping_amount")))
    return out


for line in sys.stdin.buffer:
    try:
        request = json.loads(line)
        body = base64.b64decode(request["body"])
        answer = {"cart": flatten(json.loads(body), request["paths"], request["major"])}
    except Exception as error:  # whatever a backend would fail with
        answer = {"error": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
