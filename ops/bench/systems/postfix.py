"""The peer's transport: Debian's Postfix, run from where its package was taken apart, tuned as a good postmaster would."""

import grp
import os
import pwd

from .server import Server

QUEUE_FOLDERS = "active bounce corrupt defer deferred flush hold incoming private saved trace".split()

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
meta_directory = {home}
mail_owner = postfix
setgid_group = postdrop
# A file written by postlogd costs less than a system logger.
maillog_file = {home}/log/mail.log
maillog_file_prefixes = {home}

myhostname = bench.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
alias_maps =
local_recipient_maps =
biff = no
virtual_mailbox_domains = texthash:{home}/domains
virtual_mailbox_maps = texthash:{home}/mailboxes
virtual_transport = lmtp:unix:{lmtp}
relayhost = [127.0.0.1]:{sink_port}
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_loglevel = 0
message_size_limit = 52428800
virtual_mailbox_limit = 0

# Tuning. Every queue file is still flushed before 250, as Postfix always does.
# 200 connections at once, and as many cleanup processes behind them.
default_process_limit = 400
# No pause for senders that are quicker than delivery.
in_flow_delay = 0
# All load comes from one address here.
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_peername_lookup = no
# One mailbox server with room for 50 deliveries at once. (Connections are kept open by default while the queue is deep.)
lmtp_destination_concurrency_limit = 50
initial_destination_concurrency = 20
smtp_destination_concurrency_limit = 50
# A burst is delivered from memory instead of being scanned again on disk.
qmgr_message_active_limit = 40000
qmgr_message_recipient_limit = 40000
# Each process serves more before it is replaced.
max_use = 1000
"""

MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes
127.0.0.1:{submissions} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(Server):
    name = "Postfix"

    def __init__(self, home, tree, **places):
        super().__init__(home, tree)
        self._places = places

    def lay_out(self):
        """The folders that Postfix's own set-up would make, with their owners, and the configuration."""
        owner, drop = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        for folder, mode, user, group in [
            ("", 0o755, 0, 0), ("log", 0o755, 0, 0), ("data", 0o700, owner, 0), ("queue", 0o755, 0, 0), ("queue/pid", 0o755, 0, 0),
            ("queue/public", 0o710, owner, drop), ("queue/maildrop", 0o1730, owner, drop),
            *[(f"queue/{name}", 0o700, owner, 0) for name in QUEUE_FOLDERS],
        ]:
            path = os.path.join(self.home, folder)
            os.makedirs(path, exist_ok=True)
            os.chmod(path, mode)
            os.chown(path, user, group)
        for name, template in (("main.cf", MAIN), ("master.cf", MASTER)):
            with open(os.path.join(self.home, name), "w") as file:
                file.write(template.format(home=self.home, **self._places))
        self.know([], [])

    def know(self, domains, addresses):
        for name, keys in (("domains", domains), ("mailboxes", addresses)):
            with open(os.path.join(self.home, name), "w") as file:
                file.writelines(f"{key} ok\n" for key in keys)

    def start(self):
        # What `postfix start` would end with, kept in the foreground.
        self.launch(
            ["/usr/lib/postfix/sbin/master", "-d", "-c", self.home], self._places["smtp"], f"{self.home}/log/master.out",
            f"{self.home}/log/mail.log")
