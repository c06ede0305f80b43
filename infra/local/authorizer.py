"""The gateway's JWT authorizer: signature, issuer, audience, time and scopes."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import jwt

from infra.local.template import Authorizer

_KEYS_ARE_FRESH_FOR = 2 * 60 * 60.0  # seconds, as long as an HTTP API keeps them
_ASK_AGAIN_AFTER = 5.0


class UnauthorizedError(Exception):
    """The token is missing, forged, expired or meant for someone else."""


class MissingScopeError(Exception):
    """The token is good but carries none of the route's scopes."""


class KeySet:
    """The public keys at one address, asked for again when they are old or a key is unknown."""

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=10)
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._read_at = -_KEYS_ARE_FRESH_FOR
        self._lock = threading.Lock()

    def find(self, key_id: str) -> jwt.PyJWK | None:
        with self._lock:
            age = time.monotonic() - self._read_at
            if age > _KEYS_ARE_FRESH_FOR or (key_id not in self._keys and age > _ASK_AGAIN_AFTER):
                self._keys = {str(key.key_id): key for key in self._client.get_signing_keys()}
                self._read_at = time.monotonic()
            return self._keys.get(key_id)


class JwtAuthorizer:
    """`key_sets` are by issuer."""

    def __init__(self, key_sets: Mapping[str, KeySet]) -> None:
        self._key_sets = key_sets

    def claims(self, settings: Authorizer, authorization: str | None) -> Mapping[str, Any]:
        """Return the claims of a good token; raises UnauthorizedError."""
        if not authorization:
            raise UnauthorizedError
        scheme, _, rest = authorization.partition(" ")
        token = rest.strip() if scheme.lower() == "bearer" else authorization
        try:
            claims = self._verified(settings, token)
        except jwt.PyJWTError as error:
            raise UnauthorizedError from error
        # a token without an audience (Cognito's access token) names its client instead
        audience = claims.get("aud", claims.get("client_id"))
        audiences = audience if isinstance(audience, list) else [audience]
        if not set(audiences) & set(settings.audience):
            raise UnauthorizedError
        return claims

    def _verified(self, settings: Authorizer, token: str) -> Mapping[str, Any]:
        key_set = self._key_sets.get(settings.issuer)
        key = key_set and key_set.find(str(jwt.get_unverified_header(token).get("kid")))
        if not key:
            raise UnauthorizedError
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256", "RS384", "RS512"],
            issuer=settings.issuer,
            options={"verify_aud": False, "require": ["exp", "iss"]},
        )
        return claims


def check_scopes(claims: Mapping[str, Any], wanted: tuple[str, ...]) -> list[str] | None:
    """Return the route's scopes that the token has, None where the route asks for none; raises MissingScopeError."""
    if not wanted:
        return None
    had = str(claims.get("scope", claims.get("scp", ""))).split()
    common = [scope for scope in wanted if scope in had]
    if not common:
        raise MissingScopeError
    return common
