# Shared by the scripts beside it: words for the person at the terminal, and how processes are remembered between two scripts.
# Sourced with `set -euo pipefail`; expects nothing, defines `checkout` (the tree's root) and functions.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# The doors and their standard ports; a platform listens on its port base plus these.
doors=(smtp:25 submission:587 submissions:465 imap:143 imaps:993 pop3:110 pop3s:995 admin:8443 https:443)

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# The first of the arguments after an option; an option without one ends the script with a sentence.
need_value() { [ "$#" -ge 2 ] && [ -n "$2" ] || fail "$1 needs a value."; }

absolute() { realpath -m -- "$1"; }

# When the process started, in ticks since boot: together with its number this names one process for ever.
# The program's name stands in brackets and may hold blanks, so counting begins behind the last bracket.
started_at() { sed -n 's/^.*) //p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# Remembers a process in a file: its number, then when it started.
remember() { printf '%s\n%s\n' "$2" "$(started_at "$2")" >"$1.new" && mv -f "$1.new" "$1"; }

# Prints the number of the process that a file remembers, if that very process still runs.
running() {
    local process started
    { read -r process && read -r started; } 2>/dev/null <"$1" || return 1
    [[ $process =~ ^[0-9]+$ ]] && [ -n "$started" ] && [ "$(started_at "$process")" = "$started" ] || return 1
    [ "$(sed -n 's/^.*) \(.\).*/\1/p' "/proc/$process/stat" 2>/dev/null)" != Z ] || return 1
    printf '%s\n' "$process"
}

check_port_base() {
    [[ $1 =~ ^[0-9]{1,5}$ ]] && [ "$1" -le 64540 ] || fail "--port-base takes a number from 0 to 64540, not '$1'."
}

# A Unix socket's path holds 107 octets, and the longest below the data directory takes 40 of them.
check_length() { [ "${#1}" -le 67 ] || fail "The data directory's path is too long for the sockets in it (67 octets at most): $1"; }

# Every process but the control plane runs under a user of its own when root starts the platform, and each must be able to
# pass through the folders above its files.
prepare_for_root() {
    id casella >/dev/null 2>&1 || useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin casella
    local folder=$1
    while folder=$(dirname "$folder"); do
        if [ -d "$folder" ] && [ -z "$(find "$folder" -maxdepth 0 -perm -o+x)" ]; then
            fail "Only its owner may enter $folder, so the platform's unprivileged processes could not reach $1: choose another place with --data (such as --data /var/lib/casella), or run: chmod o+x $folder"
        fi
        [ "$folder" != / ] || break
    done
}
