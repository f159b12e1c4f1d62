package validation

import "github.com/vektah/gqlparser/v2/ast"

// deferStreamDirectiveOnValidOperations: nothing in a subscription is deferred, unless @defer says that it is not.
// https://github.com/graphql/graphql-spec/pull/1110, "Defer And Stream Directives Are Used On Valid Operations"
func (c *checker) deferStreamDirectiveOnValidOperations() {
	for _, p := range c.parts {
		if p.operation == nil || p.operation.Operation != ast.Subscription {
			continue
		}
		c.reach(p, func(p *executable) {
			for _, d := range p.deferred {
				on := d.Arguments.ForName("if")
				if on != nil && (on.Value.Kind == ast.Variable || on.Value.Raw == "false") {
					continue
				}
				c.report("DeferStreamDirectiveOnValidOperations", d.Position, "Defer directive not supported on subscription "+
					"operations. Disable `@defer` by setting the `if` argument to `false`.")
			}
		})
	}
}

// deferred notes the @defer of a fragment, in a selection on a type.
func (c *checker) deferred(parent *ast.Definition, list ast.DirectiveList) {
	d := list.ForName("defer")
	if d == nil || d.Definition == nil {
		return
	}
	c.at.deferred = append(c.at.deferred, d)
	c.defers = true
	c.deferStreamDirectiveLabel(d)
	c.deferStreamDirectiveOnRootField(parent, d)
}
