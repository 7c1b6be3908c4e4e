# Debian's Postfix and Dovecot, for benchmarks that set them beside Casella. Sourced after common.sh and install.sh.
#
# The packages are taken apart into .build instead of being installed, so that no mail server starts by itself. What they would add
# to the machine, and these servers cannot run without, is added: their shared libraries from Debian, and their system users.

peers="$checkout/.build/peers"

peer_packages=(postfix dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd)
# What these link with beside the platform's own libraries.
peer_libraries=(
    libapparmor1 libcap2 libdb5.3 libexttextcat-2.0-0 libicu72 liblua5.4-0 liblz4-1 libnsl2 libpam0g libsasl2-2 libsodium23
    libstemmer0d libtirpc3 libunwind8 libwrap0
)

without_login=(--no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin)

fetch_peers() {
    [ "$(id -u)" -eq 0 ] || fail "Postfix and Dovecot start as root; run this as root, or with --no-peer."
    install_packages openssl "${peer_libraries[@]}"
    [ -x "$peers/usr/sbin/dovecot" ] || take_peers_apart
    local group user
    for group in postdrop vmail; do getent group "$group" >/dev/null || groupadd --system "$group"; done
    for user in postfix dovecot dovenull; do
        id "$user" >/dev/null 2>&1 || useradd --system --user-group "${without_login[@]}" "$user"
    done
    id vmail >/dev/null 2>&1 || useradd --system --gid vmail "${without_login[@]}" vmail
}

take_peers_apart() {
    say "Fetching Debian's Postfix and Dovecot"
    local scratch package
    scratch=$(mktemp -d)
    download_packages "$scratch" "${peer_packages[@]}" || { rm -rf "$scratch"; return 1; }
    for package in "$scratch"/*.deb; do dpkg -x "$package" "$scratch/tree"; done
    rm -rf "$peers"
    mkdir -p "$peers"
    cp -a "$scratch/tree/usr" "$peers/"
    for package in "$scratch"/*.deb; do dpkg-deb -W --showformat '${Package} ${Version}\n' "$package"; done >"$peers/versions"
    rm -rf "$scratch"
}
