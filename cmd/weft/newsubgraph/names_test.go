package newsubgraph

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/codegen/templates"
)

func TestNamesReadWell(t *testing.T) {
	for name, want := range map[string]names{
		"wishes":     {Type: "Wish", One: "wish", Many: "wishes", GoMany: "Wishes", Owner: "User"},
		"gift-cards": {Type: "GiftCard", One: "giftCard", Many: "giftCards", GoMany: "GiftCards", Owner: "User"},
		"loyalty":    {Type: "Loyalty", One: "loyalty", Many: "loyalties", GoMany: "Loyalties", Owner: "User"},
		"api_keys":   {Type: "APIKey", One: "apiKey", Many: "apiKeys", GoMany: "APIKeys", Owner: "User"},
		"equipment":  {Type: "Equipment", One: "equipment", Many: "equipmentList", GoMany: "EquipmentList", Owner: "User"},
		"users":      {Type: "User", One: "user", Many: "users", GoMany: "Users", Owner: "Product"},
	} {
		got, err := namesOf(name, "example.com/x")
		if err != nil {
			t.Fatal(err)
		}
		got = names{Type: got.Type, One: got.One, Many: got.Many, GoMany: got.GoMany, Owner: got.Owner}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

// TestNamesAreThoseOfGqlgen wants the resolvers of the template to be those that gqlgen looks for.
func TestNamesAreThoseOfGqlgen(t *testing.T) {
	known := map[string]bool{}
	for word := range templates.CommonInitialisms {
		known[strings.ToLower(word)] = true
	}
	if !maps.Equal(known, initialisms) {
		t.Errorf("gqlgen writes %v in capitals", slices.Sorted(maps.Keys(known)))
	}
	for _, name := range []string{"wishes", "api-keys", "urls", "html-api-texts", "top10-lists", "users", "ip-logs"} {
		n, err := namesOf(name, "example.com/x")
		if err != nil {
			t.Fatal(err)
		}
		inGo := map[string]string{n.Type: n.Type, n.One: n.Type, n.Many: n.GoMany, n.OwnerKey: n.GoOwnerKey}
		for field, want := range inGo {
			if got := templates.ToGo(field); got != want {
				t.Errorf("%s: gqlgen calls %s %s, the template %s", name, field, got, want)
			}
		}
	}
}

func TestBadNamesAreExplained(t *testing.T) {
	for name, want := range map[string]string{
		"":                            "cannot be the name of a subgraph",
		"Gift Cards":                  "did you mean gift-cards?",
		"wishes-":                     "did you mean wishes?",
		"2wishes":                     "did you mean wishes?",
		"../wishes":                   "did you mean wishes?",
		strings.Repeat("wishes", 100): "63 characters at most",
		"entities":                    "its type would be Entity",
		"subscriptions":               "for example my-subscriptions",
	} {
		if _, err := namesOf(name, "example.com/x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", name, err, want)
		}
	}
}
