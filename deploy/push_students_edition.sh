#!/bin/sh
# Push build/students-edition/ to a branch, which holds that and nothing else.
#
#     sh deploy/push_students_edition.sh URL BRANCH MESSAGE
#
# Where nothing has changed, nothing is pushed: Binder builds anew after each push.
set -eu
url=$1 branch=$2 message=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git init --quiet "$work"
there=$(git ls-remote --heads "$url" "refs/heads/$branch")
if [ -n "$there" ]; then
    git -C "$work" fetch --quiet --depth 1 "$url" "refs/heads/$branch"
    git -C "$work" reset --quiet --soft FETCH_HEAD
fi
cp -R build/students-edition/. "$work"
git -C "$work" add --all --force
if [ -n "$there" ] && git -C "$work" diff --cached --quiet; then
    echo "Nothing new for $branch."
    exit 0
fi
git -C "$work" commit --quiet --message "$message"
git -C "$work" push --quiet "$url" "HEAD:refs/heads/$branch"
