package operation

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxFragmentWork bounds what validation looks at. It goes through each operation and each fragment with everything the
// two spread, directly or not, so that thousands of fragments in a chain cost the square of their number. Documents of
// hundreds of fragments that spread dozens of others each stay far below.
const maxFragmentWork = 3_000_000

// fragmentWork counts the selections, directives and values validation comes by.
type fragmentWork struct {
	fragments map[string]*ast.FragmentDefinition
	parts     map[string]part
	// seen tells in which walk a fragment was last come by.
	seen  map[string]int
	total int
}

// part is an operation or fragment by itself: its size, and what it spreads.
type part struct {
	size    int
	spreads []string
}

// checkFragmentWork refuses a document whose fragments spread each other so much that validating it takes too long.
func checkFragmentWork(doc *ast.QueryDocument) *gqlerror.Error {
	if len(doc.Fragments) == 0 {
		return nil
	}
	w := &fragmentWork{fragments: fragmentsByName(doc), parts: map[string]part{}, seen: map[string]int{}}
	walk := 0
	within := true
	for _, op := range doc.Operations {
		if !within {
			break
		}
		walk++
		within = w.walk(measurePart(op.SelectionSet), walk)
	}
	for _, f := range doc.Fragments {
		if !within {
			break
		}
		walk++
		within = w.walk(w.part(f.Name), walk)
	}
	if within {
		return nil
	}
	err := gqlerror.ErrorPosf(doc.Fragments[0].Position, "The fragments of the document spread each other so much that validating it would look at more than %d selections; "+
		"use fewer fragments, or nest them less.", maxFragmentWork)
	setCode(err, LimitExceeded)
	return err
}

// walk counts what one walk comes by; false when it is too much.
func (w *fragmentWork) walk(from part, number int) bool {
	open := []part{from}
	for len(open) > 0 {
		p := open[len(open)-1]
		open = open[:len(open)-1]
		if w.total += p.size; w.total > maxFragmentWork {
			return false
		}
		for _, name := range p.spreads {
			if w.seen[name] != number && w.fragments[name] != nil {
				w.seen[name] = number
				open = append(open, w.part(name))
			}
		}
	}
	return true
}

func (w *fragmentWork) part(name string) part {
	p, known := w.parts[name]
	if !known {
		p = measurePart(w.fragments[name].SelectionSet)
		w.parts[name] = p
	}
	return p
}

func measurePart(set ast.SelectionSet) part {
	var p part
	p.add(set)
	return p
}

func (p *part) add(set ast.SelectionSet) {
	for _, sel := range set {
		p.size++
		switch sel := sel.(type) {
		case *ast.Field:
			p.arguments(sel.Arguments)
			p.directives(sel.Directives)
			p.add(sel.SelectionSet)
		case *ast.InlineFragment:
			p.directives(sel.Directives)
			p.add(sel.SelectionSet)
		case *ast.FragmentSpread:
			p.directives(sel.Directives)
			p.spreads = append(p.spreads, sel.Name)
		}
	}
}

func (p *part) directives(list ast.DirectiveList) {
	for _, d := range list {
		p.size++
		p.arguments(d.Arguments)
	}
}

func (p *part) arguments(list ast.ArgumentList) {
	for _, a := range list {
		p.value(a.Value)
	}
}

func (p *part) value(v *ast.Value) {
	p.size++
	for _, c := range v.Children {
		p.value(c.Value)
	}
}
