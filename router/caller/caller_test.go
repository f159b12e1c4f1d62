package caller

import (
	"bytes"
	"net/http"
	"slices"
	"testing"
)

// request is one that values are read of.
type request struct {
	who    *Caller
	header http.Header
}

func read(inputs *Inputs, r request) *Values {
	v := &Values{}
	v.Read(inputs, r.who, r.header)
	return v
}

func TestRequestsThatDifferInWhatIsDeclaredLookDifferent(t *testing.T) {
	var inputs Inputs
	all := inputs.Declare(Header("x-a"), Header("X-B"), Claim("sub"), Claim("roles"), Label("client"))
	requests := []request{
		{nil, nil},
		{nil, http.Header{"X-A": {""}}},
		{nil, http.Header{"X-A": {"1"}}},
		{nil, http.Header{"X-B": {"1"}}},
		{nil, http.Header{"X-A": {"1", "2"}}},
		{nil, http.Header{"X-A": {"1"}, "X-B": {"2"}}},
		{nil, http.Header{"X-A": {"12"}}},
		{nil, http.Header{"X-A": {"1\x012"}}},
		{&Caller{Subject: "1"}, nil},
		{&Caller{Subject: "1", Claims: map[string]any{"roles": []any{"a", "b"}}}, nil},
		{&Caller{Subject: "1", Claims: map[string]any{"roles": "a,b"}}, nil},
		{&Caller{Subject: "1", Claims: map[string]any{"roles": nil}}, nil},
		{&Caller{Claims: map[string]any{"sub": 1}}, nil},
		{&Caller{Labels: map[string]string{"client": ""}}, nil},
		{&Caller{Labels: map[string]string{"client": "1"}}, nil},
	}
	for i, a := range requests {
		for j, b := range requests {
			x, y := read(&inputs, a), read(&inputs, b)
			if same := bytes.Equal(x.All(), y.All()); same != (i == j) {
				t.Errorf("%d and %d look the same: %v", i, j, same)
			}
			if !bytes.Equal(x.Append(nil, all), x.All()) {
				t.Errorf("%d: all of it is not all", i)
			}
		}
	}
}

func TestRequestsThatDifferInAnythingElseLookTheSame(t *testing.T) {
	var inputs Inputs
	inputs.Declare(Header("X-A"), Claim("sub"))
	a := read(&inputs, request{&Caller{Subject: "1", Claims: map[string]any{"jti": "x"}}, http.Header{"X-A": {"1"}, "X-C": {"1"}}})
	b := read(&inputs, request{&Caller{Subject: "1", Labels: map[string]string{"l": "x"}}, http.Header{"X-A": {"1"}, "X-D": {"1"}}})
	if !bytes.Equal(a.All(), b.All()) {
		t.Errorf("%q and %q", a.All(), b.All())
	}
}

func TestAnIdentityIsMadeOfClaimsOrOfCredentials(t *testing.T) {
	var inputs Inputs
	identity := inputs.DeclareIdentity([]string{"authorization", "Cookie"}, []string{"iss", "sub"})
	key := func(r request) string { return string(read(&inputs, r).Append(nil, identity)) }
	token := func(text string) http.Header { return http.Header{"Authorization": {"Bearer " + text}} }
	ada := func(issuer string) *Caller { return &Caller{Issuer: issuer, Subject: "ada"} }
	if key(request{ada("a"), token("old")}) != key(request{ada("a"), token("new")}) {
		t.Error("a new token makes another caller")
	}
	if key(request{ada("a"), token("old")}) == key(request{ada("b"), token("old")}) {
		t.Error("the issuer does not count")
	}
	if key(request{nil, token("old")}) == key(request{nil, token("new")}) {
		t.Error("anonymous callers with other credentials are taken for one")
	}
	if key(request{nil, token("old")}) == key(request{nil, http.Header{"Cookie": {"Bearer old"}}}) {
		t.Error("a cookie is taken for a token")
	}
	for want, r := range map[bool]request{true: {ada(""), nil}, false: {nil, http.Header{"Cookie": {""}, "X-A": {"1"}}}} {
		if got := read(&inputs, r).Present(identity); got != want {
			t.Errorf("%+v has an identity: %v", r, got)
		}
	}
	if names := inputs.Headers(identity); len(names) != 2 || !inputs.Personal(identity) {
		t.Errorf("headers %v", names)
	}
}

func TestCredentialsAreToldFromOtherHeaders(t *testing.T) {
	var inputs Inputs
	inputs.DeclareIdentity([]string{"Cookie"}, []string{"sub"})
	all := inputs.Declare(Header("X-A"), Header("cookie"), Header("authorization"), Claim("tier"))
	if got := inputs.Headers(inputs.Credentials(all)); !slices.Equal(got, []string{"Authorization", "Cookie"}) {
		t.Errorf("credentials: %q", got)
	}
	if got := inputs.Headers(all.Without(inputs.Credentials(all))); !slices.Equal(got, []string{"X-A"}) {
		t.Errorf("the rest: %q", got)
	}
	if got := inputs.Proved(all); inputs.Headers(got) != nil || !inputs.Personal(got) {
		t.Errorf("proved: %v", got)
	}
}

func TestOnlyWhatWasDeclaredCanBeRead(t *testing.T) {
	var inputs Inputs
	d := NewDeclaration(&inputs)
	if _, ok := d.Set(); ok {
		t.Error("nothing was said, and it counts as declared")
	}
	a := d.Header("x-a")
	set, ok := d.Set()
	v := read(&inputs, request{nil, http.Header{"X-A": {"1"}, "X-B": {"2"}}})
	if got := v.Header(a); !ok || len(got) != 1 || got[0] != "1" || !v.Present(set) {
		t.Errorf("X-A: %q", got)
	}
	if got := v.Header(HeaderRef{}); got != nil {
		t.Errorf("what nobody declared: %q", got)
	}
}

func TestReadingTakesNoMemory(t *testing.T) {
	var inputs Inputs
	inputs.DeclareIdentity([]string{"Authorization", "Cookie"}, []string{"sub"})
	header := http.Header{"Authorization": {"Bearer x"}}
	var v Values
	if n := testing.AllocsPerRun(100, func() { v.Read(&inputs, nil, header); v.Reset() }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
