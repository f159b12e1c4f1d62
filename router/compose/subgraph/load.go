package subgraph

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/validation"
	"github.com/weft-graphql/weft/router/federation"
	"github.com/weft-graphql/weft/router/syntax"
)

// Load parses a subgraph's SDL, resolves what it links and checks that it is valid GraphQL. Whether it keeps the rules
// of federation is checked by Validate, after a Federation 1 schema is upgraded.
func Load(name, url, file, sdl string) (*Subgraph, []*problem.Error) {
	s := &Subgraph{Name: name, URL: url, File: file, Version: federation.Federation1}
	doc, err := syntax.ParseTypeSystem(&ast.Source{Name: file, Input: sdl})
	if err != nil {
		return nil, []*problem.Error{s.syntaxError(err)}
	}
	if err := translateEDFS(doc); err != nil {
		return nil, []*problem.Error{s.syntaxError(err)}
	}
	built, conflicts := schema.Build(doc)
	s.Schema = built
	if len(conflicts) > 0 {
		return nil, s.conflictErrors(conflicts)
	}
	ofDirectives := s.undefinedTypesOfDirectives()
	if errs := append(ofDirectives, s.resolveLinks(doc)...); len(errs) > len(ofDirectives) {
		if len(ofDirectives) == 0 && errs[0].Code == problem.UnknownFederationLinkVersion {
			errs = append(s.graphQLErrors(validation.TypeNames(built)), errs...)
		}
		return nil, errs
	}
	if errs := append(s.undefinedTypes(), ofDirectives...); len(errs) > 0 {
		return nil, errs
	}
	if errs := s.linksOfFederationFeatures(); len(errs) > 0 {
		return nil, errs
	}
	if errs := s.define(); len(errs) > 0 {
		return nil, append(s.graphQLErrors(validation.TypeNames(s.Schema)), errs...)
	}
	s.settleRoots()
	rootErrors := s.rootNames()
	s.addFederationOperations()
	if violations := validation.Schema(s.Schema); len(violations) > 0 {
		return nil, append(s.graphQLErrors(violations), rootErrors...)
	}
	if len(rootErrors) > 0 {
		return nil, rootErrors
	}
	s.dropFederationOperations()
	validation.Normalize(s.Schema)
	return s, nil
}

func quote(s string) string { return `"` + s + `"` }

func (s *Subgraph) syntaxError(err error) *problem.Error {
	e := &problem.Error{Code: problem.InvalidGraphQL, Message: err.Error(), Subgraphs: []string{s.Name}}
	var located *gqlerror.Error
	if errors.As(err, &located) {
		e.Message = syntaxErrorPrefix + located.Message
		for _, l := range located.Locations {
			e.Positions = append(e.Positions, s.At(schema.Pos{Line: l.Line, Column: l.Column})...)
		}
	}
	return e
}

const syntaxErrorPrefix = "Syntax error: "

// IsSyntaxError reports whether an error of Load says that the SDL cannot be read.
func IsSyntaxError(e *problem.Error) bool {
	return e.Code == problem.InvalidGraphQL && strings.HasPrefix(e.Message, syntaxErrorPrefix)
}

func (s *Subgraph) conflictErrors(conflicts []schema.Conflict) []*problem.Error {
	var out []*problem.Error
	for _, c := range conflicts {
		e := s.Errorf(problem.InvalidGraphQL, schema.Pos{}, "%s", c.Message)
		e.Positions = s.At(c.Pos...)
		out = append(out, e)
	}
	return out
}

func (s *Subgraph) graphQLErrors(violations []validation.Violation) []*problem.Error {
	var out []*problem.Error
	for _, v := range violations {
		e := s.Errorf(problem.InvalidGraphQL, schema.Pos{}, "%s", v.Message)
		e.Positions = s.At(v.Pos...)
		e.Suggestion = v.Suggestion
		out = append(out, e)
	}
	return out
}

func at(p *ast.Position) schema.Pos {
	if p == nil {
		return schema.Pos{}
	}
	return schema.Pos{Line: p.Line, Column: p.Column}
}

func byPosition(a, b *problem.Error) int {
	if len(a.Positions) == 0 || len(b.Positions) == 0 {
		return cmp.Compare(len(a.Positions), len(b.Positions))
	}
	return cmp.Or(
		cmp.Compare(a.Positions[0].Line, b.Positions[0].Line),
		cmp.Compare(a.Positions[0].Column, b.Positions[0].Column),
	)
}

// resolveLinks reads what the schema links, and with it the federation version.
func (s *Subgraph) resolveLinks(doc *ast.SchemaDocument) []*problem.Error {
	links, linkErrors := federation.ParseLinks(doc)
	nameErrors := s.linkNames(doc, links)
	if len(nameErrors) > 0 && len(linkErrors) == 1 && linkErrors[0].Code == federation.CodeInvalidGraphQL {
		linkErrors = nil // that @link has another name is told when it is all that is wrong
	}
	var out []*problem.Error
	for _, e := range append(linkErrors, nameErrors...) {
		out = append(out, s.Errorf(problem.Code(e.Code), at(e.Position), "%s", e.Message))
	}
	slices.SortStableFunc(out, byPosition) // for the mistake in the first link to come first
	s.Links, s.LinkIndex = links, links.Index()
	if link := links.ByIdentity(federation.FederationIdentity); link != nil {
		s.Version = link.URL.Version
	}
	return out
}

// undefinedTypes: INVALID_GRAPHQL, definitions that a schema spells out although federation would add them are
// complete: a schema that defines @key also defines the scalar of its argument, and one that declares _entities the
// union of entities.
func (s *Subgraph) undefinedTypes() []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		if t.HasExtension && validation.IsBuiltinScalar(t.Name) {
			out = append(out, s.Errorf(problem.InvalidGraphQL, t.Pos, "The built-in scalar %s cannot be extended.", t.Name))
		}
	}
	if !s.IsFederation2() {
		return out
	}
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			if name := f.Type.Name(); name == "_Entity" || name == "_Service" {
				out = append(out, s.undefinedType(name, f.Coordinate(), f.Pos)...)
			}
		}
	}
	return out
}

// undefinedTypesOfDirectives are the mistakes of the same kind in the definitions of directives. They are told before
// mistakes in links.
func (s *Subgraph) undefinedTypesOfDirectives() []*problem.Error {
	var out []*problem.Error
	for _, d := range s.Schema.DirectiveDefinitions() {
		for _, a := range d.Arguments {
			out = append(out, s.undefinedType(a.Type.Name(), "@"+d.Name+"("+a.Name+":)", a.Pos)...)
		}
	}
	return out
}

func (s *Subgraph) undefinedType(name, usedBy string, pos schema.Pos) []*problem.Error {
	if s.Schema.Type(name) != nil || validation.IsBuiltinScalar(name) {
		return nil
	}
	return []*problem.Error{s.Errorf(problem.InvalidGraphQL, pos, "Type %q, used by %s, is not defined.", name, usedBy)}
}

// settleRoots gives every schema its root types: those of the schema definition, or else the object types of the usual
// names, even where a schema definition leaves them out (as the reference composition has it).
// Root types get their usual names, and a schema without queries an empty query type, since every subgraph answers
// federation's own queries.
func (s *Subgraph) settleRoots() {
	for _, op := range schema.Operations {
		usual := op.DefaultName()
		root := &s.Schema.Roots[op]
		if t := s.Schema.Type(usual); root.Name == "" && t != nil && (t.Kind == ast.Object || op == schema.Query) {
			root.Name = usual
		}
	}
	if s.Schema.Roots[schema.Query].Name == "" && s.Schema.Type("Query") == nil {
		s.Schema.AddType(&schema.Type{Kind: ast.Object, Name: "Query", HasDefinition: true})
		s.Schema.Roots[schema.Query].Name = "Query"
	}
}

// rootNames renames the root types to their usual names; ROOT_QUERY_USED, ROOT_MUTATION_USED and
// ROOT_SUBSCRIPTION_USED: no other type can have that name.
func (s *Subgraph) rootNames() []*problem.Error {
	codes := [...]problem.Code{problem.RootQueryUsed, problem.RootMutationUsed, problem.RootSubscriptionUsed}
	var out []*problem.Error
	for i, op := range schema.Operations {
		for _, earlier := range schema.Operations[:i] {
			if name := s.Schema.Roots[op].Name; name != "" && name == s.Schema.Roots[earlier].Name {
				return []*problem.Error{
					s.Errorf(
						problem.InvalidGraphQL,
						s.Schema.Roots[op].Pos,
						"Type %q cannot be the root type of both %s and %s.",
						name,
						earlier,
						op,
					),
				}
			}
		}
	}
	for _, op := range schema.Operations {
		usual := op.DefaultName()
		root, other := s.Schema.Root(op), s.Schema.Type(usual)
		switch {
		case root != nil && root.Name == usual:
		case root != nil && other != nil:
			e := s.Errorf(
				codes[op],
				other.Pos,
				"Type %q has the usual name of the %s root type, but the schema definition says that is %q.",
				usual,
				op,
				root.Name,
			)
			e.Positions = append(e.Positions, s.At(root.Pos)...)
			e.Suggestion = "Rename type " + quote(usual) + ", or make it the " + op.String() + " root type."
			out = append(out, e)
		case root != nil:
			s.Schema.RenameType(root, usual)
		}
	}
	return out
}

// federationOperations are the types of the queries every subgraph answers for the router.
var federationOperations = map[string]bool{"_Any": true, "_Entity": true, "_Service": true}

// IsFederationOperationType reports whether name is one of the types of federation's own queries.
func IsFederationOperationType(name string) bool { return federationOperations[name] }

// addFederationOperations adds the types of federation's own queries that a schema leaves out although it refers to
// them.
func (s *Subgraph) addFederationOperations() {
	if s.Schema.Type("_Any") == nil {
		s.Schema.AddType(&schema.Type{Kind: ast.Scalar, Name: "_Any", HasDefinition: true})
	}
	if s.Schema.Type("_Service") == nil {
		t := s.Schema.AddType(&schema.Type{Kind: ast.Object, Name: "_Service", HasDefinition: true})
		t.AddField(&schema.Field{Name: "sdl", Type: ast.NamedType("String", nil)})
	}
	if s.Schema.Type("_Entity") == nil {
		t := s.Schema.AddType(&schema.Type{Kind: ast.Union, Name: "_Entity", HasDefinition: true})
		t.Members = []schema.Ref{{Name: s.Schema.Roots[schema.Query].Name}}
	}
}

// dropFederationOperations removes _entities and _service and their types, and the built-in scalars where the SDL
// spells them out: they are not part of the graph.
func (s *Subgraph) dropFederationOperations() {
	if query := s.Schema.Root(schema.Query); query != nil {
		query.RemoveFields(func(f *schema.Field) bool { return f.Name == "_entities" || f.Name == "_service" })
	}
	s.Schema.RemoveTypes(func(t *schema.Type) bool {
		return t.Name == "_Entity" && t.Kind == ast.Union || t.Name == "_Service" && t.Kind == ast.Object ||
			t.Kind == ast.Scalar && (t.Name == "_Any" || validation.IsBuiltinScalar(t.Name))
	})
}
