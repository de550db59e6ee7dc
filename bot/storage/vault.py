"""Sealing personal fields: AES-256-GCM with a key ring, and keyed hashes to find them by.

A sealed field is bound to its table, column and row, so that swapped rows do not open
(NIST SP 800-38D; PIPL Art. 51).
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from bot.i18n import Json

KEY_BYTES = 32
_VERSION = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12


class Unsealable(Exception):
    """A sealed field was changed, moved to another row, or its key is not in the ring."""


class Vault:
    """Seals with the first key of the ring, opens with any; keys are 32 bytes each."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """The last key, the oldest, also makes the look-up hashes: they outlive rotation."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("a key ring needs at least one key of 32 bytes")
        self._ring = {_key_id(key): AESGCM(_derive(key, b"seal")) for key in keys}
        self._first = _key_id(keys[0])
        self._finding = _derive(keys[-1], b"find")

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Newest first, for the inventory."""
        return tuple(key_id.hex() for key_id in self._ring)

    def seal(self, plain: bytes, where: str) -> bytes:
        """`where` is 'table.column:row', and must be given again to open it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = where.encode() + self._first
        sealed = self._ring[self._first].encrypt(nonce, plain, bound)
        return _VERSION + self._first + nonce + sealed

    def open(self, sealed: bytes, where: str) -> bytes:
        """Raises Unsealable."""
        start = len(_VERSION) + _KEY_ID_BYTES
        key_id, nonce = sealed[len(_VERSION) : start], sealed[start : start + _NONCE_BYTES]
        if sealed[: len(_VERSION)] != _VERSION or key_id not in self._ring:
            raise Unsealable(f"{where}: sealed with a key that is not in the ring")
        try:
            body = sealed[start + _NONCE_BYTES :]
            return self._ring[key_id].decrypt(nonce, body, where.encode() + key_id)
        except InvalidTag:
            raise Unsealable(f"{where}: changed, or moved to another row") from None

    def is_current(self, sealed: bytes) -> bool:
        """Sealed with the ring's first key?"""
        return sealed[len(_VERSION) : len(_VERSION) + _KEY_ID_BYTES] == self._first

    def seal_json(self, value: Json, where: str) -> bytes:
        return self.seal(json.dumps(value, ensure_ascii=False).encode(), where)

    def open_json(self, sealed: bytes, where: str) -> Json:
        return json.loads(self.open(sealed, where))

    def finding(self, what: str, *parts: str) -> str:
        """A keyed hash to look something up by; `what` separates the uses."""
        told = "\x1f".join((what, *parts)).encode()
        return hmac.new(self._finding, told, hashlib.sha256).hexdigest()


def vault_of(connection: Connection) -> Vault:
    """The vault that db.Database gave to this connection."""
    vault: Vault = connection.get_execution_options()["vault"]
    return vault


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


@lru_cache(maxsize=32)
def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"doorstep " + purpose, hashlib.sha256).digest()


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"doorstep key id" + key).digest()[:_KEY_ID_BYTES]
