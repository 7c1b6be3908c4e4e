"""What comes out is, byte for byte, what went in, plus trace fields."""

import random
import unittest

from support import clients, messages, running
from support.companies import Company

HEAD = b"From: <a@elsewhere.example>\r\nTo: <b@elsewhere.example>\r\nSubject: corpus\r\nMIME-Version: 1.0\r\n"


def nested(depth):
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\npreamble %d\r\n--b%d\r\n" % (level, level, level) for level in range(depth)
    )
    closing = b"".join(b"\r\n--b%d--\r\nepilogue %d\r\n" % (level, level) for level in reversed(range(depth)))
    return HEAD + opening + b"Content-Type: text/plain\r\n\r\nthe innermost\r\n" + closing


def attached_message():
    inner = (
        HEAD + b'Content-Type: multipart/alternative; boundary="x y"\r\n\r\n--x y\r\n\r\none\r\n--x y\r\nContent-Type: text/html\r\n'
        b"\r\n<b>two</b>\r\n--x y--\r\n"
    )
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner
        + b"\r\n--outer--\r\n"
    )


RANDOM = random.Random(20260303)
# Every octet that a line may hold.
OCTETS = bytes(octet for octet in range(1, 256) if octet not in (10, 13))
CORPUS = {
    "an empty body": HEAD + b"\r\n",
    "a header without the empty line": HEAD,
    "nothing at all": b"",
    "an empty line alone": b"\r\n",
    "no header": b"\r\nonly a body\r\n",
    "8-bit text": HEAD + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n",
    "broken UTF-8": HEAD + b"\r\n\xff\xfe\xc3\r\n\xf0\x9f\x92\r\n",
    "UTF-8 in header fields": HEAD + "X-Gruß: schön\r\nSubject: ✉\r\n\r\nHallo\r\n".encode(),
    "8-bit in header fields": HEAD + b"Subject: caf\xe9 \xa0\r\n\r\nx\r\n",
    "lines of 998 octets": HEAD + b"X-Long: " + b"h" * 990 + b"\r\n\r\n" + (b"x" * 998 + b"\r\n") * 20,
    "every octet": HEAD + b"\r\n" + OCTETS + b"\r\n",
    "dots at line starts": HEAD + b"\r\n.\r\n..\r\n...\r\n.x\r\n. \r\n.\r\n",
    "a dot as first octet": b".weird: header\r\n\r\n.\r\n",
    "empty lines at the end": HEAD + b"\r\nx\r\n\r\n\r\n\r\n",
    "spaces at line ends": HEAD + b"\r\nx  \r\n\t\r\n \r\n",
    "From at line starts": HEAD + b"\r\nFrom here\r\n>From there\r\n",
    "nested multiparts": nested(8),
    "deeply nested multiparts": nested(120),
    "a message in a message": attached_message(),
    "an unclosed multipart": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nunclosed\r\n",
    "a boundary that never comes": HEAD + b'Content-Type: multipart/mixed; boundary="' + b"q" * 70 + b'"\r\n\r\nx\r\n',
    "header fields without end": b"".join(b"X-%d: value\r\n folded\r\n" % n for n in range(3000)) + b"\r\nbody\r\n",
    "malformed header lines": b"no colon here\r\n: no name\r\nSpaces : x\r\n\tfolded from nowhere\r\n" + HEAD + b"\r\nx\r\n",
    "random 8-bit lines": HEAD
    + b"\r\n"
    + b"\r\n".join(bytes(RANDOM.choices(OCTETS, k=RANDOM.randrange(200))) for _ in range(2000))
    + b"\r\n",
}
CHUNKED = {
    "no line end at the end": (HEAD + b"\r\nthe last line has no end",),
    "one octet": (b"x",),
    "chunks that split line ends": (HEAD + b"\r", b"\n\r", b"\none\r", b"\n.\r", b"\n.two", b"\r\n"),
    "an empty last chunk": (HEAD + b"\r\nx\r\n", b""),
}


class Corpus(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()
        self.company = Company(self.platform)
        self.ann = self.company.address("ann")

    def stored(self):
        """What the mailbox holds, taken by IMAP, after asserting that POP3 gives the same; then it is emptied."""
        with clients.imap(self.company, "ann") as imap:
            content = list(clients.all_messages(imap).values())
            sizes = [int(line.split(b"RFC822.SIZE ")[1].split(b")")[0]) for line in imap.fetch("1:*", "(RFC822.SIZE)")[1]]
        self.assertEqual([len(message) for message in content], sizes)
        with clients.pop3(self.company, "ann") as pop3:
            popped = [clients.popped(pop3, number + 1) for number in range(pop3.stat()[0])]
            self.assertEqual([len(message) for message in content], [int(line.split()[1]) for line in pop3.list()[1]])
            for number in range(len(popped)):
                pop3.dele(number + 1)
        self.assertEqual([message if message.endswith(b"\r\n") else message + b"\r\n" for message in content], popped)
        return content

    def test_the_corpus_by_data_comes_out_as_it_went_in(self):
        for content in CORPUS.values():
            clients.deliver(self.platform, content, self.ann, options=("BODY=8BITMIME",))
        for (name, sent), stored in zip(CORPUS.items(), self.stored(), strict=True):
            with self.subTest(name):
                messages.trace_above(stored, sent)

    def test_chunks_come_out_as_they_went_in(self):
        for chunks in CHUNKED.values():
            self.send_chunks(chunks)
        for (name, chunks), stored in zip(CHUNKED.items(), self.stored(), strict=True):
            with self.subTest(name):
                messages.trace_above(stored, b"".join(chunks))

    def send_chunks(self, chunks):
        with clients.smtp(self.platform) as client:
            client.ehlo()
            self.assertTrue(client.has_extn("chunking"))
            client.mail("stranger@elsewhere.example", ["BODY=8BITMIME"])
            client.rcpt(self.ann)
            code, reply = clients.bdat(client, *chunks)
            self.assertEqual(250, code, reply)

    def test_25_mebibytes_come_out_as_they_went_in(self):
        line = bytes(RANDOM.choices(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=76)) + b"\r\n"
        content = HEAD + b"\r\n" + b"".join(b"%08x" % n + line for n in range(25 * 1024 * 1024 // 86)) + b"the end\r\n"
        clients.deliver(self.platform, content, self.ann, options=(f"SIZE={len(content)}",))
        self.send_chunks([content[at : at + 1_000_000] for at in range(0, len(content), 1_000_000)])
        stored = self.stored()
        self.assertEqual(2, len(stored))
        for message in stored:
            messages.trace_above(message, content)

    def test_addresses_in_utf_8_are_taken_and_kept(self):
        jurgen = self.company.add_user("jürgen")
        content = f"From: <grüße@elsewhere.example>\r\nTo: <{jurgen}>\r\nSubject: schön\r\nMessage-ID: <u@x>\r\n\r\nHallo\r\n".encode()
        with clients.smtp(self.platform) as client:
            client.ehlo()
            self.assertTrue(client.has_extn("smtputf8"))
            client.command_encoding = "utf-8"
            self.assertEqual(250, client.mail("grüße@elsewhere.example", ["SMTPUTF8", "BODY=8BITMIME"])[0])
            self.assertEqual(250, client.rcpt(jurgen)[0])
            self.assertEqual(250, clients.end_of_data(client, content)[0])
        # Python's clients send their commands in ASCII; the password of the login is checked elsewhere, so a co-worker's alias shows it.
        self.assertEqual(1, self.company.usage(jurgen)[1])
        self.platform.casella("alias", "create", f"grüße@{self.company.domain}", "--to", self.ann)
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.command_encoding = "utf-8"
            client.mail("grüße@elsewhere.example", ["SMTPUTF8", "BODY=8BITMIME"])
            self.assertEqual(250, client.rcpt(f"grüße@{self.company.domain}")[0])
            self.assertEqual(250, clients.end_of_data(client, content)[0])
        (stored,) = self.stored()
        self.assertEqual(("return-path", "<grüße@elsewhere.example>"), messages.trace_above(stored, content)[0])

    def test_an_address_in_utf_8_without_smtputf8_is_refused(self):
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.command_encoding = "utf-8"
            code, reply = client.mail("grüße@elsewhere.example")
            self.assertEqual(5, code // 100, reply)

    def test_what_append_stores_comes_out_as_it_went_in(self):
        with clients.imap(self.company, "bob") as imap:
            # A message without a line end goes into a literal as well as any other; imaplib would "mend" bare line ends, so none is here.
            accepted = {name: content for name, content in CORPUS.items() if content}
            for content in accepted.values():
                self.assertEqual("OK", imap.append("Archive", None, None, content)[0])
            stored = list(clients.all_messages(imap, "Archive").values())
        self.assertEqual(list(accepted.values()), stored)
