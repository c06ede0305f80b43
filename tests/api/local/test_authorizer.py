"""What the JWT authorizer lets through."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infra.local.authorizer import JwtAuthorizer, KeySet, MissingScopeError, UnauthorizedError, check_scopes
from infra.local.template import Authorizer

ISSUER = "https://issuer.example.com/pool"
SETTINGS = Authorizer(ISSUER, ("console",))
OURS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FORGERS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def authorizer() -> Iterator[JwtAuthorizer]:
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OURS.public_key()))
    document = json.dumps({"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]}).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield JwtAuthorizer({ISSUER: KeySet(f"http://127.0.0.1:{server.server_port}/")})
    server.shutdown()
    server.server_close()


def token(key: Any = OURS, kid: str = "one", algorithm: str = "RS256", **claims: Any) -> str:
    said = {"iss": ISSUER, "client_id": "console", "sub": "ada", "exp": time.time() + 60, **claims}
    return jwt.encode({k: v for k, v in said.items() if v is not None}, key, algorithm, headers={"kid": kid})


class TestAuthorizer:
    @pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", ""])
    def test_lets_a_good_token_through(self, authorizer: JwtAuthorizer, scheme: str) -> None:
        assert authorizer.claims(SETTINGS, f"{scheme}{token()}")["sub"] == "ada"

    def test_takes_one_of_several_audiences(self, authorizer: JwtAuthorizer) -> None:
        good = token(aud=["other", "console"], client_id="someone-else")

        assert authorizer.claims(SETTINGS, f"Bearer {good}")["sub"] == "ada"

    @pytest.mark.parametrize(
        "bad",
        [
            pytest.param(token(exp=time.time() - 1), id="expired"),
            pytest.param(token(exp=None), id="never expires"),
            pytest.param(token(nbf=time.time() + 600), id="not valid yet"),
            pytest.param(token(iss="https://issuer.example.com/other"), id="another issuer"),
            pytest.param(token(client_id="other"), id="another client"),
            pytest.param(token(aud="other"), id="another audience though the client fits"),
            pytest.param(token(key=FORGERS), id="signed by someone else"),
            pytest.param(token(kid="two"), id="an unknown key"),
            pytest.param(token(key=None, algorithm="none"), id="not signed"),
            pytest.param(
                jwt.api_jws.PyJWS().encode(b'{"sub":"ada"}', b"x" * 64, "HS256", headers={"kid": "one"}),
                id="signed with a shared secret",
            ),
            pytest.param(token()[:-4] + "AAAA", id="a changed signature"),
            pytest.param("not.a.token", id="no token at all"),
        ],
    )
    def test_refuses(self, authorizer: JwtAuthorizer, bad: str) -> None:
        with pytest.raises(UnauthorizedError):
            authorizer.claims(SETTINGS, f"Bearer {bad}")

    @pytest.mark.parametrize("header", [None, "", "Bearer", "Basic YTpi"])
    def test_refuses_a_header_without_a_token(self, authorizer: JwtAuthorizer, header: str | None) -> None:
        with pytest.raises(UnauthorizedError):
            authorizer.claims(SETTINGS, header)

    def test_refuses_the_public_key_used_as_a_shared_secret(self, authorizer: JwtAuthorizer) -> None:
        public = OURS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        header = jwt.utils.base64url_encode(b'{"alg":"HS256","kid":"one","typ":"JWT"}')
        claims = {"iss": ISSUER, "client_id": "console", "sub": "ada", "exp": int(time.time()) + 60}
        signed = header + b"." + jwt.utils.base64url_encode(json.dumps(claims).encode())
        signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed, public)
        forged = (signed + b"." + jwt.utils.base64url_encode(signature)).decode()

        with pytest.raises(UnauthorizedError):
            authorizer.claims(SETTINGS, f"Bearer {forged}")


class TestScopes:
    def test_of_the_route_must_be_among_the_tokens(self) -> None:
        assert check_scopes({"scope": "read write"}, ("write", "admin")) == ["write"]
        with pytest.raises(MissingScopeError):
            check_scopes({"scope": "read"}, ("write",))

    def test_are_not_asked_for_where_the_route_names_none(self) -> None:
        assert check_scopes({}, ()) is None
