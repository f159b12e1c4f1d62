package caller

// HeaderRef, HeadersRef, ClaimRef and LabelRef read one input. Only who declared it gets one, so that nobody can depend
// on what they did not declare.
type (
	// HeaderRef reads a request header.
	HeaderRef struct{ name string }
	// HeadersRef reads several request headers.
	HeadersRef struct{ name string }
	// ClaimRef reads a claim.
	ClaimRef struct{ name string }
	// LabelRef reads a label.
	LabelRef struct{ name string }
)

// Declaration collects the inputs of one part of a generation. The zero value of what it returns reads nothing.
type Declaration struct {
	inputs   *Inputs
	set      Set
	declared bool
}

// NewDeclaration begins the declaration of one part.
func NewDeclaration(inputs *Inputs) *Declaration { return &Declaration{inputs: inputs} }

// Nothing declares that the part depends on nothing of the request.
func (d *Declaration) Nothing() { d.declared = true }

// Header declares a request header.
func (d *Declaration) Header(name string) HeaderRef {
	input := Header(name)
	d.add(input)
	return HeaderRef{input.Name}
}

// Headers declares all request headers that chooses picks by their names, in canonical spelling. name tells one such
// choice from another: equal names must choose the same. No Vary header can name them, so that answers are private.
func (d *Declaration) Headers(name string, chooses func(name string) bool) HeadersRef {
	if d.inputs.chosen == nil {
		d.inputs.chosen = map[string]func(string) bool{}
	}
	d.inputs.chosen[name] = chooses
	d.add(Input{HeadersInput, name})
	return HeadersRef{name}
}

// Claim declares a claim.
func (d *Declaration) Claim(name string) ClaimRef {
	d.add(Claim(name))
	return ClaimRef{name}
}

// Label declares a label.
func (d *Declaration) Label(name string) LabelRef {
	d.add(Label(name))
	return LabelRef{name}
}

func (d *Declaration) add(input Input) {
	d.declared, d.set = true, d.set.Union(d.inputs.Declare(input))
}

// Set is what was declared; ok is false when nothing was said, not even Nothing.
func (d *Declaration) Set() (s Set, ok bool) { return d.set, d.declared }
