package federation

import "strings"

// LinkIndex finds links by what they give to a schema, however many there are.
type LinkIndex struct {
	links      Links
	byIdentity map[string]*Link
	// byName are the positions of links by their names, imports those of imported directives by the name they get.
	byName  map[string]int
	imports map[string]importedBy
}

type importedBy struct {
	link *Link
	name string
}

// Index indexes links, which must not be changed afterwards.
func (l Links) Index() *LinkIndex {
	x := &LinkIndex{links: l, byIdentity: map[string]*Link{}, byName: map[string]int{}, imports: map[string]importedBy{}}
	for position, link := range l {
		if x.byIdentity[link.URL.Identity] == nil {
			x.byIdentity[link.URL.Identity] = link
		}
		if _, known := x.byName[link.Name]; !known {
			x.byName[link.Name] = position
		}
		for _, i := range link.Imports {
			if i.As[0] != '@' {
				continue
			}
			if _, known := x.imports[i.As[1:]]; !known {
				x.imports[i.As[1:]] = importedBy{link, i.Name[1:]}
			}
		}
	}
	return x
}

// ByIdentity returns the link of a feature, or nil.
func (x *LinkIndex) ByIdentity(identity string) *Link { return x.byIdentity[identity] }

// Owner returns the link that gives the directive of that name (without @) to the schema, and the directive's name
// within the feature; nil when it belongs to no feature.
func (x *LinkIndex) Owner(directive string) (*Link, string) {
	if i, ok := x.imports[directive]; ok {
		return i.link, i.name
	}
	whole, isFeature := x.byName[directive]
	prefix, rest, namespaced := strings.Cut(directive, "__")
	part, known := x.byName[prefix]
	switch namespaced = namespaced && known; {
	case isFeature && (!namespaced || whole < part):
		return x.links[whole], x.links[whole].URL.Name
	case namespaced:
		return x.links[part], rest
	}
	return nil, ""
}
