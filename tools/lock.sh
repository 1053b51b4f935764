#!/bin/sh
# Chooses new versions and writes them down with their hashes, without naming any index (docs/run/upgrade.md).
set -eu
cd "$(dirname "$0")/.."
for name in uv runtime dev release words geo; do
    same_as=
    [ "$name" = dev ] && same_as="--constraint requirements/runtime.txt"
    # shellcheck disable=SC2086 # one option and its value
    .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-config --no-header --no-emit-index-url --no-emit-find-links $same_as \
        "requirements/$name.in" --output-file "requirements/$name.txt"
done
(cd frontend && npm update --ignore-scripts --save && npm install --package-lock-only --ignore-scripts)
