"""A browser at the account pages: Python's own HTTPS client, which keeps the cookie and fills in forms that it has seen."""

import html
import http.client
import re
import urllib.parse

from . import clients


class Browser:
    def __init__(self, platform, host=None):
        self.platform, self.cookie, self.token = platform, None, None
        self.host = host or f"127.0.0.1:{platform.port('https')}"
        self.connection = http.client.HTTPSConnection("127.0.0.1", platform.port("https"), context=clients.tls(), timeout=60)

    def close(self):
        self.connection.close()

    def request(self, method, path, body=None, **headers):
        """(status, headers, text); a connection that was closed meanwhile is made anew."""
        fields = {"Host": self.host, **({"Cookie": self.cookie} if self.cookie else {}), **headers}
        try:
            self.connection.request(method, path, body, fields)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError):
            self.connection.close()
            self.connection.request(method, path, body, fields)
            response = self.connection.getresponse()
        text = response.read().decode()
        if response.getheader("Set-Cookie"):
            pair = response.getheader("Set-Cookie").split(";")[0]
            self.cookie = None if pair.endswith("=") else pair
        found = re.search(r'name="token" value="([0-9a-f]+)"', text)
        if found:
            self.token = found[1]
        return response.status, response.headers, text

    def get(self, path="/account"):
        return self.request("GET", path)

    def post(self, path, fields=(), **headers):
        pairs = list(dict(fields).items() if isinstance(fields, dict) else fields) + ([("token", self.token)] if self.token else [])
        body = urllib.parse.urlencode(pairs)
        usual = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{self.host}", "Sec-Fetch-Site": "same-origin"}
        return self.request("POST", path, body, **{**usual, **{name.replace("_", "-"): value for name, value in headers.items()}})

    def sign_in(self, address, password, code=""):
        """The status; then the page that follows was looked at."""
        status, headers, text = self.post("/account/sign-in", {"address": address, "password": password, "code": code})
        if status == 303:
            self.get(headers["Location"])
        return status

    def is_signed_in(self):
        return self.get("/account/vacation")[0] == 200

    def told(self, path):
        """What the page says, without its marks."""
        return html.unescape(re.sub(r"<[^>]*>", " ", self.get(path)[2]))
