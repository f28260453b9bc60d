# The same appliance with its keys encrypted: set by hostctl, opened at start by the passphrase of a credential. Then
# what a thief of the segment, of a core dump, of the state folder or of the logs would hold is searched for them.
sleep 2
[ "$(hostctl whoami)" = admin ] || fail "whose user it is is no admin"
stop_saker
umask 077
mkdir "$work/credentials"
echo "the demo's own passphrase" >"$work/credentials/saker.passphrase"
export CREDENTIALS_DIRECTORY=$work/credentials
"$bin/hostctl" --config "$work/saker.yaml" secret set api --fd 3 3<"$work/api-key" || fail "the API key was not set"
"$bin/hostctl" --config "$work/saker.yaml" secret set private --fd 3 3<"$work/private.pem" || fail "the private key was not set"
sed -i -e "s|api_key_file: .*|api_key_file: secret:api|; s|private_key_file: .*|private_key_file: secret:private|" \
	"$work/saker.yaml"
start_saker
wait_for 60 "Saker to trade with encrypted keys" trading
/usr/bin/python3 "$root/tests/e2e/find_secrets.py" "$work" "$saker_pid" "$instance" || fail "a secret lies open"
hostctl audit verify >/dev/null || fail "the audit log is not whole"
hostctl --json audit | jq -e '[.audit[] | select(.what == "command" and .text == "stop" and .role == "admin")] | length == 1' \
	>/dev/null || fail "the audit log does not tell of the stop"
sleep 2
compare_book
