package validation

// noUnusedFragments: every fragment is spread in an operation, or in a fragment that is.
// https://spec.graphql.org/September2025/#sec-Fragments-Must-Be-Used
func (c *checker) noUnusedFragments() {
	if len(c.fragments) == 0 {
		return
	}
	var open []*executable
	for _, p := range c.parts {
		if p.operation != nil {
			open = append(open, p)
		}
	}
	for len(open) > 0 {
		p := open[len(open)-1]
		open = open[:len(open)-1]
		for _, s := range p.spreads {
			if f := c.fragments[s.Name]; f != nil && !f.used {
				f.used = true
				open = append(open, f)
			}
		}
	}
	for _, p := range c.parts {
		if p.fragment != nil && !c.fragments[p.fragment.Name].used {
			c.report("NoUnusedFragments", p.fragment.Position, "Fragment %q is never used.", p.fragment.Name)
		}
	}
}
