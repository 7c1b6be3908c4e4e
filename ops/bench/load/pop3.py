"""POP3 as a mail program speaks it: one command at a time."""

from .conversation import Client, connect, converse, line_complete, trusting


def text_complete(tail):
    return tail.endswith(b"\r\n.\r\n") or tail.startswith(b"-ERR")


def retrieve_all(port, address, password, tls=False):
    """Returns how many messages there were, which stay, and the seconds that retrieving them took; the login comes before that. `tls` takes
    the port as one of POP3S."""
    connected, counts = connect(port), []
    if tls:
        connected = trusting().wrap_socket(connected, server_hostname="bench.example")

    def logging_in(_):
        yield from expect(b"", line_complete)
        yield from expect(b"USER %s\r\n" % address.encode(), line_complete)
        yield from expect(b"PASS %s\r\n" % password.encode(), line_complete)

    def retrieving(_):
        status = yield from expect(b"STAT\r\n", line_complete)
        counts.append(int(status.split()[1]))
        for number in range(1, counts[0] + 1):
            yield from expect(b"RETR %d\r\n" % number, text_complete)
        yield from expect(b"QUIT\r\n", line_complete)

    try:
        converse([Client(connected, logging_in)])
        seconds = converse([Client(connected, retrieving)])
    finally:
        connected.close()
    return counts[0], seconds


def expect(request, complete):
    answer = yield request, complete
    if not answer.startswith(b"+OK"):
        raise RuntimeError(f"{request[:9]!r} was answered {answer[:200]!r}")
    return answer
