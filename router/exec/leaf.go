package exec

import (
	"bytes"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/supergraph"
)

// leafKind is how values of a leaf type are checked.
// Specification: GraphQL, section 3.5 "Scalars", "Result Coercion".
type leafKind uint8

const (
	// leafCustom is any scalar the router does not know: every JSON value passes.
	leafCustom leafKind = iota
	leafInt
	leafFloat
	leafString
	leafBoolean
	leafID
	leafEnum
	leafTypename
	// leafNone is for objects: no scalar is a value of their types.
	leafNone
)

func leafOf(t *supergraph.Type) leafKind {
	switch {
	case t.Kind == ast.Enum:
		return leafEnum
	case t.IsComposite():
		return leafNone
	}
	switch t.Name {
	case "Int":
		return leafInt
	case "Float":
		return leafFloat
	case "String":
		return leafString
	case "Boolean":
		return leafBoolean
	case "ID":
		return leafID
	}
	return leafCustom
}

// fits tells whether raw, a JSON value of kind k, is a value of the leaf type. Identifiers and enum values need more:
// see printer.leaf.
func (l leafKind) fits(k kind, raw []byte) bool {
	switch l {
	case leafInt:
		return k == kindNumber && isInt(raw)
	case leafFloat:
		return k == kindNumber && isFinite(raw)
	case leafString, leafEnum:
		return k == kindString
	case leafBoolean:
		return k == kindBool
	case leafID:
		return k == kindString || k == kindNumber && isWhole(raw)
	case leafNone:
		return false
	}
	return true
}

// fitsAtSight is fits for the values that need no thought; false means that fits must tell.
func (l leafKind) fitsAtSight(k kind, raw []byte) bool {
	switch k {
	case kindString:
		return l == leafString || l == leafID || l == leafCustom
	case kindNumber:
		return l == leafCustom || l == leafFloat && len(raw) < len("1e999") || l == leafInt && len(raw) < 10 && isWhole(raw)
	case kindBool:
		return l == leafBoolean || l == leafCustom
	}
	return false
}

// isInt tells whether a JSON number is a whole number of 32 bits, however it is spelled.
func isInt(raw []byte) bool {
	if len(raw) < 10 && isWhole(raw) {
		return true
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return err == nil && f == float64(int32(f))
}

// isFinite tells whether a JSON number is one that a double-precision number can hold, if not exactly.
// Specification: GraphQL, section 3.5.2 "Float", "Result Coercion".
func isFinite(raw []byte) bool {
	if len(raw) < 300 && bytes.IndexByte(raw, 'e') < 0 && bytes.IndexByte(raw, 'E') < 0 {
		return true
	}
	_, err := strconv.ParseFloat(string(raw), 64)
	return err == nil
}

// isWhole tells whether a JSON number is written without fraction and exponent.
func isWhole(raw []byte) bool {
	for _, c := range raw {
		if c == '.' || c|0x20 == 'e' {
			return false
		}
	}
	return true
}

// enumValues are the values of an enum type that clients may see.
type enumValues map[string]struct{}

func newEnumValues(t *supergraph.Type) enumValues {
	values := make(enumValues, len(t.EnumValues))
	for _, v := range t.EnumValues {
		if !v.Inaccessible {
			values[v.Name] = struct{}{}
		}
	}
	return values
}

func (e enumValues) has(raw []byte) bool {
	_, ok := e[string(jsontext.Text(raw))]
	return ok
}
