package apidiff

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

func (d *diff) fields(old, now *ast.Definition) {
	for _, f := range old.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		path := old.Name + "." + f.Name
		other := now.Fields.ForName(f.Name)
		if other == nil {
			d.add(Breaking, "FIELD_REMOVED", path, "Field %q was removed.", path)
			continue
		}
		if from, to := f.Type.String(), other.Type.String(); from != to {
			severity := Breaking
			if outputCompatible(f.Type, other.Type) {
				severity = Safe
			}
			d.add(severity, "FIELD_TYPE_CHANGED", path, "Field %q was of type %q and is of type %q now.", path, from, to)
		}
		d.described(path, f.Description, other.Description)
		d.deprecated(path, f.Directives, other.Directives)
		d.arguments(path, f.Arguments, other.Arguments)
	}
	for _, f := range now.Fields {
		if old.Fields.ForName(f.Name) == nil && !strings.HasPrefix(f.Name, "__") {
			path := old.Name + "." + f.Name
			d.add(Safe, "FIELD_ADDED", path, "Field %q was added.", path)
		}
	}
}

func (d *diff) arguments(owner string, old, now ast.ArgumentDefinitionList) {
	for _, a := range old {
		path := owner + "(" + a.Name + ":)"
		other := now.ForName(a.Name)
		if other == nil {
			d.add(Breaking, "ARGUMENT_REMOVED", path, "Argument %q was removed.", path)
			continue
		}
		d.input("ARGUMENT", path, a.Type, other.Type, a.DefaultValue, other.DefaultValue)
		d.described(path, a.Description, other.Description)
		d.deprecated(path, a.Directives, other.Directives)
	}
	for _, a := range now {
		if old.ForName(a.Name) == nil {
			d.inputAdded("ARGUMENT", owner+"("+a.Name+":)", a.Type, a.DefaultValue)
		}
	}
}

func (d *diff) inputFields(old, now *ast.Definition) {
	for _, f := range old.Fields {
		path := old.Name + "." + f.Name
		other := now.Fields.ForName(f.Name)
		if other == nil {
			d.add(Breaking, "INPUT_FIELD_REMOVED", path, "Input field %q was removed.", path)
			continue
		}
		d.input("INPUT_FIELD", path, f.Type, other.Type, f.DefaultValue, other.DefaultValue)
		d.described(path, f.Description, other.Description)
		d.deprecated(path, f.Directives, other.Directives)
	}
	for _, f := range now.Fields {
		if old.Fields.ForName(f.Name) == nil {
			d.inputAdded("INPUT_FIELD", old.Name+"."+f.Name, f.Type, f.DefaultValue)
		}
	}
	was, is := old.Directives.ForName("oneOf") != nil, now.Directives.ForName("oneOf") != nil
	if !was && is {
		d.add(Breaking, "INPUT_ONE_OF_ADDED", old.Name, "Input type %q takes exactly one of its fields now.", old.Name)
	} else if was && !is {
		d.add(Dangerous, "INPUT_ONE_OF_REMOVED", old.Name, "Input type %q no longer takes exactly one of its fields.", old.Name)
	}
}

// input compares the types and defaults of an argument or input field.
func (d *diff) input(what, path string, old, now *ast.Type, oldDefault, nowDefault *ast.Value) {
	if from, to := old.String(), now.String(); from != to {
		severity := Breaking
		switch {
		case inputCompatible(old, now):
			severity = Safe
		case nowDefault != nil && inputCompatible(old, nullable(now)): // leaving it out still works, null does not
			severity = Dangerous
		}
		d.add(severity, Kind(what+"_TYPE_CHANGED"), path, "%q took %q and takes %q now.", path, from, to)
	}
	if a, b := printed(oldDefault), printed(nowDefault); a != b {
		severity := Dangerous
		if nowDefault == nil && now.NonNull { // it could be left out, and no longer can
			severity = Breaking
		}
		d.add(severity, Kind(what+"_DEFAULT_CHANGED"), path, "The default of %q was %s and is %s now.", path, a, b)
	}
}

func (d *diff) inputAdded(what, path string, t *ast.Type, value *ast.Value) {
	if t.NonNull && value == nil {
		d.add(Breaking, Kind("REQUIRED_"+what+"_ADDED"), path, "%q of type %q was added and must be given.", path, t.String())
		return
	}
	d.add(Safe, Kind("OPTIONAL_"+what+"_ADDED"), path, "%q of type %q was added.", path, t.String())
}

func nullable(t *ast.Type) *ast.Type {
	if !t.NonNull {
		return t
	}
	copied := *t
	copied.NonNull = false
	return &copied
}

func printed(v *ast.Value) string {
	if v == nil {
		return "none"
	}
	return v.String()
}

// outputCompatible tells whether a client that reads old can read now: the same, or null in fewer places.
func outputCompatible(old, now *ast.Type) bool {
	if old.NonNull && !now.NonNull || (old.Elem == nil) != (now.Elem == nil) {
		return false
	}
	if old.Elem != nil {
		return outputCompatible(old.Elem, now.Elem)
	}
	return old.NamedType == now.NamedType
}

// inputCompatible tells whether a value for old is one for now: the same, or null allowed in more
// places. (A list for a single value would pass as a literal, but not as a variable.)
func inputCompatible(old, now *ast.Type) bool {
	switch {
	case now.NonNull && !old.NonNull:
		return false
	case old.Elem == nil && now.Elem == nil:
		return old.NamedType == now.NamedType
	case old.Elem != nil && now.Elem != nil:
		return inputCompatible(old.Elem, now.Elem)
	}
	return false
}

func (d *diff) directives() {
	for _, name := range names(d.before.Directives) {
		old, now := d.before.Directives[name], d.after.Directives[name]
		path := "@" + name
		if now == nil {
			d.add(Breaking, "DIRECTIVE_REMOVED", path, "Directive %q was removed.", path)
			continue
		}
		for _, l := range old.Locations {
			if !slices.Contains(now.Locations, l) {
				d.add(Breaking, "DIRECTIVE_LOCATION_REMOVED", path, "Directive %q can no longer be used on %s.", path, l)
			}
		}
		if old.IsRepeatable && !now.IsRepeatable {
			d.add(Breaking, "DIRECTIVE_REPEATABLE_REMOVED", path, "Directive %q can no longer be repeated.", path)
		}
		d.arguments(path, old.Arguments, now.Arguments)
	}
	for _, name := range names(d.after.Directives) {
		if d.before.Directives[name] == nil {
			d.add(Safe, "DIRECTIVE_ADDED", "@"+name, "Directive %q was added.", "@"+name)
		}
	}
}
