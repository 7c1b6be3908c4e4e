"""SMTP as smtp-source speaks it, one command at a time, but to recipients that differ from message to message."""

from .conversation import Client, connect, converse, trusting
from . import submission_login


def reply_complete(tail):
    """The last line of a reply has a blank behind its code (RFC 5321 §4.2.1)."""
    return tail.endswith(b"\r\n") and tail[tail.rfind(b"\n", 0, -2) + 1:][3:4] != b"-"


def sending(messages, sender=b"sender@outside.example", greeted=False):
    """The script of a client that takes `(recipient, message)` from `messages`, which clients may share, until there are no more."""

    def script(_):
        if not greeted:
            yield from expect(b"", b"220")
        yield from expect(b"EHLO generator.example\r\n", b"250")
        for recipient, message in messages:
            yield from expect(b"MAIL FROM:<" + sender + b">\r\n", b"250")
            yield from expect(b"RCPT TO:<" + recipient.encode() + b">\r\n", b"250")
            yield from expect(b"DATA\r\n", b"354")
            yield from expect(message + b".\r\n", b"250")
        yield from expect(b"QUIT\r\n", b"221")

    return script


def expect(request, code):
    reply = yield request, reply_complete
    if not reply.startswith(code):
        raise RuntimeError(f"{request[:60]!r} was answered {reply[:200]!r}")


def deliver(port, pairs, connections):
    """Sends all pairs of recipient and message over so many connections; returns the seconds until the last was accepted."""
    shared = iter(pairs)
    clients = [Client(connect(port), sending(shared)) for _ in range(connections)]
    try:
        return converse(clients)
    finally:
        for client in clients:
            client.socket.close()


def submit(port, shares):
    """Submission with STARTTLS: for each `(address, password, pairs)` a connection, which is logged in before the clock starts."""
    context = trusting()
    clients = []
    try:
        for address, password, pairs in shares:
            connected = submission_login.open_session(port, context, address, password)
            clients.append(Client(connected, sending(pairs, sender=address.encode(), greeted=True)))
        return converse(clients)
    finally:
        for client in clients:
            client.socket.close()
