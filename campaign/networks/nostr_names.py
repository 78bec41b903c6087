"""Nostr's names for people to copy (NIP-19): nsec, npub and nevent, which are bech32 (BIP-173) without a longest
length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)

_ID, _RELAY, _AUTHOR, _KIND = 0, 1, 2, 3
"""What stands in an nevent: type, length, value, each of the first two in one byte."""


def npub(public_key: bytes) -> str:
    """The name of a public key (32 bytes)."""
    return encode("npub", public_key)


def nevent(event_id: bytes, relays: Iterable[str], author: bytes, kind: int) -> str:
    """The name of an event, with relays that have it (addresses longer than 255 bytes are left out)."""
    fields = [(_ID, event_id)]
    fields += [(_RELAY, relay.encode()) for relay in relays if len(relay.encode()) < 256]
    fields += [(_AUTHOR, author), (_KIND, kind.to_bytes(4, "big"))]
    return encode("nevent", b"".join(bytes((name, len(value))) + value for name, value in fields))


def secret_key(text: str) -> bytes:
    """The 32 bytes of an nsec or of 64 hex digits. ValueError, which does not repeat it, for anything else."""
    try:
        data = decode("nsec", text) if text.startswith("nsec1") else bytes.fromhex(text)
    except ValueError:
        raise ValueError("is neither an nsec nor 64 hex digits") from None
    if len(data) != 32:
        raise ValueError("has not 32 bytes")
    return data


def encode(prefix: str, data: bytes) -> str:
    """Bech32 of any number of bytes."""
    values = _regrouped(data, 8, 5, pad=True)
    check = _polymod([*_expanded(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [(check >> 5 * (5 - i)) & 31 for i in range(6)]
    return f"{prefix}1" + "".join(_LETTERS[value] for value in values)


def decode(prefix: str, text: str) -> bytes:
    """The bytes in a name with that prefix; ValueError when it is none or has a typing error."""
    head, _, tail = text.rpartition("1")
    if head != prefix or len(tail) < 6:
        raise ValueError(f"no {prefix}")
    values = [_LETTERS.index(letter) for letter in tail]
    if _polymod([*_expanded(prefix), *values]) != 1:
        raise ValueError("a letter is wrong")
    return bytes(_regrouped(values[:-6], 5, 8, pad=False))


def _expanded(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            check ^= generator if (top >> bit) & 1 else 0
    return check


def _regrouped(values: Sequence[int], before: int, after: int, *, pad: bool) -> list[int]:
    """The same bits in groups of another size; without ``pad``, ValueError when what is left over is not zero."""
    held, bits, out = 0, 0, []
    for value in values:
        held = (held << before) | value
        bits += before
        while bits >= after:
            bits -= after
            out.append((held >> bits) & ((1 << after) - 1))
        held &= (1 << bits) - 1
    if pad and bits:
        out.append((held << (after - bits)) & ((1 << after) - 1))
    elif not pad and (bits >= before or held):
        raise ValueError("bits are left over")
    return out
