// Package text has the scalars String and ID as the services take them in. They are those of gqlgen, without the one
// character that JSON and GraphQL allow in a text and databases do not: U+0000.
package text

import (
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// MarshalString writes a String.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads a String; a BadUserInput fault says that it has a character that cannot be stored.
func UnmarshalString(v any) (string, error) { return storable(graphql.UnmarshalString(v)) }

// MarshalID writes an ID.
func MarshalID(s string) graphql.Marshaler { return graphql.MarshalID(s) }

// UnmarshalID reads an ID, with the same limits as UnmarshalString.
func UnmarshalID(v any) (string, error) { return storable(graphql.UnmarshalID(v)) }

func storable(s string, err error) (string, error) {
	if err == nil && strings.ContainsRune(s, 0) {
		return "", fault.New(fault.BadUserInput, "a text must not contain the character U+0000")
	}
	return s, err
}
