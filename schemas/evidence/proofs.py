"""Bytes, signatures and hashes: what a dossier rests on, whatever its records say.

Part of verify.py; README.md beside this file states the rules.
"""
import base64
import hashlib
import json
import re
from collections import namedtuple

from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOTE_LIMIT = 1 << 20


class Refused(Exception):
    """It is not verified, and why."""


def need(condition, reason):
    if not condition:
        raise Refused(reason)


# --- JSON in its only spelling ------------------------------------------------------------------

def members(pairs):
    value = dict(pairs)
    need(len(value) == len(pairs), "a key stands twice in one object")
    need(all(key.isascii() for key in value), "a key is not ASCII")
    return value


def integer(text):
    need(re.fullmatch("-?[0-9]{1,16}", text) and abs(int(text)) < 1 << 53,
         f"{text[:40]} is no integer within 2^53-1")
    return int(text)


def canonical(value):
    """RFC 8785, given that keys are ASCII and numbers are integers."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def strict(data, what):
    """Reads JSON, and refuses any other bytes than the only ones that say the same."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=members, parse_int=integer,
                           parse_float=integer, parse_constant=integer)
        same = canonical(value) == data
    except (ValueError, RecursionError) as error:
        raise Refused(f"{what} is no JSON: {error}") from None
    need(same, f"{what} is not in canonical form")
    return value


def number(value):
    need(type(value) is int and value >= 0, f"{value!r} is no number from 0 on")
    return value


def digest(text):
    need(isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text), "a hash is malformed")
    return bytes.fromhex(text)


def take(value, needed, optional=""):
    """The needed members. What is not understood is not believed: no others are let in."""
    keys, needed = set(value) if isinstance(value, dict) else {None}, needed.split()
    need(keys.issuperset(needed), f"a member is missing among {', '.join(needed)}")
    strange = keys.difference(needed, optional.split())
    need(not strange, f"there is an unknown member, {', '.join(sorted(strange))}")
    return [value[name] for name in needed]


# --- Signed checkpoints -------------------------------------------------------------------------

NAME = r"[^\s+\x00-\x1f\x7f-\x9f]+"
Checkpoint = namedtuple("Checkpoint", "origin size root")


def from_base64(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 is written in another way")
    return data


def verifier_key(text):
    """Name, id and public key of `name+id+base64(0x01 || key)`."""
    found = re.fullmatch(rf"({NAME})\+([0-9a-f]{{8}})\+(\S+)", text)
    data = from_base64(found[3]) if found else b""
    need(len(data) == 33 and data[0] == 1, f"{text} is no verifier key")
    identity = hashlib.sha256(found[1].encode() + b"\n" + data).digest()[:4]
    need(identity.hex() == found[2], f"the id in {text} is another key's")
    return found[1], identity, Ed25519PublicKey.from_public_bytes(data[1:])


def checkpoint(note, keys):
    """Reads a C2SP signed note, which one of the keys, if there are any, must have signed.

    Lines of other keys are passed over; one of a given key that does not verify condemns all.
    """
    text, blank, lines = note.rpartition("\n\n")
    need(blank and lines[-1:] == "\n" and len(note.encode()) <= NOTE_LIMIT, "it is no signed note")
    text, lines, signers = text + "\n", lines[:-1].split("\n"), set()
    need(len(lines) <= 100, "there are more than 100 signatures")
    for line in lines:
        found = re.fullmatch(rf"— ({NAME}) (\S+)", line)
        data = from_base64(found[2]) if found else b""
        need(len(data) > 4, "a signature line is malformed")
        known = [key for name, identity, key in keys if (name, identity) == (found[1], data[:4])]
        need(not known or any(verifies(key, data[4:], text.encode()) for key in known),
             f"the signature of {found[1]} does not verify")
        signers |= {found[1]} if known else set()
    found = re.fullmatch(rf"({NAME}/blake3)\n(0|[1-9][0-9]{{0,15}})\n(\S+)\n", text)
    need(found, "it is not of origin, size and root")
    size, root = integer(found[2]), from_base64(found[3])
    need(len(root) == 32 and (size > 0 or root == blake3().digest()), "its root is malformed")
    need(found[1] in signers or not keys, f"none of the given keys has signed as {found[1]}")
    return Checkpoint(found[1], size, root)


def verifies(key, signature, text):
    try:
        key.verify(signature, text)
        return True
    except InvalidSignature:
        return False


# --- The tree -----------------------------------------------------------------------------------

def node(left, right):
    return blake3(b"\x01" + left + right).digest()


def grow(peaks, level, subtree):
    """Appends a perfect subtree of 2^level leaves to the perfect subtrees that there are."""
    while peaks and peaks[-1][0] == level:
        level, subtree = level + 1, node(peaks.pop()[1], subtree)
    peaks.append((level, subtree))


def root_of(peaks):
    root = peaks[-1][1]
    for _, left in peaks[-2::-1]:
        root = node(left, root)
    return root


def extended(old, new, path, whole):
    """Roots of the first `old` and of all `new` leaves by RFC 6962's PROOF, read from its end.

    `whole` is the old root, which the proof leaves out where it is a subtree from the first leaf.
    """
    if old == new:
        root = whole or path.pop()
        return root, root
    half, beside = 1 << (new - 1).bit_length() - 1, path.pop()
    if old <= half:
        first, second = extended(old, half, path, whole)
        return first, node(second, beside)
    first, second = extended(old - half, new - half, path, None)
    return node(beside, first), node(beside, second)


def consistent(old, new, path):
    if old.size in (0, new.size):
        return not path and (old.size == 0 or old.root == new.root)
    roots = extended(old.size, new.size, path, old.root) if old.size < new.size else None
    return roots == (old.root, new.root) and not path
