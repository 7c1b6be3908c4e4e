"""Tests of passwords that people have and change from another machine."""

import http.client
import imaplib
import json
import re
import ssl
import unittest

from . import clients, running
from .companies import Company


class Passwords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform)

    def user(self, name, password="a good old password"):
        address = self.company.address(name)
        self.platform.casella("user", "create", address, "--password-stdin", stdin=password + "\n")
        return address

    def set(self, address, password, *options):
        return self.platform.casella("user", "password", address, "--password-stdin", *options, stdin=password + "\n", check=False)

    def imap(self, address, password):
        """None when the login succeeds, else the server's words."""
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            try:
                session.login(address, password)
                return None
            except imaplib.IMAP4.error as error:
                return str(error)

    def request(self, path, body):
        """(status, value) of a call without a session."""
        context = ssl.create_default_context(cafile=self.platform.data / "tls/certificate.pem")
        context.check_hostname = False
        connection = http.client.HTTPSConnection("127.0.0.1", self.platform.port("admin"), context=context, timeout=60)
        connection.request("POST", path, json.dumps(body))
        response = connection.getresponse()
        answer = response.status, json.loads(response.read())
        connection.close()
        return answer

    def change(self, address, old, new, code=None):
        proof = {"address": address, "password": old, **({"oneTimePassword": code} if code else {})}
        return self.request("/self/password", {"proof": proof, "new": {"given": new}})

    def counted(self, account):
        """Wrong logins of the place where it has most."""
        return max((count["count"] for count in self.platform.ask("login", "list", "--all") if count.get("account") == account), default=0)

    def totp(self, address):
        made = self.platform.ask("user", "totp", address)["oneTimePassword"]
        self.assertTrue(made.startswith("otpauth://totp/"), made)
        return re.search("secret=([A-Z2-7]+)", made)[1]
