"""WeChat's signatures and its encryption of messages, on `cryptography`.

Source: developers.weixin.qq.com, message push (消息推送) and its cryptoDemo. Pure.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import string

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
"""The padding's block, although AES has 16: the platform's own choice."""
_RANDOM = 16
_LENGTH = 4
_KEY_CHARACTERS = 43
_LETTERS = string.ascii_letters + string.digits


class Undecipherable(Exception):
    """Not a message of the platform's for this account, whatever is wrong with it."""


def signature(*parts: str) -> str:
    """sha1 over the sorted parts: token, timestamp, nonce and, where it is encrypted, that."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - their choice


def is_signed(given: str, *parts: str) -> bool:
    """In constant time; as bytes, because `given` is anybody's."""
    wanted = signature(*parts).encode()
    return hmac.compare_digest(given.encode(errors="replace"), wanted)


def key_of(encoding_key: str) -> bytes:
    """The AES key in an EncodingAESKey of 43 characters. Raises ValueError."""
    if len(encoding_key) != _KEY_CHARACTERS or not set(encoding_key) <= set(_LETTERS):
        raise ValueError("an EncodingAESKey has 43 characters of A-Z a-z 0-9")
    # The 43rd character has two bits too many, which the platform's own keys may have set.
    return base64.b64decode(f"{encoding_key}=")


class Cryptor:
    """Encrypts and decrypts for one account; several keys open while a new one is introduced."""

    def __init__(self, keys: tuple[str, ...], app_id: str) -> None:
        """Raises ValueError for what is no key."""
        self._keys = tuple(key_of(key) for key in keys)
        self._app_id = app_id.encode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message. Raises Undecipherable."""
        try:
            sealed = base64.b64decode(encrypted.encode("ascii"), validate=True)
        except (binascii.Error, UnicodeError):
            raise Undecipherable("not base64") from None
        if not sealed or len(sealed) % 16:
            raise Undecipherable("not whole blocks")
        why = Undecipherable("no key opens it")
        for key in self._keys:
            try:
                return self._opened(key, sealed)
            except Undecipherable as error:
                why = error
        raise why

    def _opened(self, key: bytes, sealed: bytes) -> bytes:
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        padded = decryptor.update(sealed) + decryptor.finalize()
        padding = padded[-1]
        plain = padded[:-padding]
        if not 1 <= padding <= BLOCK or padded[-padding:] != bytes([padding]) * padding:
            raise Undecipherable("wrong padding")
        start = _RANDOM + _LENGTH
        if len(plain) < start:
            raise Undecipherable("too short")
        end = start + int.from_bytes(plain[_RANDOM:start], "big")
        if end > len(plain):
            raise Undecipherable("longer than it is")
        if not hmac.compare_digest(plain[end:], self._app_id):
            raise Undecipherable("of another account")
        return plain[start:end]

    def encrypt(self, message: bytes, random: bytes | None = None) -> str:
        """With the first key. `random` has 16 bytes; only tests give it."""
        random = random or "".join(secrets.choice(_LETTERS) for _at in range(_RANDOM)).encode()
        plain = random + len(message).to_bytes(_LENGTH, "big") + message + self._app_id
        padding = BLOCK - len(plain) % BLOCK
        key = self._keys[0]
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(sealed).decode()
