package cache

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

const typename = "__typename"

// Graph is the cache for one supergraph; exec.EntityCache. Several graphs, old and new, can use one Cache at a time.
type Graph struct {
	cache      *Cache
	supergraph *supergraph.Supergraph
	// keys are the keys of every entity type.
	keys map[typeIn][]keyShape
	// hintsBySubgraph tells that @cacheControl is there by subgraph.
	hintsBySubgraph bool
	// unnamed are the members that stand for each of the keys of a type, where it has several (see router/cache/clock).
	unnamed map[typeIn][]string
	// tags are the formats of types with @cacheTag, fieldTags those of fields of each subgraph.
	tags      map[typeIn][]tagFormat
	fieldTags map[int][]tagFormat
	// othersTagged tells that entities that go by the name of an interface have tags of their own types, which it does
	// not know.
	othersTagged map[typeIn]bool
	// stored is what storedAs found, by typeIn.
	stored sync.Map
	// carried is what requests to each subgraph carry; nil when nobody said.
	carried []Carried
}

// typeIn is a type in a subgraph.
type typeIn struct {
	typ      *supergraph.Type
	subgraph int
}

var _ exec.EntityCache = (*Graph)(nil)

// Graph returns the cache for a supergraph. Invalidations from now on use the latest supergraph's types and keys.
func (c *Cache) Graph(s *supergraph.Supergraph) *Graph {
	g := &Graph{
		cache: c, supergraph: s, hintsBySubgraph: policy.SaysBySubgraph(s), keys: map[typeIn][]keyShape{},
		unnamed: map[typeIn][]string{}, tags: map[typeIn][]tagFormat{}, fieldTags: map[int][]tagFormat{},
		othersTagged: map[typeIn]bool{},
	}
	for _, t := range s.Types {
		for id := range t.In {
			if shapes := keyShapes(t, id); shapes != nil {
				g.addKeys(t, s.Subgraphs[id], shapes)
			}
		}
		for _, sub := range s.Subgraphs {
			g.addTags(t, sub)
		}
	}
	for at := range g.keys {
		if !at.typ.IsAbstract() {
			continue
		}
		for i := range at.typ.Possible.All {
			if len(g.tags[typeIn{s.Objects[i], at.subgraph}]) > 0 {
				g.othersTagged[at] = true
			}
		}
	}
	c.graph.Store(g)
	return g
}

func (g *Graph) addKeys(t *supergraph.Type, sub *supergraph.Subgraph, shapes []keyShape) {
	at := typeIn{t, sub.ID}
	g.keys[at] = shapes
	if len(shapes) < 2 {
		return
	}
	for _, shape := range shapes {
		g.unnamed[at] = append(g.unnamed[at], clock.UnnamedMember(sub.Name, t.Name, shape.String()))
	}
}

// addTags reads the formats of tags that a subgraph gives a type and its fields.
func (g *Graph) addTags(t *supergraph.Type, sub *supergraph.Subgraph) {
	if t.Definition == nil {
		return
	}
	if formats := tagsOf(t.Definition.Directives, sub.Graph); formats != nil {
		g.tags[typeIn{t, sub.ID}] = formats
	}
	for _, f := range t.Definition.Fields {
		if len(f.Directives) > 0 {
			g.fieldTags[sub.ID] = append(g.fieldTags[sub.ID], tagsOf(f.Directives, sub.Graph)...)
		}
	}
}

// keysOf returns the keys of a type in a subgraph, none for a type that is no entity there.
func (g *Graph) keysOf(t *supergraph.Type, subgraph int) []keyShape {
	return g.keys[typeIn{t, subgraph}]
}

// requestCache is the cache's part of one request of a plan; exec.RequestCache.
type requestCache struct {
	cache    *Cache
	graph    *Graph
	req      *plan.Request
	subgraph string
	calls    []*callProgram
	variable map[string]int
	// policy is the subgraph's, for what belongs to no type.
	policy policy.Policy
	// said is what the headers of the last answer said: most answers of a subgraph say the same.
	said atomic.Pointer[saidControl]
	// containedPrograms and above are for entities in values; only the goroutine that builds values looks at them.
	containedPrograms map[*supergraph.Type]*typeProgram
	above             map[*plan.Field]policy.Hint
}

// callProgram is one call, compiled.
type callProgram struct {
	call *plan.Call
	root bool
	// abstract tells that entities are asked for by the name of an interface: their own types are then part of the answer.
	abstract bool
	fields   []fieldProgram
	// types are the types of the call's entities, by the name that is sent; one for a root call.
	types []*typeProgram
	// inputs are the call's representations.
	inputs []inputProgram
	// vars are the variables that names depend on; memo is the last rendering with variables.
	vars []string
	memo atomic.Pointer[rendering]
}

// typeProgram is one type of representations in a call.
type typeProgram struct {
	typ  *supergraph.Type
	name string
	// local is what local keys begin with, prefix what Redis keys begin with.
	local, prefix string
	policy        policy.Policy
	scope         *scope
	keys          []keyShape
	// quoted is the type's name as JSON.
	quoted []byte
}

// fieldProgram is one field at the top of a call's selection.
type fieldProgram struct {
	field     *plan.Field
	typename  bool
	composite bool
	// never tells that the field must not be stored, entities that its value can have entities in it that are stored.
	never    bool
	entities bool
	schema   uint32
	hint     policy.Hint
	// requires are the fields of the representation that the field is computed from, sorted.
	requires []string
	tags     []tagFormat
	// root tells that it is a field of the root type, admission whether it is worth caching (nil: without arguments).
	root      bool
	admission *admission
	// covers and variant are rendered.covers and the end of rendered.variant when no variable is part of them.
	covers, variant string
}

// rendering is the names of a call's fields for one set of variable values.
type rendering struct {
	// key is the values of callProgram.vars, one after the other.
	key    string
	fields []rendered
	// contained are what is stored of the entities in values; only the goroutine that builds values looks at it.
	contained map[containedIn]*containedType
}

// variables returns the values that the rendering was made with.
func (rd *rendering) variables(cp *callProgram) variables {
	return func(name string) []byte {
		rest := rd.key
		for _, v := range cp.vars {
			value, after, _ := strings.Cut(rest, "\x00")
			if rest = after; v == name && value != absentVariable {
				return []byte(value)
			}
		}
		return nil
	}
}

// absentVariable stands for a variable that is not given: JSON has no such byte.
const absentVariable = "\x01"

// rendered is where a field is stored.
type rendered struct {
	// full is the field's name with arguments.
	full string
	// name is the hash field for leaves, and the common one for composites; variant that for this selection alone.
	name, variant         string
	nameHash, variantHash uint64
	// covers is the canonical selection of a composite.
	covers string
	// args are the arguments as a JSON object, when a tag needs them.
	args []byte
}

// Prepare compiles the cache's part of a request.
func (g *Graph) Prepare(req *plan.Request) exec.RequestCache {
	if req.Kind == ast.Subscription {
		return nil
	}
	r := &requestCache{
		cache: g.cache, graph: g, req: req, subgraph: req.Subgraph.Name, variable: map[string]int{},
		policy: g.cache.cfg.policyFor(req.Subgraph.Name, ""),
	}
	for _, v := range req.Variables {
		r.variable[v.Name] = v.Index
	}
	for _, l := range req.Literals {
		for _, v := range l.Variables {
			r.variable[v.Name] = v.Index
		}
	}
	for _, call := range req.Calls {
		r.calls = append(r.calls, r.compile(call))
	}
	return r
}

func (r *requestCache) compile(call *plan.Call) *callProgram {
	cp := &callProgram{call: call, root: !call.Entities}
	for _, rep := range call.Input {
		t := r.graph.supergraph.Type(rep.TypeName)
		cp.abstract = cp.abstract || t != nil && t.IsAbstract() && !t.In[r.req.Subgraph.ID].InterfaceObject
	}
	s := selector{graph: r.graph.supergraph, subgraph: r.req.Subgraph}
	for _, f := range call.Selection.Fields {
		cp.fields = append(cp.fields, r.field(&s, cp, f))
		collectVariables(f, &cp.vars)
	}
	slices.Sort(cp.vars)
	cp.vars = slices.Compact(cp.vars)
	if cp.root {
		cp.types = []*typeProgram{r.typeProgram(call.Selection.Type, call.Selection.Type.Name)}
	}
	for _, rep := range call.Input {
		cp.inputs = append(cp.inputs, r.input(cp, rep))
	}
	if len(cp.vars) == 0 {
		cp.memo.Store(r.render(cp, "", func(string) []byte { return nil }))
	}
	return cp
}

// entityType is the program of a type of a call's entities.
func (r *requestCache) entityType(cp *callProgram, t *supergraph.Type, name string) *typeProgram {
	for _, tp := range cp.types {
		if tp.name == name {
			return tp
		}
	}
	tp := r.typeProgram(t, name)
	tp.keys = r.graph.keysOf(t, r.req.Subgraph.ID)
	cp.types = append(cp.types, tp)
	return tp
}

func (r *requestCache) typeProgram(t *supergraph.Type, name string) *typeProgram {
	c := r.cache
	tp := &typeProgram{
		typ:    t,
		name:   name,
		local:  r.subgraph + "\x00" + name + "\x00",
		prefix: c.keys.EntityPrefix(r.subgraph, name),
		policy: c.cfg.policyFor(r.subgraph, name),
		scope:  c.scope(r.subgraph, name),
		quoted: []byte(`"` + name + `"`),
	}
	return tp
}

// field compiles a field of a call's selection.
func (r *requestCache) field(s *selector, cp *callProgram, f *plan.Field) fieldProgram {
	fp := fieldProgram{field: f, root: cp.root, typename: f.IsTypename(), composite: f.Selection != nil}
	fp.hint = policy.NoHint
	if fp.typename {
		// Asked by the name of an interface, an entity's own type is part of the answer like any other field.
		fp.typename = !cp.abstract
		return fp
	}
	graph := r.req.Subgraph.Graph
	fp.schema = s.schema(f.Def)
	fp.hint = r.hint(f, graph)
	fp.tags = tagsOf(directivesOf(f.Def), graph)
	if in := fieldIn(f.Def, r.req.Subgraph); in != nil {
		for _, item := range in.Requires {
			if item.Field != nil && !slices.Contains(fp.requires, item.Name) {
				fp.requires = append(fp.requires, item.Name)
			}
		}
		slices.Sort(fp.requires)
		// What a context fills in is not part of the representation, so nothing tells the values apart.
		fp.never = len(in.ContextArguments) > 0
	}
	if cp.root && len(f.Args) > 0 {
		fp.admission = r.cache.admissionOf(r.subgraph, f.Def.Name)
	}
	if fp.composite && !usesVariables(f.Selection) {
		fp.covers = string(s.append(nil, f.Selection))
		fp.variant = variantOf(fp.covers)
	}
	fp.entities = fp.composite && !f.Directed && r.containsEntities(f)
	return fp
}

// variantOf is what the name of a composite value of one selection ends with.
func variantOf(covers string) string { return "~" + storage.Digest([]byte(covers))[:16] }

func usesVariables(set *plan.SelectionSet) bool {
	var names []string
	for _, f := range set.Fields {
		collectVariables(f, &names)
	}
	return len(names) > 0
}

func fieldIn(def *supergraph.Field, g *supergraph.Subgraph) *supergraph.FieldIn {
	if g.ID >= len(def.In) {
		return nil
	}
	return def.In[g.ID]
}

func directivesOf(def *supergraph.Field) ast.DirectiveList {
	if def.Definition == nil {
		return nil
	}
	return def.Definition.Directives
}

// hint is the strictest of what the schema says about a field and everything selected below it.
func (r *requestCache) hint(f *plan.Field, graph string) policy.Hint {
	h := r.declaredOn(f, graph)
	if f.Selection != nil {
		for _, sub := range f.Selection.Fields {
			if !sub.IsTypename() {
				h = h.And(r.hint(sub, graph))
			}
		}
	}
	return h
}

// declaredOn is what the schema says about a field by itself, in all types that it is asked for.
func (r *requestCache) declaredOn(f *plan.Field, graph string) policy.Hint {
	h := r.declared(f.Def, graph)
	if parent := f.Def.Parent; parent != nil && parent.IsAbstract() {
		for i := range f.On.All {
			if def := r.graph.supergraph.Objects[i].Field(f.Def.Name); def != nil {
				h = h.And(r.declared(def, graph))
			}
		}
	}
	return h
}

// declared is what the schema says about a field. One without a maxAge of its own has that of the type it returns; a
// leaf, or what says inheritMaxAge, that of the type it belongs to. It is private if any of the three is.
func (r *requestCache) declared(def *supergraph.Field, graph string) policy.Hint {
	own := r.graph.hintsBySubgraph
	h := policy.HintOf(directivesOf(def), graph, own)
	leaf := true
	if named := def.Named; named != nil && named.IsComposite() && named.Definition != nil {
		leaf = false
		t := policy.HintOf(named.Definition.Directives, graph, own)
		h.Private, h.Public = h.Private || t.Private, h.Public || t.Public
		if h.MaxAge < 0 && !h.Inherit {
			h.MaxAge, h.Inherit = t.MaxAge, t.Inherit
		}
	}
	if parent := def.Parent; parent != nil && parent.Definition != nil {
		p := policy.HintOf(parent.Definition.Directives, graph, own)
		h.Private, h.Public = h.Private || p.Private, h.Public || p.Public
		if h.MaxAge < 0 && (leaf || h.Inherit) {
			h.MaxAge = p.MaxAge
		}
	}
	h.Public = h.Public && !h.Private
	return h
}

func collectVariables(f *plan.Field, names *[]string) {
	for _, a := range f.Args {
		variablesOf(a.Value, names)
	}
	if f.Selection != nil {
		for _, sub := range f.Selection.Fields {
			collectVariables(sub, names)
		}
	}
}

func variablesOf(v *ast.Value, names *[]string) {
	if v.Kind == ast.Variable {
		*names = append(*names, v.Raw)
	}
	for _, c := range v.Children {
		variablesOf(c.Value, names)
	}
}

// rendering returns the names of a call's fields for the variables of an execution.
func (r *requestCache) rendering(cp *callProgram, vars exec.Variables, scratch []byte) (*rendering, []byte) {
	memo := cp.memo.Load()
	if len(cp.vars) == 0 {
		return memo, scratch
	}
	scratch = r.appendValues(scratch[:0], cp, vars)
	if memo != nil && memo.key == string(scratch) {
		return memo, scratch
	}
	made := r.render(cp, string(scratch), func(name string) []byte { return r.raw(name, vars) })
	cp.memo.Store(made)
	return made, scratch
}

// raw returns the JSON of a variable, nil when it is not given.
func (r *requestCache) raw(name string, vars exec.Variables) []byte {
	i, ok := r.variable[name]
	if !ok || vars == nil {
		return nil
	}
	return vars.Raw(i)
}

// appendValues appends the values of the variables that names of a call depend on.
func (r *requestCache) appendValues(dst []byte, cp *callProgram, vars exec.Variables) []byte {
	for _, name := range cp.vars {
		v := r.raw(name, vars)
		if v == nil {
			dst = append(dst, absentVariable...)
		}
		dst = append(append(dst, v...), 0)
	}
	return dst
}

// maxName bounds the arguments and inputs that are part of a name as they are; longer ones are replaced by a digest.
const maxName = 96

func (r *requestCache) render(cp *callProgram, key string, vars variables) *rendering {
	out := &rendering{key: key, fields: make([]rendered, len(cp.fields))}
	s := selector{graph: r.graph.supergraph, subgraph: r.req.Subgraph, vars: vars}
	for i := range cp.fields {
		if fp := &cp.fields[i]; !fp.typename {
			out.fields[i] = r.renderField(&s, fp, cp.root)
		}
	}
	return out
}

// renderField makes the names of a field.
func (r *requestCache) renderField(s *selector, fp *fieldProgram, root bool) (f rendered) {
	args := appendArguments(nil, fp.field.Args, s.vars)
	if len(args) > maxName {
		args = []byte("(#" + storage.Digest(args) + ")")
	}
	f.full = typename
	if fp.field.Def != nil {
		f.full = fp.field.Def.Name + string(args)
	}
	f.name = f.full
	if root {
		f.name = "data"
	}
	if len(fp.tags) > 0 {
		f.args = argumentsObject(fp.field, s.vars)
	}
	if fp.composite {
		f.covers = fp.covers
		variant := fp.variant
		if f.covers == "" {
			f.covers = string(s.append(nil, fp.field.Selection))
			variant = variantOf(f.covers)
		}
		f.variant = f.name + variant
		f.name += "~"
		f.variantHash = storage.NameHash(f.variant)
	}
	f.nameHash = storage.NameHash(f.name)
	return f
}

// argumentsObject is the field's arguments as a JSON object, with the schema's defaults where none is given.
func argumentsObject(f *plan.Field, vars variables) []byte {
	b := []byte{'{'}
	for _, def := range f.Def.Args {
		v := def.DefaultValue
		for _, a := range f.Args {
			if a.Name == def.Name {
				v = a.Value
			}
		}
		if v == nil {
			continue
		}
		start := len(b)
		if start > 1 {
			b = append(b, ',')
		}
		b = append(b, strconv.Quote(def.Name)+":"...)
		var given bool
		if b, given = appendLiteral(b, v, vars); !given {
			b = b[:start]
		}
	}
	return append(b, '}')
}
