"""Reads carts as a backend in Python does: json.loads and nothing else.

One request a line, one answer a line, as in standard.mjs.
"""
import base64
import json
import re
import sys
from decimal import Decimal
from fractions import Fraction


def decimal(value):
    """One text for each decimal: digits without zeros at the ends, exponent."""
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):  # NaN and Infinity, which json.loads takes
        return str(value)
    digits = "".join(map(str, digits)).lstrip("0")
    if digits == "":
        return "0"
    kept = digits.rstrip("0")
    return f"{'-' if sign else ''}{kept}e{exponent + len(digits) - len(kept)}"


def unreadable(value):
    return "x" + json.dumps(value)


def is_number(value):
    """Whether a value is a number or a text with one. True is an int to Python."""
    if isinstance(value, str):
        return re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(value):
    return Decimal(value) if isinstance(value, str) else Decimal(repr(value))


def text(value):
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate raises
        return "s" + value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return f"s{value}"
    return unreadable(value)


def count(value):
    if is_number(value) and number(value) == number(value).to_integral_value():
        return "n" + decimal(number(value))
    return unreadable(value)


def prop(value):
    if isinstance(value, bool):
        return "btrue" if value else "bfalse"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, (int, float)):
        return "n" + decimal(repr(value))
    return ""


class Reading:
    """A backend's reading of one request."""

    def __init__(self, request):
        self.routes = request["routes"]
        self.scale = 10 ** request["digits"] if request["major"] else 1
        self.major = request["major"]
        self.fractional = request["fractional"]
        self.text_flags = request["text_flags"]
        self.facts = []

    def put(self, path, value):
        if value != "":
            self.facts.append([*path, value])

    def values(self, start, key):
        """All values at the paths of a key, those of the first path first."""
        for route in self.routes:
            if route["key"] == key:
                yield from self.follow(start, route["steps"], False)

    def follow(self, value, steps, embedded):
        if embedded and isinstance(value, str):
            if value == "":
                return
            value = json.loads(value)
        if value is None:
            return
        if not steps:
            yield value
            return
        step, rest = steps[0], steps[1:]
        if isinstance(value, list):
            if step["kind"] == "position":
                for element in value[step["position"]:step["position"] + 1]:
                    yield from self.follow(element, rest, step["embedded"])
                return
            for element in value:
                if step["kind"] == "each":
                    yield from self.follow(element, rest, step["embedded"])
                else:
                    yield from self.follow(element, steps, False)
        elif isinstance(value, dict):
            if step["kind"] == "each":
                for member in value.values():
                    yield from self.follow(member, rest, step["embedded"])
            elif step["kind"] == "member":
                yield from self.follow(value.get(step["name"]), rest, step["embedded"])

    def one(self, start, key, means, path=(), absent=None):
        found = [value for value in self.values(start, key) if value != absent]
        if len(found) > 1:
            self.put([*path, key], f"x{len(found)} values")
        elif found:
            self.put([*path, key], means(found[0]))

    def text(self, start, key, path=()):
        self.one(start, key, text, path, "")

    def texts(self, start, key, path=()):
        commas = any(route["key"] == key and route["commas"] for route in self.routes)
        found = []
        for value in self.values(start, key):
            for element in value if isinstance(value, list) else [value]:
                if element is None:
                    continue
                parts = [text(element)]
                if commas:
                    parts = ["s" + part.strip(" \t\r\n") for part in parts[0][1:].split(",")]
                found += [part for part in parts if part != "s"]
        if found:
            self.put([*path, key], f"#{len(found)}")
        for i, part in enumerate(found):
            self.put([*path, key, str(i)], part)

    def quantity(self, value):
        if not self.fractional or not is_number(value) or number(value) == number(value).to_integral_value():
            return count(value)
        return "w" + decimal(repr(float(value)))

    def amount(self, value):
        """The nearest number of minor units, no further than noise."""
        if not is_number(value):
            return unreadable(value)
        exact = Fraction(number(value)) * self.scale
        nearest = int(exact + Fraction(1, 2))
        noise = Fraction(1, 10**6) + exact / 2**52 if self.major else 0
        if exact < 0 or abs(exact - nearest) > noise:
            return unreadable(value)
        return "n" + decimal(nearest)

    def flag(self, value):
        if self.text_flags and isinstance(value, str):
            value = {"true": True, "1": True, "false": False, "0": False}.get(value)
        if isinstance(value, (bool, int)):
            if value == 1:
                return "btrue"
            if value == 0:
                return ""
        return unreadable(value)

    def attributes(self, value, path):
        if isinstance(value, dict):
            for name, of in value.items():
                self.put([*path, text(name)], prop(of))
        elif isinstance(value, list):
            for pair in value:
                for name in self.values(pair, "name"):
                    for of in self.values(pair, "value"):
                        self.put([*path, text(name)], prop(of))
        else:
            self.put(path, unreadable(value))

    def line(self, line, path):
        for key in "id", "sku", "subgroup":
            self.text(line, key, path)
        self.texts(line, "category", path)
        self.one(line, "quantity", self.quantity, path)
        units = self.facts[-1][-1]
        self.one(line, "unit_price", self.amount, path)
        if units != "n0":
            self.one(line, "line_total", self.amount, path)
        self.one(line, "reduced", self.flag, path)
        found = list(self.values(line, "attributes"))
        if len(found) > 1:
            self.put([*path, "attributes"], "x several")
        for value in found:
            self.attributes(value, [*path, "attributes"])

    def charge(self, charge, path):
        if not isinstance(charge, dict):
            self.put([*path, "shipping_amount"], self.amount(charge))
            return
        self.text(charge, "shipping_id", path)
        self.text(charge, "shipping_method", path)
        self.one(charge, "shipping_amount", self.amount, path)

    def list(self, doc, key, each):
        """The elements of all lists at a key; what is no list is one."""
        found = []
        for value in self.values(doc, key):
            found += value if isinstance(value, list) else [value]
        if found:
            self.put([key], f"#{len(found)}")
        for i, value in enumerate(found):
            each(value, [key, str(i)])

    def all(self, doc):
        self.one(doc, "currency", lambda value: text(value)[:1] + text(value)[1:].upper(), absent="")
        self.one(doc, "subtotal", self.amount)
        self.one(doc, "expected_payable", self.amount)
        self.one(doc, "decimals", count)
        for key in "customer_id", "customer_tier", "channel", "region", "order_id":
            self.text(doc, key)
        self.one(doc, "completed_orders", count)
        self.texts(doc, "coupons")
        self.texts(doc, "customer_segments")
        self.list(doc, "items", self.line)
        self.list(doc, "shipping", self.charge)
        return self.facts


for line in sys.stdin.buffer:
    try:
        request = json.loads(line)
        answer = {"cart": Reading(request).all(json.loads(base64.b64decode(request["body"])))}
    except Exception as error:  # whatever a backend would fail with
        answer = {"error": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
