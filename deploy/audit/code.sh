#!/bin/bash
# Runs gosec and govulncheck against the code: part of make audit, and in CI. What they find ends it with an error; the reports
# are in the folder that it is given, .weft/audit otherwise.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-$PWD/.weft/audit}
mkdir -p "$out"
wrong=0
finding() { echo "FOUND: $1"; cat "$1"; wrong=1; }

echo "== gosec"
# Not asked for: errors of deferred Close and the like (G104, errcheck's), conversions of indexes that are bounded elsewhere
# (G115, G602), unsafe, which is reviewed (G103), files and programs that operators and tests name (G204, G304, G306), names of
# codes that look like secrets (G101), goroutines that outlive who began them on purpose (G118), and random numbers that only
# spread load, take samples and name lines of logs (G404).
go run github.com/securego/gosec/v2/cmd/gosec@v2.28.0 -quiet -exclude-generated -exclude=G101,G103,G104,G115,G118,G204,G304,G306,G404,G602 \
	./router/... ./schema/... ./cmd/weft-router/... > "$out/gosec.txt" 2>&1 || finding "$out/gosec.txt"

echo "== govulncheck"
# GOVULNDB names a copy of the database where vuln.go.dev cannot be reached.
go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ${GOVULNDB:+-db "$GOVULNDB"} ./... > "$out/govulncheck.txt" 2>&1 ||
	finding "$out/govulncheck.txt"
exit $wrong
