#!/usr/bin/env bash
# The manual pages: groff has nothing to say against them, and they know every option that --help knows, and no other.
set -eu
cd "$(dirname "$0")/../.."
bin=${SAKER_BIN:?SAKER_BIN is not set: run it by make test}
command -v groff >/dev/null || { echo "groff is not installed (tuning/deps.sh test)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
for page in hostctl.1 saker.yaml.5; do "$bin/hostctl" manual "${page%.*}" >"$work/$page"; done
cp docs/man/*.1 "$work"

options() { grep -oE '(^|[[:space:]([])--?[a-z][a-z0-9-]*' | grep -oE -- '-.*' | sort -u; }
rendered() { groff -man -Tascii -rLL=200n -P-c -P-b -P-u -P-o "$1"; }

for page in "$work"/*.[15]; do
	said=$(groff -man -Tutf8 -ww -z "$page" 2>&1)
	[ -z "$said" ] || { echo "${page##*/}: $said"; bad=1; }
	if command -v man >/dev/null; then
		said=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$page" 2>&1 >"$work/shown")
		[ -z "$said" ] || { echo "man ${page##*/}: $said"; bad=1; }
		[ "$(wc -l <"$work/shown")" -gt 20 ] || { echo "man ${page##*/}: next to nothing"; bad=1; }
	fi
done

same() { # page, the text of --help in $work/help
	options <"$work/help" >"$work/wanted"
	rendered "$work/$1" | options >"$work/found"
	diff "$work/wanted" "$work/found" >"$work/diff" || { echo "$1, < --help, > page:"; cat "$work/diff"; bad=1; }
}
"$bin/saker-venue" --help >"$work/help"
same saker-venue.1
for words in --help 'replay --help' 'mkcap --help'; do
	# shellcheck disable=SC2086
	"$bin/saker" $words || [ $? -eq 2 ]
done >"$work/help" 2>&1
same saker.1
"$bin/hostctl" --help >"$work/help"
same hostctl.1
# every option of the configuration, by name
"$bin/hostctl" config help | grep -E '^[a-z]' | sort >"$work/wanted"
rendered "$work/saker.yaml.5" | grep -oE '^ {7}[a-z_.0-9]+(\[\][a-z_.]*)?' | tr -d ' ' | sort -u >"$work/found"
lost=$(comm -23 "$work/wanted" "$work/found")
[ -z "$lost" ] || { echo "saker.yaml.5 lacks: $lost"; bad=1; }
exit $bad
