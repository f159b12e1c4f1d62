package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// moved are settings that have another place now. They are read at their old place, too, with a warning.
var moved = map[string]string{
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

// settingAt is the type of the setting at a path; nil when there is none.
func settingAt(typ reflect.Type, path []string) reflect.Type {
	for _, key := range path {
		for typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		switch typ.Kind() {
		case reflect.Struct:
			var ok bool
			if typ, ok = fieldType(typ, key); !ok {
				return nil
			}
		case reflect.Map:
			typ = typ.Elem()
		default:
			return nil
		}
	}
	return typ
}

// nested is a value at a path, as sections with sections in them.
func nested(path []string, value any) map[string]any {
	for i := len(path) - 1; i > 0; i-- {
		value = map[string]any{path[i]: value}
	}
	return map[string]any{path[0]: value}
}

// readMoved reads a setting that stands at its old place as if it stood at the new one, and warns of it.
func (r *reader) readMoved(name, item *yaml.Node, old []string, to string) {
	path := strings.Split(to, ".")
	typ := settingAt(r.shape, path)
	if typ == nil {
		r.report(name, old, "is called %s now", to)
		return
	}
	if other := r.at[to]; other != nil {
		r.report(name, old, "is called %s now, and that is set in line %d, too: remove this one", to, other.Line)
		return
	}
	if v := r.value(item, typ, path); v != nil {
		r.moved = append(r.moved, nested(path, v))
	}
	r.warnings = append(r.warnings, Problem{
		File: r.file, Line: name.Line, Column: name.Column, Key: strings.Join(old, "."),
		Message: fmt.Sprintf("is called %s now: rename it, the old name will not be read for ever", to),
	})
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
