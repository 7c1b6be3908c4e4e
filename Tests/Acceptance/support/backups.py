"""What tests of backups compare, and mail that comes in meanwhile."""

import random
import re
import threading

from . import clients, messages

_random = random.Random(5)


class Traffic(threading.Thread):
    """Letters to one address, one after the other, until it is ended."""

    def __init__(self, platform, sender, address):
        super().__init__(daemon=True)
        self.platform, self.sender, self.address = platform, sender, address
        self.acknowledged, self.problem, self.ended = [], None, threading.Event()

    def run(self):
        try:
            with clients.smtp(self.platform) as client:
                client.ehlo()
                while not self.ended.wait(0.01):
                    letter = messages.message(self.address, self.sender, size=4000)
                    client.mail(self.sender)
                    client.rcpt(self.address)
                    code, reply = clients.end_of_data(client, letter)
                    assert code == 250, reply
                    self.acknowledged.append(messages.identifier(letter))
        except Exception as problem:  # told by the test
            self.problem = problem

    def end(self):
        self.ended.set()
        self.join(60)


def append(sender, company, user, flags=None, octets=0):
    """With a body that no compression makes much smaller than half."""
    body = _random.randbytes(octets).hex()
    lines = [body[place : place + 76] for place in range(0, len(body), 76)]
    message = messages.message(company.address(user), sender, body="\r\n".join(["Hello.", *lines, ""]))
    with clients.imap(company, user) as client:
        status, answer = client.append("INBOX", flags, '"01-May-2020 12:00:00 +0000"', message)
        assert status == "OK", answer


def state(*companies):
    """What each user has, by mailbox and UID, with UIDVALIDITY and UIDNEXT."""
    found = {}
    for company in companies:
        for address in company.passwords:
            with clients.imap(company, address) as client:
                for line in client.list()[1]:
                    name = line.decode().split(' "/" ')[1]
                    facts = client.status(name, "(UIDVALIDITY UIDNEXT)")[1][0].decode()
                    numbers = {word: int(re.search(rf"{word} (\d+)", facts)[1]) for word in ("UIDVALIDITY", "UIDNEXT")}
                    found[address, name] = {**numbers, "messages": clients.all_messages(client, name), "facts": flags(client)}
    return found


def flags(client):
    """Of the messages of the mailbox that is open: {uid: flags and date}."""
    facts = {}
    for line in client.uid("FETCH", "1:*", "(FLAGS INTERNALDATE)")[1]:
        if line:
            words = re.search(rb"FLAGS \(([^)]*)\)", line)[1].split()
            date = re.search(rb'INTERNALDATE "([^"]*)"', line)[1]
            facts[int(re.search(rb"UID (\d+)", line)[1])] = (sorted(flag for flag in words if flag != rb"\Recent"), date)
    return facts


def subscribed(client):
    return {line.decode().split(' "/" ')[1] for line in client.lsub()[1]} - {"INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive"}
