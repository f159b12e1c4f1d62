package config

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Difference is a setting that differs between two configurations.
type Difference struct {
	// Key is the setting's place: limits.depth.
	Key string
	// From and To are its values as they are written in YAML; empty where there is none. Secrets are not shown.
	From, To string
}

// Diff lists the settings that differ, by key. Both configurations are what was loaded: defaults are filled in.
func Diff(from, to *Config) []Difference {
	before, after := map[string]reflect.Value{}, map[string]reflect.Value{}
	flatten(before, "", reflect.ValueOf(from).Elem())
	flatten(after, "", reflect.ValueOf(to).Elem())
	for _, side := range []struct {
		in      map[string]reflect.Value
		modules map[string]any
	}{{before, from.Modules}, {after, to.Modules}} {
		for name, m := range side.modules {
			flatten(side.in, name, reflect.Indirect(reflect.ValueOf(m)))
		}
	}
	keys := map[string]bool{}
	for key := range before {
		keys[key] = true
	}
	for key := range after {
		keys[key] = true
	}
	var out []Difference
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		was, is := before[key], after[key]
		if was.IsValid() && is.IsValid() && reflect.DeepEqual(was.Interface(), is.Interface()) {
			continue
		}
		if unset(was) && unset(is) {
			continue // what is not there and what says nothing are the same
		}
		out = append(out, Difference{key, written(key, was), written(key, is)})
	}
	return out
}

// unset tells that a setting is not there, or says nothing.
func unset(v reflect.Value) bool { return !v.IsValid() || v.IsZero() }

// flatten collects the settings of a section, with those of the sections below it.
func flatten(into map[string]reflect.Value, key string, v reflect.Value) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	switch {
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if name := keyOf(v.Type().Field(i)); name != "" {
				flatten(into, below(key, name), v.Field(i))
			}
		}
	case v.Kind() == reflect.Map:
		for _, name := range v.MapKeys() {
			flatten(into, below(key, name.String()), v.MapIndex(name))
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			flatten(into, below(key, fmt.Sprint(i)), v.Index(i))
		}
	case v.Kind() == reflect.Slice && v.Len() == 0:
		// No entries are none, whether there is a list or not.
	default:
		into[key] = v
	}
}

func below(section, key string) string {
	if section == "" {
		return key
	}
	return section + "." + key
}

var secret = regexp.MustCompile(`(?i)(^|[._])([a-z0-9_]*(password|secret|token|shared_key)|sha256|headers\..*)$`)

// written is a value as in YAML, unless it is a secret.
func written(key string, v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	if secret.MatchString(key) {
		if v.Kind() == reflect.String && v.Len() == 0 {
			return `""`
		}
		return "(not shown)"
	}
	switch value := v.Interface().(type) {
	case time.Duration:
		return value.String()
	case string:
		if u, err := url.Parse(value); err == nil && (u.User != nil || u.RawQuery != "") {
			return fmt.Sprintf("%q", withoutSecrets(u))
		}
		return fmt.Sprintf("%q", value)
	case []string:
		quoted := make([]string, len(value))
		for i, s := range value {
			if u, err := url.Parse(s); err == nil && u.User != nil {
				s = withoutSecrets(u)
			}
			quoted[i] = fmt.Sprintf("%q", s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	default:
		return fmt.Sprint(value)
	}
}

// withoutSecrets is an address without its password and its query.
func withoutSecrets(u *url.URL) string {
	shown := *u
	if shown.RawQuery != "" {
		shown.RawQuery = "…"
	}
	return shown.Redacted()
}
