package fedtest

import (
	"slices"
	"strings"
	"sync"
)

type kind uint8

const (
	scalarKind kind = iota
	enumKind
	inputKind
	objectKind
	interfaceKind
	unionKind
)

// graph is a whole graph and how it is spread over subgraphs.
type graph struct {
	seed      uint64
	subgraphs []string
	types     []*typ
	query     *typ
	mutation  *typ
	// marked graphs have the directive @mark in all subgraphs.
	marked bool
	// dialects say how each subgraph is written; none are like the zero value.
	dialects []dialect
	// guards are what the directives of access are called here; nil when nothing is protected.
	guards map[string]string
	// possibles guards field.possible, which is found when somebody asks.
	possibles sync.Mutex
}

// typ is a type of the undivided graph.
type typ struct {
	name   string
	kind   kind
	fields []*field
	// values are those of an enum.
	values []string
	// candidates are the members of a union, or the objects that may implement an interface.
	candidates []*typ
	// super are the interfaces an interface implements.
	super []*typ
	// wanted are the names of fields that an interface has where all its implementations have them.
	wanted []string
	// pool holds the identities of entities; nil for other types.
	pool *pool
	keys []set
	// asks are what callers need to see it.
	asks []ask
	// at is the type as each subgraph declares it; nil where it does not.
	at []*part
}

// pool is a set of entities with identities. Several types share one when they implement an entity interface.
type pool struct {
	name  string
	types []*typ
	// face is the entity interface, if any; owners are the subgraphs that have it as an interface, and objects those
	// that have it as an interface object.
	face            *typ
	owners, objects []int
}

// poolSize is the number of entities in a pool.
const poolSize = 6

func (p *pool) typeOf(i int) *typ { return p.types[i%len(p.types)] }

// identity says how the values of fields follow from the identity of an entity.
type identity uint8

const (
	notIdentity identity = iota
	uniqueString
	uniqueNumber
	// halfLow and halfHigh are only unique together.
	halfLow
	halfHigh
	// nestedValue is a value object with the identity of the entity, linkedEntity another entity for each entity.
	nestedValue
	linkedEntity
	// scalarList and valueList are lists, uniqueBlob is a scalar that is an object, uniqueColor an enum.
	scalarList
	valueList
	uniqueBlob
	uniqueColor
)

type field struct {
	name string
	typ  ref
	args []*argument
	id   identity
	// requires is what the field is computed from.
	requires set
	// calm fields never fail, because others are computed from them.
	calm bool
	// asks are what callers need to see it, beyond what its types ask for.
	asks []ask
	// hidden fields are @inaccessible: clients do not see them, but keys and requirements do.
	hidden bool
	// def is the default of an input field, as JSON.
	def string
	// possible are the runtime types; computed when first used.
	possible []*typ
}

type argument struct {
	name string
	typ  ref
	def  string
	// missing are the subgraphs that do not have the argument. Clients do not see it then.
	missing []int
}

// ref is a type with its lists: nonNull has one entry for each list from the outside in, and one for the named type.
type ref struct {
	named   *typ
	nonNull []bool
}

func (r ref) String() string {
	last := len(r.nonNull) - 1
	s := r.named.name
	for i := last; i >= 0; i-- {
		if i < last {
			s = "[" + s + "]"
		}
		if r.nonNull[i] {
			s += "!"
		}
	}
	return s
}

// loosest returns a type that allows null wherever one of both does.
func (r ref) loosest(o ref) ref {
	out := ref{r.named, slices.Clone(r.nonNull)}
	for i := range out.nonNull {
		out.nonNull[i] = out.nonNull[i] && o.nonNull[i]
	}
	return out
}

// part is a type as one subgraph declares it.
type part struct {
	decls []*decl
	keys  []keyDecl
	// implements are the interfaces of an object or interface here, members the members of a union.
	implements, members []*typ
	values              []string
	interfaceObject     bool
	// external marks the whole type @external instead of its fields.
	external bool
}

type keyDecl struct {
	fields     set
	resolvable bool
}

// decl is a field as one subgraph declares it.
type decl struct {
	field     *field
	typ       ref
	external  bool
	shareable bool
	// override is the subgraph the field is taken from, label that of a progressive override; dead tells that another
	// took it from here for good.
	override, label string
	dead            bool
	// hidden marks the field @inaccessible here.
	hidden   bool
	requires set
	provides set
}

func (p *part) decl(name string) *decl {
	for _, d := range p.decls {
		if d.field.name == name {
			return d
		}
	}
	return nil
}

// set is a field set.
type set []item

// item is a field of a field set, or a fragment when on is set.
type item struct {
	field *field
	args  string
	on    *typ
	sub   set
}

func (s set) String() string {
	parts := make([]string, len(s))
	for i, it := range s {
		if it.on != nil {
			parts[i] = "... on " + it.on.name
		} else {
			parts[i] = it.field.name + it.args
		}
		if len(it.sub) > 0 {
			parts[i] += " { " + it.sub.String() + " }"
		}
	}
	return strings.Join(parts, " ")
}

func (t *typ) field(name string) *field {
	for _, f := range t.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (t *typ) composite() bool { return t.kind >= objectKind }

func (t *typ) abstract() bool { return t.kind > objectKind }

func (g *graph) typeNamed(name string) *typ {
	for _, t := range g.types {
		if t.name == name {
			return t
		}
	}
	return nil
}

// possibleAt returns the object types that a value of a type can have in a subgraph.
func (g *graph) possibleAt(s int, t *typ) []*typ {
	p := t.at[s]
	switch {
	case p == nil:
		return nil
	case p.interfaceObject:
		return t.pool.types
	case t.kind == unionKind:
		return p.members
	case t.kind == objectKind:
		return []*typ{t}
	}
	var out []*typ
	for _, o := range g.types {
		if o.kind == objectKind && o.at[s] != nil && slices.Contains(o.at[s].implements, t) {
			out = append(out, o)
		}
	}
	return out
}

// holders returns the types whose parts can declare a field: more than one for fields of interface objects.
func (g *graph) declsOf(f *field) (decls []*decl, subgraphs []int) {
	for _, t := range g.types {
		for s, p := range t.at {
			if p == nil || t.kind == interfaceKind && !p.interfaceObject {
				continue
			}
			for _, d := range p.decls {
				if d.field == f || d.field.name == f.name && p.interfaceObject && slices.ContainsFunc(t.candidates, func(o *typ) bool { return o.field(f.name) == f }) {
					decls, subgraphs = append(decls, d), append(subgraphs, s)
				}
			}
		}
	}
	return decls, subgraphs
}

// possible returns the object types that all subgraphs which know a field can return for it.
func (g *graph) possible(f *field) []*typ {
	g.possibles.Lock()
	defer g.possibles.Unlock()
	if f.possible != nil {
		return f.possible
	}
	decls, subgraphs := g.declsOf(f)
	out := g.objectsOf(f.typ.named)
	for i, d := range decls {
		if d.dead {
			continue
		}
		here := g.possibleAt(subgraphs[i], f.typ.named)
		out = slices.DeleteFunc(out, func(t *typ) bool { return !slices.Contains(here, t) })
	}
	f.possible = out
	return out
}

// objectsOf returns the object types of a type in the undivided graph.
func (g *graph) objectsOf(t *typ) []*typ {
	if t.kind == objectKind {
		return []*typ{t}
	}
	return slices.Clone(t.candidates)
}

// enumValues returns the values that all subgraphs which know a field have.
func (g *graph) enumValues(f *field) []string {
	out := slices.Clone(f.typ.named.values)
	decls, subgraphs := g.declsOf(f)
	for i, d := range decls {
		if !d.dead {
			here := f.typ.named.at[subgraphs[i]].values
			out = slices.DeleteFunc(out, func(v string) bool { return !slices.Contains(here, v) })
		}
	}
	return out
}
