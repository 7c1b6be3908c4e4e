# Installs what is missing on Debian 12. Sourced after common.sh.

# What building and running need.
platform_packages=(
    ca-certificates pkg-config
    libpq-dev          # PostgreSQL's client library
    libssl-dev         # OpenSSL
    libsodium-dev      # password hashing
    libcrypt-dev       # password hashes of other mail systems
    libcrack2-dev cracklib-runtime    # common passwords
    libunbound-dev     # validating DNS resolver
    libzstd-dev        # compression of stored messages
    libidn2-dev        # domain names in Unicode
    libedit-dev        # line editing in the admin shell
    postgresql         # the embedded database server
    python3            # ./ops/up --demo
)
# What the tests need beside that. Postfix is taken apart instead of installed: see postfix.sh.
test_packages=(
    curl swaks libnet-ssleay-perl isync fetchmail bind9-utils tmux less zsh fish
    python3-dkim python3-nacl    # verify signatures of mail
    libdb5.3 libicu72 libnsl2    # shared libraries of Postfix's smtp-source and smtp-sink
)

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "This needs root: $*. Run it as root, or install sudo."
    fi
}

missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" = 'ii ' ] || printf '%s\n' "$package"
    done
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@"; }

# Into the directory, without installing them.
download_packages() (
    cd "$1"
    shift
    apt-get -q download "$@" >/dev/null 2>&1 || { apt update >/dev/null && apt-get -q download "$@" >/dev/null 2>&1; } ||
        fail "Debian's packages could not be downloaded: $*"
)

install_packages() {
    command -v dpkg-query >/dev/null || fail "Packages can be installed on Debian only; here, install their equivalents yourself: $*"
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "Installing ${#missing[@]} missing packages: ${missing[*]}"
    apt update >/dev/null
    if [[ " ${missing[*]} " == *' postgresql '* ]] && [ -n "$(missing_packages postgresql-15)" ]; then keep_default_cluster_away; fi
    apt install -y --no-install-recommends "${missing[@]}" >/dev/null
}

# Debian's postgresql makes and starts a database cluster of its own when it is installed. The platform runs its own, so
# the setting that Debian provides for this is turned off first; whoever wants a cluster later runs `pg_createcluster`.
keep_default_cluster_away() {
    [ -z "$(missing_packages postgresql-common)" ] || apt install -y --no-install-recommends postgresql-common >/dev/null
    as_root sed -i 's/^#*[[:space:]]*create_main_cluster[[:space:]]*=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
}
