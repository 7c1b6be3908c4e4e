"""Mail that flows while something is killed, and the account of it afterwards."""

import smtplib
import threading
import time
import uuid

from . import clients, messages


class Traffic:
    """Threads that send message after message until told to stop. Every attempt is a message with an identifier of its own: an
    attempt whose acknowledgement got lost may have been stored, once; one that was acknowledged must have been, once."""

    def __init__(self, connect, send, threads=4):
        self.connect, self.send = connect, send
        self.acknowledged, self.uncertain, self.refused = set(), set(), []
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)

    def count(self):
        with self.lock:
            return len(self.acknowledged)

    def _run(self):
        while not self.ended.is_set():
            try:
                with self.connect() as client:
                    while not self.ended.is_set():
                        self._attempt(client)
            except (OSError, smtplib.SMTPException):
                time.sleep(0.05)  # the door is closed at the moment; the next try follows

    def _attempt(self, client):
        identifier = f"{uuid.uuid4().hex}@traffic.example"
        with self.lock:
            self.uncertain.add(identifier)
        try:
            code, reply = self.send(client, identifier)
        except smtplib.SMTPResponseException as error:
            code, reply = error.smtp_code, error.smtp_error
        with self.lock:
            if code == 250:
                self.uncertain.discard(identifier)
                self.acknowledged.add(identifier)
            elif code >= 500:
                self.refused.append((code, reply))
        if code != 250:
            raise smtplib.SMTPServerDisconnected("not taken; a new connection is tried")


def inbound(platform, recipients, threads=4):
    """Strangers' mail through port 25."""

    def send(client, identifier):
        client.ehlo_or_helo_if_needed()
        code, reply = client.mail("stranger@elsewhere.example")
        if code != 250:
            return code, reply
        for recipient in recipients:
            code, reply = client.rcpt(recipient)
            if code != 250:
                return code, reply
        content = messages.message(recipients[0], identifier=identifier, body="x" * 70 + "\r\n" + "y" * 70 + "\r\n")
        return clients.end_of_data(client, content)

    return Traffic(lambda: clients.smtp(platform, timeout=30), send, threads)


def submitted(company, user, recipient, threads=2):
    """A user's mail through submission and the relay."""
    sender = company.address(user)

    def send(client, identifier):
        client.ehlo_or_helo_if_needed()
        for code, reply in (client.mail(sender), client.rcpt(recipient)):
            if code != 250:
                return code, reply
        return clients.end_of_data(client, messages.message(recipient, sender=sender, identifier=identifier))

    return Traffic(lambda: clients.submission(company, user, timeout=30), send, threads)


def identifiers(company, user):
    """The Message-IDs of all messages in an INBOX, over IMAP."""
    with clients.imap(company, user) as imap:
        _, answer = imap.select("INBOX", readonly=True)
        if answer[0] == b"0":
            return []
        _, answer = imap.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        return [messages.identifier(part[1]) for part in answer if isinstance(part, tuple)]


def assert_account(traffic, found):
    """No acknowledged message is missing, none is doubled, and nothing is there that was never sent."""
    missing = traffic.acknowledged - set(found)
    assert not missing, f"{len(missing)} of {len(traffic.acknowledged)} acknowledged messages are missing"
    doubled = {identifier for identifier in found if found.count(identifier) > 1} if len(found) != len(set(found)) else set()
    assert not doubled, f"{len(doubled)} messages are there twice"
    strangers = set(found) - traffic.acknowledged - traffic.uncertain
    assert not strangers, f"{len(strangers)} messages were never sent"
    assert not traffic.refused, f"refused for good: {traffic.refused[:3]}"
