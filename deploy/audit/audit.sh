#!/bin/bash
# Runs public tools against the code, and against routers with the sample graph: make audit. What they find that is wrong ends
# it with an error; the reports are in .weft/audit. docs/security.md says what they found last.
set -euo pipefail
cd "$(dirname "$0")/../.."
minutes=${1:-10}
out=$PWD/.weft/audit
tools="schemathesis==4.32.5 clairvoyance==2.5.5 sslyze==6.3.1"
mkdir -p "$out"
wrong=0
finding() { echo "FOUND: $*"; wrong=1; }

command -v slowhttptest > /dev/null || { echo "install slowhttptest (Debian has it)"; exit 1; }
if [ "$(cat "$out/installed" 2> /dev/null)" != "$tools" ]; then
	python3 -m venv "$out/python"
	# shellcheck disable=SC2086 # these are several
	"$out/python/bin/pip" install --quiet --disable-pip-version-check $tools
	echo "$tools" > "$out/installed"
fi

deploy/audit/code.sh "$out" || wrong=1

go build -o "$out/weft" ./cmd/weft
run=$(mktemp -d)
cd "$run"
pids=()
trap 'kill "${pids[@]}" 2> /dev/null; wait; rm -rf "$run"' EXIT
open=127.0.0.1:24400 closed=127.0.0.1:24480 secure=127.0.0.1:24443
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 90 \
	-subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' 2> /dev/null
"$out/weft" dev --listen $open --data-dir data --subgraph-ports --no-cache > dev.log 2>&1 &
pids+=($!)
ready() {
	for _ in $(seq 300); do
		curl -ksf "$1/readyz" > /dev/null && return
		sleep 0.2
	done
	echo "nothing answers at $1"
	exit 1
}
ready http://$open
read -ra subgraphs <<< "$(sed -n 's/.*Subgraph *\([a-z]*\) *\(http[^ ]*\).*/--subgraph \1=\2/p' dev.log | tr '\n' ' ')"
"$out/weft" compose "${subgraphs[@]}" -o supergraph.graphql
for kind in closed secure; do
	printf 'listen: %s\nproduction: true\nlimits: {memory: 256MB}\nsupergraph: {path: supergraph.graphql}\n' "${!kind}" > $kind.yaml
done
echo "tls: {cert_file: cert.pem, key_file: key.pem}" >> secure.yaml
for kind in closed secure; do
	"$out/weft" router --config $kind.yaml > $kind.log 2>&1 &
	pids+=($!)
done
ready http://$closed
ready https://$secure

echo "== sslyze"
"$out/python/bin/sslyze" --mozilla_config intermediate $secure > "$out/sslyze.txt" || true
# Nobody vouches for the certificate of this test.
sed -n '/COMPLIANCE/,$p' "$out/sslyze.txt" | grep '^ *\* ' | grep -v certificate_path_validation && finding "$out/sslyze.txt"

echo "== clairvoyance"
tr -cs 'A-Za-z' '\n' < supergraph.graphql | sort -u > words.txt # all names of the graph: a wordlist cannot be better
timeout 600 "$out/python/bin/clairvoyance" -w words.txt -o "$out/clairvoyance.json" http://$closed/graphql > "$out/clairvoyance.txt" 2>&1 || true
python3 - "$out/clairvoyance.json" << 'END' || finding "$out/clairvoyance.json"
import json, os, sys
if not os.path.exists(sys.argv[1]): sys.exit()
found = [t["name"] + "." + f["name"] for t in json.load(open(sys.argv[1]))["data"]["__schema"]["types"]
         for f in t.get("fields") or [] if f["name"] != "dummy"]
print(len(found), "fields", found[:10])
sys.exit(len(found) > 0)
END

echo "== slowhttptest"
slow() { timeout 120 slowhttptest "$@" -p 3 -l 30 > "$out/slow$1.txt" 2>&1 || true
	grep 'service available' "$out/slow$1.txt" | grep -q NO && finding "$out/slow$1.txt"; return 0; }
slow -H -c 500 -r 100 -i 5 -t GET -u http://$closed/graphql
slow -B -c 500 -r 100 -i 5 -s 8192 -t POST -x 10 -f application/json -u http://$closed/graphql
slow -X -c 500 -r 100 -w 10 -y 20 -n 5 -z 32 -k 3 -u "http://$closed/graphql?query=%7B__typename%7D"

echo "== schemathesis, $minutes minutes"
"$out/python/bin/schemathesis" run http://$open/graphql --max-time $((minutes * 60)) --max-examples 100000 --phases fuzzing -w 1 \
	> "$out/schemathesis.txt" 2>&1 || true # it takes every GraphQL error for a failure: what counts is below
grep '^\[5' "$out/schemathesis.txt" && finding "$out/schemathesis.txt"
grep -E 'panic|internal error' dev.log && finding "the log: a panic"
grep 'generated' "$out/schemathesis.txt"
exit $wrong
