package expression

import (
	"slices"
	"strings"
	"testing"
)

type request map[string]any

func (r request) Header(name string) string   { s, _ := r["header "+name].(string); return s }
func (r request) Claim(name string) any       { return r["claim "+name] }
func (r request) Variable(name string) string { s, _ := r[name].(string); return s }

func TestWhatExpressionsYield(t *testing.T) {
	from := request{"header X-Tenant": "acme", "claim sub": "ada", "claim age": 36.0, "claim roles": []any{"a", "b"}, "ip": "::1"}
	for text, want := range map[string]string{
		`header("X-Tenant")`:                    "acme",
		`claim("sub") ?? "nobody"`:              "ada",
		`claim("name") ?? "nobody"`:             "nobody",
		`header("X-Tenant") + "/" + ip`:         "acme/::1",
		`claim("age")`:                          "36",
		`claim("age") > 18 ? "adult" : "child"`: "adult",
		`"b" in claim("roles")`:                 "true",
		`lower(upper(header("X-Tenant")))`:      "acme",
		`claim("missing")`:                      "-",
		`claim("roles")`:                        "-",
		`len(claim("roles"))`:                   "2",
	} {
		e, err := Compile(text, "ip")
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, ok, err := e.Text(from)
		if !ok {
			got = "-"
		}
		if err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", text, got, err, want)
		}
	}
}

func TestWhatExpressionsReadIsKnown(t *testing.T) {
	e, err := Compile(`header("A") + (claim("b") ?? header("C")) + header("A")`)
	if err != nil || !slices.Equal(e.Headers, []string{"A", "C"}) || !slices.Equal(e.Claims, []string{"b"}) {
		t.Errorf("%v %v %v", e.Headers, e.Claims, err)
	}
}

func TestWhatCannotBeCompiled(t *testing.T) {
	for text, want := range map[string]string{
		`header(claim("x"))`: "written out", `nothing`: "unknown name", `header("a"`: "unexpected token", `header("a") + 1`: "mismatched",
		strings.Repeat(" ", 5000): "longer",
	} {
		if _, err := Compile(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}
