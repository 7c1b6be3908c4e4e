"""The world outside the platform: hosts that its static routes lead to.

`sink.example` is Postfix's smtp-sink, `scripted.example` a server whose replies a test chooses, `closed.example` a port where
nobody listens.
"""

import contextlib
import os
import pathlib
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading

from .running import free_port
from .waiting import eventually

DOMAINS = ("sink.example", "scripted.example", "closed.example")
PORT = {}


def settings(lifetime=20):
    """The routes, retries every second, and a short life in the queue: what a platform needs for tests of its relay."""
    for domain in DOMAINS:
        PORT.setdefault(domain, free_port())
    routes = [{"domain": domain, "host": "127.0.0.1", "port": PORT[domain]} for domain in DOMAINS]
    return {"routes": routes, "retrySchedule": [1], "lifetime": lifetime}


def postfix_tool(name):
    """The program of Postfix and the environment that it needs, from where ops/test unpacked it."""
    default = pathlib.Path(__file__).resolve().parents[3] / ".build/postfix"
    root = pathlib.Path(os.environ.get("CASELLA_POSTFIX_TOOLS", default))
    return str(root / "usr/sbin" / name), {**os.environ, "LD_LIBRARY_PATH": str(root / "usr/lib/postfix")}


def smtp_source(port, *options, timeout=300):
    """Sends many messages with Postfix's load generator; returns when it is done."""
    program, environment = postfix_tool("smtp-source")
    return subprocess.run(
        [program, *map(str, options), f"127.0.0.1:{port}"], env=environment, capture_output=True, text=True, timeout=timeout
    )


class SMTPSink:
    """Postfix's smtp-sink at sink.example, which writes each message that it takes into a file."""

    def __init__(self, *options, port=None):
        self.options, self.port = options, port or PORT["sink.example"]

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="casella-sink-")
        os.chmod(self.folder.name, 0o777)
        program, environment = postfix_tool("smtp-sink")
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        command = [program, *user, "-d", f"{self.folder.name}/%H%M%S.", *self.options, f"127.0.0.1:{self.port}", "100"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(lambda: listens(self.port), what="smtp-sink listens")
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.folder.cleanup()

    def messages(self):
        """What has arrived, as bytes: smtp-sink's own header fields (X-Mail-Args …) first; lines end in LF."""
        contents = [file.read_bytes() for file in pathlib.Path(self.folder.name).iterdir()]
        return [content for content in contents if content]  # a file is there before its message


class ScriptedHost:
    """An SMTP server at scripted.example. `reply(command, argument)` returns a reply line, or None for the usual one."""

    def __init__(self, reply=lambda command, argument: None, port=None):
        self.reply, self.port, self.messages = reply, port or PORT["scripted.example"], []

    def __enter__(self):
        host = self

        class Session(socketserver.StreamRequestHandler):
            timeout = 60

            def handle(self):
                with contextlib.suppress(ConnectionError):
                    host.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", self.port), Session)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, session):
        def say(line):
            session.wfile.write(line.encode() + b"\r\n")

        sender, recipients = None, []
        say(self.reply("CONNECT", "") or "220 scripted.example ESMTP")
        while line := session.rfile.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            command, _, argument = text.partition(" ")
            command = command.upper()
            answer = self.reply(command, argument)
            if command in ("EHLO", "HELO"):
                say(
                    answer
                    or "250-scripted.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE\r\n250 ENHANCEDSTATUSCODES"
                )
            elif command == "MAIL":
                sender, recipients = argument, []
                say(answer or "250 2.1.0 Ok")
            elif command == "RCPT":
                if not answer or answer.startswith("2"):
                    recipients.append(argument)
                say(answer or "250 2.1.5 Ok")
            elif command == "DATA":
                if answer or not recipients:
                    say(answer or "554 5.5.1 No valid recipients")
                    continue
                say("354 Go ahead")
                content = []
                while (line := session.rfile.readline()) not in (b".\r\n", b""):
                    content.append(line[1:] if line.startswith(b".") else line)
                if not line:
                    return  # the client went away in the middle
                answer = self.reply("END", "")
                if not answer or answer.startswith("2"):
                    self.messages.append((sender, recipients, b"".join(content)))
                say(answer or "250 2.0.0 Queued")
            elif command == "QUIT":
                say("221 2.0.0 Bye")
                return
            else:
                say(answer or "250 2.0.0 Ok")


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False
