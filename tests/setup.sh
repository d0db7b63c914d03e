#!/usr/bin/env bash
# Makes sure of what the tests need: PostgreSQL, Chromium, Postfix, Dovecot, strace and faketime. On Debian it installs what is missing;
# elsewhere it says what to install. Where all are there already it changes nothing.
set -euo pipefail

has_postgres() {
    command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

has_chromium() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

has_strace() {
    command -v strace >/dev/null
}

has_postfix() {
    command -v postfix >/dev/null || [ -x /usr/sbin/postfix ]
}

has_dovecot() {
    command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ]
}

has_faketime() {
    command -v faketime >/dev/null
}

missing=()
has_postgres || missing+=(postgresql)
has_chromium || missing+=(chromium)
has_strace || missing+=(strace)
has_postfix || missing+=(postfix)
has_faketime || missing+=(faketime)
has_dovecot || missing+=(dovecot-imapd)
[ ${#missing[@]} -eq 0 ] && exit 0

say_what_to_install() {
    echo "The tests need: ${missing[*]}. $1" >&2
    echo "Install PostgreSQL (13 or newer, with initdb), Chromium, Postfix, Dovecot (2.3), strace and faketime by your system's own means, then run again;" >&2
    echo "or run with OTKLIK_ALLOW_SKIPS=1 to leave out the tests that need them." >&2
    [ "${OTKLIK_ALLOW_SKIPS:-}" = 1 ] && exit 0
    exit 1
}

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || say_what_to_install "They cannot be installed here without root."
    as_root=(sudo -n)
fi
# Postfix would replace whatever mail server this machine has.
if ! has_postfix && [ -e /usr/sbin/sendmail ]; then
    say_what_to_install "Another mail server is installed, which Postfix would replace: nothing is done about it here."
fi
grep -qs '^ID=debian' /etc/os-release || say_what_to_install "They are installed automatically on Debian alone."

echo "Installing for the tests: ${missing[*]} …"
log=$(mktemp)
install_missing() {
    "${as_root[@]}" apt-get -qq update &&
        # The tests bring Postfix' configuration along: without one the package starts no mail server.
        echo "postfix postfix/main_mailer_type select No configuration" |
        "${as_root[@]}" debconf-set-selections &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq install --yes --no-install-recommends "${missing[@]}"
}
if ! install_missing >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    say_what_to_install "apt-get failed, see above (all of it: $log)."
fi
rm -f "$log"
has_postgres && has_chromium && has_strace && has_postfix && has_dovecot && has_faketime || say_what_to_install "apt-get ran, yet they are not to be found."
