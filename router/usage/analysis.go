package usage

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Coordinates are what a document uses.
func (d *Document) Coordinates() Coordinates {
	c := Coordinates{}
	for _, name := range d.Maybe {
		c[name] = false
	}
	for _, name := range d.Uses {
		c[name] = true
	}
	return c
}

// RestCoordinates are what the operations use that are not told.
func (r *Report) RestCoordinates() Coordinates {
	c := Coordinates{}
	for name, n := range r.Rest {
		c.use(name, n.Uses > 0)
	}
	return c
}

// Analysis tells of a schema what clients do with it.
type Analysis struct {
	// Deprecated are the deprecated parts that are used.
	Deprecated []DeprecatedUse `json:"deprecated"`
	// Unused are the parts that nobody has used: of a type of which that is true for all, the type alone. Total is how
	// many parts the schema has, and Parts how many of these are not used.
	Unused []string `json:"unused"`
	Parts  int      `json:"unused_parts"`
	Total  int      `json:"parts"`
}

// DeprecatedUse is a deprecated part of the schema that is used.
type DeprecatedUse struct {
	Coordinate string `json:"coordinate"`
	Reason     string `json:"reason"`
	// Uses are by whom, and Rest is by how many requests of clients that are not told.
	Uses []PartUse `json:"uses"`
	Rest Rest      `json:"rest"`
}

// PartUse is the use of a part of the schema by a client.
type PartUse struct {
	Use
	Operation string `json:"operation,omitempty"`
	// Maybe tells that variables or data decide about it.
	Maybe bool `json:"maybe,omitempty"`
}

// part is something of a schema that clients can use.
type part struct {
	coordinate string
	deprecated *ast.Directive
}

// Analyse compares a report with a schema.
func Analyse(schema *ast.Schema, r *Report) Analysis {
	a := Analysis{Deprecated: []DeprecatedUse{}, Unused: []string{}}
	used := r.RestCoordinates()
	for _, d := range r.Documents {
		for c, certain := range d.Coordinates() {
			used.use(c, certain)
		}
	}
	for _, name := range typesOf(schema) {
		parts, unused := partsOf(schema.Types[name]), []string(nil)
		for _, p := range parts {
			_, is := used[p.coordinate]
			if !is {
				unused = append(unused, p.coordinate)
			} else if p.deprecated != nil {
				a.Deprecated = append(a.Deprecated, r.deprecated(p))
			}
		}
		a.Parts, a.Total = a.Parts+len(unused), a.Total+len(parts)
		if len(unused) == len(parts) && len(parts) > 0 {
			unused = []string{name}
		}
		a.Unused = append(a.Unused, unused...)
	}
	return a
}

// Of lists who uses a coordinate, the most frequent first, and how often others do.
func (r *Report) Of(coordinate string) ([]PartUse, Rest) {
	uses := []PartUse{}
	for _, u := range r.Uses() {
		d := r.Documents[u.Document]
		_, certain := slices.BinarySearch(d.Uses, coordinate)
		_, maybe := slices.BinarySearch(d.Maybe, coordinate)
		if certain || maybe {
			uses = append(uses, PartUse{u, d.Name, !certain})
		}
	}
	return uses, r.Rest[coordinate]
}

func (r *Report) deprecated(p part) DeprecatedUse {
	d := DeprecatedUse{Coordinate: p.coordinate, Reason: "No longer supported"}
	if reason := p.deprecated.Arguments.ForName("reason"); reason != nil && reason.Value.Raw != "" {
		d.Reason = reason.Value.Raw
	}
	d.Uses, d.Rest = r.Of(p.coordinate)
	return d
}

// typesOf are the names of what is not GraphQL's own.
func typesOf(schema *ast.Schema) (names []string) {
	for name, t := range schema.Types {
		if !t.BuiltIn && !strings.HasPrefix(name, "__") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// partsOf are fields, their arguments, enum values and input fields.
func partsOf(t *ast.Definition) (parts []part) {
	for _, f := range t.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		path := t.Name + "." + f.Name
		parts = append(parts, part{path, f.Directives.ForName("deprecated")})
		for _, a := range f.Arguments {
			parts = append(parts, part{path + "(" + a.Name + ":)", a.Directives.ForName("deprecated")})
		}
	}
	for _, v := range t.EnumValues {
		parts = append(parts, part{t.Name + "." + v.Name, v.Directives.ForName("deprecated")})
	}
	return parts
}
