// Package validation checks that a client's document is valid for a schema: one rule of the specification per file,
// named as the specification, and graphql-js, name it.
//
// A document is walked once, fragments where they are defined and not where they are spread, so that the time grows
// with its size. What goes beyond that, because operations share fragments or fields have to be compared wherever they
// are merged, is counted and bounded.
//
// Specification: https://spec.graphql.org/September2025/#sec-Validation
package validation

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/syntax"
)

// maxErrors is how many violations are told. A document can have tens of thousands, and an answer that lists them would
// be much larger than the request.
const maxErrors = 100

// maxWork bounds how many selections and variables are looked at besides the walk: those of fragments once for each
// operation that spreads them, and of fields once for each set of fields they are compared in. Documents of hundreds of
// fragments that spread dozens of others each stay far below.
const maxWork = 3_000_000

// Result is what a document violates.
type Result struct {
	// Errors are the first violations, with the names of the rules.
	Errors gqlerror.List
	// More is how many violations there are besides.
	More int
	// TooComplex is set when checking the document takes too long, so that it is not known whether it is valid.
	TooComplex *gqlerror.Error
}

// Document checks a document against the schema of clients, and notes in it what fields and fragments refer to.
func Document(schema *ast.Schema, doc *syntax.Document) Result {
	c := &checker{schema: schema, doc: doc}
	if len(doc.TypeSystem) > 0 {
		c.executableDefinitions()
		return c.result()
	}
	c.loneAnonymousOperation()
	c.uniqueOperationNames()
	c.index()
	for _, p := range c.parts {
		c.walk(p)
	}
	c.noFragmentCycles()
	c.noUnusedFragments()
	if c.defers {
		c.deferStreamDirectiveOnValidOperations()
	}
	for _, p := range c.parts {
		if p.operation != nil && c.spend(1) {
			c.variables(p)
		}
	}
	if !c.cyclic {
		c.overlappingFieldsCanBeMerged()
	}
	return c.result()
}

// checker checks one document.
type checker struct {
	schema *ast.Schema
	doc    *syntax.Document
	// parts are the operations, then the fragments.
	parts []*executable
	// fragments are those by name; of several of one name, the last.
	fragments map[string]*executable
	// at is the part that is being walked.
	at *executable
	// walks counts the searches through fragments, which mark where they were; cyclic says that fragments spread
	// themselves.
	walks  int
	cyclic bool
	// overlaps remembers of pairs of abstract types whether an object can have both.
	overlaps map[[2]*ast.Definition]bool
	// defers says that there is a @defer, and labels are those of all of them.
	defers bool
	labels map[string]bool

	errs              gqlerror.List
	more, suggestions int
	work              int
}

// executable is an operation or a fragment, with what stands in it itself.
type executable struct {
	operation *ast.OperationDefinition
	fragment  *ast.FragmentDefinition
	spreads   []*ast.FragmentSpread
	usages    []usage
	deferred  []*ast.Directive
	// reached is the last search that came by; used says that an operation reaches it.
	reached int
	used    bool
}

// usage is a place where a variable is used.
type usage struct {
	variable *ast.Value
	// expected is the type of the place; nil when it has none, since there is a mistake around it.
	expected *ast.Type
	// defaulted says that the place has a default value; oneOf is the input object it is a field of, if that is @oneOf.
	defaulted bool
	oneOf     *ast.Definition
}

// index lists the parts of the document.
func (c *checker) index() {
	parts := make([]executable, len(c.doc.Operations)+len(c.doc.Fragments))
	c.parts = make([]*executable, len(parts))
	for i := range parts {
		c.parts[i] = &parts[i]
	}
	for i, op := range c.doc.Operations {
		parts[i].operation = op
	}
	if len(c.doc.Fragments) == 0 {
		return
	}
	c.fragments = make(map[string]*executable, len(c.doc.Fragments))
	for i, f := range c.doc.Fragments {
		p := c.parts[len(c.doc.Operations)+i]
		p.fragment = f
		c.uniqueFragmentNames(f)
		c.fragments[f.Name] = p
	}
}

// reach visits a part and all fragments it spreads, directly or not, each once.
func (c *checker) reach(from *executable, visit func(*executable)) {
	c.walks++
	from.reached = c.walks
	open := []*executable{from}
	for len(open) > 0 {
		p := open[len(open)-1]
		open = open[:len(open)-1]
		visit(p)
		if !c.spend(len(p.spreads)) {
			return
		}
		for _, s := range p.spreads {
			if f := c.fragments[s.Name]; f != nil && f.reached != c.walks {
				f.reached = c.walks
				open = append(open, f)
			}
		}
	}
}

// spend counts work; false when it is too much.
func (c *checker) spend(n int) bool {
	c.work += n
	return c.work <= maxWork
}

// report notes a violation.
func (c *checker) report(rule string, at *ast.Position, format string, args ...any) {
	if len(c.errs) >= maxErrors {
		c.more++
		return
	}
	err := gqlerror.ErrorPosf(at, format, args...)
	err.Rule = rule
	c.errs = append(c.errs, err)
}

// reportCode is report for a violation that clients can tell from others.
func (c *checker) reportCode(code, rule string, at *ast.Position, format string, args ...any) {
	before := len(c.errs)
	if c.report(rule, at, format, args...); len(c.errs) > before {
		c.errs[before].Extensions = map[string]any{"code": code}
	}
}

func (c *checker) result() Result {
	r := Result{Errors: c.errs, More: c.more}
	if c.work > maxWork {
		r.TooComplex = gqlerror.Errorf("The document is too complex: its operations share so many fragments, "+
			"or it has so many fields that may have to be merged, that validating it would look at more than %d of them. "+
			"Use fewer operations, fragments or selections of one name.", maxWork)
	}
	return r
}
