package subgraphs_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

type sessionAnswer struct {
	Session *struct {
		AccessToken, RefreshToken string
		User                      struct{ ID, Username, Email string }
	}
	Ended      int
	UserErrors userErrors
}

const sessionFields = `{ session { accessToken refreshToken user { id username email } } userErrors { code field message } }`

// sign runs one mutation that signs somebody in.
func sign(t *testing.T, s subgraphs.Service, mutation string) sessionAnswer {
	t.Helper()
	var got struct{ M sessionAnswer }
	kittest.MustAsk(t, s.Handler(), nil, `mutation { m: `+mutation+sessionFields+` }`, nil, &got)
	return got.M
}

func signOut(t *testing.T, s subgraphs.Service, caller *wire.Identity, mutation string) sessionAnswer {
	t.Helper()
	var got struct{ M sessionAnswer }
	kittest.MustAsk(t, s.Handler(), caller, `mutation { m: `+mutation+` { ended userErrors { code field message } } }`, nil, &got)
	return got.M
}

const grace = `signUp(input: {name: "Grace Murray", email: "Grace@Example.com", username: "grace", password: "compilers are fun"})`

func refresh(token string) string { return `refreshSession(input: {refreshToken: "` + token + `"})` }

func TestSessions(t *testing.T) {
	onBothWith(t, "accounts", kit.Config{Issuer: "https://shop.example/"}, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		first := sign(t, s, grace)
		if first.Session == nil || first.Session.User.Username != "grace" {
			t.Fatalf("signed up: %+v", first)
		}
		if got := sign(t, s, grace).UserErrors.String(); got != "CONFLICT input.username" {
			t.Errorf("twice: %q", got)
		}
		again := strings.Replace(grace, `username: "grace", `, "", 1)
		if got := sign(t, s, again).UserErrors.String(); got != "CONFLICT input.email" {
			t.Errorf("another account with the address: %q", got)
		}
		claims := verify(t, s, first.Session.AccessToken)
		if claims["iss"] != "https://shop.example" || claims["sub"] != first.Session.User.ID || claims["aud"] != "weft" ||
			claims["roles"].([]any)[0] != "customer" {
			t.Errorf("the token says %v", claims)
		}
		second := sign(t, s, refresh(first.Session.RefreshToken))
		if second.Session == nil {
			t.Fatalf("refreshed: %+v", second)
		}
		if got := sign(t, s, refresh(first.Session.RefreshToken)).UserErrors.String(); got != "BAD_USER_INPUT input.refreshToken" {
			t.Errorf("an old token: %q", got)
		}
		if got := sign(t, s, refresh(second.Session.RefreshToken)); got.Session != nil {
			t.Error("the session goes on after an old token was used")
		}
		const signIn = `signIn(input: {email: "grace@example.com", password: "compilers are fun"})`
		here, there := sign(t, s, signIn).Session.RefreshToken, sign(t, s, signIn).Session.RefreshToken
		if got := signOut(t, s, nil, `signOut(input: {refreshToken: "`+here+`"})`); got.Ended != 1 {
			t.Errorf("signed out here: %+v", got)
		}
		there = sign(t, s, refresh(there)).Session.RefreshToken
		sign(t, s, signIn)
		if got := signOut(t, s, nil, `signOut(input: {refreshToken: "`+there+`", everywhere: true})`); got.Ended != 2 {
			t.Errorf("signed out everywhere: %+v", got)
		}
		caller := &wire.Identity{Subject: first.Session.User.ID}
		if got := signOut(t, s, caller, `changePassword(input: {old: "compilers are fun", new: "1q2w3e4r5t"})`); got.UserErrors.String() != "BAD_USER_INPUT input.new" {
			t.Errorf("a bad password: %+v", got)
		}
		signOut(t, s, caller, `changePassword(input: {old: "compilers are fun", new: "nanoseconds of wire"})`)
		for range 6 {
			if got := sign(t, s, signIn); got.UserErrors.String() != "BAD_USER_INPUT" {
				t.Errorf("the old password: %+v", got)
			}
		}
		got := sign(t, s, `signIn(input: {email: "grace@example.com", password: "nanoseconds of wire"})`)
		if got.Session != nil || !strings.Contains(got.UserErrors[0].Message, "too many") {
			t.Errorf("after six wrong passwords: %+v", got)
		}
	})
}

// lastToken is the token in the mail that was written last, which must be about the subject.
func lastToken(t *testing.T, s subgraphs.Service, subject string) string {
	t.Helper()
	var got struct {
		Mails struct {
			Nodes []struct{ To, Subject, Body string }
		}
	}
	kittest.MustAsk(t, s.Handler(), operator, `{ mails(first: 1) { nodes { to subject body at } } }`, nil, &got)
	mail := got.Mails.Nodes[0]
	if mail.To != "grace@example.com" || mail.Subject != subject {
		t.Fatalf("the last mail is %+v, want one about %q", mail, subject)
	}
	return strings.Split(mail.Body, "\n\n")[1]
}

// TestAddressesAreVerified proves an address by the mail that signing up sends, and forgets a password.
func TestAddressesAreVerified(t *testing.T) {
	const forgotten, mine = "Another password", "Is this your address?"
	onBoth(t, "accounts", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		session := sign(t, s, grace).Session
		caller := &wire.Identity{Subject: session.User.ID}
		verified := func(caller *wire.Identity) any {
			var got struct{ User map[string]any }
			kittest.MustAsk(t, s.Handler(), caller, `query($id: ID!) { user(id: $id) { emailVerified } }`, map[string]any{"id": session.User.ID}, &got)
			return got.User["emailVerified"]
		}
		ask := func(caller *wire.Identity, mutation string) (wrong string) {
			_, wrong = mutateShelfAs(t, s, caller, mutation, "__typename")
			return wrong
		}
		if verified(caller) != false || verified(nil) != nil || verified(ada) != nil || verified(operator) != false {
			t.Error("the address is known to be hers before she has shown it, or to others")
		}
		first := lastToken(t, s, mine)
		verify := `verifyEmail(input: {token: "` + first + `"})`
		if got := ask(nil, `resetPassword(input: {token: "`+first+`", password: "nanoseconds of wire"})`); got != "BAD_USER_INPUT input.token" {
			t.Errorf("a token for something else: %q", got)
		}
		if got := ask(nil, verify); got != "" || verified(caller) != true {
			t.Errorf("verified: %q, %v", got, verified(caller))
		}
		if got := ask(nil, verify); got != "BAD_USER_INPUT input.token" {
			t.Errorf("the token once more: %q", got)
		}
		if got := ask(caller, `requestEmailVerification`); got != "CONFLICT" {
			t.Errorf("verified once more: %q", got)
		}

		request := func(email string) string { return ask(nil, `requestPasswordReset(input: {email: "`+email+`"})`) }
		if got := request("nobody@example.com"); got != "" {
			t.Errorf("it is told that there is no account: %q", got)
		}
		lastTokenIs := func(token string, want bool) {
			t.Helper()
			if got := ask(nil, `resetPassword(input: {token: "`+token+`", password: "1q2w3e4r5t"})`); (got == "BAD_USER_INPUT input.password") != want {
				t.Errorf("a token, good: %t: %q", want, got)
			}
		}
		request("Grace@example.com ")
		old := lastToken(t, s, forgotten)
		for range 6 {
			request("grace@example.com")
		}
		var kept struct {
			Mails struct{ Nodes []struct{ Subject string } }
		}
		answer := kittest.MustAsk(t, s.Handler(), operator, `{ mails(first: 100) { nodes { subject } } }`, nil, &kept)
		if len(kept.Mails.Nodes) != 1+5 || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d mails were written, want 6", len(kept.Mails.Nodes))
		}
		last := lastToken(t, s, forgotten)
		lastTokenIs(old, true)
		lastTokenIs(last, true)
		got := signOut(t, s, nil, `resetPassword(input: {token: "`+last+`", password: "nanoseconds of wire"})`)
		if got.Ended != 1 || len(got.UserErrors) > 0 {
			t.Errorf("changed by a token: %+v", got)
		}
		lastTokenIs(last, false)
		lastTokenIs(old, false)
		if got := sign(t, s, `signIn(input: {email: "grace@example.com", password: "nanoseconds of wire"})`); got.Session == nil {
			t.Errorf("the new password: %+v", got)
		}
		if got := kittest.Ask(t, s.Handler(), caller, `{ mails { nodes { body } } }`, nil).Fields(); got != "FORBIDDEN" {
			t.Errorf("a customer reads mails: %q", got)
		}
	})
}

// TestAClosedAccountIsForgotten closes an account: nothing says any more who it was, and the address is free again.
func TestAClosedAccountIsForgotten(t *testing.T) {
	onBoth(t, "accounts", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		first := sign(t, s, grace).Session
		caller := &wire.Identity{Subject: first.User.ID}
		kittest.MustAsk(t, s.Handler(), caller, `mutation { saveAddress(input: {name: "G", street: "S 1", postalCode: "1", city: "C",
			country: "DE"}) { userErrors { code } } }`, nil, nil)
		if got := signOut(t, s, caller, `closeAccount(input: {password: "compilers are dull"})`); got.UserErrors.String() != "BAD_USER_INPUT" {
			t.Errorf("a wrong password: %+v", got)
		}
		if got := kittest.Ask(t, s.Handler(), nil, `mutation { closeAccount(input: {password: "x"}) { ended } }`, nil).Fields(); got != "UNAUTHENTICATED" {
			t.Errorf("nobody's account: %q", got)
		}
		if got := signOut(t, s, caller, `closeAccount(input: {password: "compilers are fun"})`); got.Ended != 1 || len(got.UserErrors) > 0 {
			t.Errorf("closed: %+v", got)
		}
		var left struct {
			User struct {
				Name, Username, Email, Bio string
				Addresses                  []struct{ ID string }
			}
			UserByUsername *struct{ ID string }
		}
		kittest.MustAsk(t, s.Handler(), caller, `query($id: ID!) { user(id: $id) { name username email bio addresses { id } }
			userByUsername(username: "grace") { id } }`, map[string]any{"id": first.User.ID}, &left)
		if u := left.User; u.Name != "" || u.Email != "" || u.Username != "former-"+first.User.ID || len(u.Addresses) != 0 || left.UserByUsername != nil {
			t.Errorf("there is still %+v", left)
		}
		if got := sign(t, s, refresh(first.RefreshToken)); got.Session != nil {
			t.Error("the session goes on")
		}
		if again := sign(t, s, grace).Session; again == nil || again.User.ID == first.User.ID {
			t.Errorf("a new account with the address: %+v", again)
		}
	})
}

// verify checks a token with the keys that the service publishes, and returns its claims.
func verify(t *testing.T, s subgraphs.Service, token string) map[string]any {
	t.Helper()
	var discovery struct {
		Issuer string
		URI    string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(get(s.Handler(), "/.well-known/openid-configuration").Body.Bytes(), &discovery); err != nil {
		t.Fatal(err)
	}
	var set struct {
		Keys []struct{ Kid, Kty, Alg, X string }
	}
	if err := json.Unmarshal(get(s.Handler(), strings.TrimPrefix(discovery.URI, discovery.Issuer)).Body.Bytes(), &set); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	decode := func(part string) []byte {
		text, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	var head struct{ Alg, Kid string }
	if err := json.Unmarshal(decode(parts[0]), &head); err != nil {
		t.Fatal(err)
	}
	for _, key := range set.Keys {
		if key.Kid == head.Kid && key.Alg == "EdDSA" && head.Alg == "EdDSA" &&
			ed25519.Verify(decode(key.X), []byte(parts[0]+"."+parts[1]), decode(parts[2])) {
			var claims map[string]any
			if err := json.Unmarshal(decode(parts[1]), &claims); err != nil {
				t.Fatal(err)
			}
			return claims
		}
	}
	t.Fatalf("no key of %+v is that of %+v", set, head)
	return nil
}

func TestSignUpIsChecked(t *testing.T) {
	s, _ := open(t, "accounts", sqliteConfig(t))
	for input, want := range map[string]string{
		`name: "", email: "a@b.de", password: "compilers are fun"`:                 "BAD_USER_INPUT input.name",
		`name: "Grace", email: "grace", password: "compilers are fun"`:             "BAD_USER_INPUT input.email",
		`name: "Grace", email: "g <g@b.de>", password: "compilers are fun"`:        "BAD_USER_INPUT input.email",
		`name: "Grace", email: "a@b.de", password: "short"`:                        "BAD_USER_INPUT input.password",
		`name: "Grace", email: "a@b.de", password: "Password123"`:                  "BAD_USER_INPUT input.password",
		`name: "Grace", email: "a@b.de", password: "abcabcabcabc"`:                 "BAD_USER_INPUT input.password",
		`name: "Grace", email: "a@b.de", password: "i am grace, hello"`:            "BAD_USER_INPUT input.password",
		`name: "Grace", email: "a@b.de", username: "G", password: "compilers fun"`: "BAD_USER_INPUT input.username",
	} {
		if got := sign(t, s, `signUp(input: {`+input+`})`).UserErrors.String(); got != want {
			t.Errorf("%s: %q, want %q", input, got, want)
		}
	}
	if got := sign(t, s, `signUp(input: {name: "Grace Murray", email: "a@b.de", password: "compilers are fun"})`); got.Session == nil ||
		!strings.HasPrefix(got.Session.User.Username, "grace.murray-") {
		t.Errorf("without a username: %+v", got)
	}
	if got := sign(t, s, `signIn(input: {email: "nobody@b.de", password: "compilers are fun"})`).UserErrors.String(); got != "BAD_USER_INPUT" {
		t.Errorf("nobody: %q", got)
	}
}

func TestOperatorsAndAddresses(t *testing.T) {
	onBothWith(t, "accounts", kit.Config{OperatorSecret: "sesame"}, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		id := sign(t, s, grace).Session.User.ID
		caller := &wire.Identity{Subject: id}
		const become = `mutation($s: String!) { becomeOperator(input: {secret: $s}) { user { roles } userErrors { code } } }`
		if got := kittest.Ask(t, s.Handler(), caller, become, map[string]any{"s": "open"}).Fields(); got != "FORBIDDEN" {
			t.Errorf("the wrong secret: %q", got)
		}
		answer := kittest.MustAsk(t, s.Handler(), caller, become, map[string]any{"s": "sesame"}, nil)
		if !strings.Contains(string(answer.Data), `["CUSTOMER","OPERATOR"]`) {
			t.Errorf("the first operator: %s", answer.Data)
		}
		const signIn = `signIn(input: {email: "grace@example.com", password: "compilers are fun"})`
		if roles := verify(t, s, sign(t, s, signIn).Session.AccessToken)["roles"].([]any); len(roles) != 3 || roles[1] != "operator" {
			t.Errorf("the token of the operator has the roles %v", roles)
		}
		const set = `mutation($id: ID!) { setRoles(input: {userId: $id, roles: [CUSTOMER]}) { user { roles } userErrors { code field } } }`
		if got := kittest.Ask(t, s.Handler(), caller, set, map[string]any{"id": id}).Fields(); got != "FORBIDDEN" {
			t.Errorf("a customer says what people may do: %q", got)
		}
		answer = kittest.MustAsk(t, s.Handler(), operator, set, map[string]any{"id": "u1"}, nil)
		if !strings.Contains(string(answer.Data), "NOT_FOUND") {
			t.Errorf("roles of somebody who cannot sign in: %s", answer.Data)
		}
		kittest.MustAsk(t, s.Handler(), operator, set, map[string]any{"id": id}, nil)

		const save = `mutation($id: ID) { m: saveAddress(input: {id: $id, name: "Grace", street: "Yard 1", postalCode: "22202",
			city: "Arlington", country: "US"}) { user { addresses { id city } } userErrors { code field } } }`
		var got struct {
			M struct {
				User *struct {
					Addresses []struct{ ID, City string }
				}
				UserErrors userErrors
			}
		}
		kittest.MustAsk(t, s.Handler(), caller, save, nil, &got)
		address := got.M.User.Addresses[0].ID
		kittest.MustAsk(t, s.Handler(), caller, save, map[string]any{"id": address}, &got)
		if len(got.M.User.Addresses) != 1 || got.M.User.Addresses[0].City != "Arlington" {
			t.Errorf("the address book is %+v", got.M.User.Addresses)
		}
		kittest.MustAsk(t, s.Handler(), caller, save, map[string]any{"id": "none"}, &got)
		if got.M.UserErrors.String() != "NOT_FOUND input.id" {
			t.Errorf("an address that is not there: %+v", got.M)
		}
		var others struct {
			User struct{ Addresses, Roles []any }
		}
		kittest.MustAsk(t, s.Handler(), ada, `query($id: ID!) { user(id: $id) { addresses { id } roles } }`, map[string]any{"id": id}, &others)
		if others.User.Addresses != nil || others.User.Roles != nil {
			t.Errorf("others see %+v", others)
		}
		const remove = `mutation($id: ID!) { m: removeAddress(input: {id: $id}) { user { addresses { id } } userErrors { code field } } }`
		kittest.MustAsk(t, s.Handler(), caller, remove, map[string]any{"id": address}, &got)
		if len(got.M.User.Addresses) != 0 {
			t.Errorf("after the removal: %+v", got.M.User)
		}
	})
}
