"""A small OpenID provider on the loopback address, which speaks the protocol and signs."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "hotline", "only the two of us know"


class Provider:
    """Signs in whoever `claims` says, at once, and keeps what it was asked."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key = self.key
        self.claims: dict[str, Any] = {}
        self.token: dict[str, Any] = {}  # what the ID token says otherwise
        self.metadata: dict[str, Any] = {}  # what it says otherwise of itself
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: dict[str, str] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.post(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self.server.shutdown()
        self.server.server_close()

    def authorize(self, address: str) -> str:
        """Do what a browser does there: return the address that it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        self.asked = asked
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer what is asked by GET."""
        if handler.path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "userinfo")
            paths = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in names}
            paths["authorization_endpoint"] = f"{self.issuer}/authorize"
            paths |= {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
            send(handler, paths | self.metadata)
        elif handler.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            send(handler, {"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]})
        elif handler.path == "/userinfo":
            assert handler.headers["Authorization"] == "Bearer access"
            send(handler, self.claims)
        else:
            send(handler, {"error": "nothing here"}, 404)

    def post(self, handler: BaseHTTPRequestHandler) -> None:
        """Change a code for tokens, once, with the client's secret and the verifier of its code."""
        length = int(handler.headers["Content-Length"])
        sent = {name: one[0] for name, one in parse_qs(handler.rfile.read(length).decode()).items()}
        asked = self.codes.pop(sent.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        is_client = (
            handler.headers.get("Authorization") == f"Basic {basic}"
            or sent.get("client_secret") == SECRET
        )
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or not is_client or challenge != asked["code_challenge"]:
            return send(handler, {"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.claims["sub"],
            "iat": now,
            "exp": now + 60,
            "auth_time": now,
            "nonce": asked.get("nonce", ""),
        }
        token = jwt.encode(
            claims | self.token, self.signing_key, algorithm="RS256", headers={"kid": "1"}
        )
        return send(handler, {"access_token": "access", "token_type": "Bearer", "id_token": token})


def send(handler: BaseHTTPRequestHandler, answer: dict[str, Any], status: int = 200) -> None:
    """Answer with JSON."""
    body = json.dumps(answer).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
