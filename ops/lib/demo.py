"""Shows the platform at work: two companies, and a message from one to the other by submission and IMAP.

usage: demo.py DATA ADDRESS PORT_BASE

Everything goes through the doors that operators and users have: the `casella` program, SMTP and IMAP with TLS.
"""

import email.message
import email.utils
import imaplib
import json
import smtplib
import ssl
import subprocess
import sys
import time

COMPANIES = {"acme": ("acme.example", ("ann", "andy")), "globex": ("globex.example", ("gus", "gina"))}


def main(data, address, port_base):
    casella = Shell(data)
    if {tenant["name"] for tenant in casella.ask("tenant", "list")} & set(COMPANIES):
        print("The demo's companies exist already. Their passwords were shown when they were made;")
        print("a new one: ./ops/casella user password ann@acme.example --generate")
        return
    passwords = {}
    for company, (domain, users) in COMPANIES.items():
        casella.ask("tenant", "create", company, "--quota", "10GB")
        casella.ask("domain", "create", domain, "--tenant", company)
        for user in users:
            created = casella.ask("user", "create", f"{user}@{domain}", "--quota", "1GB", "--generate")
            passwords[f"{user}@{domain}"] = created["generatedPassword"]
    print("\nTwo companies were made. Their users' passwords, shown this once:")
    for user, password in passwords.items():
        print(f"  {user:24} {password}")

    # The certificate was made by the platform itself on its first start, so no authority vouches for it.
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    message = greeting("ann@acme.example", "gus@globex.example")
    with smtplib.SMTP(address, port_base + 587, timeout=30) as submission:
        submission.starttls(context=tls)
        submission.login("ann@acme.example", passwords["ann@acme.example"])
        submission.send_message(message)
    print("\nann@acme.example sent a message to gus@globex.example by submission. His INBOX over IMAP:\n")
    show_arrival(imaplib.IMAP4_SSL(address, port_base + 993, ssl_context=tls), passwords["gus@globex.example"], message)


def greeting(sender, recipient):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, "Good morning from Acme"
    message["Message-ID"] = email.utils.make_msgid(domain="acme.example")
    message["Date"] = email.utils.localtime()
    message.set_content("It works: submitted with TLS, queued, delivered, and read over IMAP.\n")
    return message


def show_arrival(imap, password, message):
    imap.login("gus@globex.example", password)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        imap.select("INBOX", readonly=True)
        found = imap.search(None, "HEADER", "Message-ID", message["Message-ID"])[1][0].split()
        if found:
            text = imap.fetch(found[0], "(BODY.PEEK[])")[1][0][1].decode()
            print("\n".join("  | " + line for line in text.splitlines()))
            imap.logout()
            return
        time.sleep(0.1)
    sys.exit("The message did not arrive within 30 seconds; see `./ops/casella queue list`.")


class Shell:
    """The `casella` program of one platform."""

    def __init__(self, data):
        self.data = data

    def ask(self, *arguments):
        command = [f"{self.data}/bin/casella", "--data", self.data, "--format", "json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"casella {' '.join(arguments)}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else None


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
