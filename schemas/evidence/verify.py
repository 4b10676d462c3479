#!/usr/bin/env python3
"""Verifies a dossier offline: python3 verify.py FILE.dossier --key VERIFIER_KEY

The format and the order of checks are those of README.md beside this file; proofs.py has the hashes
and signatures, formulas.py the figures, facts.txt the table of facts. Needs Python 3.9 or later and
the packages `blake3` and `cryptography`; no network, and nothing of the program that wrote the
dossier. Memory does not grow with the number of records that bear no facts.

Exit status: 0 verified, 3 it is not, 1 it can't be told, 2 asked wrongly.
"""
import argparse
import json
import re
import sys

from blake3 import blake3

sys.dont_write_bytecode = True  # the folder may be one that is only read
from formulas import FACTS, TYPES, Evaluation, facts_of, items_of, period_of  # noqa: E402
from proofs import (NOTE_LIMIT, Refused, canonical, checkpoint, consistent, digest,  # noqa: E402
                    grow, need, number, root_of, strict, take, verifier_key)

MANIFEST_LIMIT, LINE_LIMIT, HEAD_LIMIT = 1 << 24, 1 << 20, 1 << 12
# What a listed dossier may list beside records that bear facts.
LISTED = {"ledger_opened", "key_rotated", "park_counted", "method_published"}


# --- The file -----------------------------------------------------------------------------------

def form(file):
    """The manifest, and the hash that names the file, which is left where the walk begins."""
    hasher, last, count, manifest = blake3(), b"", 0, b""
    while line := file.readline((MANIFEST_LIMIT if count == 1 else LINE_LIMIT) + 1):
        need(line[-1:] == b"\n", "a line is too long, or the last one has no end")
        need(count != 0 or line == b"symbiosis-dossier/1\n", "it is no symbiosis-dossier/1")
        manifest = line if count == 1 else manifest
        hasher.update(last)
        last, count = line, count + 1
    name = hasher.hexdigest()
    need(last == f"blake3 {name}\n".encode(), "the last line is not the hash of those above")
    file.seek(len(b"symbiosis-dossier/1\n") + len(manifest))
    return strict(manifest[:-1], "the manifest"), name


def walk(file, size, record, kept):
    """Hands each record's position, HEAD and BODY (or None) to `record`.

    Answers the root, and that of the first `kept` records if a line ends there.
    """
    peaks, at, before, passed = [], 0, None, None
    while (line := file.readline(LINE_LIMIT + 1)) and not line.startswith(b"blake3 "):
        first, *rest = line[:-1].split(b" ", 2)
        need(rest and len(line) <= LINE_LIMIT, f"the line at {at} is malformed")
        if len(first) == 2:
            need(re.fullmatch(rb"[0-9]{2} [0-9a-f]{64}\n", line), f"the line at {at} is malformed")
            level, subtree = int(first), bytes.fromhex(rest[0].decode())
            need(at % (1 << level) == 0, f"no subtree of level {level} begins at {at}")
            need(before != level or not at >> level & 1, f"the subtrees before and at {at} are one")
            before = level
        else:
            level, subtree, before = 0, blake3(b"\x00" + rest[0]).digest(), None
            need(subtree.hex().encode() == first, f"HASH at {at} is not that of its HEAD")
            record(at, *rest)
        grow(peaks, level, subtree)
        at += 1 << level
        need(at <= size, "the walk goes on beyond the checkpoint's size")
        passed = root_of(peaks) if at == kept else passed
    need(not file.read(1), "something stands behind the walk's end")
    need(at == size > 0, f"the walk ends at {at}, and the checkpoint's size is {size}")
    return root_of(peaks), passed


class Records:
    """What the records say: the facts as sums, and what was published, withdrawn and counted."""

    def __init__(self, manifest, origin, unsure):
        self.manifest, self.origin, self.park = manifest, origin, manifest["park"]
        self.counted, self.revealed, self.unsure = manifest.get("counted"), {}, unsure
        self.until = self.counted["position"] if self.counted else -1
        self.ground, self.sources, self.facts, self.items = {}, {}, 0, {}
        self.places, self.closed, self.count, self.document = 0, set(), None, None
        self.opened, self.unsealed = False, []
        for one in manifest["revealed"]:
            self.revealed.setdefault(one["position"], []).append(one)

    def record(self, at, head_bytes, body_bytes=None):
        head = strict(head_bytes, f"HEAD of {at}")
        kind, body_hash, parks, *numbers, _ = take(
            head, "type body parks position schema batch step steps recorded_at")
        position, schema, *_ = [number(value) for value in numbers]
        need(position == at, f"HEAD at {at} is of the position {position}")
        need(len(head_bytes) < HEAD_LIMIT and isinstance(kind, str) and
             len(dict(parks)) == len(parks), f"HEAD of {at} is malformed")
        place = dict(parks).get(self.park)
        if place is not None and at <= self.until:
            need(number(place) == self.places, f"the park's record {self.places} is not at {at}")
            self.places += 1
            need(body_bytes is not None or kind not in FACTS and kind not in LISTED,
                 f"the {kind} at {at} is listed without its BODY")
            if kind not in TYPES:
                self.unsure.append(f"whether the unknown type {kind}, as at {at}, bears facts")
        if body_bytes is None:
            need(self.counted, f"the record at {at} is listed without its BODY")
            return
        need(blake3(b"\x03" + body_bytes).digest() == digest(body_hash), f"BODY of {at} is another")
        body = strict(body_bytes, f"BODY of {at}")
        take(body, "actor command data key occurred_at salt stream version")
        is_read = kind in LISTED or kind in FACTS or kind == "method_withdrawn"
        if is_read and schema != 1:
            self.unsure.append(f"what schema {schema} of {kind}, as at {at}, means")
        try:
            served = is_read and schema == 1 and self.event(at, kind, body["data"], place)
            need(served or self.counted or at in self.revealed, f"no figure needs {kind} at {at}")
            for shown in self.revealed.get(at, []):
                self.unsealed += [shown] if seals(body, shown) else []
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Refused(f"the {kind} at {at} is malformed: {error!r}") from None

    def event(self, at, kind, data, place):
        """Answers whether a listed dossier may have such a record, as far as can be told by now."""
        method, below, of_park = self.manifest["method"], at < self.manifest["as_of"], False
        if kind == "ledger_opened":
            self.opened = at == 0 and data["origin"] == self.origin
        elif kind in FACTS and below:
            sources = set()
            for park, drawer, cell, amount in facts_of(kind, data):
                of_park = of_park or park == self.park
                if park == self.park and cell.firm == self.manifest.get("firm", cell.firm):
                    entry = self.ground.setdefault(drawer, {}).setdefault(cell, [0, 0])
                    entry[0], entry[1], self.facts = entry[0] + amount, entry[1] + 1, self.facts + 1
                    sources.add((*drawer, cell))
            need(place is not None or not of_park, f"HEAD of {at} does not name its facts' park")
            if not self.counted and at not in self.revealed:
                self.sources[at] = sources
        elif kind == "park_counted" and data["park"] == self.park and at <= self.until:
            need(place == number(data["places"]), f"{at} counts other records than are there")
            self.closed.add(period_of(data["period"])[0])
            self.count = {"period": data["period"], "places": data["places"], "position": at}
        elif kind == "method_published" and below:
            document = data["document"]
            for item in document.get("items", []):
                known = self.items.setdefault(item["item"], item)
                need(canonical(known) == canonical(item), f"{item['item']} is defined in two ways")
            if at == method["position"]:
                self.document = document
                name = f"{document['method']}.{document['version']}"
                need(data["id"] == name, f"the method at {at} has another id than {name}")
            elif not self.counted and at not in self.revealed:
                self.sources[at] = {item["item"] for item in document.get("items", [])}
        elif kind == "method_withdrawn":
            name = f"{method['method']}.{method['version']}"
            need(data["id"] != name or not below, f"the method was withdrawn at {at}")
        return kind in ("ledger_opened", "key_rotated", "park_counted") or \
            below and kind != "method_withdrawn"


def seals(body, shown):
    """Whether a BODY has, at that place, the commitment to the value that is shown for it."""
    value, pointer = body, shown["pointer"]
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        value = value[int(part)] if isinstance(value, list) else value[part]
    parts = (b"\x02", digest(shown["salt"]), body["command"]["id"].encode(), b"\x00",
             pointer.encode(), b"\x00", canonical(shown["value"]))
    return blake3(b"".join(parts)).digest() == digest(take(value, "sealed")[0])


# --- All checks, in the README's order ----------------------------------------------------------

CHECKS = "form checkpoint inclusion consistency completeness method revealed formulas".split()


def check_manifest(manifest):
    """The members that steer the checks; leaves and figures are compared as a whole."""
    take(manifest, "as_of checkpoint choices figures leaves method park period revealed strength",
         "base_year counted earlier firm")
    take(manifest["method"], "method position version")
    numbers = [manifest["as_of"], manifest["method"]["position"], manifest.get("base_year", 0)]
    need(number(numbers[2]) < 10_000, "the base year is no year")
    complete = manifest["strength"] == "complete"
    need(complete or manifest["strength"] == "listed", "`strength` is listed or complete")
    need(complete == ("counted" in manifest), "`counted` is of complete dossiers, and of all these")
    need(not complete or "firm" not in manifest, "a firm's cut is listed, never complete")
    need(all(isinstance(manifest.get(name, ""), str) for name in ("park", "firm")), "whose is it?")
    numbers += take(manifest["counted"], "places position period")[:2] if complete else []
    order = [(number(one["position"]), one["pointer"]) for one in manifest["revealed"]
             if take(one, "pointer position salt value")]
    need(order == sorted(set(order)), "`revealed` is not in order, or not of single places")
    return [number(value) for value in numbers]


def checks(file, keys, earlier, figures, unsure):
    """Answers one by one what each check found; the first that fails raises.

    Adds the figures to `figures`, and to `unsure` what can't be told.
    """
    manifest, name = form(file)
    check_manifest(manifest)
    yield f"{manifest['strength']} dossier, blake3 {name}"

    signed = checkpoint(manifest["checkpoint"], keys)
    need(manifest["as_of"] <= signed.size, "`as_of` lies beyond it")
    if not keys:
        unsure.append("who has signed, as no --key was given: it is consistent, signer unknown")
    yield f"{signed.size} records of {signed.origin}, {'signed' if keys else 'signer unknown'}"

    kept = checkpoint(earlier, keys) if earlier else None
    records = Records(manifest, signed.origin, unsure)
    root, passed = walk(file, signed.size, records.record, kept and kept.size)
    need(root == signed.root, "the root is another")
    need(records.opened, "the record that opened the checkpoint's ledger is not shown as the first")
    yield f"each record shown is one of the {signed.size}"

    grown = {} if passed is None else {kept.size: passed}
    if "earlier" in manifest:
        note, path = take(manifest["earlier"], "checkpoint path")
        before = checkpoint(note, keys)
        need(before.origin == signed.origin and consistent(before, signed, [*map(digest, path)]),
             "the earlier checkpoint is of another history")
        grown[before.size] = before.root
    if kept:
        need(kept.origin == signed.origin and grown.get(kept.size, kept.root) == kept.root,
             "the checkpoint that you have kept is of another history")
        if kept.size not in grown:
            unsure.append(f"whether the log only grew since the kept checkpoint of {kept.size}")
    yield "; ".join(f"it only grew since it had {size} records" for size in grown) or "not asked"

    yield completeness(manifest, records)

    method, document = manifest["method"], records.document
    need(document, "it is not listed, or not below `as_of`")
    found = {name: document[name] for name in ("method", "version")}
    need(canonical({**found, "position": method["position"]}) == canonical(method),
         "it is of another name or version")
    yield f"{method['method']} version {method['version']} of record {method['position']}"

    need(records.unsealed == manifest["revealed"], "a value is shown that no BODY here commits to")
    yield "; ".join(f"{one['pointer']} of {one['position']} is {canonical(one['value']).decode()}"
                    for one in records.unsealed) or "no sealed value is shown"

    evaluation = Evaluation(manifest["choices"], manifest.get("base_year"), document,
                            records.items, records.ground)
    figures += [evaluation.figure(one, period_of(manifest["period"]))
                for one in document["indicators"]]
    leaves = [{"facts": facts} if value is None else {"facts": facts, "value": str(value)}
              for facts, value, _ in evaluation.leaves.values()]
    for what, own in (("figures", figures), ("leaves", leaves)):
        need(len(own) == len(manifest[what]), f"{len(own)} {what} come out, not as many as stated")
        for one, stated in zip(own, manifest[what]):
            need(canonical(one) == canonical(stated), f"{one} comes out, not {stated}")
    used = evaluation.used | set(items_of(document["indicators"])).difference(
        one["item"] for one in document.get("items", []))
    for at, sources in records.sources.items():
        need(sources & used, f"the record at {at} is listed, and no figure needs it")
    yield f"{records.facts} facts in {len(leaves)} sums give the {len(figures)} figures stated"


def completeness(manifest, records):
    if not records.counted:
        return "listed: nothing is proven about records that are not shown"
    need(canonical(records.count) == canonical(records.counted)
         and records.places == records.counted["places"] + 1, "`counted` is of no such record")
    need(manifest["as_of"] <= records.until + 1, "`as_of` lies beyond the count of records")
    first, months = period_of(manifest["period"])
    need(records.closed.issuperset(range(first, first + months)), "a month was not closed by then")
    return f"all {records.places} records of the park up to {records.until} are there"


def verify(file, keys, kept=None):
    """Answers the status, why it is not 0, what each check found, and the figures."""
    done, figures, unsure = [], [], []
    try:
        for found in checks(file, keys, kept, figures, unsure):
            done.append({"check": CHECKS[len(done)], "found": found, "ok": True})
        return int(bool(unsure)), "; ".join(unsure[:3]), done, figures
    except (OSError, MemoryError, RecursionError) as error:
        status, why = 1, f"it can't be read: {error}"
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        status, why = 3, f"it is malformed: {error!r}"
    except Refused as error:
        status, why = 3, str(error)
    done.append({"check": CHECKS[len(done)], "found": why, "ok": False})
    return status, why, done, []


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", metavar="FILE", help="the dossier")
    parser.add_argument("--key", action="append", default=[], help="a verifier key of the ledger")
    parser.add_argument("--earlier", metavar="CHECKPOINT", help="a checkpoint that you have kept")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    try:
        keys, kept = [verifier_key(text) for text in asked.key], None
        if asked.earlier:
            with open(asked.earlier, encoding="utf-8", newline="") as file:
                kept = file.read(NOTE_LIMIT + 1)
        file = open(asked.file, "rb")
    except (Refused, ValueError) as error:
        parser.error(str(error.args[0]))
    except OSError as error:
        print(f"it can't be told: {error}", file=sys.stderr)
        return 1
    with file:
        status, why, done, figures = verify(file, keys, kept)
    tell(asked.json, done, why, status, figures)
    return status


def tell(as_json, done, why, status, figures):
    """Prints what was found, and what is not proven whatever was found."""
    answer = {0: "verified", 1: "it can't be told", 3: "not verified"}[status]
    missing = ["that a scale was honest", "that a firm declared all that it generated",
               "that a receiver used what it said it used",
               "that the ledger showed the same log to everyone: compare checkpoints"]
    if not done[0]["found"].startswith("complete"):
        missing.insert(0, "that no record was left out")
    if as_json:
        print(json.dumps({"answer": answer, "checks": done, "figures": figures,
                          "not_proven": missing, "status": status, "why": why}, indent=1))
        return
    lines = [f"{'ok' if one['ok'] else 'FAILED':7} {one['check']}: {one['found']}" for one in done]
    lines += [f"figure  {one['indicator']} = {one.get('exact', '?')} {one['unit']}: {one['status']}"
              for one in figures]
    lines += [f"open    {one}" for one in missing] + [f"{answer}{': ' * bool(why)}{why}"]
    for line in lines:
        # What a stranger's file says must not steer the terminal.
        print("".join(char if char.isprintable() else "?" for char in line))


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")
    sys.exit(main())
