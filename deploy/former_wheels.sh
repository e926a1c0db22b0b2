#!/bin/sh
# Fetch the library's wheels of all releases into build/released/, from where `make site` takes them.
#
# It needs GitHub's `gh`. When a wheel can't be had it fails: a site without it would break the
# notebooks that name it.
set -eu
mkdir -p build/released
# shellcheck disable=SC2016  # what looks like a variable of the shell's is one of jq's
wheels=$(gh api --paginate 'repos/{owner}/{repo}/releases' --jq '.[] | .tag_name as $tag
    | .assets[].name | select(startswith("convbook-") and endswith(".whl")) | "\($tag) \(.)"')
echo "$wheels" | while read -r tag name; do
    if [ -n "$tag" ]; then
        gh release download "$tag" --pattern "$name" --dir build/released --clobber || exit 1
    fi
done
