"""Opens a submission session: STARTTLS, then AUTH PLAIN."""

import base64

from .conversation import connect


def open_session(port, context, address, password):
    plain = connect(port)
    answer(plain, b"", b"220")
    answer(plain, b"EHLO generator.example\r\n", b"250")
    answer(plain, b"STARTTLS\r\n", b"220")
    secure = context.wrap_socket(plain, server_hostname="bench.example")
    answer(secure, b"EHLO generator.example\r\n", b"250")
    token = base64.b64encode(f"\0{address}\0{password}".encode())
    answer(secure, b"AUTH PLAIN " + token + b"\r\n", b"235")
    return secure


def answer(connected, request, code):
    connected.sendall(request)
    reply = b""
    while not (reply.endswith(b"\r\n") and reply[reply.rfind(b"\n", 0, -2) + 1:][3:4] != b"-"):
        chunk = connected.recv(4096)
        if not chunk:
            raise RuntimeError(f"the server closed the connection after {request[:20]!r}")
        reply += chunk
    if not reply.startswith(code):
        raise RuntimeError(f"{request[:20]!r} was answered {reply[:200]!r}")
