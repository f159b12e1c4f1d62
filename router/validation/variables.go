package validation

import "github.com/vektah/gqlparser/v2/ast"

// variables checks what an operation declares against what is used in it and in the fragments it spreads.
func (c *checker) variables(p *executable) {
	op := p.operation
	var declared map[string]*ast.VariableDefinition
	if len(op.VariableDefinitions) > fewItems {
		declared = make(map[string]*ast.VariableDefinition, len(op.VariableDefinitions))
		for _, v := range op.VariableDefinitions {
			declared[v.Variable] = v // of several of one name, the last
		}
	}
	find := func(name string) *ast.VariableDefinition {
		if declared != nil {
			return declared[name]
		}
		for i := len(op.VariableDefinitions) - 1; i >= 0; i-- {
			if v := op.VariableDefinitions[i]; v.Variable == name {
				return v
			}
		}
		return nil
	}
	c.reach(p, func(part *executable) {
		if !c.spend(len(part.usages)) {
			return
		}
		for i := range part.usages {
			u := &part.usages[i]
			v := find(u.variable.Raw)
			if v == nil {
				c.noUndefinedVariables(op, u)
				continue
			}
			v.Used = true
			u.variable.VariableDefinition = v
			c.variablesInAllowedPosition(v, u)
		}
	})
	c.noUnusedVariables(op, find)
}
