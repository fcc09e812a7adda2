"""Sealing of what identifies a reporting party, and of files: AES-GCM with a ring of keys.

A sealed value is `key id length (1 byte) | key id | nonce (12 bytes) | ciphertext and tag`. The
table, the row's key and the field's name are bound to it as associated data, so that a value moved
to another row or column does not open.
"""

import base64
import binascii
import os
from typing import TypedDict
from uuid import UUID

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed value does not open: another key, another place, or altered bytes."""


class Place(TypedDict):
    """What a sealed value is bound to."""

    table: str
    row: UUID
    field: str


def parse_key_ring(text: str) -> dict[str, bytes]:
    """Return {key id: 32 bytes} in order from `id:base64,id:base64`; the first one seals.

    Raises ImproperlyConfigured, naming the key but never its bytes.
    """
    ring: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name or not name.isascii() or len(name) > 32 or len(key) != 32:
            raise ImproperlyConfigured(
                f"ENCRYPTION_KEYS: '{name}' must be a short name, a colon and 32 bytes in base64."
            )
        ring[name] = key
    if not ring:
        raise ImproperlyConfigured("ENCRYPTION_KEYS holds no key.")
    return ring


def parse_signing_key(text: str) -> Ed25519PrivateKey:
    """Return the key that `AUDIT_KEY` holds: base64 of 32 random bytes (an Ed25519 seed)."""
    try:
        seed = base64.b64decode(text, validate=True)
        return Ed25519PrivateKey.from_private_bytes(seed)
    except ValueError:
        raise ImproperlyConfigured("AUDIT_KEY must be 32 bytes in base64.") from None


def parse_recipients(texts: list[str]) -> list[pyrage.x25519.Recipient]:
    """Return the public keys of age (`age1…`) that backups are sealed to.

    Raises ImproperlyConfigured without the value: somebody may have taken the secret half.
    """
    try:
        return [pyrage.x25519.Recipient.from_str(text.strip()) for text in texts if text.strip()]
    except pyrage.RecipientError:
        raise ImproperlyConfigured(
            "BACKUP_RECIPIENTS must be public keys of age (age1…), separated by commas."
        ) from None


def make_key() -> bytes:
    """Return a fresh key for AES-256."""
    return AESGCM.generate_key(256)


def mark_of(key_name: str) -> bytes:
    """Return what every value begins with that the key of this name sealed."""
    return bytes([len(key_name)]) + key_name.encode()


def seal(text: str, *, ring: dict[str, bytes], table: str, row: UUID, field: str) -> bytes:
    """Return `text` sealed with the ring's first key for this table, row and field."""
    return seal_bytes(text.encode(), ring=ring, table=table, row=row, field=field)


def unseal(value: bytes, *, ring: dict[str, bytes], table: str, row: UUID, field: str) -> str:
    """Return the text that was sealed for this table, row and field, or raise SealBroken."""
    try:
        return unseal_bytes(value, ring=ring, table=table, row=row, field=field).decode()
    except UnicodeDecodeError as error:
        raise SealBroken("A sealed value holds no text.") from error


def seal_bytes(
    content: bytes, *, ring: dict[str, bytes], table: str, row: UUID, field: str
) -> bytes:
    """Return `content` sealed with the ring's first key for this table, row and field."""
    name = next(iter(ring))
    nonce = os.urandom(NONCE_BYTES)
    body = AESGCM(ring[name]).encrypt(nonce, content, _place(table, row, field))
    return mark_of(name) + nonce + body


def unseal_bytes(
    value: bytes, *, ring: dict[str, bytes], table: str, row: UUID, field: str
) -> bytes:
    """Return what was sealed for this table, row and field, or raise SealBroken."""
    value = bytes(value)
    length = value[0] if value else 0
    name = value[1 : 1 + length].decode("ascii", errors="replace")
    nonce = value[1 + length : 1 + length + NONCE_BYTES]
    body = value[1 + length + NONCE_BYTES :]
    if name not in ring:
        raise SealBroken(f"No key '{name}' in the ring.")
    try:
        return AESGCM(ring[name]).decrypt(nonce, body, _place(table, row, field))
    except (InvalidTag, ValueError) as error:
        raise SealBroken("A sealed value does not open here.") from error


def _place(table: str, row: UUID, field: str) -> bytes:
    return f"{table}/{row}/{field}".encode()
