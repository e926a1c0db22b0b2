#!/bin/sh
# Install a program with the system's package manager when it is missing and that is possible.
#
#     sh course/install.sh COMMAND PACKAGE "what happens without it"
command=$1 package=$2 without=$3
command -v "$command" >/dev/null 2>&1 && exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root=no; fi
fi
if command -v apt-get >/dev/null 2>&1; then
    how="apt-get install -y $package"
    refresh="apt-get update -q"
elif command -v dnf >/dev/null 2>&1; then how="dnf install -y $package"
elif command -v pacman >/dev/null 2>&1; then how="pacman -S --noconfirm $package"
elif command -v apk >/dev/null 2>&1; then how="apk add $package"
elif command -v brew >/dev/null 2>&1 && [ "$package" != bubblewrap ]; then how="brew install $package" as_root=
fi
if [ "$as_root" != no ] && [ -n "$how" ]; then
    echo "== Installing $package"
    if [ -n "$refresh" ]; then $as_root $refresh >/dev/null 2>&1; fi
    DEBIAN_FRONTEND=noninteractive $as_root $how >/dev/null 2>&1
fi
command -v "$command" >/dev/null 2>&1 ||
    echo "$package is missing (install it with: ${how:-your system's package manager}): $without."
exit 0
