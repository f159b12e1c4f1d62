// Package apidiff compares two API schemas from the point of view of their clients: what changed, whether it breaks
// them, and, given the clients' operations, exactly which operations break and why.
package apidiff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// Severity says what a change can do to clients.
type Severity string

// The severities, from the worst.
const (
	// Breaking changes make a request that was valid invalid, or its answer something the client does not expect.
	Breaking Severity = "BREAKING"
	// Dangerous changes keep requests valid, but can change how clients behave: a new enum value, another default.
	Dangerous Severity = "DANGEROUS"
	// Safe changes do nothing to existing clients.
	Safe Severity = "SAFE"
)

// Kind names what changed.
type Kind string

// Change is one difference between two schemas.
type Change struct {
	Severity Severity `json:"severity"`
	Kind     Kind     `json:"kind"`
	// Path is the schema coordinate that changed: "Type", "Type.field", "Type.field(arg:)", "@directive".
	Path string `json:"path"`
	// Message says what changed in one sentence.
	Message string `json:"message"`
}

// Load parses and validates an API schema; name appears in the error.
func Load(name, sdl string) (*ast.Schema, error) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("API schema: %w", err)
	}
	return schema, nil
}

// Diff lists what changed from before to after, the worst first and by path.
func Diff(before, after *ast.Schema) []Change {
	d := &diff{before: before, after: after}
	d.roots()
	for _, name := range names(before.Types) {
		old, now := before.Types[name], after.Types[name]
		switch {
		case old.BuiltIn || strings.HasPrefix(name, "__"):
		case now == nil:
			d.add(Breaking, "TYPE_REMOVED", name, "Type %q was removed.", name)
		case old.Kind != now.Kind:
			d.add(
				Breaking,
				"TYPE_KIND_CHANGED",
				name,
				"Type %q was %s and is %s now.",
				name,
				kindName(old.Kind),
				kindName(now.Kind),
			)
		default:
			d.definition(old, now)
		}
	}
	for _, name := range names(after.Types) {
		if t := after.Types[name]; before.Types[name] == nil && !t.BuiltIn {
			d.add(Safe, "TYPE_ADDED", name, "Type %q was added.", name)
		}
	}
	d.directives()
	slices.SortStableFunc(d.changes, func(a, b Change) int {
		return cmp.Or(
			cmp.Compare(rank(a.Severity), rank(b.Severity)),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Kind, b.Kind),
		)
	})
	return d.changes
}

// Worst returns the worst severity among changes; Safe when there are none.
func Worst(changes []Change) Severity {
	worst := Safe
	for _, c := range changes {
		if rank(c.Severity) < rank(worst) {
			worst = c.Severity
		}
	}
	return worst
}

func rank(s Severity) int {
	switch s {
	case Breaking:
		return 0
	case Dangerous:
		return 1
	}
	return 2
}

type diff struct {
	before, after *ast.Schema
	changes       []Change
}

func (d *diff) add(severity Severity, kind Kind, path, format string, args ...any) {
	d.changes = append(d.changes, Change{severity, kind, path, fmt.Sprintf(format, args...)})
}

func (d *diff) roots() {
	for _, root := range []struct {
		name     string
		old, now *ast.Definition
	}{
		{"query", d.before.Query, d.after.Query},
		{"mutation", d.before.Mutation, d.after.Mutation},
		{"subscription", d.before.Subscription, d.after.Subscription},
	} {
		switch {
		case root.old == nil && root.now != nil:
			d.add(Safe, "ROOT_TYPE_ADDED", root.now.Name, "The schema supports a %s now, of type %q.", root.name, root.now.Name)
		case root.old != nil && root.now == nil:
			d.add(Breaking, "ROOT_TYPE_REMOVED", root.old.Name, "The schema no longer supports a %s.", root.name)
		case root.old != nil && root.old.Name != root.now.Name:
			d.add(
				Breaking,
				"ROOT_TYPE_CHANGED",
				root.old.Name,
				"The %s type was %q and is %q now.",
				root.name,
				root.old.Name,
				root.now.Name,
			)
		}
	}
}

func (d *diff) definition(old, now *ast.Definition) {
	d.described(old.Name, old.Description, now.Description)
	switch old.Kind {
	case ast.Object, ast.Interface:
		d.interfaces(old, now)
		d.fields(old, now)
	case ast.InputObject:
		d.inputFields(old, now)
	case ast.Union:
		d.members(old, now)
	case ast.Enum:
		d.values(old, now)
	case ast.Scalar:
		if a, b := specifiedBy(old), specifiedBy(now); a != b {
			d.add(
				Dangerous,
				"SCALAR_SPECIFICATION_CHANGED",
				old.Name,
				"Scalar %q was specified by %q and is by %q now.",
				old.Name,
				a,
				b,
			)
		}
	}
}

func specifiedBy(t *ast.Definition) string {
	if s := t.Directives.ForName("specifiedBy"); s != nil {
		if url := s.Arguments.ForName("url"); url != nil {
			return url.Value.Raw
		}
	}
	return ""
}

func (d *diff) described(path, old, now string) {
	if old != now {
		d.add(Safe, "DESCRIPTION_CHANGED", path, "The description of %q changed.", path)
	}
}

func (d *diff) deprecated(path string, old, now ast.DirectiveList) {
	was, is := old.ForName("deprecated"), now.ForName("deprecated")
	switch {
	case was == nil && is != nil:
		d.add(Safe, "DEPRECATED", path, "%q was deprecated: %s.", path, reason(is))
	case was != nil && is == nil:
		d.add(Safe, "DEPRECATION_REMOVED", path, "%q is no longer deprecated.", path)
	case was != nil && reason(was) != reason(is):
		d.add(Safe, "DEPRECATION_REASON_CHANGED", path, "The reason for which %q is deprecated changed.", path)
	}
}

func reason(d *ast.Directive) string {
	if a := d.Arguments.ForName("reason"); a != nil && a.Value.Raw != "" {
		return strings.TrimRight(a.Value.Raw, ".")
	}
	return "no longer supported"
}

func (d *diff) interfaces(old, now *ast.Definition) {
	for _, name := range old.Interfaces {
		if !slices.Contains(now.Interfaces, name) {
			d.add(Breaking, "INTERFACE_REMOVED", now.Name, "%q no longer implements %q.", now.Name, name)
		}
	}
	for _, name := range now.Interfaces {
		if !slices.Contains(old.Interfaces, name) {
			d.add(
				Dangerous,
				"INTERFACE_ADDED",
				now.Name,
				"%q implements %q now: clients can meet it where they did not.",
				now.Name,
				name,
			)
		}
	}
}

func (d *diff) members(old, now *ast.Definition) {
	for _, name := range old.Types {
		if !slices.Contains(now.Types, name) {
			d.add(Breaking, "UNION_MEMBER_REMOVED", old.Name, "%q is no longer a member of union %q.", name, old.Name)
		}
	}
	for _, name := range now.Types {
		if !slices.Contains(old.Types, name) {
			d.add(
				Dangerous,
				"UNION_MEMBER_ADDED",
				old.Name,
				"%q is a member of union %q now: clients can meet it where they did not.",
				name,
				old.Name,
			)
		}
	}
}

func (d *diff) values(old, now *ast.Definition) {
	for _, v := range old.EnumValues {
		path := old.Name + "." + v.Name
		other := now.EnumValues.ForName(v.Name)
		if other == nil {
			d.add(Breaking, "ENUM_VALUE_REMOVED", path, "Enum value %q was removed.", path)
			continue
		}
		d.described(path, v.Description, other.Description)
		d.deprecated(path, v.Directives, other.Directives)
	}
	for _, v := range now.EnumValues {
		if old.EnumValues.ForName(v.Name) == nil {
			d.add(
				Dangerous,
				"ENUM_VALUE_ADDED",
				old.Name+"."+v.Name,
				"Enum value \"%s.%s\" was added: clients may not know what to do with it.",
				old.Name,
				v.Name,
			)
		}
	}
}

func names[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func kindName(k ast.DefinitionKind) string {
	switch k {
	case ast.Object:
		return "an object type"
	case ast.Interface:
		return "an interface"
	case ast.InputObject:
		return "an input type"
	case ast.Union:
		return "a union"
	case ast.Enum:
		return "an enum"
	}
	return "a scalar"
}
