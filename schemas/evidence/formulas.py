"""What the figures of a dossier are: facts out of BODYs, and formulas over sums of facts.

Part of verify.py; README.md beside this file states the rules, facts.txt is their table. A value is
an exact fraction, or `unknown` because something was not stated, or `undefined` because mathematics
has no answer. Nothing here is rounded but roots that are no fraction.
"""
import collections
import math
import operator
import pathlib
import re
from fractions import Fraction

from proofs import canonical, need, take


# --- Facts --------------------------------------------------------------------------------------

def table(rows):
    """Reads facts.txt: facts by type of event, units with dimension and factor, all types."""
    facts, units, types = {}, {}, set()
    for first, *rest in (row.split() for row in rows if row.strip() and row[0] != "#"):
        if first == "unit":
            units[rest[0]] = rest[1], Fraction(rest[2])
        elif first == "none":
            types.update(rest)
        else:
            facts.setdefault(first, []).append(rest)
    return facts, units, types.union(facts)


FACTS, UNITS, TYPES = table(pathlib.Path(__file__).with_name("facts.txt").read_text().split("\n"))
STATED = {"TNE", "MTQ", "GV", "KMK", "C62", "P1", "KMT"}  # units of figures that are no currency
SIDES = {"supplier": "receiver", "receiver": "supplier"}
# All that formulas tell facts apart by: those that agree in it are kept as one sum and a count.
Cell = collections.namedtuple("Cell", "month firm site other_firm other_site material kind code "
                              "unit basis year method")


def decimal(text):
    need(re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?", text), f"{text} is no decimal")
    return Fraction(text)


def stated(value, unit):
    """In the unit that formulas count in; percent alone are not counted as they are stated."""
    return decimal(value) / (100 if unit == "P1" else 1)


def physical(quantity):
    value, (dimension, factor) = decimal(quantity["value"]), UNITS[quantity["unit"]]
    return value * factor, dimension


def period_of(text):
    """First month, counted from year 0, and number of months."""
    found = re.fullmatch("([0-9]{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", text)
    need(found, f"{text} is no period")
    year, quarter, month = (int(group or 0) for group in found.groups())
    return year * 12 + max(quarter * 3 - 3, month - 1, 0), 3 if quarter else 1 if month else 12


def holds(data, word):
    """Whether a condition of the table is met: a word alone is a member that is there and true."""
    if word[0] == "!":
        return not holds(data, word[1:])
    if word in ("final", "disposal"):
        code = data.get("operation", "R1")
        return code[0] == "D" if word == "disposal" else code in [f"R{n}" for n in range(1, 12)]
    name, equals, value = word.partition("=")
    return data[name] == value if equals else bool(data.get(name))


def amount_of(data, name):
    """What is counted, its unit and, of money, the year whose prices it is in."""
    if name == "nothing":
        return Fraction(0), "nothing", None
    if name == "value":
        unit = data["unit"]
        return stated(data["value"], unit), unit, None if unit in STATED else data["price_year"]
    if name == "amount":
        return decimal(data["amount"]["amount"]), data["amount"]["currency"], data["price_year"]
    if name == "difference":
        (sent, unit), (got, _) = physical(data["dispatched"]), physical(data["received"])
        return abs(sent - got), unit, None
    for member in name.split("."):
        data = data[member]
    return (*physical(data), None)


def facts_of(kind, data):
    """Park, drawer (measure and item), cell and signed amount of each fact: by `data` alone."""
    for measure, whose, name, *when in FACTS[kind]:
        if not all(holds(data, word) for word in when):
            continue
        at = data.get("exchange", data)
        own, other = at[whose], at[SIDES[whose]] if whose in SIDES else {}
        material = at.get("material") or own.get("material") or {}
        day, code = (data.get("held") or data).get("day") or own["day"], material.get("code")
        amount, unit, year = amount_of(data, name.lstrip("+-"))
        basis = material.get("basis", "as_metered") if unit.islower() else None
        cell = Cell(period_of(day[:7])[0], own.get("firm", data.get("firm")), own.get("site"),
                    other.get("firm"), other.get("site"), material.get("material"),
                    material.get("kind"),
                    code and (code["scheme"], code["code"], code["edition"]), unit, basis, year,
                    data["method"] if measure == "stated" else None)
        yield own["park"], (measure, data.get("item")), cell, -amount if name[0] == "-" else amount


# --- Formulas -----------------------------------------------------------------------------------

UNKNOWN, UNDEFINED = "unknown", "undefined"
Value = collections.namedtuple("Value", "number prices", defaults=[frozenset()])
DECLARED = {"generated", "own_reused", "fresh_water", "recirculated", "stock", "gross_output",
            "value_added"}
BOUNDS = {"at_least": operator.ge, "at_most": operator.le, "above": operator.gt,
          "below": operator.lt, "exactly": operator.eq}


def combine(parts, how):
    """Unknown goes before undefined; amounts in prices of different years have no answer."""
    if UNKNOWN in parts or UNDEFINED in parts:
        return UNKNOWN if UNKNOWN in parts else UNDEFINED
    prices = frozenset().union(*(part.prices for part in parts))
    result = how([part.number for part in parts]) if len(prices) < 2 else None
    return UNDEFINED if result is None else Value(result, prices)


def ratio(parts):
    return parts[0] / parts[1] if parts[1] else None


def root(value, degree):
    """The largest integer whose power is not more than the value."""
    low, high = 0, 1 << -(-value.bit_length() // degree)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle ** degree <= value else (low, middle - 1)
    return low


def growth(now, then, years):
    """Compound growth a year. A root that is no fraction is cut behind 40 digits."""
    if then == 0 or years > 1 and (then < 0 or now < 0):
        return None
    if years == 1:
        return now / then - 1
    above, below = (now / then).as_integer_ratio()
    exact = Fraction(root(above, years), root(below, years))
    cut = Fraction(root(above * 10 ** (40 * years) // below, years), 10 ** 40)
    return (exact if exact ** years == now / then else cut) - 1


def in_unit(value, unit):
    """A value as its indicator prints it: so many `of_times of` per `per_times per`."""
    of, per = (stated(unit.get(name + "_times", "1"), unit.get(name)) for name in ("of", "per"))
    return value * per / of


def link(cell):
    """Supplier's site, receiver's site and what flows; none within one site."""
    what = cell.code or cell.material
    there = cell.site and cell.other_site and what and cell.site != cell.other_site
    return (cell.other_site, cell.site, what) if there else None


def items_of(value):
    """Every item that formulas name, evaluated or not."""
    if isinstance(value, dict) and set(value) == {"item"}:
        yield value["item"]
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from items_of(part)


class Evaluation:
    """Evaluates a method's indicators on `ground`: drawer, cell, then sum and count of its facts.

    Keeps the sums that it made in `leaves`, in the order of their first use, and in `used` every
    cell that anything was computed from.
    """

    def __init__(self, choices, base_year, document, items, ground):
        self.choices, self.base, self.ground = choices, base_year, ground
        self.indicators = {one["indicator"]: one for one in document["indicators"]}
        self.items = {**items, **{one["item"]: one for one in document.get("items", [])}}
        self.parameters = {one["parameter"]: one for one in document.get("parameters", [])}
        self.leaves, self.used, self.parts = {}, set(), 0
        for name, choice in choices.items():
            need(name in self.parameters and choice in self.parameters[name]["choices"],
                 f"the method has no choice {choice} for {name}")

    def cells(self, measure, item, selector, first, last):
        """The cells of these months that are meant. A fact of nothing answers for any unit."""
        take(selector, "measure", "basis between codes currency dimension kind")
        get, between = selector.get, selector.get("between")
        for cell, (amount, count) in self.ground.get((measure, item), {}).items():
            meant = cell.unit == "nothing" or item is not None or (
                cell.unit in (get("dimension"), get("currency"))
                and (cell.basis is None or get("basis") in (None, cell.basis))
                and get("kind") in (None, cell.kind)
                and (not get("codes") or cell.code and any(
                    cell.code[0] == of["scheme"] and cell.code[1].startswith(of["begins"])
                    for of in get("codes"))))
            if between:
                own = cell.firm == cell.other_firm
                meant = meant and cell.other_firm and between == ("own_sites" if own else "firms")
            if meant and first <= cell.month <= last:
                self.used.add((measure, item, cell))
                yield cell, amount, count

    def leaf(self, of, period, item=None):
        """A sum of facts of a selector, or of an item's definition.

        A figure of an item is stated and taken back in turns, so an even count in a cell is none.
        What has to be declared is unknown until somebody has; what is recorded may be zero.
        """
        first, last = period[0], period[0] + period[1] - 1
        measure, key = of["measure"] if item is None else "stated", (canonical(of), period)
        if measure == "stock" or item is not None and of["nature"] == "level":
            first = last
        if key not in self.leaves:
            total, facts, prices = Fraction(0), 0, set()
            selector = of if item is None else {"measure": measure}
            for cell, amount, count in self.cells(measure, item, selector, first, last):
                if item is None or count % 2:
                    total, facts = total + amount, facts + count
                    prices |= {cell.year} - {None}
            known = facts or item is None and measure not in DECLARED
            self.leaves[key] = facts, total if known else None, frozenset(prices)
        _, total, prices = self.leaves[key]
        shortest = 1 if item is None else {"month": 1, "quarter": 3, "year": 12}[of["every"]]
        if total is None or period[1] < shortest:
            return UNKNOWN
        return Value(total, prices) if len(prices) < 2 else UNDEFINED

    def chosen(self, of):
        choice = self.choices.get(of["parameter"], self.parameters[of["parameter"]]["default"])
        return next(case["then"] for case in of["cases"] if case["is"] == choice)

    def before(self, since, period):
        """The same period of the base year, or so many years ago."""
        year = self.base if since == "base" else period[0] // 12 - take(since, "years")[0]
        if year is None:
            return UNKNOWN
        earlier = 12 * year + period[0] % 12, period[1]
        return earlier if 0 <= year <= 9999 and earlier < period else UNDEFINED

    def since(self, of, since, period, how):
        """Of a formula now and then, and the years between. It is looked at now in any case."""
        then, now = self.before(since, period), self.formula(of, period)
        if isinstance(then, str):
            return then
        years = (period[0] - then[0]) // 12
        return combine([now, self.formula(of, then)], lambda both: how(*both, years))

    def earlier(self, of, since, period):
        then = self.before(since, period)
        return then if isinstance(then, str) else self.formula(of, then)

    def first_known(self, parts, period):
        found = (self.formula(part, period) for part in parts)
        return next((one for one in found if one != UNKNOWN), UNKNOWN)

    def formula(self, formula, period):
        """A formula is an object of one member: its word, and what the word is about."""
        self.parts += 1
        need(self.parts <= 100_000, "the formulas have more than 100,000 parts")
        (word, of), = formula.items()

        def all_of(parts, how):
            return combine([self.formula(part, period) for part in parts], how)

        words = {
            "measure": lambda: self.leaf(of, period),
            "item": lambda: self.leaf(self.items[of], period, of),
            "indicator": lambda: self.formula(self.indicators[of]["formula"], period),
            "constant": lambda: Value(stated(of["value"], of.get("unit"))),
            "sum": lambda: all_of(of, sum),
            "product": lambda: all_of(of, math.prod),
            "least": lambda: all_of(of, min),
            "greatest": lambda: all_of(of, max),
            "difference": lambda: all_of(take(of, "from take"), lambda both: both[0] - both[1]),
            "ratio": lambda: all_of(take(of, "of over"), ratio),
            "first_known": lambda: self.first_known(of, period),
            "earlier": lambda: self.earlier(*take(of, "of since"), period),
            "relative_change": lambda: self.since(
                *take(of, "of since"), period, lambda now, then, years: growth(now, then, 1)),
            "points_change": lambda: self.since(
                *take(of, "of since"), period, lambda now, then, years: now - then),
            "annual_growth": lambda: self.since(*take(of, "of since"), period, growth),
            "elasticity": lambda: combine([self.since(part, of["since"], period, growth)
                                           for part in take(of, "of over since")[:2]], ratio),
            "choose": lambda: self.formula(self.chosen(of), period),
            "weighted_index": lambda: self.index(*take(of, "aspects capped"), period),
            "new_links": lambda: self.new_links(*take(of, "active"), period),
            "count_distinct": lambda: self.count_distinct(*take(of, "by of"), period),
        }
        need(word in words, f"{word} is no formula that is known here")
        return words[word]()

    def index(self, aspects, capped, period):
        parts = [self.aspect(aspect, capped, period) for aspect in aspects]
        return combine(parts, lambda values: 100 * sum(values))

    def aspect(self, aspect, capped, period):
        """The sum of the terms, or of the best that are known, times the weight of each."""
        terms = [self.term(*take(term, "inverse lead of"), capped, period)
                 for term in aspect["terms"]]
        if "pick" in aspect:
            known = [term for term in terms if not isinstance(term, str)]
            terms = sorted(known, key=lambda term: term.number, reverse=True)[:aspect["pick"]]
            if len(terms) < aspect["pick"]:
                return UNKNOWN
        return combine(terms, lambda values: sum(values) * Fraction(aspect["weight"]))

    def term(self, inverse, lead, name, capped, period):
        """An indicator in parts of its lead value. Nothing of what should be little is best."""
        def reached(values):
            value = in_unit(values[0], self.indicators[name]["unit"])
            above, below = (decimal(lead), value) if inverse else (value, decimal(lead))
            part = above / below if below else Fraction(1) if capped else None
            return min(part, Fraction(1)) if capped else part
        return combine([self.formula({"indicator": name}, period)], reached)

    def new_links(self, active, period):
        """Links that flowed in some month after the base year, and in none up to its end."""
        if self.base is None:
            return UNKNOWN
        last, base_end, flows = period[0] + period[1] - 1, self.base * 12 + 11, {}
        for cell, (amount, _) in self.ground.get(("used", None), {}).items():
            symbiotic = cell.kind in ("by_product", "utility", "residue")
            if symbiotic and link(cell) and cell.month <= last:
                self.used.add(("used", None, cell))
                flows[link(cell), cell.month] = flows.get((link(cell), cell.month), 0) + amount
        flowed = [key for key, amount in flows.items() if amount > 0]
        since = max(base_end + 1, period[0] if active else 0)
        new = {one for one, month in flowed if month >= since}
        return Value(Fraction(len(new - {one for one, month in flowed if month <= base_end})))

    def count_distinct(self, by, selector, period):
        """How many firms, sites, materials or links there was something of."""
        sums, last = {}, period[0] + period[1] - 1
        for cell, amount, _ in self.cells(selector["measure"], None, selector, period[0], last):
            thing = link(cell) if by == "link" else getattr(cell, by)
            if thing is not None:
                sums[thing] = sums.get(thing, 0) + amount
        return Value(Fraction(sum(amount > 0 for amount in sums.values())))

    def figure(self, indicator, period):
        """An indicator as the manifest states it."""
        outcome = self.formula(indicator["formula"], period)
        if "beside" in indicator:
            self.formula(indicator["beside"]["formula"], period)
        (word, bound), = indicator.get("threshold", {"bound": None}).items()
        need(word in ("bound", "by_sign", "by_parameter"), f"{word} is no threshold")
        if word == "by_parameter":
            bound = self.chosen(bound)
        elif word == "by_sign":
            sign = self.formula(bound["of"], period)
            if isinstance(sign, str) or sign.number == 0:
                bound = sign if isinstance(sign, str) else UNDEFINED
            else:
                bound = bound["positive" if sign.number > 0 else "negative"]
        figure = {"indicator": indicator["indicator"], "unit": indicator["unit"]["symbol"]}
        if isinstance(outcome, str):
            return {**figure, "status": outcome}
        value, status = in_unit(outcome.number, indicator["unit"]), bound or "reported"
        if indicator["part_of_whole"] and outcome.number > 1:
            status = "inconsistent"
        elif isinstance(bound, dict):
            kept = BOUNDS[bound["direction"]](value, decimal(bound["value"]))
            status = "met" if kept else "not_met"
        return {**figure, "exact": str(value), "status": status}
