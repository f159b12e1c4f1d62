package schema

import "github.com/weft-graphql/weft/router/federation"

// applied remembers which federation directives a list of applications has, for types with thousands of them (keys,
// say) that are asked once for every field or key.
type applied struct {
	at **Directive
	n  int
	// ofDefinition and ofExtension are sets of federation.Directive.
	ofDefinition, ofExtension uint32
}

// read looks the list through unless it is the one that was looked through last.
func (a *applied) read(directives []*Directive) {
	if len(directives) == 0 {
		*a = applied{}
		return
	}
	if a.n == len(directives) && a.at == &directives[0] {
		return
	}
	*a = applied{at: &directives[0], n: len(directives)}
	for _, d := range directives {
		if d.OfExtension {
			a.ofExtension |= 1 << d.Federation
		} else {
			a.ofDefinition |= 1 << d.Federation
		}
	}
}

// DirectivesChanged must be called after changing an application in t.Directives. Adding or removing some needs no
// call.
func (t *Type) DirectivesChanged() { t.applied = applied{} }

// Has reports whether a federation directive is applied to t. It must not be asked before applications are resolved.
func (t *Type) Has(which federation.Directive) bool {
	t.applied.read(t.Directives)
	return (t.applied.ofDefinition|t.applied.ofExtension)>>which&1 != 0
}

// HasOn reports whether a federation directive is applied to the definition of t, or to an extension of it.
func (t *Type) HasOn(which federation.Directive, extension bool) bool {
	t.applied.read(t.Directives)
	if extension {
		return t.applied.ofExtension>>which&1 != 0
	}
	return t.applied.ofDefinition>>which&1 != 0
}
