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
