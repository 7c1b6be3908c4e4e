# Postfix's smtp-source and smtp-sink, for tests and benchmarks. Sourced after common.sh and install.sh.
#
# The package is taken apart into .build instead of being installed, so that no mail server starts on this machine.

postfix_tools="$checkout/.build/postfix"

fetch_postfix_tools() {
    [ ! -x "$postfix_tools/usr/sbin/smtp-source" ] || return 0
    say "Fetching Postfix's test programs"
    local scratch
    scratch=$(mktemp -d)
    download_packages "$scratch" postfix || { rm -rf "$scratch"; return 1; }
    dpkg -x "$scratch"/postfix_*.deb "$scratch/tree"
    mkdir -p "$postfix_tools/usr/sbin" "$postfix_tools/usr/lib"
    cp -r "$scratch/tree/usr/lib/postfix" "$postfix_tools/usr/lib/"
    cp "$scratch/tree/usr/sbin/smtp-sink" "$scratch/tree/usr/sbin/smtp-source" "$postfix_tools/usr/sbin/"
    rm -rf "$scratch"
}
