"""Python's own mail clients, connected to a platform and logged in."""

import contextlib
import imaplib
import poplib
import smtplib
import ssl

imaplib._MAXLINE = 10_000_000


def tls():
    """The platform made its certificate itself, so no authority vouches for it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@contextlib.contextmanager
def imap(company, user, timeout=60):
    client = imaplib.IMAP4_SSL("127.0.0.1", company.platform.port("imaps"), ssl_context=tls(), timeout=timeout)
    try:
        client.login(company.address(user) if "@" not in user else user, company.password(user))
        yield client
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            client.logout()


@contextlib.contextmanager
def pop3(company, user, timeout=60):
    client = poplib.POP3_SSL("127.0.0.1", company.platform.port("pop3s"), context=tls(), timeout=timeout)
    try:
        client.user(company.address(user) if "@" not in user else user)
        client.pass_(company.password(user))
        yield client
    finally:
        with contextlib.suppress(poplib.error_proto, OSError, AttributeError):  # the last one when it is closed already
            client.quit()


@contextlib.contextmanager
def smtp(platform, timeout=60, source="127.0.0.1"):
    """A stranger's connection to port 25."""
    client = smtplib.SMTP("127.0.0.1", platform.port("smtp"), "client.example", timeout, source_address=(source, 0))
    try:
        yield client
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            client.quit()


@contextlib.contextmanager
def submission(company, user, timeout=60):
    """A user's connection to port 587, with TLS and logged in."""
    client = smtplib.SMTP("127.0.0.1", company.platform.port("submission"), "laptop.example", timeout)
    try:
        client.starttls(context=tls())
        client.login(company.address(user) if "@" not in user else user, company.password(user))
        yield client
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            client.quit()


def deliver(platform, message, recipients, sender="stranger@elsewhere.example", options=()):
    """Sends bytes through port 25 exactly as they are (smtplib's `sendmail` would mend line ends). Raises unless all is accepted."""
    with smtp(platform) as client:
        client.ehlo()
        code, reply = client.mail(sender, list(options))
        assert code == 250, f"MAIL: {code} {reply}"
        for recipient in [recipients] if isinstance(recipients, str) else recipients:
            code, reply = client.rcpt(recipient)
            assert code == 250, f"RCPT {recipient}: {code} {reply}"
        code, reply = end_of_data(client, message)
        assert code == 250, f"DATA: {code} {reply}"


def end_of_data(client, message):
    """Sends DATA and a message whose lines end in CRLF; returns the reply to its end."""
    assert message == b"" or message.endswith(b"\r\n"), "DATA needs whole lines; use BDAT"
    code, reply = client.docmd("DATA")
    if code != 354:
        return code, reply
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    client.send((b"." + stuffed if stuffed.startswith(b".") else stuffed) + b".\r\n")
    return client.getreply()


def bdat(client, *chunks):
    """Sends a message in chunks (RFC 3030) and returns the last reply."""
    for number, chunk in enumerate(chunks):
        last = " LAST" if number == len(chunks) - 1 else ""
        client.send(b"BDAT %d%s\r\n" % (len(chunk), last.encode()) + chunk)
        code, reply = client.getreply()
        if code != 250:
            break
    return code, reply


def all_messages(client, mailbox="INBOX"):
    """Every message of a mailbox over IMAP, by UID: {uid: bytes}."""
    status, answer = client.select(mailbox, readonly=True)
    assert status == "OK", answer
    if answer[0] == b"0":
        return {}
    status, parts = client.uid("FETCH", "1:*", "(UID BODY.PEEK[])")
    assert status == "OK", parts
    return {int(part[0].split(b"UID ")[1].split()[0].rstrip(b")")): part[1] for part in parts if isinstance(part, tuple)}


def popped(client, number):
    """One message over POP3; poplib takes the line ends away, and every line has one in POP3."""
    return b"".join(line + b"\r\n" for line in client.retr(number)[1])
