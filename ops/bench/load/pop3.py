"""POP3 as a mail program speaks it: one command at a time."""

from .conversation import Client, connect, converse, line_complete


def text_complete(tail):
    return tail.endswith(b"\r\n.\r\n") or tail.startswith(b"-ERR")


def retrieve_all(port, address, password):
    """Returns how many messages there were; they stay."""
    counts = []

    def script(_):
        yield from expect(b"", line_complete)
        yield from expect(b"USER %s\r\n" % address.encode(), line_complete)
        yield from expect(b"PASS %s\r\n" % password.encode(), line_complete)
        status = yield from expect(b"STAT\r\n", line_complete)
        counts.append(int(status.split()[1]))
        for number in range(1, counts[0] + 1):
            yield from expect(b"RETR %d\r\n" % number, text_complete)
        yield from expect(b"QUIT\r\n", line_complete)

    client = Client(connect(port), script)
    try:
        converse([client])
    finally:
        client.socket.close()
    return counts[0]


def expect(request, complete):
    answer = yield request, complete
    if not answer.startswith(b"+OK"):
        raise RuntimeError(f"{request[:9]!r} was answered {answer[:200]!r}")
    return answer
