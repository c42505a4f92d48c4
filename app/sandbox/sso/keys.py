"""The key that signs tokens, kept between starts so that sessions survive one."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from app.sandbox.jsonfile import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from jwt.types import Options

ALGORITHM: Final = "RS256"
KEY_BITS: Final = 2048


class SigningKey:
    """An RSA key in a file only its owner may read."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            write_private(path, _new_key())
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{path} does not hold an RSA key")
        self._key = key
        public: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
        self.kid = sha256(public["n"].encode()).hexdigest()[:16]
        self.public_jwk = {"kty": "RSA", "n": public["n"], "e": public["e"]} | {
            "kid": self.kid,
            "alg": ALGORITHM,
            "use": "sig",
        }

    def sign(self, claims: dict[str, Any], typ: str) -> str:
        """Return the claims as a signed JWT of the given type."""
        return jwt.encode(claims, self._key, ALGORITHM, headers={"kid": self.kid, "typ": typ})

    def verify(self, token: str, issuer: str, audience: str) -> dict[str, Any]:
        """Return the claims of a token this key signed for `audience`; raises jwt.InvalidTokenError."""
        return jwt.decode(token, self._key.public_key(), [ALGORITHM], issuer=issuer, audience=audience)

    def subject_of(self, id_token: str, issuer: str) -> dict[str, Any]:
        """Return the claims of an ID token, expired or not, as a logout hint carries it."""
        relaxed: Options = {"verify_aud": False, "verify_exp": False}
        return jwt.decode(id_token, self._key.public_key(), [ALGORITHM], issuer=issuer, options=relaxed)


def _new_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
