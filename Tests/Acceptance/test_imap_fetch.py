"""IMAP as programs use it: what is fetched of messages, and found by searches."""

import re

from support import clients, messages
from support.dialogue import imap_dialogue
from support.imap_sessions import IMAPTest

MULTIPART = (
    b'From: "Ann A." <ann@elsewhere.example>\r\nTo: bob@elsewhere.example, "C, D" <cd@elsewhere.example>\r\n'
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Date: Tue, 03 Mar 2026 10:00:00 +0100\r\nMessage-ID: <one@elsewhere.example>\r\nIn-Reply-To: <zero@elsewhere.example>\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\nignored\r\n--b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nfirst part\r\n'
    b'--b\r\nContent-Type: image/png; name="x.png"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="x.png"\r\n\r\n'
    b"iVBORw0KGgo=\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner body\r\n--b--\r\n"
)


def text_of(part):
    """What a FETCH item holds, sent as a literal or as a quoted string."""
    return part[1] if isinstance(part, tuple) else re.search(rb'"(.*)"\)$', part, re.S).group(1)


class FetchAndSearch(IMAPTest):
    def setUp(self):
        super().setUp()
        clients.deliver(self.platform, MULTIPART, self.ann)

    def test_envelope_and_structure(self):
        with imap_dialogue(self.company, "ann") as session:
            self.ok(session.command("s", "SELECT INBOX"))
            line = self.ok(session.command("a", "FETCH 1 (ENVELOPE BODYSTRUCTURE)"))[0]
        self.assertIn(b'"=?utf-8?q?Gr=C3=BC=C3=9Fe?=" (("Ann A." NIL "ann" "elsewhere.example"))', line)
        self.assertIn(
            b'((NIL NIL "bob" "elsewhere.example")("C, '
            b'D" NIL "cd" "elsewhere.example")) NIL NIL "<zero@elsewhere.example>" "<one@elsewhere.example>"',
            line,
        )
        upper = line.upper()
        self.assertIn(b'("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 10 0', upper.replace(b'"7BIT" 10 1', b'"7BIT" 10 0'))
        self.assertIn(b'("IMAGE" "PNG" ("NAME" "X.PNG") NIL NIL "BASE64" 12', upper)
        self.assertIn(b'("ATTACHMENT" ("FILENAME" "X.PNG"))', upper)
        self.assertIn(b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT"', upper)
        self.assertIn(b'"MIXED" ("BOUNDARY" "B")', upper)

    def test_sections(self):
        wanted = {
            "1": b"first part",
            "2": b"iVBORw0KGgo=",
            "3": b"Subject: inner\r\n\r\ninner body",
            "3.HEADER": b"Subject: inner\r\n\r\n",
            "3.TEXT": b"inner body",
            "2.MIME": b'Content-Type: image/png; name="x.png"\r\nContent-Transfer-Encoding: base64\r\n'
            b'Content-Disposition: attachment; filename="x.png"\r\n\r\n',
            "TEXT": MULTIPART.split(b"\r\n\r\n", 1)[1],
            "HEADER.FIELDS (MESSAGE-ID)": b"Message-ID: <one@elsewhere.example>\r\n\r\n",
            "1]<2.3>": b"rst",
        }
        with clients.imap(self.company, "ann") as imap:
            imap.select("INBOX", readonly=True)
            for section, content in wanted.items():
                item = f"(BODY.PEEK[{section if '<' in section else section + ']'})"
                self.assertEqual(content, text_of(imap.fetch("1", item)[1][0]), section)

    def test_searches(self):
        clients.deliver(self.platform, messages.message(self.ann, subject="plain one", body="needle in the hay\r\n"), self.ann)
        wanted = {
            "ALL": "1 2",
            "SUBJECT plain": "2",
            "SUBJECT Grüße": "1",
            "BODY needle": "2",
            "TEXT inner": "1",
            "FROM ann@": "1",
            'HEADER Message-ID ""': "1 2",
            "HEADER Message-ID one@": "1",
            "UNSEEN": "1 2",
            "NOT (OR SUBJECT plain FROM ann@)": "",
            "LARGER 700": "1",
            "SENTON 3-Mar-2026": "1 2",
            "SENTBEFORE 3-Mar-2026": "",
            "SINCE 1-Jan-2026": "1 2",
            "UID 2:*": "2",
            "2": "2",
            "KEYWORD $None": "",
            "TO cd@elsewhere": "1",
            "CC x": "",
        }
        with imap_dialogue(self.company, "ann") as session:
            self.ok(session.command("s", "SELECT INBOX"))
            for number, (key, found) in enumerate(wanted.items()):
                if key.isascii():
                    lines = self.ok(session.command(f"q{number}", f"SEARCH {key}"))
                else:
                    words = key.split(" ", 1)
                    octets = words[1].encode()
                    session.send(f"q{number} SEARCH CHARSET UTF-8 {words[0]} {{{len(octets)}+}}\r\n".encode() + octets + b"\r\n")
                    lines = self.ok(session.tagged(f"q{number}"))
                self.assertEqual(f"* SEARCH {found}".strip(), lines[0].decode().strip(), key)
            self.assertIn(b"[BADCHARSET", session.command("z", "SEARCH CHARSET EBCDIC SUBJECT x")[-1])

    def test_every_search_key_of_flags_and_dates(self):
        """RFC 3501 §6.4.4; what is left after the keys above."""
        clients.deliver(self.platform, messages.message(self.ann, subject="plain one"), self.ann)
        wanted = {
            "NEW": "1 2",
            "RECENT": "1 2",
            "OLD": "",
            "SEEN": "",
            "FLAGGED": "1",
            "UNFLAGGED": "2",
            "ANSWERED": "2",
            "UNANSWERED": "1",
            "DELETED": "2",
            "UNDELETED": "1",
            "DRAFT": "",
            "UNDRAFT": "1 2",
            "KEYWORD $Mine": "1",
            "UNKEYWORD $Mine": "2",
            "BCC nobody": "",
            "SMALLER 10": "",
            "BEFORE 1-Jan-2026": "",
            "SENTSINCE 3-Mar-2026": "1 2",
            "(FLAGGED UNSEEN) 1:*": "1",
        }
        with imap_dialogue(self.company, "ann") as session:
            self.ok(session.command("s", "SELECT INBOX"))
            self.ok(session.command("f", r"STORE 1 +FLAGS.SILENT (\Flagged $Mine)"))
            self.ok(session.command("g", r"STORE 2 +FLAGS.SILENT (\Answered \Deleted)"))
            for number, (key, found) in enumerate(wanted.items()):
                lines = self.ok(session.command(f"q{number}", f"SEARCH {key}"))
                self.assertEqual(f"* SEARCH {found}".strip(), lines[0].decode().strip(), key)
            self.assertEqual(b"* SEARCH 2", self.ok(session.command("u", "UID SEARCH DELETED"))[0])

    def test_macros_and_the_older_items(self):
        items = {
            "ALL": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE"),
            "FAST": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"),
            "FULL": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE", b"BODY ("),
            "RFC822.HEADER": (b"RFC822.HEADER {",),
            "RFC822.TEXT": (b"RFC822.TEXT {", b"\\Seen"),
            "RFC822": (b"RFC822 {",),
        }
        with imap_dialogue(self.company, "ann") as session:
            self.ok(session.command("s", "SELECT INBOX"))
            for number, (item, parts) in enumerate(items.items()):
                answer = b"\n".join(self.ok(session.command(f"q{number}", f"FETCH 1 {item}")))
                for part in parts:
                    self.assertIn(part, answer, item)
