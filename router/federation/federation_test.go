package federation_test

import (
	"errors"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/federation"
)

func TestParseVersion(t *testing.T) {
	v, err := federation.ParseVersion("v2.13")
	if err != nil || v != (federation.Version{Major: 2, Minor: 13}) || v.String() != "v2.13" {
		t.Errorf("%v, %v", v, err)
	}
	for _, bad := range []string{"", "2.3", "v2", "v2.", "v.3", "v2.3.4", "v-1.0", "v99999999999999999999.0"} {
		if v, err := federation.ParseVersion(bad); err == nil {
			t.Errorf("%q is taken for %v", bad, v)
		}
	}
}

func TestVersionSatisfies(t *testing.T) {
	v := func(major, minor int) federation.Version { return federation.Version{Major: major, Minor: minor} }
	for _, c := range []struct {
		have, need federation.Version
		want       bool
	}{
		{v(1, 2), v(1, 0), true}, {v(1, 0), v(1, 2), false}, {v(2, 0), v(1, 0), false},
		{v(0, 3), v(0, 3), true}, {v(0, 4), v(0, 3), false},
	} {
		if got := c.have.Satisfies(c.need); got != c.want {
			t.Errorf("%v for %v: %v", c.have, c.need, got)
		}
	}
}

func TestParseFeatureURL(t *testing.T) {
	u, err := federation.ParseFeatureURL("https://specs.apollo.dev/federation/v2.3/")
	if err != nil || u.Identity != federation.FederationIdentity || u.Name != "federation" || u.Version.Minor != 3 {
		t.Errorf("%+v, %v", u, err)
	}
	for _, bad := range []string{"", "federation/v2.3", "https://example.com", "https://example.com/v1.0", "https://example.com/spec", "https://example.com/spec/1.0"} {
		if u, err := federation.ParseFeatureURL(bad); err == nil {
			t.Errorf("%q is taken for %+v", bad, u)
		}
	}
}

func links(t *testing.T, sdl string) (federation.Links, []federation.LinkError) {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return federation.ParseLinks(doc)
}

func TestLinksGiveNames(t *testing.T) {
	found, errs := links(t, `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", as: "fed", import: [{name: "@key", as: "@id"}, "@shareable", "FieldSet"])`)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	link := found.ByIdentity(federation.FederationIdentity)
	for name, want := range map[string]string{"key": "id", "shareable": "shareable", "requires": "fed__requires"} {
		if got := link.DirectiveName(name); got != want {
			t.Errorf("@%s is called %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"FieldSet": "FieldSet", "Scope": "fed__Scope"} {
		if got := link.TypeName(name); got != want {
			t.Errorf("%s is called %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"id": "key", "fed__tag": "tag", "other": ""} {
		if _, got := found.Index().Owner(name); got != want {
			t.Errorf("@%s is %q of the feature, want %q", name, got, want)
		}
	}
}

func TestLinkErrors(t *testing.T) {
	const fed = `@link(url: "https://specs.apollo.dev/federation/v2.3")`
	for arguments, want := range map[string]string{
		`url: "https://specs.apollo.dev/federation"`:                                                                       federation.CodeInvalidIdentifier,
		`url: "https://specs.apollo.dev/federation/v3.0"`:                                                                  federation.CodeUnknownFederation,
		`url: "https://specs.apollo.dev/federation/v2.0", import: ["@interfaceObject"]`:                                    federation.CodeInvalidUsage,
		`url: "https://specs.apollo.dev/federation/v2.3", import: ["key"]`:                                                 federation.CodeInvalidUsage,
		`url: "https://specs.apollo.dev/federation/v2.3", import: [{name: "@key", as: "key"}]`:                             federation.CodeInvalidUsage,
		`url: "https://specs.apollo.dev/federation/v2.3", import: [3]`:                                                     federation.CodeInvalidUsage,
		`url: "https://specs.apollo.dev/federation/v2.3") ` + fed[:5] + `(url: "https://specs.apollo.dev/federation/v2.4"`: federation.CodeInvalidUsage,
	} {
		_, errs := links(t, "extend schema @link("+arguments+")")
		if len(errs) == 0 || errs[0].Code != want || errs[0].Position == nil {
			t.Errorf("@link(%s): %+v, want %s", arguments, errs, want)
		}
	}
}

func TestDirectivesOfEveryVersionParse(t *testing.T) {
	for minor := range federation.LatestVersion.Minor + 1 {
		version := federation.Version{Major: 2, Minor: minor}
		for _, d := range federation.Directives(version) {
			doc, err := parser.ParseSchema(&ast.Source{Input: d.SDL(version)})
			if err != nil || doc.Directives.ForName(d.String()) == nil {
				t.Errorf("@%s in %s: %v", d, version, err)
			}
		}
	}
	if federation.InterfaceObject.SDL(federation.Version{Major: 2, Minor: 2}) != "" {
		t.Error("@interfaceObject is there before its time")
	}
}

func TestJoinVersions(t *testing.T) {
	for minor, want := range map[int]string{0: "v0.3", 6: "v0.3", 7: "v0.4", 8: "v0.5", 12: "v0.5"} {
		v := federation.JoinVersion(federation.Version{Major: 2, Minor: minor})
		if v.String() != want {
			t.Errorf("federation 2.%d needs join %s, not %s", minor, want, v)
		}
		if _, err := parser.ParseSchema(&ast.Source{Input: federation.JoinSDL(v) + federation.LinkSDL}); err != nil {
			t.Errorf("join %s: %v", v, err)
		}
	}
}

func TestParseFieldSet(t *testing.T) {
	for raw, want := range map[string]string{
		"id":                       "id",
		"{ id sku }":               "id sku",
		" org{id,kind}  x(a: 1) ":  "org { id kind } x(a: 1)",
		"i { ... on T { a } b }":   "i { ... on T { a } b }",
		"... @include(if:true){a}": "... { a }",
	} {
		set, err := federation.ParseFieldSet(raw)
		if err != nil {
			t.Errorf("%q: %v", raw, err)
			continue
		}
		if got := federation.PrintFieldSet(set); got != want {
			t.Errorf("%q is printed %q, want %q", raw, got, want)
		}
	}
}

func TestFieldSetErrorsHaveAnOffset(t *testing.T) {
	for raw, want := range map[string]int{"id !": 3, "a { b ...F }": 6, "": 0, "a } query { b": 0} {
		_, err := federation.ParseFieldSet(raw)
		var located *federation.FieldSetError
		if !errors.As(err, &located) {
			t.Errorf("%q: %v", raw, err)
			continue
		}
		if located.Offset != want {
			t.Errorf("%q: offset %d, want %d (%v)", raw, located.Offset, want, err)
		}
	}
}

// FuzzParseFieldSet parses arbitrary field sets: what parses prints to something that parses to the same.
func FuzzParseFieldSet(f *testing.F) {
	for _, seed := range []string{"id", "{ a b }", "a { b ... on T { c(x: [1, {y: \"z\"}]) } }", "a @skip(if: true)", "al: a", "...F", "}{"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		set, err := federation.ParseFieldSet(raw)
		if err != nil {
			return
		}
		printed := federation.PrintFieldSet(set)
		again, err := federation.ParseFieldSet(printed)
		if err != nil {
			t.Fatalf("%q is printed %q, which does not parse: %v", raw, printed, err)
		}
		if twice := federation.PrintFieldSet(again); twice != printed {
			t.Fatalf("%q is printed %q, then %q", raw, printed, twice)
		}
	})
}
