"""Administrators on other machines: HTTPS with a token, spoken by Python's own client."""

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import re
import ssl
import struct
import time

from .companies import Company  # noqa: F401  (names of companies and administrators are numbered alike)

_numbers = itertools.count(1)


def one_time_password(secret, step=0):
    """RFC 6238, for now or so many steps later."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">q", int(time.time()) // 30 + step), "sha1").digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Administrator:
    def __init__(self, platform, role, tenant=None, domain=None, log_in=True):
        self.platform, self.role, self.token = platform, role, None
        self.name = f"admin{next(_numbers)}.{role}"
        place = (["--tenant", tenant] if tenant else []) + (["--domain", domain] if domain else [])
        made = platform.ask("administrator", "create", self.name, "--role", role, *place, "--generate")
        self.password = made["generatedPassword"]
        self.secret = re.search("secret=([A-Z2-7]+)", made["oneTimePassword"])[1]
        if log_in:
            status, answer = self.log_in()
            assert status == 200, answer

    def log_in(self, password=None, code=None):
        body = {
            "name": self.name,
            "password": self.password if password is None else password,
            "oneTimePassword": one_time_password(self.secret) if code is None else code,
        }
        status, answer = self.request("POST", "/session", body)
        if status == 200:
            self.token = answer["token"]
        return status, answer

    def request(self, method, path, body=None):
        """(status, value)."""
        context = ssl.create_default_context(cafile=self.platform.data / "tls/certificate.pem")
        context.check_hostname = False
        connection = http.client.HTTPSConnection("127.0.0.1", self.platform.port("admin"), context=context, timeout=30)
        head = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        connection.request(method, path, json.dumps(body) if body is not None else None, head)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, json.loads(text)


def fingerprint(platform):
    pem = (platform.data / "tls/certificate.pem").read_text()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[: pem.index("END CERTIFICATE") + 21])).hexdigest()
