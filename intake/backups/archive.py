"""The file of a backup: a tar archive in the age format, sealed to public keys, signed by ours.

age (https://age-encryption.org/v1) seals every 64 KiB with its place, and the last one as the last;
so a file that was altered, reordered or cut short does not open, and who makes backups cannot read
them. Whoever knows a public key could seal a file of their own: therefore the last member is
signed with the key of the audit. Without this program a backup opens with
`age --decrypt -i key.txt FILE | tar -x` and `cat database/*`.
"""

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PART = 4 * 1024 * 1024  # bytes of a member at most: as much is in memory at a time
BLOCK = 512  # bytes: tar's unit
SEAL = "seal.json"

Member = tuple[str, bytes]
Take = Callable[[str, bytes], None]


class BackupBroken(Exception):
    """A file is no backup of ours as it was made; the message is a sentence."""


def write(
    target: BinaryIO,
    members: Iterable[Member],
    *,
    recipients: Sequence[pyrage.x25519.Recipient],
    key: Ed25519PrivateKey,
) -> None:
    """Write `members` to `target`, sealed to each of `recipients` and signed with `key`.

    Raises whatever `members` or `target` raise.
    """
    failed: list[BaseException] = []

    def blocks() -> Iterator[bytes]:
        sealing = _Sum()
        try:
            for name, content in members:
                sealing.add(name, content)
                yield from _tar(name, content)
        except BaseException as error:  # age would tell its text only
            failed.append(error)
            raise
        yield from _tar(SEAL, sealing.sign(key))
        yield bytes(2 * BLOCK)  # the end of a tar archive

    try:
        pyrage.encrypt_io(_Reader(blocks()), target, list(recipients))
    except (OSError, pyrage.EncryptError) as error:
        raise (failed[0] if failed else error) from None


def read(
    path: Path, take: Take, *, identities: Sequence[pyrage.x25519.Identity], signers: set[str]
) -> None:
    """Give each member of the backup at `path`, but its seal, to `take`, in order.

    `signers` are the public keys, in base64, of which one has to have signed it. That is known at
    the end only: until this returns nothing of what was taken may count. Raises BackupBroken with
    a sentence, OSError where the file cannot be read, and whatever `take` raises.
    """
    sealing = _Sum()
    seals: list[bytes] = []

    def sort(name: str, content: bytes) -> None:
        if seals:
            raise BackupBroken(f"{path.name} goes on after its seal: it is no backup of ours.")
        if name == SEAL:
            seals.append(content)
        else:
            sealing.add(name, content)
            take(name, content)

    members = _Members(sort)
    try:
        with path.open("rb") as file:
            pyrage.decrypt_io(file, members, list(identities))
    except pyrage.DecryptError:
        raise BackupBroken(
            f"{path.name} does not open with this key: it is sealed to another one, is no backup, "
            "or is damaged at its beginning."
        ) from None
    except OSError:
        if members.error:
            raise members.error from None
        if not members.begun:
            path.open("rb").close()  # says itself when the file cannot be read
        raise BackupBroken(
            f"{path.name} is damaged or cut short: it does not open to its end. Nothing of it was "
            "used; take another backup."
        ) from None
    if not members.ended or not seals:
        raise BackupBroken(f"{path.name} has no seal at its end: it is no backup of ours.")
    sealing.check(seals[0], signers=signers, name=path.name)


def public(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key, in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


class _Sum:
    """The sum over all members, and its signature."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, name: str, content: bytes) -> None:
        """Take a member in; its name and length too, so that none can run into the next."""
        self._hash.update(f"{name} {len(content)}\n".encode())
        self._hash.update(content)

    def sign(self, key: Ed25519PrivateKey) -> bytes:
        """Return the seal."""
        told = {
            "sha256": self._hash.hexdigest(),
            "public_key": public(key),
            "signature": base64.b64encode(key.sign(self._words)).decode(),
        }
        return json.dumps(told).encode()

    def check(self, seal: bytes, *, signers: set[str], name: str) -> None:
        """Raise BackupBroken where the seal is not of these members, or by none of `signers`."""
        try:
            told = json.loads(seal)
            signer = str(told["public_key"])
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signer))
            key.verify(base64.b64decode(told["signature"]), self._words)
        except (InvalidSignature, ValueError, KeyError, TypeError):
            raise BackupBroken(f"The signature of {name} is not of what it holds.") from None
        if signer not in signers:
            raise BackupBroken(
                f"{name} was signed by the key {signer}, which is not the AUDIT_KEY set here. "
                "Where you know it as the hotline’s at that time, name it with --signed-by."
            )

    @property
    def _words(self) -> bytes:
        return f"hotline backup {self._hash.hexdigest()}".encode()


def _tar(name: str, content: bytes) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mode = 0o600
    yield info.tobuf(tarfile.USTAR_FORMAT)
    yield content
    yield bytes(-len(content) % BLOCK)


class _Reader(io.RawIOBase):
    """Reads what an iterator yields."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; none at the end only."""
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return b""
            self._rest = memoryview(block)
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        return bytes(found)


class _Members(io.RawIOBase):
    """Takes a tar archive apart as it is written here; nothing of it touches a disk."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._rest = bytearray()
        self.begun = self.ended = False
        self.error: BaseException | None = None

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take the next bytes in; keeps an error, as age would tell its text only."""
        self.begun = True
        self._rest += data
        try:
            self._take_whole_ones()
        except BaseException as error:
            self.error = error
            raise OSError from error
        return len(data)

    def _take_whole_ones(self) -> None:
        while len(self._rest) >= BLOCK and not self.ended:
            try:
                info = tarfile.TarInfo.frombuf(bytes(self._rest[:BLOCK]), "ascii", "strict")
            except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
                self.ended = True
                return
            except (tarfile.HeaderError, UnicodeDecodeError):
                raise BackupBroken("What the file holds is no backup of ours.") from None
            if info.size > PART:
                raise BackupBroken("What the file holds is no backup of ours.")
            length = BLOCK + info.size + -info.size % BLOCK
            if len(self._rest) < length:
                return
            self._take(info.name, bytes(self._rest[BLOCK : BLOCK + info.size]))
            del self._rest[:length]


def parts(folder: str, blocks: Iterable[bytes]) -> Iterator[Member]:
    """Yield `blocks` as members of `folder`, none larger than PART."""
    rest = bytearray()
    number = 0
    for block in blocks:
        rest += block
        while len(rest) >= PART:
            number += 1
            yield f"{folder}/{number:08}", bytes(rest[:PART])
            del rest[:PART]
    if rest:
        yield f"{folder}/{number + 1:08}", bytes(rest)
