"""What a relying party reads first: the provider's metadata, its keys, and who a token is about."""

from typing import Any

from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from app.core.errors import Unauthenticated
from app.sandbox.sso.bearer import bearer_claims
from app.sandbox.sso.provider import Provider

SANDBOX_GRANT = "urn:slyyfoxx:sandbox"
GRANTS = ["authorization_code", "refresh_token", "client_credentials", SANDBOX_GRANT]
CLAIMS = ["sub", "name", "email", "email_verified", "roles", "sales_rep_id", "sid", "nonce"]


@get("/.well-known/openid-configuration", sync_to_thread=False)
def show_metadata(provider: NamedDependency[Provider]) -> dict[str, Any]:
    """Answer OpenID Connect Discovery 1.0."""
    at = provider.issuer
    return {
        "issuer": at,
        "authorization_endpoint": f"{at}/authorize",
        "token_endpoint": f"{at}/token",
        "userinfo_endpoint": f"{at}/userinfo",
        "jwks_uri": f"{at}/jwks.json",
        "end_session_endpoint": f"{at}/end-session",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GRANTS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": CLAIMS,
        "authorization_response_iss_parameter_supported": True,
        "users_endpoint": f"{at}/users",
    }


@get("/jwks.json", sync_to_thread=False)
def show_keys(provider: NamedDependency[Provider]) -> dict[str, Any]:
    """Answer the public keys (RFC 7517)."""
    return {"keys": [provider.key.public_jwk]}


@get("/userinfo", sync_to_thread=False)
def show_userinfo(request: Request[Any, Any, State], provider: NamedDependency[Provider]) -> dict[str, Any]:
    """Answer who the bearer's token is about, as the directory knows them now."""
    claims = bearer_claims(request, provider, provider.tokens.audience)
    if "openid" not in claims["scope"].split():
        raise Unauthenticated
    user = provider.directory.get(claims["sub"])
    return {
        "sub": user.user_id,
        "name": user.name,
        "email": user.email,
        "email_verified": True,
        "roles": user.roles,
        "sales_rep_id": user.sales_rep_id,
    }
