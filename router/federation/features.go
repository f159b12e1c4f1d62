package federation

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
