package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weft.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFileEnvironmentAndDefaultsLayer(t *testing.T) {
	path := write(t, `
listen: :5000
supergraph: {path: "${GRAPH_DIR:-graphs}/shop.graphql"}
limits:
  body_bytes: 2MB
  request_timeout: 5s
upstream:
  all:
    retries: {max: 2}
    accept_encoding: [br]
  subgraphs:
    catalog:
      url: http://catalog:4001/graphql
      timeout: 2s
cache:
  enabled: true
  redis:
    addresses: ["${REDIS}"]
  subgraphs:
    catalog: {ttl: 1m, types: {Product: {ttl: 10s}}}
`)
	c, err := Load(Source{File: path, Environ: []string{
		"REDIS=redis:6379", "WEFT_LIMITS_BODY_BYTES=3MB", "WEFT_UPSTREAM_SUBGRAPHS_STOCK_ROOM_URL=http://stock/graphql",
		"WEFT_GRAPHQL_REQUIRE_HEADERS=X-A, X-B", "WEFT_GRAPHQL_INTROSPECTION=false",
		"WEFT_ROUTER_SERVICE_HOST=10.0.0.1", "WEFT_CALLER_HEADERS=X-User",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Listen = ":5000"
	want.Supergraph.Path = "graphs/shop.graphql"
	want.Limits.BodyBytes = 3 << 20
	want.Limits.RequestTimeout = 5 * time.Second
	want.Upstream.All.Retries.Max = 2
	want.Upstream.All.AcceptEncoding = []string{"br"}
	want.Upstream.Subgraphs = map[string]UpstreamSettings{
		"catalog": {URL: "http://catalog:4001/graphql", Timeout: 2 * time.Second}, "stock_room": {URL: "http://stock/graphql"},
	}
	want.Cache.Enabled = true
	want.Cache.Redis.Addresses = []string{"redis:6379"}
	want.Cache.Subgraphs = map[string]CacheSubgraph{
		"catalog": {TTL: time.Minute, Types: map[string]CacheType{"Product": {TTL: 10 * time.Second}}},
	}
	want.GraphQL.RequireHeaders = []string{"X-A", "X-B"}
	want.GraphQL.Introspection = false
	want.Caller.Headers = []string{"X-User"}
	if !reflect.DeepEqual(*c, want) {
		t.Errorf("got  %+v\nwant %+v", *c, want)
	}
	catalog := c.Upstream.For("catalog")
	if catalog.Timeout != 2*time.Second || catalog.Retries.Max != 2 || catalog.MaxConnections != 512 {
		t.Errorf("catalog's settings do not inherit: %+v", catalog)
	}
}

func TestProblemsTellPlaceAndRemedy(t *testing.T) {
	for text, want := range map[string]string{
		"supergraph: {path: a}\nlisten: 4000":                `2:9: listen: must be text: write it in quotes`,
		"supergraph: {path: a}\nlisten: localhost":           `2:9: listen: "localhost" is not an address`,
		"supergraph: {pth: a}":                               `1:14: supergraph: there is no setting "pth" here; did you mean "path"?`,
		"limits:\n  body_bytes: lots\nsupergraph: {path: a}": `2:15: limits.body_bytes: "lots" is not a size`,
		"limits: 3":                               `limits: must be a section`,
		"supergraph: {path: a, watch: maybe}":     `supergraph.watch: must be true or false, not "maybe"`,
		"supergraph: {path: a, poll_interval: 3}": `"3" is not a duration; write one like 500ms`,
		"graphql: {require_headers: a}":           `graphql.require_headers: must be a list`,
		"log: {access: true}":                     `1:7: log.access: is called access_log.enabled now`,
		"listen: :1":                              `there is no graph to serve: set supergraph.path`,
		"supergraph: {path: a, subgraphs: [{name: b, schema: c}]}":            `1:13: supergraph: has both path and subgraphs`,
		"supergraph: {subgraphs: [{name: b, schema: c}, {name: b, url: x}]}":  `supergraph.subgraphs.1.name: "b" is the name of another subgraph too`,
		"supergraph: {path: a}\nsupergraph: {path: b}":                        `2:1: supergraph: stands here twice`,
		"supergraph: {path: '${NOPE}'}":                                       `the environment variable NOPE is not set`,
		"supergraph: {path: a}\nlog: {format: xml}":                           `2:15: log.format: "xml" is not possible; choose json, text, pretty`,
		"supergraph: {path: a}\nupstream: {subgraphs: {x: {url: 'ftp://x'}}}": `upstream.subgraphs.x.url: "ftp://x" is not the address of a subgraph`,
		"supergraph: {path: a}\nadmin: {listen: '127.0.0.1:4000'}":            `admin.listen: is the same address as listen`,
		"supergraph: {path: a}\nlimits: {depth: -7}":                          `limits.depth: -7 is not possible; it must be between -1 and`,
		"cors:\n  origins: [a, b\nlimits: {depth: 3}\nlisten: :1\n":           `2:12: the [ that opens here is never closed: add a "]"`,
		"supergraph: {path: a\nlimits:\n  depth: 3\n":                         `1:13: the { that opens here is never closed: add a "}"`,
		"graphql: {origins: [a, 'b]'}\nlisten: :1":                            `1:20: the [ that opens here is met by a } in line 1: add a "]" before that`,
		"listen: \":4000\nsupergraph: {path: a}":                              "1:9: the \" that opens here is never closed",
		"# it's [\nlisten: :1 # [\nplayground: {title: it's\n":                `3:13: the { that opens here is never closed`,
		"playground:\n  title: |\n    a [\n   \n    b\ncors: [\n":             `6:7: the [ that opens here is never closed`,
		"playground:\n  title: a [b\n   c: d\n":                               `weft.yaml:3:1: this is not YAML: mapping values are not allowed`,
		"a: [":                                                                `1:4: the [ that opens here is never closed`,
		"supergraph:\n\tpath: a":                                              `weft.yaml:2:1: this is not YAML: found character that cannot start any token`,
		"graphql: {path: graphql}\nsupergraph: {path: a}":                     `graphql.path: "graphql" is not a path`,
	} {
		_, err := Load(Source{File: write(t, text), Environ: []string{}})
		var problems Problems
		if !errors.As(err, &problems) {
			t.Errorf("%q: %v, want problems", text, err)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	_, err := Load(Source{Environ: []string{"WEFT_SUPERGRAPH_PATH=a", "WEFT_LIMITS_TOKENS=many"}})
	if err == nil || !strings.Contains(err.Error(), `WEFT_LIMITS_TOKENS: limits.tokens: must be a whole number, not "many"`) {
		t.Errorf("wrong environment variable: %v", err)
	}
	_, err = Load(Source{File: filepath.Join(t.TempDir(), "none.yaml"), Environ: []string{}})
	if err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("missing file: %v", err)
	}
}

// TestMovedSettingsAreRead has settings at places where they were once.
func TestMovedSettingsAreRead(t *testing.T) {
	type rules struct {
		Forward []string `yaml:"forward"`
	}
	type headers struct {
		All       rules            `yaml:"all"`
		Subgraphs map[string]rules `yaml:"subgraphs"`
	}
	type accessLog struct {
		Enabled bool `yaml:"enabled"`
	}
	sections := []Section{
		{Key: "headers", New: func() any { return &headers{} }}, {Key: "access_log", New: func() any { return &accessLog{} }},
	}
	load := func(text string, environ ...string) (*Config, string, error) {
		var warnings []string
		c, err := Load(Source{
			File: write(t, text), Environ: environ, Sections: sections, Warn: func(p Problem) { warnings = append(warnings, p.Error()) },
		})
		return c, strings.Join(warnings, "\n"), err
	}
	c, warnings, err := load(`supergraph: {path: a}
upstream:
  all: {headers: {forward: [A]}}
  subgraphs: {b: {headers: {forward: [B]}}}
headers: {subgraphs: {c: {forward: [C]}}}
`, "WEFT_LOG_ACCESS=true", "WEFT_DEDUPE_IDENTITY_HEADERS=X-One,X-Two")
	if err != nil {
		t.Fatal(err)
	}
	want := &headers{All: rules{[]string{"A"}}, Subgraphs: map[string]rules{"b": {[]string{"B"}}, "c": {[]string{"C"}}}}
	if got := c.Modules["headers"]; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := c.Modules["access_log"]; !reflect.DeepEqual(got, &accessLog{true}) || !reflect.DeepEqual(c.Caller.Headers, []string{"X-One", "X-Two"}) {
		t.Errorf("%+v %+v", got, c.Caller.Headers)
	}
	for _, want := range []string{
		"3:9: upstream.all.headers: is called headers.all now", "4:19: upstream.subgraphs.b.headers: is called headers.subgraphs.b now",
		"WEFT_LOG_ACCESS: the setting is called access_log.enabled now: set WEFT_ACCESS_LOG_ENABLED",
		"WEFT_DEDUPE_IDENTITY_HEADERS: the setting is called caller.headers now: set WEFT_CALLER_HEADERS",
	} {
		if !strings.Contains(warnings, want) {
			t.Errorf("no warning %s in\n%s", want, warnings)
		}
	}

	c, warnings, err = load("supergraph: {path: a}", "WEFT_LOG_ACCESS=true", "WEFT_ACCESS_LOG_ENABLED=false")
	if err != nil || c.Modules["access_log"].(*accessLog).Enabled || !strings.Contains(warnings, "does not count") {
		t.Errorf("old and new variable: %v, %s", err, warnings)
	}
	for text, want := range map[string]string{
		"access_log: {enabled: true}\nlog: {access: true}": `2:7: log.access: is called access_log.enabled now, and that is set in line 1, too`,
		"log: {access: true}\naccess_log: {enabled: true}": `2:14: access_log.enabled: stands here twice`,
		"log: {access: maybe}":                             `1:15: access_log.enabled: must be true or false`,
		"upstream: {all: {headers: {forwards: [A]}}}":      `1:28: headers.all: there is no setting "forwards" here; did you mean "forward"?`,
	} {
		if _, _, err := load("supergraph: {path: a}\n" + text); err == nil || !strings.Contains(lineUp(err.Error()), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// lineUp counts lines from the second on.
func lineUp(s string) string {
	return strings.NewReplacer("yaml:2:", "yaml:1:", "yaml:3:", "yaml:2:", "in line 2", "in line 1").Replace(s)
}

func TestAliasesCannotExplode(t *testing.T) {
	text := "supergraph: {path: a}\nupstream:\n  subgraphs:\n    s: &s {accept_encoding: ["
	for range 200 {
		text += "br, "
	}
	text += "]}\n"
	for i := range 1000 {
		text += fmt.Sprintf("    s%d: *s\n", i)
	}
	_, err := Load(Source{File: write(t, text), Environ: []string{}})
	if err == nil || !strings.Contains(err.Error(), "expands to more than") {
		t.Errorf("a file that expands to 200,000 settings: %v", err)
	}
}

func TestEveryScalarSettingHasAnEnvironmentVariable(t *testing.T) {
	seen := map[string]string{}
	var walk func(typ reflect.Type, path []string)
	walk = func(typ reflect.Type, path []string) {
		for typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		switch {
		case typ.Kind() == reflect.Struct:
			for _, f := range fieldsOf(typ) {
				walk(f.typ, append(path[:len(path):len(path)], f.key))
			}
			return
		case typ.Kind() == reflect.Map:
			walk(typ.Elem(), append(path[:len(path):len(path)], "some"))
			return
		}
		name := strings.ToUpper(strings.Join(path, "_"))
		got, leaf := settingOf(name, reflect.TypeFor[Config]())
		if leaf != typ || strings.Join(got, ".") != strings.Join(path, ".") {
			t.Errorf("%s stands for %v (%v), want %v", name, got, leaf, path)
		}
		if other, twice := seen[name]; twice {
			t.Errorf("%s stands for %v and %s", name, path, other)
		}
		seen[name] = strings.Join(path, ".")
	}
	walk(reflect.TypeFor[Config](), nil)
	if len(seen) < 100 {
		t.Errorf("only %d settings were looked at", len(seen))
	}
}

func TestSchemaDescribesEverySetting(t *testing.T) {
	text, err := Schema(nil)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct {
			AdditionalProperties any `json:"additionalProperties"`
			Properties           map[string]struct {
				Description string `json:"description"`
			} `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	if len(schema.Defs) != len(newRoot(nil).sectionTypes()) {
		t.Errorf("%d sections, want %d", len(schema.Defs), len(newRoot(nil).sectionTypes()))
	}
	for name, typ := range newRoot(nil).sectionTypes() {
		def := schema.Defs[name]
		if def.AdditionalProperties != false {
			t.Errorf("%s allows unknown settings", name)
		}
		for _, f := range fieldsOf(typ) {
			if def.Properties[f.key].Description == "" {
				t.Errorf("%s.%s has no description", name, f.key)
			}
		}
	}
}

func TestExampleIsTheDefault(t *testing.T) {
	var uncommented strings.Builder
	for line := range strings.Lines(Example(nil)) {
		trimmed := strings.TrimLeft(line, " ")
		if rest, ok := strings.CutPrefix(line, "#"); ok && !strings.HasPrefix(trimmed, "# ") {
			uncommented.WriteString(rest)
		}
	}
	c, err := Load(Source{File: write(t, uncommented.String()), Environ: []string{},
		Override: func(c *Config) { c.Supergraph.Path = "graph" }})
	if err != nil {
		t.Fatalf("%v\n%s", err, uncommented.String())
	}
	want := Default()
	want.Supergraph.Path = "graph"
	if got, want := Example(nil), Example(nil); got != want {
		t.Error("the example differs from call to call")
	}
	normal := func(c Config) string {
		text, _ := json.Marshal(c)
		return strings.ReplaceAll(strings.ReplaceAll(string(text), "[]", "null"), "{}", "null")
	}
	if normal(*c) != normal(want) {
		t.Errorf("got  %s\nwant %s", normal(*c), normal(want))
	}
}
