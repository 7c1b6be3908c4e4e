# Builds the programs and lays them where a platform runs them from. Sourced after common.sh.

programs=(casella casella-control casella-gateway casella-tenant casella-relay)

# CASELLA_BUILD=debug builds without optimisation, which is quicker while developing.
configuration=${CASELLA_BUILD:-release}

require_swift() {
    command -v swift >/dev/null && return
    # `sudo` drops the caller's PATH: look where the toolchain usually lies.
    local place
    for place in /opt/swift/usr/bin /usr/share/swift/usr/bin /usr/local/swift/usr/bin "${HOME:-/root}/.local/share/swiftly/bin"; do
        if [ -x "$place/swift" ]; then PATH="$place:$PATH"; return; fi
    done
    fail "Casella is built with Swift, which was not found: install Swift 6.2 or newer for Debian 12 from https://www.swift.org/install/linux/ and run this again."
}

build_flags() {
    case $configuration in
        release) printf '%s\n' -c release --static-swift-stdlib ;;
        debug) printf '%s\n' -c debug ;;
        *) fail "CASELLA_BUILD is release or debug, not '$configuration'." ;;
    esac
}

build() {
    require_swift
    local flags
    mapfile -t flags < <(build_flags)
    say "Building ($configuration); the first time takes several minutes."
    (cd "$checkout" && swift build "${flags[@]}")
}

# Lays the programs into a platform's own `bin`, readable by every user, since workers run under users of their own. A platform
# keeps the programs that it was started with even when the tree is built again while it runs.
lay_programs() {
    local built="$checkout/.build/$configuration" staged="$checkout/.build/programs-$configuration" program module
    mkdir -p "$staged" "$1"
    chmod 755 "$1"
    for program in "${programs[@]}"; do
        [ -x "$built/$program" ] || fail "$program is not built; run this again without --no-build."
        if [ "$built/$program" -nt "$staged/$program" ]; then
            strip_into "$built/$program" "$staged/$program.$$"
            chmod 755 "$staged/$program.$$"
            mv -f "$staged/$program.$$" "$staged/$program"
        fi
        if [ ! "$staged/$program" -ef "$1/$program" ]; then
            ln -f "$staged/$program" "$1/$program" 2>/dev/null || install -m 755 "$staged/$program" "$1/$program"
        fi
    done
    for module in "$built"/casella_fence-*.so; do
        [ ! -f "$module" ] || chmod 755 "$module"
        [ ! -f "$module" ] || [ "$module" -ef "$1/${module##*/}" ] || ln -f "$module" "$1/" 2>/dev/null || install -m 755 "$module" "$1/"
    done
}

# Symbols are half of a release program; a debug program keeps them for its stack traces.
strip_into() {
    if [ "$configuration" = release ] && command -v strip >/dev/null; then strip -o "$2" "$1"; else cp "$1" "$2"; fi
}
