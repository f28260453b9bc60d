#!/usr/bin/env bash
# What bash offers after the words of a line.
set -eu
bin=${SAKER_BIN:?SAKER_BIN is not set: run it by make test}
# shellcheck disable=SC1090
. <("$bin/hostctl" completion bash)
bad=0
offered() { # words..., the last is under way
	COMP_WORDS=("$bin/hostctl" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_hostctl
	echo "${COMPREPLY[*]}"
}
expect() { # expected, words...
	local got want=$1
	shift
	got=$(offered "$@")
	[ "$got" = "$want" ] || { echo "hostctl $*: offered: $got; wanted: $want"; bad=1; }
}
expect 'status start stop strategy' st
expect 'start stop status' capture ''
expect 'start stop status' --instance nobody capture ''
expect 'start' capture star
expect '--nonzero' counters --non
expect '--watch' pnl --w
expect '' arm --w
expect 'list' strategy l
expect '' strategy set ''
expect '' tape -n ''
expect 'md' session m
expect 'check' config c
cd "$(dirname "$0")"
expect 'test_completion.sh' journal test_comp
expect 'test_completion.sh' --config test_comp
exit $bad
