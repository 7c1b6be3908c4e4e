"""Users who come from another mail system with the hashes of their passwords, one by one or as a file."""

import base64
import contextlib
import hashlib
import imaplib
import tempfile
from pathlib import Path

from support import clients, database
from support.administrators import Administrator
from support.companies import Company
from support.company_tests import OneCompany

PASSWORD = "correct horse"
# Of PASSWORD, made by `openssl passwd -6` and Python's crypt.
SHA512 = "$6$saltstring$.r0X7ub5wGR2v4Xz7svCIozfnlorFh19V89t8KC9Umd81uGhFgsyTRNyzQDXDIm17fFcR9z3z7oBNdsyYBbtm/"
BCRYPT = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.WrAwgFxicHZ3kL7zMvXYXHKosDn8ot2"
BCRYPT_B = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
# Of "password", from the tests of the reference implementation.
ARGON2 = "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"


def salted(scheme, algorithm, salt=b"pepper"):
    return f"{{{scheme}}}" + base64.b64encode(hashlib.new(algorithm, PASSWORD.encode() + salt).digest() + salt).decode()


HASHES = {
    "ssha": salted("SSHA", "sha1"),
    "ssha256": salted("SSHA256", "sha256"),
    "ssha512": salted("SSHA512", "sha512"),
    "pbkdf2": "{PBKDF2}$1$saltsalt$5000$" + hashlib.pbkdf2_hmac("sha1", PASSWORD.encode(), b"saltsalt", 5000).hex(),
    "sha512crypt": "{SHA512-CRYPT}" + SHA512,
    "crypt": "{CRYPT}" + SHA512,
    "blfcrypt": "{BLF-CRYPT}" + BCRYPT,
    "argon2id": "{ARGON2ID}" + ARGON2,
    "bare6": SHA512,
    "bare2y": BCRYPT,
    "bare2b": BCRYPT_B,
    "bareargon2id": ARGON2,
}


class UserImport(OneCompany):
    def opens(self, address, password):
        try:
            with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
                session.login(address, password)
            return True
        except imaplib.IMAP4.error:
            return False

    @contextlib.contextmanager
    def file(self, *lines, header="address,password,hash,quota,messages"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "users.csv"
            path.write_bytes("\r\n".join([header, *lines, ""]).encode("utf-8-sig"))
            yield path

    def stored(self, address):
        local_part, domain = address.split("@")
        return database.sql(
            self.platform,
            "postgres",
            f"""SELECT hash FROM credentials c JOIN users u USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id)
            WHERE u.local_part = '{local_part}' AND d.name = '{domain}'""",
        )

    def users(self, company=None):
        return {user["address"]: user for user in self.platform.ask("user", "list", "--domain", (company or self.company).domain)}

    def test_every_kind_of_hash_opens_the_mailbox_and_becomes_ours(self):
        addresses = {kind: self.company.address(kind) for kind in HASHES}
        lines = [f'{addresses[kind]},,"{text}",,' for kind, text in HASHES.items()]
        with self.file(*lines) as path:
            report = self.platform.ask("user", "import", path)
        self.assertEqual({"made"}, {user["outcome"] for user in report["users"]})
        for kind, address in addresses.items():
            with self.subTest(kind):
                self.assertEqual(HASHES[kind], self.stored(address), "kept as it was given")
                right = "password" if "argon2id" in kind else PASSWORD
                self.assertFalse(self.opens(address, right + "!"))
                self.assertEqual(HASHES[kind], self.stored(address))
                self.assertTrue(self.opens(address, right))
                ours = self.stored(address)
                self.assertTrue(ours.startswith("$argon2id$v=19$m="), "changed at the first login")
                self.assertNotEqual(HASHES[kind], ours)
                self.assertFalse(self.opens(address, right + "!"))
                self.assertTrue(self.opens(address, right))
                self.assertEqual(ours, self.stored(address), "and then it stays")
        told = str(self.platform.ask("audit", "list", "--all")) + (self.platform.data / "log/casella.log").read_text()
        for text in (*HASHES.values(), SHA512, BCRYPT):
            self.assertNotIn(text, told)

    def test_one_user_by_hash(self):
        dora = self.company.address("dora")
        self.platform.casella("user", "create", dora, "--hash", HASHES["ssha"])
        self.assertTrue(self.opens(dora, PASSWORD))
        self.platform.casella("user", "password", dora, "--hash-stdin", stdin=ARGON2 + "\n")
        self.assertFalse(self.opens(dora, PASSWORD))
        self.assertTrue(self.opens(dora, "password"))
        for text, words in (
            ("{SSHA}notbase64!", "Base 64"),
            ("$2y$15" + BCRYPT[6:], "cost"),
            ("{MD5}abc", "{MD5}"),
            (SHA512.replace("saltstring", "rounds=1000001$x"), "1000000"),
        ):
            refused = self.platform.casella("user", "password", dora, "--hash", text, check=False)
            self.assertEqual(65, refused.returncode)
            self.assertIn(words, refused.stderr)
            self.assertNotIn(text, refused.stderr)
        owner = Administrator(self.platform, "owner")
        status, answer = owner.request("POST", f"/users/{dora}/password", {"password": {"hash": "{SSHA}notbase64!"}})
        self.assertEqual((400, "invalid"), (status, answer["error"]["code"]))
        self.assertNotIn("notbase64", str(answer))
        new = {"name": "with.hash", "role": "auditor", "password": {"hash": HASHES["ssha"]}}
        self.assertEqual(400, owner.request("POST", "/administrators", new)[0], "administrators bring no hashes")

    def test_passwords_and_quotas(self):
        address = self.company.address("erna")
        with self.file(f'{address},"a ""clear"", password",,2GB,1000', f"{self.company.address('fritz')},,,,") as path:
            done = self.platform.casella("user", "import", path)
        self.assertIn("2 users made", done.stdout)
        self.assertTrue(self.opens(address, 'a "clear", password'))
        self.assertFalse(self.users()[self.company.address("fritz")]["hasPassword"])
        self.assertEqual({"bytes": 2_000_000_000, "messages": 1000}, self.users()[address]["quota"])

    def test_mistakes_are_told_by_line_and_then_nothing_is_made(self):
        good = self.company.address("gustav")
        with self.file(
            f"{good},,,,", "nobody,,,,", f"{self.company.address('h')},{'long' * 64},,,", f"{self.company.address('i')},,{{MD5}}x,,", f"{good},,,,"
        ) as path:
            refused = self.platform.casella("user", "import", path, check=False)
        self.assertEqual(65, refused.returncode)
        for line, words in ((3, "has no @"), (4, "longer than 255"), (5, "{MD5}"), (6, "line 2 already")):
            self.assertRegex(refused.stderr, rf"(?m)^{path}:{line}: .*{words}")
        self.assertNotIn(good, self.users())
        with self.file(f"{self.company.address('h')},short,,,") as path:
            refused = self.platform.casella("user", "import", path, check=False)
        self.assertEqual(2, refused.returncode)
        self.assertRegex(refused.stderr, rf"(?m)^{path}:2: .*too short: it must have at least 10 characters")
        with self.file("x", header="address,colour") as path:
            refused = self.platform.casella("user", "import", path, check=False)
            self.assertIn(f'{path}:1: There is no column "colour".', refused.stderr)

    def test_dry_run_then_the_rest_then_nothing_more(self):
        company, other = Company(self.platform), Company(self.platform)
        self.platform.casella("alias", "create", f"info@{company.domain}", "--to", company.address("ann"))
        password = company.password("ann")
        lines = [f"u{number}@{company.domain},,{HASHES['ssha']},," for number in range(450)]
        lines += [f"v@{other.domain},,{HASHES['ssha']},,", f"{company.address('ann')},,{HASHES['ssha']},,"]
        with self.file(*lines, f"info@{company.domain},,,,", "w@no-such-domain.example,,,,") as path:
            for dry, made in ((["--dry-run"], 451), ([], 451), ([], 0)):
                done = self.platform.casella("user", "import", path, *dry, check=False)
                self.assertEqual(2, done.returncode, "a line was refused")
                self.assertRegex(done.stdout, rf"{made} users {'would be ' if dry else ''}made, {452 - made} skipped, .*2 .*refused")
                self.assertIn(f"{path}:454: info@{company.domain} is an alias", done.stderr)
                self.assertIn(f"{path}:455: There is no domain no-such-domain.example", done.stderr)
                self.assertEqual(2 if dry else 452, len(self.users(company)))
                self.assertEqual(2 if dry else 3, len(self.users(other)))
        self.assertTrue(self.opens(company.address("ann"), password), "who was there keeps the password")
        self.assertTrue(self.opens(f"u449@{company.domain}", PASSWORD))
        events = [e for e in self.platform.ask("audit", "list", "--tenant", company.name, "--count", "50") if e["command"] == "user import"]
        self.assertTrue(any(f"u449@{company.domain}" in event["changes"] for event in events), "the audit log names who was made")
        self.assertFalse(any(other.domain in event["changes"] for event in events), "and no other tenant's")

    def test_administrators_import_their_own_alone(self):
        mine, others = Company(self.platform), Company(self.platform)
        administrator = Administrator(self.platform, "tenant-administrator", tenant=mine.name)

        def send(*addresses, **more):
            users = [{"address": address, "password": {"hash": HASHES["ssha"]}} for address in addresses]
            return administrator.request("POST", "/users/import", {"users": users, **more})

        self.assertEqual(403, send(mine.address("x"), others.address("x"))[0])
        self.assertEqual(403, send(mine.address("x"), "x@no-such-domain.example")[0])
        status, answer = send(mine.address("x"), mine.address("ann"), mine.address("x"))
        self.assertEqual((200, ["made", "exists", "refused"]), (status, [user["outcome"] for user in answer["users"]]))
        self.assertEqual(400, send()[0])
        self.assertEqual(400, send(*(mine.address(f"n{number}") for number in range(201)))[0])
        owner = Administrator(self.platform, "owner")
        both = {"users": [{"address": mine.address("y")}, {"address": others.address("y")}]}
        self.assertEqual(400, owner.request("POST", "/users/import", both)[0], "a request is about one tenant")
        generate = {"users": [{"address": mine.address("y"), "password": {"generate": True}}]}
        self.assertEqual("refused", owner.request("POST", "/users/import", generate)[1]["users"][0]["outcome"])
