#!/bin/sh
# Regenerates bench/src/peers/generated from the schemas beside this file, after a change of a schema.
# Needs flatc (Debian: flatbuffers-compiler) and bebopc (npm package bebop-tools; BEBOPC is its path).
set -e
cd "$(dirname "$0")"
out=../src/peers/generated
rm -rf "$out"
flatc --ts -o "$out/flatc" messages.fbs
mv "$out/flatc/virtio" "$out/flatbuffers"
rm -r "$out/flatc"
# The compiler writes imports without the extension that Node wants.
sed -i -E "s#'\.\./virtio/([a-z-]+)'#'./\1.js'#" "$out"/flatbuffers/*.ts
"${BEBOPC:-bebopc}" --include messages.bop build --generator "ts:$out/bebop.ts"
sed -i 's/import { BebopView, BebopRuntimeError, BebopRecord } from "bebop"/import { BebopView, type BebopRecord } from "bebop"/' "$out/bebop.ts"
# It does not know noUncheckedIndexedAccess.
sed -i '1i // @ts-nocheck' "$out/bebop.ts"
