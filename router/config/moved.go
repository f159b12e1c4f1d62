package config

import "strings"

// moved are settings that have another place now, so that old files and environments are told instead of ignored.
var moved = map[string]string{
	"upstream.identity_key":        "identity.key",
	"upstream.all.headers":         "headers.all",
	"upstream.subgraphs.*.headers": "headers.subgraphs.*",
	"dedupe.identity_headers":      "caller.headers",
	"plan.expose":                  "query_plan.expose",
	"log.access":                   "access_log.enabled",
	"admin.metrics":                "metrics.enabled",
}

// movedTo is where the setting at a path is now; empty when it has not moved.
func movedTo(path []string) string {
	for from, to := range moved {
		parts := strings.Split(from, ".")
		if len(parts) != len(path) {
			continue
		}
		same := true
		for i, part := range parts {
			if part == "*" {
				to = strings.Replace(to, "*", path[i], 1)
			} else if part != path[i] {
				same = false
			}
		}
		if same {
			return to
		}
	}
	return ""
}

// movedVariable is movedTo for the rest of an environment variable's name.
func movedVariable(rest string) string {
	for from, to := range moved {
		if name := strings.ToUpper(strings.ReplaceAll(from, ".", "_")); !strings.Contains(from, "*") &&
			(rest == name || strings.HasPrefix(rest, name+"_")) {
			return to + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(rest, name), "_", "."))
		}
	}
	return ""
}
