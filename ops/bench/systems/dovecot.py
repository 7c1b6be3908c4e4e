"""The peer's mailboxes: Debian's Dovecot, run from where its packages were taken apart, tuned as a good postmaster would."""

import os
import pwd
import shutil

from .server import Server

CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
listen = 127.0.0.1
protocols = imap pop3 lmtp

ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no

# Virtual users: the password file says who they are, with the cache that saves looking them up again.
passdb {{
  driver = passwd-file
  args = username_format=%u {home}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {home}/users
}}
auth_cache_size = 32M
auth_cache_verify_password_with_worker = yes
auth_mechanisms = plain login
mail_location = {location}
namespace inbox {{
  inbox = yes
}}
# 250 and OK mean durable: `optimized` flushes every message and its directory before LMTP or APPEND answer. Index files, which can be
# made again from the messages, are not flushed.
mail_fsync = optimized
# Only Dovecot itself changes these folders.
maildir_very_dirty_syncs = yes
maildir_copy_with_hardlinks = yes

# Quota counted in the indexes, which is Dovecot's own recommendation.
mail_plugins = quota
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=90G
}}
protocol imap {{
  mail_plugins = quota imap_quota
}}

# All load comes from one address here.
mail_max_userip_connections = 0
default_vsz_limit = 2G
default_client_limit = 40000
default_process_limit = 7000
# Login processes in their high-performance mode: a few, each for very many clients.
service imap-login {{
  service_count = 0
  process_min_avail = {cores}
  process_limit = {cores}
  client_limit = 20000
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  service_count = 0
  process_min_avail = {cores}
  process_limit = {cores}
  client_limit = 20000
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
# A session needs a process of its own; one serves many sessions, one after the other, before it is replaced.
service imap {{
  process_limit = 7000
  process_min_avail = 4
  service_count = 100
}}
{hibernation}
service pop3 {{
  service_count = 100
  process_min_avail = 2
}}
service lmtp {{
  process_min_avail = 10
  service_count = 0
  unix_listener {home}/lmtp {{
    mode = 0600
    user = postfix
  }}
}}
service auth {{
  unix_listener {queue}/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
  unix_listener auth-userdb {{
    mode = 0666
  }}
}}
"""

# Off by default in Dovecot: sessions in IDLE are handed to one process that holds many, and woken again.
HIBERNATION = """
imap_hibernate_timeout = 3s
# What the processes that it leaves behind hold is to be given back soon.
default_idle_kill = 5s
service imap-hibernate {
  unix_listener imap-hibernate {
    mode = 0660
    group = vmail
  }
}
service imap {
  unix_listener imap-master {
    user = dovecot
  }
}
"""

LOCATIONS = {"maildir": "maildir:~/Maildir", "sdbox": "sdbox:~/sdbox"}


class Dovecot(Server):
    name = "Dovecot"

    def __init__(self, home, tree, mailbox_format, hibernate, **places):
        super().__init__(home, tree)
        self._places = places
        self._places["hibernation"] = HIBERNATION if hibernate else ""
        self._places["location"] = LOCATIONS[mailbox_format]

    def lay_out(self):
        vmail = pwd.getpwnam("vmail")
        for folder in ("", "state", "mail"):
            os.makedirs(os.path.join(self.home, folder), exist_ok=True, mode=0o755)
        os.chown(f"{self.home}/mail", vmail.pw_uid, vmail.pw_gid)
        with open(f"{self.home}/dovecot.conf", "w") as file:
            file.write(CONFIGURATION.format(home=self.home, cores=os.cpu_count(), **self._places))
        self.know({})

    def know(self, secrets):
        """`secrets`: the scheme and hash of each address. Dovecot sees by itself that the file has changed."""
        vmail = pwd.getpwnam("vmail")
        new = f"{self.home}/users.new"
        with open(new, "w") as file:
            for address, secret in secrets.items():
                user, domain = address.split("@")
                file.write(f"{address}:{secret}:{vmail.pw_uid}:{vmail.pw_gid}::{self.home}/mail/{domain}/{user}::\n")
        shutil.chown(new, "dovecot", "dovecot")
        os.chmod(new, 0o600)
        os.rename(new, f"{self.home}/users")

    def start(self):
        self.launch(["dovecot", "-F", "-c", f"{self.home}/dovecot.conf"], self._places["imap"], f"{self.home}/master.out")
