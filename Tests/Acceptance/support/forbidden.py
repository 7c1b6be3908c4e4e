"""System calls that no caged process may make, and how each is refused."""

import signal
import socket

from .cage import AT_FDCWD, buffer, octets, unix_address

PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
MAP_SHARED, MAP_PRIVATE, MAP_ANONYMOUS = 1, 2, 0x20
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS = 0x10000000, 0x40000000, 0x00020000
PR_SET_DUMPABLE, PR_SET_SECCOMP = 4, 22

# What no process of ours ever needs; the answer is EPERM unless it says otherwise. `{sibling}` is another company's worker.
FORBIDDEN = {
    "another program is run": [
        ("execve", "/bin/true", 0, 0),
        ("execveat", AT_FDCWD, "/bin/true", 0, 0, 0),
    ],
    "a process is made": [
        ("clone", signal.SIGCHLD, 0, 0, 0, 0),
        ("clone3", buffer(88), 88, "ENOSYS"),
    ],
    "a namespace is made or entered": [
        ("clone", CLONE_NEWUSER | signal.SIGCHLD, 0, 0, 0, 0),
        ("unshare", CLONE_NEWUSER),
        ("unshare", CLONE_NEWNET),
        ("unshare", CLONE_NEWNS),
        ("setns", 0, 0),
    ],
    "another process is looked into or steered": [
        ("ptrace", 16, "{sibling}", 0, 0),
        ("process_vm_readv", "{sibling}", buffer(16), 1, buffer(16), 1, 0),
        ("process_vm_writev", "{sibling}", buffer(16), 1, buffer(16), 1, 0),
        ("pidfd_open", "{sibling}", 0),
        ("pidfd_getfd", 0, 0, 0),
        ("kcmp", "{sibling}", 1, 0, 0, 0),
        ("prlimit64", "{sibling}", 7, 0, buffer(16)),
    ],
    "another process is sent a signal": [
        ("kill", "{sibling}", signal.SIGKILL),
        ("kill", -1, signal.SIGKILL),
        ("tgkill", "{sibling}", "{sibling}", signal.SIGKILL),
        ("tkill", "{sibling}", signal.SIGKILL),
        ("rt_sigqueueinfo", "{sibling}", signal.SIGKILL, buffer(128)),
        ("pidfd_send_signal", 0, signal.SIGKILL, 0, 0),
    ],
    "the user or a privilege is changed": [
        ("setuid", 0),
        ("setresuid", 0, 0, 0),
        ("setgid", 0),
        ("setgroups", 0, 0),
        ("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0),
        ("prctl", PR_SET_SECCOMP, 0, 0, 0, 0),
        ("personality", 0x0400000),
    ],
    "the system is changed": [
        ("mount", "none", "/tmp", "tmpfs", 0, 0),
        ("umount2", "/proc", 0),
        ("pivot_root", "/", "/"),
        ("chroot", "/"),
        ("open_tree", AT_FDCWD, "/", 1),
        ("move_mount", 0, "", 0, "", 0),
        ("settimeofday", buffer(16), 0),
        ("reboot", 0, 0, 0, 0),
        ("swapon", "/dev/null", 0),
        ("init_module", buffer(16), 16, ""),
        ("finit_module", 0, "", 0),
        ("syslog", 3, buffer(64), 64),
    ],
    "a corner of the kernel is reached that mail needs nothing of": [
        ("bpf", 0, buffer(128), 128),
        ("io_uring_setup", 8, buffer(128)),
        ("userfaultfd", 0),
        ("perf_event_open", buffer(128), 0, -1, -1, 0),
        ("keyctl", 0, -3, 0),
        ("add_key", "user", "name", "x", 1, -3),
        ("request_key", "user", "name", 0, 0),
        ("memfd_create", "name", 0),
        ("shmget", 0, 4096, 0o1600),
        ("vmsplice", 0, 0, 0, 0),
        ("open_by_handle_at", AT_FDCWD, buffer(64), 0),
        ("seccomp", 0, 0, 0),
        ("landlock_create_ruleset", 0, 0, 1),
        ("openat2", AT_FDCWD, "/", buffer(24), 24, "ENOSYS"),
    ],
    "memory becomes executable, or is shared": [
        ("mmap", 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        ("mmap", 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        ("mmap", 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
        ("mprotect", 0x10000, 4096, PROT_READ | PROT_EXEC),
    ],
    "a socket of the network's lower floors, or of a machine's host, is made": [
        ("socket", socket.AF_INET, socket.SOCK_RAW, 1, "EACCES"),
        ("socket", socket.AF_INET6, socket.SOCK_RAW, 58, "EACCES"),
        ("socket", socket.AF_NETLINK, socket.SOCK_RAW, 0, "EACCES"),
        ("socket", socket.AF_PACKET, socket.SOCK_RAW, 3, "EACCES"),
        ("socket", 40, socket.SOCK_STREAM, 0, "EACCES"),  # vsock
        ("socket", 38, socket.SOCK_SEQPACKET, 0, "EACCES"),  # alg
        ("socketpair", socket.AF_UNIX, socket.SOCK_STREAM, 0, buffer(8)),
    ],
}
# What only the relay, which brings mail to other hosts, may do of all this.
WITHOUT_INTERNET = [
    ("socket", socket.AF_INET, socket.SOCK_STREAM, 0, "EACCES"),
    ("socket", socket.AF_INET, socket.SOCK_DGRAM, 0, "EACCES"),
    ("socket", socket.AF_INET6, socket.SOCK_STREAM, 0, "EACCES"),
    ("socket", socket.AF_INET6, socket.SOCK_DGRAM, 0, "EACCES"),
    ("socket", socket.AF_UNIX, socket.SOCK_DGRAM, 0, "EACCES"),  # the system's log among others
    ("bind", 0, octets(unix_address("\0name")), 7),
]
