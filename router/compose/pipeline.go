package compose

// composition is one run of the composer.
type composition struct {
	options Options
}

func (c composition) run(subgraphs []Subgraph) (*Result, []*Error) {
	return &Result{}, nil
}
