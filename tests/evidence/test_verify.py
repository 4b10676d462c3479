"""The verifier in schemas/evidence against the ledger's own, on dossiers that `symbiosis dossier`
made, on those changed in every way that is cheap to try, and on forgeries that take a key to make.

SYMBIOSIS names the program (target/debug/symbiosis if it is not set). Run by scripts/test.
"""
import concurrent.futures
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EVIDENCE = ROOT / "schemas" / "evidence"
PROGRAM = os.environ.get("SYMBIOSIS", str(ROOT / "target" / "debug" / "symbiosis"))

sys.dont_write_bytecode = True
sys.path[:0] = [str(EVIDENCE), str(HERE)]
import formulas  # noqa: E402
import maker  # noqa: E402
import proofs  # noqa: E402
import verify  # noqa: E402

PARK = "prk_caofeidian"
TINY = json.loads((HERE / "tiny.json").read_text("utf-8"))


def run(*words, status=0):
    """Runs the program, and expects that status."""
    done = subprocess.run([PROGRAM, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    if done.returncode != status:
        raise AssertionError(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def python(data, keys=(), kept=None):
    """The status that verify.py gives those bytes, and why."""
    keys = [proofs.verifier_key(text) for text in keys]
    return verify.verify(io.BytesIO(data), keys, kept)[:2]


def at_once(made, *words):
    """What the program makes of each, several at a time: it is a debug build."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(lambda some: made(*some), words))


def lines_of(data):
    return data.split(b"\n")[:-1]


def joined(lines):
    return b"".join(line + b"\n" for line in lines)


def resealed(data):
    """With a last line that fits what was changed above it."""
    lines = lines_of(data)
    return maker.sealed(joined(lines[:-1]))


class Made(unittest.TestCase):
    """Dossiers that the program makes from a demo ledger."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="evidence-")
        cls.folder = pathlib.Path(cls.scratch.name)
        cls.data = str(cls.folder / "data")
        run("demo", "caofeidian", "--no-serve", "--data", cls.data)
        cls.before = (cls.folder / "data" / "checkpoint").read_text("utf-8")
        (cls.folder / "before").write_text(cls.before, "utf-8")
        run("method", "publish", str(HERE / "tiny.json"), "--data", cls.data)
        cls.log = maker.Log.of_folder(cls.data)
        opened = json.loads(cls.log.bodies[0])["data"]
        cls.key, cls.other = opened["verifier_key"], maker.Signer(opened["origin"]).text
        cls.tiny, cls.quarter, cls.complete = at_once(
            cls.made, ("tiny", "--period", "2017-05", "--earlier", str(cls.folder / "before")),
            ("hj274", "--period", "2017-Q1", "--base-year", "2012"),
            ("hj274", "--period", "2017-01", "--complete"))

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def made(cls, method, *words):
        path = cls.folder / f"{method}{words[1]}.dossier"
        run("dossier", PARK, "--programme", method, *words, "--data", cls.data, "--out", str(path))
        data = path.read_bytes()
        path.unlink()
        return data

    def both(self, data, keys, status, kept=None):
        """Both verifiers end with that status."""
        self.assertEqual(python(data, keys, kept)[0], status, python(data, keys, kept)[1])
        path = self.folder / "both.dossier"
        path.write_bytes(data)
        words = [word for key in keys for word in ("--key", key)]
        if kept is not None:
            (self.folder / "kept").write_text(kept, "utf-8")
            words += ["--earlier", str(self.folder / "kept")]
        run("verify", str(path), *words, status=status)

    def test_what_the_program_makes_is_verified_by_both(self):
        for data in (self.tiny, self.quarter, self.complete):
            self.both(data, [self.key], 0)
        for keys, status in (([self.other, self.key], 0), ([], 1), ([self.other], 3),
                             ([maker.Signer("example.org/blake3").text], 3)):
            self.both(self.tiny, keys, status)

    def test_the_figures_are_those_that_the_report_gives(self):
        """Of a dossier, and of every method over all facts of the log, with nothing in between."""
        ground, documents, items = {}, [], {}
        for head, body in zip(self.log.heads, self.log.bodies):
            kind, data = json.loads(head)["type"], json.loads(body)["data"]
            if kind == "method_published":
                documents.append(data["document"])
                items.update((item["item"], item) for item in data["document"].get("items", []))
            if kind in formulas.FACTS:
                maker.add(ground, formulas.facts_of(kind, data), PARK)
        self.assertEqual(len(documents), 4)
        compared, reports = 0, at_once(run, *(
            ("report", PARK, "--programme", document["method"], "--period", "2017",
             "--base-year", "2012", "--format", "json", "--data", self.data)
            for document in documents))
        for document, report in zip(documents, map(json.loads, reports)):
            evaluation = formulas.Evaluation({}, 2012, document, items, ground)
            figures = [evaluation.figure(one, formulas.period_of("2017"))
                       for one in document["indicators"]]
            for own, theirs in zip(figures, report["indicators"], strict=True):
                self.assertEqual((own["indicator"], own.get("exact")),
                                 (theirs["indicator"], theirs.get("exact")))
                if theirs["status"] != "incomplete":
                    self.assertEqual(own["status"], theirs["status"], own)
                compared += "exact" in own
            leaves = [(facts, value) for facts, value, _ in evaluation.leaves.values()]
            self.assertEqual(leaves, [
                (leaf["facts"], formulas.Fraction(leaf["value"]) if "value" in leaf else None)
                for leaf in report["leaves"]])
            if document["method"] == "hj274":
                figures = [evaluation.figure(one, formulas.period_of("2017-Q1"))
                           for one in document["indicators"]]
                keys = [proofs.verifier_key(self.key)]
                self.assertEqual(verify.verify(io.BytesIO(self.quarter), keys)[3], figures)
        self.assertGreater(compared, 10)

    def test_the_command_line_answers_as_it_says(self):
        path = self.folder / "asked.dossier"
        path.write_bytes(self.tiny)
        ask = [sys.executable, str(EVIDENCE / "verify.py")]
        for words, status, said in (
                ([str(path), "--key", self.key], 0, "verified"),
                ([str(path)], 1, "signer unknown"),
                ([str(path), "--key", self.other], 3, "not verified"),
                ([str(path), "--key", "nonsense"], 2, ""),
                ([str(self.folder / "none")], 1, ""),
                ([str(path), "--key", self.key, "--earlier", str(self.folder / "before")], 0, "")):
            done = subprocess.run(ask + words, capture_output=True, text=True)
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
            self.assertIn(said, done.stdout)
            self.assertNotIn("Traceback", done.stderr)
        done = subprocess.run(ask + [str(path), "--key", self.key, "--json"], capture_output=True)
        answer = json.loads(done.stdout)
        self.assertEqual((answer["answer"], answer["status"]), ("verified", 0))
        self.assertEqual([one["check"] for one in answer["checks"]], verify.CHECKS)
        self.assertEqual(answer["figures"][1]["exact"], "1")
        self.assertIn("that no record was left out", answer["not_proven"])

    def test_every_flipped_byte_is_noticed(self):
        self.assertLess(len(self.tiny), 20_000)
        last = len(self.tiny) - len(lines_of(self.tiny)[-1]) - 1
        for place in range(len(self.tiny)):
            flipped = bytearray(self.tiny)
            flipped[place] ^= 1
            self.assertEqual(python(bytes(flipped), [self.key])[0], 3, place)
            if place < last:
                # As a forger would, with a last line that fits.
                forged = maker.sealed(bytes(flipped[:last]))
                self.assertEqual(python(forged, [self.key])[0], 3, place)

    def test_every_line_that_is_dropped_doubled_or_swapped_is_noticed(self):
        lines = lines_of(self.tiny)
        for at in range(len(lines)):
            changes = [lines[:at] + lines[at + 1:], lines[:at + 1] + lines[at:]]
            if at + 1 < len(lines):
                changes.append(lines[:at] + [lines[at + 1], lines[at]] + lines[at + 2:])
            for changed in map(joined, changes):
                self.assertEqual(python(changed, [self.key])[0], 3, at)
                # Cutting the last line off and making it anew gives the file back.
                if resealed(changed) != self.tiny:
                    self.assertEqual(python(resealed(changed), [self.key])[0], 3, at)

    def test_both_end_alike_whatever_was_changed(self):
        lines = lines_of(self.tiny)
        # The first bytes tell the program that it is a dossier at all.
        start = len("symbiosis-dossier/")
        for place in range(start, len(self.tiny), len(self.tiny) // 60):
            flipped = bytearray(self.tiny)
            flipped[place] ^= 1
            self.both(bytes(flipped), [self.key], 3)
            if place < len(self.tiny) - len(lines[-1]) - 1:
                self.both(resealed(bytes(flipped)), [self.key], 3)
        for at in range(1, len(lines), 4):
            self.both(resealed(joined(lines[:at] + lines[at + 1:])), [self.key], 3)
            self.both(resealed(joined(lines[:at + 1] + lines[at:])), [self.key], 3)
        for data in (b"symbiosis-dossier/1\n", b"symbiosis-dossier/1", self.tiny[:-1],
                     self.tiny + b"\n", self.tiny * 2, self.tiny.replace(b"\n", b"\r\n"),
                     b"symbiosis-dossier/2\n" + self.tiny[20:]):
            self.both(data, [self.key], 3)

    def test_a_manifest_that_says_otherwise_is_noticed(self):
        manifest = json.loads(lines_of(self.tiny)[1])
        first = manifest["figures"][0]
        changes = [
            {"as_of": manifest["as_of"] + 1}, {"as_of": manifest["method"]["position"]},
            {"as_of": True}, {"as_of": -1}, {"as_of": "1"}, {"as_of": None}, {"base_year": -1},
            {"base_year": 10_000}, {"checkpoint": 5}, {"choices": []}, {"choices": {"x": "y"}},
            {"counted": {"period": "2017-05", "places": 1, "position": 1}}, {"figures": []},
            {"figures": manifest["figures"][::-1]}, {"figures": [first]}, {"firm": "frm_none"},
            {"firm": None}, {"leaves": []}, {"leaves": [{}]}, {"leaves": manifest["leaves"] * 2},
            {"leaves": [{"facts": True}, *manifest["leaves"][1:]]}, {"park": "prk_other"},
            {"park": ["prk_caofeidian"]}, {"period": "2017-06"}, {"period": "2017-5"},
            {"revealed": [{}]}, {"revealed": None}, {"strength": "complete"}, {"strength": "all"},
            {"unknown": 1}, {"method": {**manifest["method"], "version": 2}},
            {"method": {**manifest["method"], "position": 0}}, {"method": {}},
            {"revealed": [{"pointer": "/salt", "position": 0, "salt": "0" * 64, "value": 1}]},
            {"earlier": {**manifest["earlier"], "checkpoint": manifest["checkpoint"]}},
            {"earlier": {**manifest["earlier"], "path": []}}, {"earlier": {}}]
        for member in ("exact", "status", "unit", "indicator"):
            changes.append({"figures": [{**first, member: "1"}, *manifest["figures"][1:]]})
        for place in range(len(manifest["earlier"]["path"])):
            path = manifest["earlier"]["path"]
            path = path[:place] + [maker.hashed(1, b"").hex()] + path[place + 1:]
            changes.append({"earlier": {**manifest["earlier"], "path": path}})
        walk = lines_of(self.tiny)[2:-1]
        top = b"symbiosis-dossier/1"
        for change in changes:
            line = maker.canonical({**manifest, **change})
            self.both(maker.sealed(joined([top, line, *walk])), [self.key], 3)
        # The same, but in another spelling.
        line = lines_of(self.tiny)[1]
        spellings = [line + b" ", line.replace(b":", b": ", 1), line.replace(b"{", b"{\n", 1),
                     b"\xef\xbb\xbf" + line, line.replace(b'"park"', b'"p\\u0061rk"'),
                     line.replace(b'"facts":1', b'"facts":1.0', 1), line[:-1] + b',"as_of":1}',
                     line.replace(b'"as_of":', b'"as_of":0', 1), b"[" * 100_000, b"\xff", b"{}",
                     line.replace(b'"facts":1', b'"facts":' + b"9" * 5000, 1), b"NaN", b'"\\ud800"']
        for spelling in spellings:
            self.assertNotEqual(spelling, line)
            self.both(maker.sealed(joined([top, spelling, *walk])), [self.key], 3)

    def test_signatures_have_one_spelling_and_are_strict(self):
        manifest = json.loads(lines_of(self.tiny)[1])
        note, walk = manifest["checkpoint"], lines_of(self.tiny)[2:-1]
        signed, line = note[:-1].rsplit(" ", 1)
        raw = proofs.from_base64(line)
        order = 2 ** 252 + 27742317777372353535851937790883648493
        beyond = int.from_bytes(raw[36:], "little") + order
        if beyond < 1 << 256:
            larger = raw[:36] + beyond.to_bytes(32, "little")
        texts = [
            note[:-1], note + "\n", note.replace("\n", "\r\n"), note.replace("— ", "- "),
            f"{signed} {line}=\n", f"{signed} {line[:-2]}{chr(ord(line[-2]) + 1)}=\n",
            f"{signed} {maker.base64.b64encode(larger).decode()}\n",
            f"{signed} {maker.base64.b64encode(raw[:4] + bytes(64)).decode()}\n",
            f"{signed} {maker.base64.b64encode(raw[:-1]).decode()}\n",
            note.replace("\n", "\n0", 1), self.before, "", "\n\n", note * 2,
            note + "— x\n", note.replace("/blake3\n", "\n", 1)]
        top = b"symbiosis-dossier/1"
        for text in texts:
            changed = maker.canonical({**manifest, "checkpoint": text})
            self.both(maker.sealed(joined([top, changed, *walk])), [self.key], 3)
        # A signature of somebody else beside it is passed over.
        other = maker.Signer("example.org/blake3")
        witness = f"— {other.name} {maker.base64.b64encode(other.id + bytes(64)).decode()}\n"
        changed = maker.canonical({**manifest, "checkpoint": note + witness})
        self.both(maker.sealed(joined([top, changed, *walk])), [self.key], 0)
        self.both(maker.sealed(joined([top, changed, *walk])), [self.key, other.text], 3)

    def test_a_kept_checkpoint_must_be_the_beginning(self):
        signed = json.loads(lines_of(self.tiny)[1])["checkpoint"]
        self.both(self.tiny, [self.key], 0, kept=self.before)
        self.both(self.tiny, [self.key], 0, kept=signed)
        self.both(self.tiny, [self.key], 3, kept=self.before + " ")
        self.both(self.tiny, [self.key], 3, kept="nonsense")
        self.both(self.tiny, [self.key], 3, kept=self.before.replace("\n116", "\n117", 1))
        forged = maker.Signer(signed.split("\n")[0]).checkpoint(11_616, bytes(32))
        self.both(self.tiny, [self.key], 3, kept=forged)
        # Without a key all that is told is that it is another history.
        self.both(self.tiny, [], 3, kept=forged)


    def test_the_worked_example_is_verified(self):
        data = (EVIDENCE / "example.dossier").read_bytes()
        key = (EVIDENCE / "example.key").read_text("utf-8").strip()
        self.both(data, [key], 0)
        figures = verify.verify(io.BytesIO(data), [proofs.verifier_key(key)])[3]
        self.assertEqual([one.get("exact") for one in figures], ["849/11", "387/5", "1", None])


class Forged(unittest.TestCase):
    """Logs that no ledger would write, signed all the same: what a keeper could try."""

    ORIGIN = "example.org/test/blake3"

    @classmethod
    def setUpClass(cls):
        samples = json.loads((ROOT / "schemas" / "examples" / "events.json").read_text("utf-8"))
        cls.samples = {one["type"]: one["data"] for one in samples}
        cls.park = cls.samples["own_reuse_declared"]["declared"]["park"]
        cls.period = cls.samples["own_reuse_declared"]["declared"]["period"]
        cls.signer = maker.Signer(cls.ORIGIN)
        cls.scratch = tempfile.TemporaryDirectory(prefix="evidence-")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def opened(self):
        log = maker.Log()
        log.add("ledger_opened", {"demo": False, "format": 1, "origin": self.ORIGIN,
                                  "verifier_key": self.signer.text})
        log.add("method_published", {"document": TINY, "id": "tiny.1"})
        log.add("own_reuse_declared", self.samples["own_reuse_declared"], [self.park])
        return log

    def counted(self, log, **change):
        data = {"park": self.park, "period": self.period, "places": log.places[self.park], **change}
        return log.add("park_counted", data, [self.park])

    def stock(self, log, parks=None, **head):
        declared = self.samples["own_reuse_declared"]["declared"]
        data = {**self.samples["stock_declared"], "declared": declared}
        return log.add("stock_declared", data, [self.park] if parks is None else parks, **head)

    def asked(self, log, count=None, hide=(), heads=(), **change):
        """A dossier of the log: listed, or complete up to the record that counts."""
        as_of = len(log.heads) if count is None else count + 1
        manifest, needed = maker.question(log, self.park, "tiny", self.period, as_of=as_of)
        if count is not None:
            data = json.loads(log.bodies[count])["data"]
            manifest.update(strength="complete", counted={
                "period": data["period"], "places": data["places"], "position": count})
            needed |= set(range(count + 1))
        manifest.update(change)
        shown = {at: at not in heads for at in needed if at not in hide}
        tree = log.tree()
        signed = self.signer.checkpoint(len(log.heads), tree.root())
        return maker.dossier(log, manifest, shown, signed)

    def ends(self, data, status, why="", kept=None):
        """Both verifiers end with that status, and ours for that reason."""
        found = python(data, [self.signer.text], kept)
        self.assertEqual(found[0], status, found[1])
        self.assertIn(why, found[1])
        path, words = pathlib.Path(self.scratch.name, "forged.dossier"), []
        path.write_bytes(data)
        if kept is not None:
            words = ["--earlier", str(path.with_name("kept"))]
            path.with_name("kept").write_text(kept, "utf-8")
        run("verify", str(path), "--key", self.signer.text, *words, status=status)

    def test_an_honest_log_is_verified(self):
        log = self.opened()
        self.stock(log)
        self.ends(self.asked(log), 0)
        count = self.counted(log)
        self.ends(self.asked(log), 0)
        self.ends(self.asked(log, count), 0)
        log.add("period_closed", self.samples["period_closed"], [self.park])
        self.ends(self.asked(log, count), 0)

    def test_a_complete_dossier_misses_nothing(self):
        log = self.opened()
        stock = self.stock(log)
        closed = log.add("period_closed", {"park": self.park, "period": self.period}, [self.park])
        count = self.counted(log)
        self.ends(self.asked(log, count, heads=[closed]), 0)
        self.ends(self.asked(log, count, hide=[stock]), 3)
        self.ends(self.asked(log, count, hide=[closed]), 3, "is not at")
        self.ends(self.asked(log, count, heads=[stock]), 3, "without its BODY")
        self.ends(self.asked(log, count, heads=[count]), 3, "without its BODY")
        self.ends(self.asked(log, count, hide=[count]), 3)
        self.ends(self.asked(log, count, hide=[0]), 3)
        wrong = {"period": self.period, "places": 3, "position": count}
        self.ends(self.asked(log, count, counted={**wrong, "places": 2}), 3)
        self.ends(self.asked(log, count, counted={**wrong, "position": closed}), 3)
        self.ends(self.asked(log, count, counted={**wrong, "period": "2031-01"}), 3)
        later = self.stock(log)
        self.assertEqual(later, count + 1)
        self.ends(self.asked(log, count), 0)
        self.ends(self.asked(log, count, as_of=count + 2), 3, "as_of")

    def test_a_count_that_lies_proves_nothing(self):
        for change in ({"places": 1}, {"places": 5}, {"park": "prk_other"}, {"period": "2031-01"}):
            log = self.opened()
            self.stock(log)
            self.ends(self.asked(log, self.counted(log, **change)), 3)
        log = self.opened()
        log.places[self.park] += 1
        self.ends(self.asked(log, self.counted(log)), 3, "is not at")

    def test_facts_of_a_park_that_head_does_not_name_are_refused(self):
        log = self.opened()
        self.stock(log, parks=[])
        self.ends(self.asked(log), 3, "does not name")

    def test_what_is_not_known_can_not_be_told(self):
        log = self.opened()
        log.add("oracle_consulted", {}, [self.park])
        count = self.counted(log)
        self.ends(self.asked(log, count, heads=[3]), 1, "unknown type")
        self.ends(self.asked(log, count, heads=[3], leaves=[]), 3)
        log = self.opened()
        at = self.stock(log, schema=2)
        count = self.counted(log)
        manifest, _ = maker.question(self.opened(), self.park, "tiny", self.period)
        change = {name: manifest[name] for name in ("figures", "leaves")}
        self.ends(self.asked(log, count, **change), 1, "schema 2")
        self.ends(self.asked(log, hide=[at], **change), 0)
        self.ends(self.asked(log, **change), 3)

    def test_a_listed_dossier_lists_what_it_needs_only(self):
        log = self.opened()
        log.add("fresh_water_declared", self.samples["fresh_water_declared"], [self.park])
        manifest, needed = maker.question(log, self.park, "tiny", self.period)
        signed = self.signer.checkpoint(len(log.heads), log.tree().root())
        self.ends(maker.dossier(log, manifest, dict.fromkeys(needed, True), signed), 0)
        for at, body in ((3, True), (3, False), (2, False)):
            shown = {**dict.fromkeys(needed, True), at: body}
            self.ends(maker.dossier(log, manifest, shown, signed), 3)

    def test_a_method_must_be_there_in_time_and_not_withdrawn(self):
        log = self.opened()
        gone = log.add("method_withdrawn", {"id": "tiny.1", "reason": "wrong"}, [self.park])
        count = self.counted(log)
        self.ends(self.asked(log), 0)
        self.ends(self.asked(log, count), 3, "withdrawn")
        self.ends(self.asked(log, hide=[1]), 3)
        log = self.opened()
        log.add("method_withdrawn", {"id": "tiny.2", "reason": "wrong"}, [self.park])
        self.ends(self.asked(log, self.counted(log)), 0)
        self.assertEqual(gone, 3)
        log = self.opened()
        log.add("method_published", {"document": {**TINY, "version": 2}, "id": "tiny.3"})
        self.ends(self.asked(log), 3)

    def test_the_walk_has_one_spelling(self):
        log = self.opened()
        for _ in range(8):
            log.add("period_closed", self.samples["period_closed"], [self.park])
        good = self.asked(log)
        self.ends(good, 0)
        lines, tree = lines_of(good), log.tree()
        pair = next(at for at, line in enumerate(lines) if line.startswith(b"02 "))
        first = 4
        self.assertEqual(lines[pair], b"02 %s" % tree.root(first, first + 4).hex().encode())
        halves = [b"01 %s" % tree.root(at, at + 2).hex().encode() for at in (first, first + 2)]
        self.ends(maker.sealed(joined(lines[:pair] + halves + lines[pair + 1:-1])), 3, "are one")
        whole = b"04 %s" % bytes(32).hex().encode()
        for walk in ([whole], [*lines[2:-1], whole], lines[2:-2], [b"99" + whole[2:]], [],
                     [*lines[2:-1], lines[-1], *lines[2:-1]], [*lines[2:-1], b"blake3 x"],
                     [line.upper() if line.startswith(b"02 ") else line for line in lines[2:-1]],
                     [line.replace(b" ", b"  ", 1) for line in lines[2:-1]]):
            self.ends(maker.sealed(joined(lines[:2] + walk)), 3)

    def test_a_kept_checkpoint_is_looked_for_in_the_walk_and_in_the_proof(self):
        log = self.opened()
        for _ in range(9):
            log.add("period_closed", self.samples["period_closed"], [self.park])
        tree = log.tree()
        good = self.asked(log)
        for size in (1, 2, 3, 4, 8, 12):
            kept = self.signer.checkpoint(size, tree.root(0, size))
            self.ends(good, 0, kept=kept)
            self.ends(good, 3, "another history", kept=self.signer.checkpoint(size, bytes(32)))
            path = [one.hex() for one in tree.proof(size)]
            self.ends(self.asked(log, earlier={"checkpoint": kept, "path": path}), 0, kept=kept)
        for size in (5, 6, 7, 9, 13):
            root = tree.root(0, size) if size <= 12 else bytes(32)
            self.ends(good, 1, "only grew", kept=self.signer.checkpoint(size, root))
        kept = self.signer.checkpoint(5, tree.root(0, 5))
        path = [one.hex() for one in tree.proof(5)]
        proven = self.asked(log, earlier={"checkpoint": kept, "path": path})
        self.ends(proven, 0, kept=kept)
        self.ends(proven, 3, kept=self.signer.checkpoint(5, bytes(32)))
        self.ends(proven, 1, kept=self.signer.checkpoint(6, tree.root(0, 6)))
        for wrong in (path[1:], path[:-1], [*path, path[0]], [], path[::-1]):
            self.ends(self.asked(log, earlier={"checkpoint": kept, "path": wrong}), 3)
        larger = self.signer.checkpoint(13, bytes(32))
        self.ends(self.asked(log, earlier={"checkpoint": larger, "path": path}), 3)

    def test_a_revealed_value_is_the_one_that_was_sealed(self):
        log = self.opened()
        salt, value = "5" * 64, {"amount": "62.00", "currency": "CNY"}
        def sealed(command, pointer):
            parts = bytes.fromhex(salt), command, b"\0", pointer, b"\0", maker.canonical(value)
            return {"sealed": maker.hashed(2, *parts).hex()}
        data = {**self.samples["delivery_dispatched"], "plate": sealed(b"cmd_3", b"/data/plate")}
        at = log.add("delivery_dispatched", data, [data["exchange"]["supplier"]["park"]])
        one = {"pointer": "/data/plate", "position": at, "salt": salt, "value": value}
        manifest, needed = maker.question(log, self.park, "tiny", self.period)
        signed = self.signer.checkpoint(len(log.heads), log.tree().root())
        shown = dict.fromkeys(needed | {at}, True)
        def asked(*revealed):
            return maker.dossier(log, {**manifest, "revealed": list(revealed)}, shown, signed)
        self.ends(asked(one), 0)
        self.ends(asked(), 3)
        self.ends(asked(one, one), 3)
        for change in ({"pointer": "/data/driver"}, {"pointer": ""}, {"pointer": "/data/plate/0"},
                       {"position": 0}, {"position": 99}, {"salt": "6" * 64}, {"value": 62}):
            self.ends(asked({**one, **change}), 3)


class Facts(unittest.TestCase):
    """The table of facts against what the ledger's own code gives for every type of event."""

    BASES = {"mass": 10 ** 6, "volume": 10 ** 6, "normal_volume": 10 ** 6, "energy": 10 ** 9,
             "standard_volume": 10 ** 6, "pieces": 1, "nothing": 1}

    def expected(self, fact):
        unit, of = fact["unit"]
        parts = self.BASES.get(unit, 10 ** 6 if of == "stated" else 10 ** 4)
        parts *= 100 if unit == "P1" else 1
        code = fact["code"] and tuple(fact["code"][name] for name in ("scheme", "code", "edition"))
        cell = formulas.Cell(
            formulas.period_of(fact["day"][:7])[0], fact["firm"], fact["site"], fact["other_firm"],
            fact["other_site"], fact["material"], fact["kind"], code, unit,
            of if unit in self.BASES else None, int(of) if of.isdigit() else None,
            fact["method"] if fact["measure"] == "stated" else None)
        drawer = fact["measure"], fact["item"]
        return repr((fact["park"], drawer, cell, formulas.Fraction(fact["amount"], parts)))

    def test_events_bear_the_facts_that_the_ledger_says(self):
        lines = (ROOT / "tests" / "golden" / "facts.ndjson").read_text("utf-8").splitlines()
        kinds = set()
        for line in map(json.loads, lines):
            own = []
            for park, drawer, cell, amount in formulas.facts_of(line["type"], line["data"]):
                cell = cell._replace(basis="") if cell.unit == "nothing" else cell
                own.append(repr((park, drawer, cell, amount)))
            theirs = [self.expected(fact) for fact in line["facts"]]
            self.assertEqual(sorted(own), sorted(theirs), line["data"])
            kinds.add(line["type"])
        self.assertEqual(kinds, set(formulas.FACTS))

    def test_every_type_of_event_is_known(self):
        files = (ROOT / "schemas" / "event").glob("*.v1.json")
        self.assertEqual({file.name.split(".")[0] for file in files}, formulas.TYPES)


class Numbers(unittest.TestCase):
    def test_a_proof_of_growth_holds_between_its_two_roots_only(self):
        leaves = [maker.hashed(0, bytes([place])) for place in range(24)]
        roots = [None] + [maker.Tree(leaves[:size]).root() for size in range(1, 25)]
        point = [proofs.Checkpoint("o", size, root) for size, root in enumerate(roots)]
        for new in range(1, 25):
            for old in range(1, new + 1):
                path = [] if old == new else maker.Tree(leaves[:new]).proof(old)
                self.assertTrue(proofs.consistent(point[old], point[new], list(path)))
                wrong = [path[1:], path[:-1], [*path, roots[1]], path[::-1]]
                wrong = wrong if path else [[roots[1]]]
                for one in wrong:
                    if one != path:
                        try:
                            self.assertFalse(proofs.consistent(point[old], point[new], list(one)))
                        except IndexError:
                            pass  # too short, which the checks take for malformed
                if old < new:
                    other = point[old]._replace(root=roots[new])
                    self.assertFalse(proofs.consistent(other, point[new], list(path)))

    def test_roots_are_exact_or_cut(self):
        fraction = formulas.Fraction
        self.assertEqual(formulas.growth(fraction(1331), fraction(1000), 3), fraction(1, 10))
        cut = formulas.growth(fraction(2), fraction(1), 2)
        digits = 4142135623730950488016887242096980785696  # and then 7187…
        self.assertEqual(cut, fraction(digits, 10 ** 40))
        self.assertIsNone(formulas.growth(fraction(1), fraction(0), 2))
        self.assertIsNone(formulas.growth(fraction(-1), fraction(-1), 2))
        for degree in range(1, 6):
            for value in range(200):
                root = formulas.root(value, degree)
                self.assertTrue(root ** degree <= value < (root + 1) ** degree)

    def test_memory_does_not_grow_with_records_that_bear_no_facts(self):
        """A walk of records that are shown and say nothing leaves nothing behind."""
        import tracemalloc
        signer = maker.Signer("example.org/test/blake3")
        peaks = []
        for count in (2_000, 8_000):
            log = maker.Log()
            log.add("ledger_opened", {"demo": False, "format": 1, "origin": signer.name,
                                      "verifier_key": signer.text})
            log.add("method_published", {"document": TINY, "id": "tiny.1"})
            for _ in range(count):
                log.add("period_closed", {"park": "prk_a", "period": "2025-01"}, ["prk_a"])
            places = log.places["prk_a"]
            last = log.add("park_counted", {"park": "prk_a", "period": "2025-01", "places": places},
                           ["prk_a"])
            manifest, needed = maker.question(log, "prk_a", "tiny", "2025-01", as_of=last + 1)
            manifest.update(strength="complete", counted={
                "period": "2025-01", "places": places, "position": last})
            shown = {at: at in needed or at == last for at in range(last + 1)}
            signed = signer.checkpoint(last + 1, log.tree().root())
            data = maker.dossier(log, manifest, shown, signed)
            del log, shown, manifest
            tracemalloc.start()
            self.assertEqual(python(data, [signer.text])[0], 0)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        self.assertLess(peaks[1], peaks[0] + 200_000, peaks)


if __name__ == "__main__":
    unittest.main()
