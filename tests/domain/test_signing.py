"""A secret is read as Standard Webhooks writes it, and one of another kind as it stands."""

from __future__ import annotations

import pytest

from app.domain.signing import SECRET_BYTES, new_secret, signing_key


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("whsec_dGhlIHNlY3JldA==", b"the secret"),
        ("whsec_dGhlIHNlY3JldA", b"the secret"),
        ("dGhlIHNlY3JldA==", b"the secret"),
        ("a", b"a"),
        ("§§", "§§".encode()),
        ("whsec_", b"whsec_"),
    ],
)
def test_a_secret_is_read_as_it_is_written(secret: str, key: bytes) -> None:
    assert signing_key(secret) == key


def test_a_new_secret_is_another_one_each_time() -> None:
    assert len(signing_key(new_secret())) == SECRET_BYTES
    assert new_secret() != new_secret()
