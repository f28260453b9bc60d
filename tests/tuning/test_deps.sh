#!/usr/bin/env bash
# tuning/deps.sh with apt-get, dpkg-query, id and sudo played by scripts that write down how they were called.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bin=$tmp/bin
export POLICY_RC_D=$tmp/policy-rc.d
failed=0

play() { # NAME: a program whose text comes on stdin
	{ echo '#!/bin/bash'; cat; } >"$bin/$1"
	chmod +x "$bin/$1"
}

fresh() {
	rm -rf "$bin" "$POLICY_RC_D" "$tmp/calls"
	mkdir -p "$bin"
	for t in bash sh sed sort comm cat ls paste tee chmod rm env dirname mkdir; do ln -s "$(command -v $t)" "$bin/$t"; done
	play id <<<'echo 0'
	play dpkg-query <<<'shift 3; for p; do [ -n "${MISSING:-}" ] && [[ " $MISSING " == *" $p "* ]] || echo "$p installed"; done'
	play apt-get <<<'echo "apt-get $*; policy $([ -x "$POLICY_RC_D" ] && "$POLICY_RC_D"; echo $?)" >>'"$tmp/calls"
}

deps() { PATH=$bin "$root/tuning/deps.sh" "$@" >"$tmp/out" 2>&1 </dev/null; rc=$?; }

expect() { # WHAT COMMAND...
	local what=$1; shift
	"$@" && return
	echo "FAIL: $what"; cat "$tmp/out" "$tmp/calls" 2>/dev/null
	failed=1
}
said() { grep -qF -- "$1" "$tmp/out"; }
called() { grep -qE -- "$1" "$tmp/calls"; }

fresh; MISSING='' deps build run test
expect "nothing missing is success" [ $rc -eq 0 ]
expect "nothing missing calls no apt-get" [ ! -e "$tmp/calls" ]
expect "and says nothing" [ ! -s "$tmp/out" ]

fresh; MISSING='tshark gcc' deps build test
expect "installs" [ $rc -eq 0 ]
expect "exactly what is missing" called ' install --no-install-recommends gcc tshark; '
expect "asks nothing" called '^apt-get -q -y '
expect "while no service may start" called 'install .*; policy 101$'
expect "and takes that back" [ ! -e "$POLICY_RC_D" ]

fresh; echo theirs >"$POLICY_RC_D"; MISSING=tshark deps test
expect "leaves an existing policy-rc.d alone" [ "$(cat "$POLICY_RC_D")" = theirs ]

fresh; play apt-get <<<'[[ "$*" == *update* ]]'; MISSING=tshark deps test
expect "a failing apt-get is a failure" [ $rc -eq 1 ]
expect "that names the package" said 'could not install: tshark'
expect "and a remedy" said 'apt-get update'
expect "and cleans up" [ ! -e "$POLICY_RC_D" ]

fresh; play apt-get <<<'[[ "$*" == *install* ]]'; MISSING=tshark deps test
expect "old package lists may do" [ $rc -eq 0 ]

fresh; play apt-get <<<'kill -TERM $PPID'; MISSING=tshark deps test
expect "interrupted" [ $rc -ne 0 ]
expect "cleans up when interrupted" [ ! -e "$POLICY_RC_D" ]

fresh; play id <<<'echo 1000'; play sudo <<<'echo "sudo $*" >>'"$tmp/calls"'; exec "$@"'; MISSING=tshark deps test
expect "sudo when not root" called '^sudo env .*apt-get .*install'
expect "cleans up by sudo" [ ! -e "$POLICY_RC_D" ]

fresh; play id <<<'echo 1000'; MISSING=tshark deps test
expect "neither root nor sudo" [ $rc -eq 1 ]
expect "says what to do" said 'as root: apt-get install tshark'

fresh; play id <<<'echo 1000'; MISSING='' deps build
expect "needs no root when nothing is missing" [ $rc -eq 0 ]

fresh; rm "$bin/dpkg-query"; deps run
expect "another system" [ $rc -eq 1 ]
expect "is told the packages" said 'iproute2'

fresh; deps nonsense
expect "an unknown purpose" [ $rc -eq 1 ]

exit $failed
