"""What people do with their own accounts in a browser."""

import imaplib
import re

from support import clients, database
from support.administrators import one_time_password
from support.browsers import Browser
from support.passwords import Passwords
from support.running import HOSTNAME
from support.waiting import eventually

OLD, NEW = "a good old password", "an entirely new one"
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
SECRET = re.compile(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){4}")


class AccountPages(Passwords):
    def browser(self, address=None, password=OLD, code=""):
        browser = Browser(self.platform)
        self.addCleanup(browser.close)
        if address:
            self.assertEqual(303, browser.sign_in(address, password, code))
        return browser

    def audited(self, address):
        return [event["command"] for event in reversed(self.platform.ask("audit", "list")) if event["caller"] == address]

    def test_signing_in_and_out(self):
        address = self.user("reader")
        browser = self.browser()
        status, headers, text = browser.get()
        self.assertEqual((200, POLICY, "no-store"), (status, headers["Content-Security-Policy"], headers["Cache-Control"]))
        self.assertNotIn("<script", text)
        self.assertEqual(200, browser.get("/account/style.css")[0])
        refused = {}
        for who, password in ((address, "a wrong one"), (self.company.address("nobody"), OLD)):
            status, headers, text = browser.post("/account/sign-in", {"address": who, "password": password})
            refused[status, text.replace(who, "")] = who
            self.assertIsNone(headers["Set-Cookie"])
        self.assertEqual([403], [status for status, _ in refused])
        self.assertEqual(1, self.counted(address))
        self.assertEqual(403, browser.post("/account/sign-in", {"address": address, "password": OLD}, Sec_Fetch_Site="cross-site")[0])
        status, headers, _ = browser.post("/account/sign-in", {"address": address, "password": OLD})
        self.assertEqual((303, "/account"), (status, headers["Location"]))
        self.assertRegex(headers["Set-Cookie"], r"^__Host-casella=[0-9a-f]{64}; Path=/; Secure; HttpOnly; SameSite=Strict$")
        self.assertIn(address, browser.told("/account"))
        self.assertEqual(404, browser.get("/metrics")[0], "no page of theirs")
        self.assertEqual(404, browser.get("/")[0], "it is the mail host's own name that leads there")
        status, headers, _ = browser.request("GET", "/", Host=HOSTNAME)
        self.assertEqual((302, "/account"), (status, headers["Location"]))
        self.assertEqual(403, browser.post("/account/sign-out", [("token", "")])[0])
        self.assertEqual(303, browser.post("/account/sign-out")[0])
        self.assertFalse(browser.is_signed_in())

    def test_a_password_is_changed(self):
        address = self.user("changing")
        browser, other = self.browser(address), self.browser(address)
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            session.login(address, OLD)
            self.assertIn("imap", browser.told("/account/sessions").lower())
            self.assertEqual(403, browser.post("/account/password", {"old": "a wrong one", "new": NEW, "again": NEW})[0])
            self.assertEqual(400, browser.post("/account/password", {"old": OLD, "new": "password1234", "again": "password1234"})[0])
            self.assertEqual(303, browser.post("/account/password", {"old": OLD, "new": NEW, "again": NEW})[0])
            with self.assertRaises((imaplib.IMAP4.abort, OSError)):
                for _ in range(50):
                    session.noop()
            session.sock.close()
        self.assertIn("The password is changed", browser.told("/account"))
        self.assertFalse(other.is_signed_in())
        self.assertIsNone(self.imap(address, NEW))
        self.assertEqual(["user change-password"], self.audited(address))

    def test_who_must_change_the_password_gets_no_further(self):
        address = self.user("due")
        self.platform.casella("user", "must-change", address)
        browser = self.browser(address)
        self.assertEqual("/account/password", browser.get("/account")[1]["Location"])
        self.assertEqual(303, browser.post("/account/password", {"old": OLD, "new": NEW, "again": NEW})[0])
        self.assertIn(address, browser.told("/account"))
        self.assertIsNone(self.imap(address, NEW))

    def test_app_passwords(self):
        address = self.user("devices")
        browser = self.browser(address)
        name = "<script>phone</script>"
        self.assertEqual(400, browser.post("/account/app-passwords", [("name", name), ("service", "web")])[0])
        self.assertEqual(303, browser.post("/account/app-passwords", [("name", name), ("service", "imap")])[0])
        _, _, text = browser.get("/account/app-passwords")
        self.assertNotIn("<script", text)
        password = SECRET.search(text)[0]
        self.assertNotIn(password, browser.get("/account/app-passwords")[2])
        self.assertIsNone(self.imap(address, password))
        self.assertIn("127.0.0.1", browser.told("/account/app-passwords"))
        self.assertEqual(403, self.browser().sign_in(address, password))
        self.assertEqual(303, browser.post("/account/app-passwords/revoke", {"name": name})[0])
        self.assertIsNotNone(self.imap(address, password))
        self.assertEqual(["self app-password", "self revoke"], self.audited(address))
        self.assertNotIn(password, database.sql(self.platform, "postgres", "SELECT * FROM audit_log"))

    def test_one_time_passwords(self):
        address = self.user("careful")
        browser, path = self.browser(address), "/account/one-time-passwords"
        self.assertEqual(303, browser.post(path)[0])
        secret = re.search(r"secret=([A-Z2-7]+)", browser.get(path)[2])[1]
        self.assertIsNone(self.imap(address, OLD), "nothing is changed yet")
        self.assertEqual(400, browser.post(f"{path}/confirm", {"code": "12345", "password": OLD})[0])
        code = one_time_password(secret)
        self.assertEqual(303, browser.post(f"{path}/confirm", {"code": code, "password": OLD})[0])
        self.assertIn("Use an app password", self.imap(address, OLD))
        self.assertEqual(403, self.browser().sign_in(address, OLD))
        self.assertEqual(403, self.browser().sign_in(address, OLD, code), "it is good once")
        self.browser(address, OLD, one_time_password(secret, 1))
        self.platform.casella("user", "totp", address, "--off")
        self.assertFalse(browser.is_signed_in())
        self.assertIsNone(self.imap(address, OLD))
        self.assertEqual(["user totp"], self.audited(address))

    def test_sessions_end(self):
        address, other = self.user("sitting"), self.user("standing")
        browser, second, neighbour = self.browser(address), self.browser(address), self.browser(other)
        sessions = self.platform.ask("session", "list", address)
        self.assertEqual(["web", "web"], [session["service"] for session in sessions])
        session = imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls())
        self.addCleanup(session.shutdown)
        session.login(address, OLD)
        found = eventually(lambda: re.search(r'name="program" value="(\d+)"', browser.get("/account/sessions")[2]), within=5)
        self.assertEqual(404, browser.post("/account/sessions/end", {"program": int(found[1]) + 1000})[0])
        self.assertEqual(404, neighbour.post("/account/sessions/end", {"program": found[1]})[0])
        self.assertEqual(303, browser.post("/account/sessions/end", {"program": found[1]})[0])
        with self.assertRaises((imaplib.IMAP4.abort, OSError)):
            for _ in range(500):
                session.noop()
        self.assertEqual(303, browser.post("/account/sessions/end-others")[0])
        self.assertFalse(second.is_signed_in())
        self.assertTrue(browser.is_signed_in())
        self.platform.casella("session", "end", address)
        self.assertFalse(browser.is_signed_in())
        self.assertTrue(neighbour.is_signed_in())

    def test_the_plan_and_a_suspension(self):
        address = self.user("planned")
        browser = self.browser(address)
        self.platform.casella("plan", "override", address, "--protocols", "imap,pop3,submission")
        self.assertFalse(browser.is_signed_in())
        status, _, text = browser.post("/account/sign-in", {"address": address, "password": OLD})
        self.assertEqual(403, status)
        self.assertIn("not part of your plan", text)
        self.assertIsNone(self.imap(address, OLD))
        self.platform.casella("plan", "override", address, "--protocols", "imap,pop3,submission,web")
        browser = self.browser(address)
        self.platform.casella("user", "suspend", address, "--login", "--reason", "Left us")
        self.assertFalse(browser.is_signed_in())
        for password, is_told in ((OLD, True), ("a wrong one", False)):
            status, _, text = browser.post("/account/sign-in", {"address": address, "password": password})
            self.assertEqual((403, is_told), (status, "Left us" in text))

    def test_a_vacation_message(self):
        address = self.user("away")
        browser = self.browser(address)
        self.assertEqual(400, browser.post("/account/vacation", {"subject": "Away", "text": "Back soon.", "days": "99"})[0])
        self.assertEqual(303, browser.post("/account/vacation", {"subject": "Away", "text": "Back\r\nsoon.", "until": "2030-01-01"})[0])
        set_one = self.platform.ask("vacation", "show", address)
        self.assertEqual(("Away", "Back\nsoon.", "2030-01-01"), (set_one["subject"], set_one["text"], set_one["until"]))
        self.assertEqual(303, browser.post("/account/vacation/clear")[0])
        self.assertEqual(66, self.platform.casella("vacation", "show", address, check=False).returncode)
        self.assertEqual(["vacation set", "vacation clear"], self.audited(address))

    def test_what_is_no_form_of_ours(self):
        address = self.user("strict")
        browser = self.browser(address)
        form = {"subject": "Away", "text": "Back soon."}
        self.assertEqual(403, browser.post("/account/vacation", form, Origin="https://elsewhere.example")[0])
        self.assertEqual(413, browser.post("/account/vacation", {**form, "text": 70_000 * "x"})[0])
        self.assertEqual(400, browser.post("/account/vacation", form, Content_Type="text/plain")[0])
        token, browser.token = browser.token, self.browser(address).token
        self.assertEqual(403, browser.post("/account/vacation", form)[0], "another session's token")
        browser.token = token
        self.assertEqual(405, browser.request("PUT", "/account")[0])
        self.assertEqual(66, self.platform.casella("vacation", "show", address, check=False).returncode)
