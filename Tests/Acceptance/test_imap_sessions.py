"""IMAP as programs use it: several sessions on one mailbox, IDLE, folders, flags, the extensions that are offered."""

import datetime
import re
import time

from support import clients, messages
from support.dialogue import imap_dialogue
from support.imap_sessions import IMAPTest


class SeveralSessions(IMAPTest):
    def test_each_sees_what_the_other_does(self):
        self.deliver(3)
        with imap_dialogue(self.company, "ann") as one, imap_dialogue(self.company, "ann") as two:
            for session in (one, two):
                self.ok(session.command("s", "SELECT INBOX"))
            self.ok(one.command("a", r"STORE 2 +FLAGS (\Flagged $Work)"))
            seen = b"\n".join(self.ok(two.command("b", "NOOP")))
            self.assertRegex(seen, rb"\* 2 FETCH \(.*\\Flagged.*\)")
            self.assertIn(b"$Work", seen)
            self.ok(one.command("a", r"STORE 1,3 +FLAGS.SILENT (\Deleted)"))
            self.ok(one.command("a", "EXPUNGE"))
            # FETCH and STORE may not shift numbers (RFC 3501 §7.4.1), NOOP may.
            self.assertNotIn(b"EXPUNGE", b"".join(two.command("b", "FETCH 2 FLAGS")[:-1]))
            seen = self.ok(two.command("b", "NOOP"))
            self.assertEqual(2, sum(line.endswith(b"EXPUNGE") for line in seen))
            self.assertIn(b"* 1 FETCH", b"".join(self.ok(two.command("b", "FETCH 1 UID"))))

    def test_idle_tells_of_a_delivery_an_expunge_and_a_flag(self):
        self.deliver(1)
        with imap_dialogue(self.company, "ann") as idling, imap_dialogue(self.company, "ann") as other:
            self.ok(idling.command("s", "SELECT INBOX"))
            idling.say("i IDLE")
            self.assertTrue(idling.line().startswith(b"+"))
            self.deliver(1)
            lines = [idling.line()]
            while not lines[-1].endswith(b"EXISTS"):
                lines.append(idling.line())
            self.assertEqual(b"* 2 EXISTS", lines[-1])
            self.ok(other.command("s", "SELECT INBOX"))
            self.ok(other.command("a", r"STORE 1 FLAGS (\Deleted)"))
            while b"\\Deleted" not in lines[-1]:
                lines.append(idling.line())
            self.ok(other.command("a", "EXPUNGE"))
            while not lines[-1].endswith(b"EXPUNGE"):
                lines.append(idling.line())
            self.assertEqual(b"* 1 EXPUNGE", lines[-1])
            idling.say("DONE")
            self.ok(idling.tagged("i"))

    def test_read_only_sessions_change_nothing(self):
        self.deliver(1)
        with imap_dialogue(self.company, "ann") as session:
            self.assertIn(b"[READ-ONLY]", self.ok(session.command("a", "EXAMINE INBOX"))[-1])
            self.ok(session.command("b", "FETCH 1 BODY[]"))
            self.assertIn(b" NO ", session.command("c", r"STORE 1 +FLAGS (\Seen)")[-1])
            self.assertNotIn(b"\\Seen", b"".join(self.ok(session.command("d", "FETCH 1 FLAGS"))))


class Folders(IMAPTest):
    def test_standard_folders_are_there_with_their_uses(self):
        with imap_dialogue(self.company, "ann") as session:
            listing = b"\n".join(self.ok(session.command("a", 'LIST "" "*"')))
            for use, name in (
                (b"Drafts", b"Drafts"),
                (b"Sent", b"Sent"),
                (b"Junk", b"Junk"),
                (b"Trash", b"Trash"),
                (b"Archive", b"Archive"),
            ):
                self.assertRegex(listing, rb'\* LIST \([^)]*\\%s[^)]*\) "/" "?%s"?' % (use, name))
            self.assertRegex(listing, rb'\* LIST \([^)]*\) "/" "?INBOX"?')
            self.assertEqual(6, b"\n".join(self.ok(session.command("b", 'LSUB "" "*"'))).count(b"* LSUB"))

    def test_folders_are_made_renamed_subscribed_and_deleted(self):
        with imap_dialogue(self.company, "ann") as session:
            self.ok(session.command("a", "CREATE Work/2026/March"))
            self.assertRegex(b"\n".join(session.command("b", 'LIST "" Work')), rb"\\HasChildren")
            self.assertIn(b" NO ", session.command("c", "CREATE Work/2026/March")[-1])
            self.ok(session.command("d", "SUBSCRIBE Work/2026/March"))
            self.ok(session.command("e", "RENAME Work Projects"))
            listing = b"\n".join(session.command("f", 'LIST "" "Projects*"'))
            self.assertIn(b"Projects/2026/March", listing)
            self.assertNotIn(b"Projects/2026", b"\n".join(session.command("g", 'LIST "" "%"')))
            self.assertIn(b"Work/2026/March", b"\n".join(session.command("h", 'LSUB "" "*"')))
            self.ok(session.command("i", "DELETE Projects/2026/March"))
            self.assertIn(b" NO ", session.command("j", "SELECT Projects/2026/March")[-1])
            self.assertIn(b" NO ", session.command("k", "DELETE INBOX")[-1])

    def test_names_beyond_ascii_travel_in_modified_utf_7(self):
        with imap_dialogue(self.company, "ann") as session:
            for name in ("Entw&APw-rfe", "&U,BTFw-", "R&-D", "&2D3eAA-"):
                self.ok(session.command("a", f'CREATE "{name}"'))
                self.assertIn(name.encode(), b"\n".join(session.command("b", f'LIST "" "{name}"')))
                self.ok(session.command("c", f'SELECT "{name}"'))
            self.assertRegex(session.command("d", 'CREATE "bad&"')[-1], rb"^d (NO|BAD)")

    def test_rename_of_inbox_moves_its_messages(self):
        sent = self.deliver(2)
        with clients.imap(self.company, "ann") as imap:
            self.assertEqual("OK", imap.rename("INBOX", "Before")[0])
            self.assertEqual({}, clients.all_messages(imap))
            found = clients.all_messages(imap, "Before").values()
            self.assertEqual([messages.identifier(m) for m in sent], [messages.identifier(m) for m in found])


class Extensions(IMAPTest):
    def test_a_folder_is_made_for_a_use_and_its_size_is_told(self):
        with imap_dialogue(self.company, "ann") as session:
            self.ok(session.command("a", r"CREATE Posted (USE (\Sent))"))
            self.assertRegex(b"\n".join(session.command("b", 'LIST "" Posted')), rb"\\Sent[^\n]*Posted")
            self.assertRegex(session.command("c", r"CREATE Odd (USE (\Nonsense))")[-1], rb"^c (NO|BAD)")
            (content,) = self.deliver(1)
            with clients.imap(self.company, "ann") as imap:
                (stored,) = clients.all_messages(imap).values()
            answer = self.ok(session.command("d", "STATUS INBOX (SIZE MESSAGES)"))[0]
            self.assertIn(f"SIZE {len(stored)}".encode(), answer)
            self.assertIn(b"MESSAGES 1", answer)

    def test_capabilities_name_them(self):
        with imap_dialogue(self.company, "ann") as session:
            words = set(self.ok(session.command("a", "CAPABILITY"))[0].split()[2:])
            self.assertLessEqual(
                {
                    b"IMAP4rev1",
                    b"LITERAL+",
                    b"SASL-IR",
                    b"NAMESPACE",
                    b"ID",
                    b"ENABLE",
                    b"IDLE",
                    b"UIDPLUS",
                    b"MOVE",
                    b"UNSELECT",
                    b"CHILDREN",
                    b"SPECIAL-USE",
                    b"STATUS=SIZE",
                    b"QUOTA",
                },
                words,
            )
            self.assertIn(b'* NAMESPACE (("" "/")) NIL NIL', session.command("b", "NAMESPACE"))
            self.assertTrue(self.ok(session.command("c", 'ID ("name" "test")'))[0].startswith(b"* ID "))
            self.ok(session.command("d", "ENABLE CONDSTORE"))

    def test_uidplus_and_move_tell_the_new_uids(self):
        self.deliver(2)
        content = messages.message(self.ann)
        with imap_dialogue(self.company, "ann") as session:
            session.send(b'a APPEND Archive (\\Seen) "03-Mar-2026 10:00:00 +0100" {%d+}\r\n' % len(content) + content + b"\r\n")
            self.assertRegex(self.ok(session.tagged("a"))[-1], rb"^a OK \[APPENDUID \d+ 1\]")
            self.ok(session.command("s", "SELECT INBOX"))
            self.assertRegex(self.ok(session.command("b", "UID COPY 1:2 Archive"))[-1], rb"\[COPYUID \d+ 1:2 2:3\]")
            lines = self.ok(session.command("c", "MOVE 1 Trash"))
            self.assertRegex(b"\n".join(lines), rb"\[COPYUID \d+ 1 1\]")
            self.assertIn(b"* 1 EXPUNGE", lines)
            self.ok(session.command("d", r"STORE 1 +FLAGS (\Deleted)"))
            self.assertNotIn(b"EXPUNGE", b"".join(self.ok(session.command("e", "UID EXPUNGE 99"))[:-1]))
            self.assertIn(b"* 1 EXPUNGE", self.ok(session.command("f", "UID EXPUNGE 2")))
            self.ok(session.command("g", "UNSELECT"))
            self.assertRegex(
                session.command("h", "STATUS Archive (MESSAGES UIDNEXT SIZE UNSEEN)")[0], rb"MESSAGES 3 UIDNEXT 4 SIZE \d+ UNSEEN 2"
            )
            self.ok(session.command("i", "SELECT Archive"))
            date = clients.imaplib.Internaldate2tuple(session.command("j", "FETCH 1 INTERNALDATE")[0])
            self.assertEqual(datetime.datetime(2026, 3, 3, 9, tzinfo=datetime.timezone.utc).timestamp(), time.mktime(date))

    def test_uids_and_flags_stay_over_a_restart_of_the_worker(self):
        self.deliver(3)
        with clients.imap(self.company, "ann") as imap:
            imap.select("INBOX")
            validity = imap.response("UIDVALIDITY")[1]
            imap.store("2", "+FLAGS", r"(\Flagged)")
            imap.store("1", "+FLAGS", r"(\Deleted)")
            imap.expunge()
            before = imap.fetch("1:*", "(UID FLAGS RFC822.SIZE INTERNALDATE)")[1], validity
        self.platform.casella("worker", "restart", f"tenant:{self.company.name}", "--yes")
        self.deliver(1)
        with clients.imap(self.company, "ann") as imap:
            imap.select("INBOX")
            validity = imap.response("UIDVALIDITY")[1]
            after = imap.fetch("1:2", "(UID FLAGS RFC822.SIZE INTERNALDATE)")[1]
            self.assertEqual([b"3 (UID 4)"], imap.fetch("3", "(UID)")[1])
        self.assertEqual(without_recent(before[0]), without_recent(after))
        self.assertEqual(before[1], validity)


def without_recent(lines):
    """\\Recent is told to one session alone."""
    return [re.sub(rb" ?\\Recent ?", b"", line) for line in lines]
