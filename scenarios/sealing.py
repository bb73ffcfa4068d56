"""Sealing what nobody may read before its hour: HPKE (RFC 9180) over X25519, and shares that two people put together.

The threat model stands in docs/adr/0012-sealed-responses.md.
"""

import base64
import binascii
import secrets
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
KEY_BYTES = 32
PADDED_TO = 16_384


class Unopened(ValueError):
    """The key, the code or the context is not the one with which this was sealed, or the bytes were changed."""


class KeyPair(NamedTuple):
    """An X25519 key pair: 32 bytes each."""

    private: bytes
    public: bytes


def new_key_pair() -> KeyPair:
    """Return a fresh pair from the operating system's randomness."""
    key = X25519PrivateKey.generate()
    return KeyPair(key.private_bytes_raw(), key.public_key().public_bytes_raw())


def seal(plain: bytes, public: bytes, *, context: str) -> bytes:
    """Encrypt for the holder of the private key. context : what this belongs to; it must be named again to open."""
    return SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info=context.encode())


def unseal(sealed: bytes, private: bytes, *, context: str) -> bytes:
    """Decrypt what `seal` made. Raises Unopened."""
    try:
        return SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info=context.encode())
    except (InvalidTag, ValueError):
        raise Unopened from None


def padded(plain: bytes) -> bytes:
    """Lengthen JSON with spaces to a multiple of 16 KiB, so that the sealed length tells little of the text's."""
    return plain + b" " * (-len(plain) % PADDED_TO)


def new_secret() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def locked(plain: bytes, secret: bytes) -> str:
    """Encrypt under a 32-byte secret; return text."""
    return Fernet(base64.urlsafe_b64encode(secret)).encrypt(plain).decode()


def unlocked(token: str, secret: bytes) -> bytes:
    """Decrypt what `locked` made. Raises Unopened."""
    try:
        return Fernet(base64.urlsafe_b64encode(secret)).decrypt(token.encode())
    except InvalidToken:
        raise Unopened from None


def split(secret: bytes) -> tuple[bytes, bytes]:
    """Return two shares whose exclusive or is the secret; each alone is random and tells nothing of it."""
    one = secrets.token_bytes(len(secret))
    return one, joined(one, secret)


def joined(one: bytes, other: bytes) -> bytes:
    """Return the exclusive or of two shares of equal length."""
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def code_of(private: bytes) -> str:
    """Return a private key as a code to be written down: 13 groups of four letters and digits."""
    text = base64.b32encode(private).decode().rstrip("=")
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def private_of(code: str) -> bytes:
    """Return the private key of a code, however it is spaced. Raises Unopened when it is none."""
    text = "".join(letter for letter in code.upper() if letter.isalnum())
    try:
        key = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        raise Unopened from None
    if len(key) != KEY_BYTES:
        raise Unopened
    return key
