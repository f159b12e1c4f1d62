package subgraphs_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

func TestMe(t *testing.T) {
	onBoth(t, "accounts", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var got struct {
			Me *struct {
				ID, Username, Handle string
				Email                *string
			}
			User struct {
				Email    *string
				Location struct{ City, Country string }
			}
		}
		const query = `{ me { id username handle email } user(id: "u2") { email location { city country } } }`
		answer := kittest.MustAsk(t, s.Handler(), ada, query, nil, &got)
		if got.Me == nil || got.Me.ID != "u1" || got.Me.Handle != "@ada.novak" || got.Me.Email == nil || *got.Me.Email != "ada.novak@example.com" {
			t.Errorf("me is %+v", got.Me)
		}
		if got.User.Email != nil || got.User.Location.City == "" {
			t.Errorf("another person is %+v", got.User)
		}
		if header := answer.Header.Get("Cache-Control"); header != "private, max-age=60" {
			t.Errorf("Cache-Control is %q", header)
		}
		kittest.MustAsk(t, s.Handler(), nil, query, nil, &got)
		if got.Me != nil {
			t.Errorf("an anonymous me is %+v", got.Me)
		}
		public := kittest.MustAsk(t, s.Handler(), nil, `{ user(id: "u2") { name } }`, nil, nil)
		if header := public.Header.Get("Cache-Control"); header != "public, max-age=60" {
			t.Errorf("Cache-Control of public data is %q", header)
		}
	})
}

func TestFindPeople(t *testing.T) {
	onBoth(t, "accounts", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var got struct {
			A, B, C *struct{ ID string }
		}
		kittest.MustAsk(t, s.Handler(), nil,
			`{ a: userByUsername(username: "Ada.Novak") { id } b: userByUsername(username: "nobody") { id } c: user(id: "none") { id } }`, nil, &got)
		if got.A == nil || got.A.ID != "u1" || got.B != nil || got.C != nil {
			t.Errorf("got %+v %+v %+v", got.A, got.B, got.C)
		}
		seen := map[string]bool{}
		var after *string
		for range 10 {
			var page struct {
				Users struct {
					TotalCount int
					PageInfo   pageInfo
					Nodes      []struct{ ID string }
				}
			}
			kittest.MustAsk(t, s.Handler(), nil, `query($a: String) { users(first: 30, after: $a) {
				totalCount pageInfo { hasNextPage hasPreviousPage endCursor } nodes { id } } }`, map[string]any{"a": after}, &page)
			for _, user := range page.Users.Nodes {
				seen[user.ID] = true
			}
			if after = page.Users.PageInfo.EndCursor; !page.Users.PageInfo.HasNextPage {
				break
			}
		}
		if len(seen) != 200 {
			t.Errorf("all pages together have %d people, want 200", len(seen))
		}
	})
}

func TestUpdateProfile(t *testing.T) {
	const update = `mutation($in: UpdateProfileInput!) { updateProfile(input: $in) { name username bio } }`
	onBoth(t, "accounts", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var got struct {
			UpdateProfile struct{ Name, Username, Bio string }
		}
		kittest.MustAsk(t, s.Handler(), ada, update, map[string]any{"in": map[string]any{"username": "ada", "bio": " It's me. "}}, &got)
		if got.UpdateProfile.Username != "ada" || got.UpdateProfile.Name != "Ada Novak" || got.UpdateProfile.Bio != "It's me." {
			t.Errorf("the profile is %+v", got.UpdateProfile)
		}
		cases := []struct {
			name  string
			input map[string]any
			want  string
		}{
			{"nothing", map[string]any{}, "BAD_USER_INPUT input"},
			{"everything wrong", map[string]any{"name": "", "username": "-A", "bio": strings.Repeat("x", 501)},
				"BAD_USER_INPUT input.name, BAD_USER_INPUT input.username, BAD_USER_INPUT input.bio"},
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				answer := kittest.Ask(t, s.Handler(), ada, update, map[string]any{"in": c.input})
				if answer.Fields() != c.want {
					t.Errorf("got %q, want %q", answer.Fields(), c.want)
				}
			})
		}
		if got := kittest.Ask(t, s.Handler(), merchant, update, map[string]any{"in": map[string]any{"username": "ada"}}).Fields(); got != "CONFLICT input.username" {
			t.Errorf("a taken username: %q", got)
		}
		if got := kittest.Ask(t, s.Handler(), nil, update, map[string]any{"in": map[string]any{"name": "x"}}).Fields(); got != "UNAUTHENTICATED" {
			t.Errorf("nobody's profile: %q", got)
		}
	})
}
