"""Makes dossiers for tests, out of any list of lines: also such as no ledger would write.

Test code only. It knows the format from schemas/evidence/README.md and shares with the verifier
that it tests nothing but the evaluation of formulas.
"""
import base64
import hashlib
import json
import pathlib

from blake3 import blake3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import formulas


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def hashed(prefix, *parts):
    return blake3(bytes([prefix]) + b"".join(parts)).digest()


class Signer:
    """A key of a test, with its verifier key as text."""

    def __init__(self, name, seed=b"\x07" * 32):
        self.name, self.key = name, Ed25519PrivateKey.from_private_bytes(seed)
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        data = b"\x01" + public
        self.id = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
        self.text = f"{name}+{self.id.hex()}+{base64.b64encode(data).decode()}"

    def checkpoint(self, size, root):
        text = f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n"
        signature = base64.b64encode(self.id + self.key.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {signature}\n"


class Tree:
    """All subtrees of a list of leaves, by first leaf and size."""

    def __init__(self, leaves):
        self.leaves, self.known = leaves, {}

    def root(self, first=0, end=None):
        end = len(self.leaves) if end is None else end
        if end - first == 1:
            return self.leaves[first]
        if (first, end) not in self.known:
            middle = first + (1 << (end - first - 1).bit_length() - 1)
            self.known[first, end] = hashed(1, self.root(first, middle), self.root(middle, end))
        return self.known[first, end]

    def proof(self, old, first=0, end=None, whole=True):
        """RFC 6962's SUBPROOF."""
        end = len(self.leaves) if end is None else end
        if old == end:
            return [] if whole else [self.root(first, end)]
        middle = first + (1 << (end - first - 1).bit_length() - 1)
        if old <= middle:
            return self.proof(old, first, middle, whole) + [self.root(middle, end)]
        return self.proof(old, middle, end, False) + [self.root(first, middle)]


class Log:
    """Lines as a ledger's segments have them, read from one or made here."""

    def __init__(self):
        self.heads, self.bodies, self.places = [], [], {}

    @classmethod
    def of_folder(cls, folder):
        log = cls()
        for segment in sorted(pathlib.Path(folder, "log").glob("*.log")):
            for line in segment.read_bytes().splitlines():
                _, head, body = line.split(b" ", 2)
                log.heads.append(head)
                log.bodies.append(body)
        return log

    def add(self, kind, data, parks=(), schema=1, **head):
        position = len(self.heads)
        body = canonical({
            "actor": "keeper", "command": {"hash": "0" * 64, "id": f"cmd_{position}"}, "data": data,
            "key": "key_test", "occurred_at": "2026-01-01T00:00:00.000Z",
            "salt": f"{position:064x}", "stream": "test", "version": 0})
        places = [[park, self.places.get(park, 0)] for park in parks]
        self.places.update({park: place + 1 for park, place in places})
        self.heads.append(canonical({
            "batch": position, "body": hashed(3, body).hex(), "parks": places,
            "position": position, "recorded_at": "2026-01-01T00:00:00.000000Z", "schema": schema,
            "step": 0, "steps": 1, "type": kind, **head}))
        self.bodies.append(body)
        return position

    def tree(self):
        return Tree([hashed(0, head) for head in self.heads])

    def line(self, position, body=True):
        head = self.heads[position]
        parts = [hashed(0, head).hex().encode(), head]
        return b" ".join(parts + ([self.bodies[position]] if body else []))

    def walk(self, tree, shown):
        """`shown`: positions, each with whether its BODY is shown."""
        lines, at, size = [], 0, len(self.heads)
        while at < size:
            if at in shown:
                lines.append(self.line(at, shown[at]))
                at += 1
                continue
            level = 0
            while (at % (2 << level) == 0 and at + (2 << level) <= size
                   and not any(one in shown for one in range(at, at + (2 << level)))):
                level += 1
            lines.append(b"%02d %s" % (level, tree.root(at, at + (1 << level)).hex().encode()))
            at += 1 << level
        return lines


def add(ground, facts, park, firm=None):
    """Sums up facts of a park; answers the cells that they are in."""
    cells = set()
    for of, drawer, cell, amount in facts:
        if of == park and firm in (None, cell.firm):
            entry = ground.setdefault(drawer, {}).setdefault(cell, [0, 0])
            entry[0], entry[1] = entry[0] + amount, entry[1] + 1
            cells.add((*drawer, cell))
    return cells


def question(log, park, method, period, as_of=None, firm=None, choices=None, base_year=None):
    """The members of a manifest that a question determines, and the positions that it needs."""
    as_of = len(log.heads) if as_of is None else as_of
    ground, sources, items, document, place = {}, {}, {}, None, None
    for at in range(as_of):
        kind = json.loads(log.heads[at])["type"]
        if kind == "method_published":
            published = json.loads(log.bodies[at])["data"]["document"]
            for item in published.get("items", []):
                items.setdefault(item["item"], item)
            if published["method"] == method:
                document, place = published, at
        if kind in formulas.FACTS:
            facts = formulas.facts_of(kind, json.loads(log.bodies[at])["data"])
            sources[at] = add(ground, facts, park, firm)
    evaluation = formulas.Evaluation(choices or {}, base_year, document, items, ground)
    months = formulas.period_of(period)
    manifest = {
        "as_of": as_of, "choices": choices or {},
        "figures": [evaluation.figure(one, months) for one in document["indicators"]],
        "leaves": [{"facts": facts, **({} if value is None else {"value": str(value)})}
                   for facts, value, _ in evaluation.leaves.values()],
        "method": {"method": method, "position": place, "version": document["version"]},
        "park": park, "period": period, "revealed": [], "strength": "listed"}
    manifest.update({} if base_year is None else {"base_year": base_year})
    manifest.update({} if firm is None else {"firm": firm})
    needed = {at for at, cells in sources.items() if cells & evaluation.used}
    return manifest, needed | {0, place}


def dossier(log, manifest, shown, checkpoint, walk=None):
    tree = log.tree()
    lines = log.walk(tree, shown) if walk is None else walk
    top = [b"symbiosis-dossier/1", canonical({**manifest, "checkpoint": checkpoint})]
    return sealed(b"".join(line + b"\n" for line in top + lines))


def sealed(above):
    return above + f"blake3 {blake3(above).hexdigest()}\n".encode()
