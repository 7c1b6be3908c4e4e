"""Debian's Postfix and Dovecot as one mail system: virtual users, LMTP between the two, quota counted.

They run from where ops/lib/peers.sh took their packages apart; nothing is installed and nothing of theirs starts by itself.
"""

import os

from . import argon2, certificate
from .dovecot import Dovecot
from .mail_system import MailSystem
from .postfix import Postfix

PASSWORD = "a-password-of-usual-length"


class Peer(MailSystem):
    name = "peer"

    def __init__(self, scratch, port_base, sink_port, tree, mailbox_format, hibernate):
        super().__init__(scratch, port_base)
        self._tree, self._format, self._hibernate = tree, mailbox_format, hibernate
        self.settling = 40 if hibernate else MailSystem.settling
        self.home = os.path.join(scratch, "peer")
        public, private = certificate.make(scratch)
        tls = {"certificate": public, "key": private}
        queue, mail = f"{self.home}/postfix", f"{self.home}/dovecot"
        self.postfix = Postfix(
            queue, tree, lmtp=f"{mail}/lmtp", sink_port=sink_port, smtp=self.port(25), submission=self.port(587),
            submissions=self.port(465), **tls)
        self.dovecot = Dovecot(
            mail, tree, mailbox_format, hibernate, queue=f"{queue}/queue", imap=self.port(143), imaps=self.port(993), pop3=self.port(110),
            pop3s=self.port(995), **tls)
        self._secrets = {}

    def start(self):
        os.makedirs(self.home, mode=0o755)
        self.postfix.lay_out()
        self.dovecot.lay_out()
        self._begin()

    def _begin(self):
        self.dovecot.start()
        self.postfix.start()

    def stop(self):
        self.postfix.stop()
        self.dovecot.stop()

    def keeping(self):
        return f"kill {self.postfix.root()} {self.dovecot.root()}"

    def provision(self, companies):
        """Where logins are not what is measured, the password's check costs the peer next to nothing."""
        hashed = None
        for company in dict.fromkeys(companies):
            for address in company.addresses():
                if company.hashed:
                    hashed = hashed or "{ARGON2ID}" + argon2.hashed(PASSWORD)
                self._secrets[address] = hashed if company.hashed else "{PLAIN}" + PASSWORD
                self.passwords[address] = PASSWORD
        self.dovecot.know(self._secrets)
        self.postfix.know([company.domain for company in dict.fromkeys(companies)], self._secrets)
        # Neither server looks at its tables again at once.
        self.stop()
        self._begin()

    def roots(self):
        return [self.postfix.root(), self.dovecot.root()]

    def start_afresh(self, company):
        """Nothing to do: a Dovecot process keeps nothing of a mailbox beyond the session that opened it."""

    def description(self):
        with open(f"{self._tree}/versions") as file:
            versions = dict(line.split() for line in file)
        return (
            f"Postfix {versions['postfix']} + Dovecot {versions['dovecot-core'].removeprefix('1:')}, {self._format}, "
            f"mail_fsync=optimized, count quota, {'imap-hibernate, ' if self._hibernate else ''}tuned as ops/bench/systems says"
        )
