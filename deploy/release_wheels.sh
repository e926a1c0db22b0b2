#!/bin/sh
# Make a release of each wheel in build/dist/ that has none, on a tag such as convbook-0.2.0.
#
#     sh deploy/release_wheels.sh COMMIT
#
# It needs GitHub's `gh`. A release that is there stays as it is.
set -eu
commit=$1
for wheel in build/dist/*.whl; do
    tag=$(basename "$wheel" | cut -d - -f 1,2)
    if gh release view "$tag" >/dev/null 2>&1; then
        echo "$tag is released"
    else
        gh release create "$tag" "$wheel" --target "$commit" --title "$tag" --notes ""
    fi
done
