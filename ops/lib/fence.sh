# Builds the module that PostgreSQL loads (Sources/System/PostgresModule), one for each major version that is installed. Sourced after
# common.sh, install.sh and build.sh.

build_fence() {
    local source="$checkout/Sources/System/PostgresModule/casella_fence.c" server version headers module
    for server in /usr/lib/postgresql/*/bin/postgres; do
        [ -x "$server" ] || continue
        version=$(basename "$(dirname "$(dirname "$server")")")
        module="$checkout/.build/$configuration/casella_fence-$version.so"
        [ "$source" -nt "$module" ] || continue
        # A server runs without it, and the platform's `status` says so: old versions lack what it needs, and machines the network.
        if ! { headers=$(server_headers "$version") && compile_fence "$source" "$headers" "$module"; }; then
            say "The module for PostgreSQL $version could not be built (Sources/System/PostgresModule): what is told is above." >&2
        fi
    done
}

# Readable by everybody, as PostgreSQL runs under a user of its own.
compile_fence() {
    "$(swift_clang)" -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -Werror -fPIC -shared -isystem "$2" -o "$3.$$" "$1" &&
        chmod 755 "$3.$$" && mv -f "$3.$$" "$3" || { rm -f "$3.$$"; return 1; }
}

# The compiler of C that belongs to Swift.
swift_clang() {
    local swift
    swift=$(command -v swift)
    [ -x "$(dirname "$swift")/clang" ] || swift=$(readlink -f "$swift")
    printf '%s/clang\n' "$(dirname "$swift")"
}

# The server's headers are taken out of Debian's package: installing it would bring a second compiler.
server_headers() {
    local place="include/postgresql/$1/server" kept="$checkout/.build/postgresql-headers" scratch
    if [ -f "/usr/$place/postgres.h" ]; then printf '/usr/%s\n' "$place"; return; fi
    if [ ! -f "$kept/$place/postgres.h" ]; then
        say "Fetching PostgreSQL's headers" >&2
        scratch=$(mktemp -d) || return 1
        download_packages "$scratch" "postgresql-server-dev-$1" && dpkg -x "$scratch"/postgresql-server-dev-*.deb "$scratch/tree" &&
            mkdir -p "$kept/include/postgresql/$1" && rm -rf "${kept:?}/$place" && mv "$scratch/tree/usr/$place" "$kept/$place" ||
            { rm -rf "$scratch"; return 1; }
        rm -rf "$scratch"
    fi
    printf '%s\n' "$kept/$place"
}
