package federation

import "slices"

// FeatureDirectives returns the federation directives that also have a specification of their own by that identity, the
// one of its name first; nil if there are none.
func FeatureDirectives(identity string) []Directive {
	switch identity {
	case TagIdentity:
		return []Directive{Tag}
	case InaccessibleIdentity:
		return []Directive{Inaccessible}
	case AuthenticatedIdentity:
		return []Directive{Authenticated}
	case RequiresScopesIdentity:
		return []Directive{RequiresScopes}
	case PolicyIdentity:
		return []Directive{Policy}
	case ContextIdentity:
		return []Directive{Context, FromContext}
	case CostIdentity:
		return []Directive{Cost, ListSize}
	case CacheTagIdentity:
		return []Directive{CacheTag}
	default:
		return nil
	}
}

// KnownFeatureVersion reports whether a specification that federation directives have of their own is known in a
// version. Of another one nothing is known, not even whether it has the directives.
func KnownFeatureVersion(url FeatureURL) bool {
	latest := 1
	switch url.Identity {
	case TagIdentity:
		latest = 3
	case InaccessibleIdentity:
		latest = 2
	}
	return FeatureDirectives(url.Identity) != nil && url.Version.Major == 0 && 1 <= url.Version.Minor &&
		url.Version.Minor <= latest
}

// featureTypes are the types that specifications of federation directives have.
var featureTypes = map[string]string{
	RequiresScopesIdentity: "Scope",
	PolicyIdentity:         "Policy",
	ContextIdentity:        "ContextFieldValue",
}

// machinery are the elements of the specifications that supergraphs are made of.
var machinery = map[string][]string{
	LinkIdentity: {"@link", "Import", "Purpose"},
	JoinIdentity: {
		"@directive", "@enumValue", "@field", "@graph", "@implements", "@owner", "@type", "@unionMember",
		"ContextArgument", "DirectiveArguments", "FieldSet", "FieldValue", "Graph",
	},
}

// featureHas reports whether a known specification has an element that can be imported.
func featureHas(identity, element string) bool {
	if elements, ok := machinery[identity]; ok {
		return slices.Contains(elements, element)
	}
	for _, d := range FeatureDirectives(identity) {
		if element == "@"+d.String() {
			return true
		}
	}
	return featureTypes[identity] == element
}
