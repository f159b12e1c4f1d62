package caller

import (
	"encoding/binary"
	"encoding/json"
	"net/http"
	"slices"
)

// Values are the values of all Inputs of one request. They are read once, and can be used again for another request.
// Reading takes no memory once the buffers have grown.
type Values struct {
	inputs *Inputs
	caller *Caller
	header http.Header
	// text has the values one behind the other, ends where each ends.
	text []byte
	ends []int
}

// anonymous is the caller of requests of whom nobody said who they come from.
var anonymous = &Caller{}

// Read takes the values of a request. A nil caller is an anonymous one. Header and caller must not change afterwards.
func (v *Values) Read(inputs *Inputs, caller *Caller, header http.Header) {
	if caller == nil {
		caller = anonymous
	}
	v.inputs, v.caller, v.header = inputs, caller, header
	v.text, v.ends = v.text[:0], v.ends[:0]
	for _, input := range inputs.list {
		v.text = v.append(v.text, input)
		v.ends = append(v.ends, len(v.text))
	}
}

// Reset forgets the request but keeps the memory, if that is not much.
func (v *Values) Reset() {
	const kept = 16 << 10
	text, ends := v.text[:0], v.ends[:0]
	if cap(text) > kept {
		text = nil
	}
	*v = Values{text: text, ends: ends}
}

// append writes a value so that no two different ones, or sequences of them, look alike: counts and lengths stand
// before texts, and what is not there differs from what is empty.
func (v *Values) append(text []byte, input Input) []byte {
	switch input.Kind {
	case IdentityInput:
		parts, mark := v.inputs.credentials, byte(0)
		if !v.caller.Anonymous() {
			parts, mark = v.inputs.claims, 1
		}
		text = append(text, mark)
		for _, part := range parts {
			text = v.append(text, part)
		}
		return text
	case HeaderInput:
		lines := v.header[input.Name]
		text = binary.AppendUvarint(text, uint64(len(lines)))
		for _, line := range lines {
			text = append(binary.AppendUvarint(text, uint64(len(line))), line...)
		}
		return text
	case HeadersInput:
		names := v.names(input.Name)
		text = binary.AppendUvarint(text, uint64(len(names)))
		for _, name := range names {
			text = append(binary.AppendUvarint(text, uint64(len(name))), name...)
			text = v.append(text, Input{HeaderInput, name})
		}
		return text
	case ClaimInput:
		claim, ok := v.caller.Claim(input.Name)
		if !ok {
			return append(text, 0)
		}
		// Maps are written with their keys in order, so equal claims look the same.
		encoded, err := json.Marshal(claim)
		if err != nil {
			// Claims come out of a JSON document; what cannot go back into one came from a module, which must not.
			encoded = []byte(err.Error())
		}
		return append(binary.AppendUvarint(text, uint64(len(encoded))+1), encoded...)
	default:
		label, ok := v.caller.Labels[input.Name]
		if !ok {
			return append(text, 0)
		}
		return append(binary.AppendUvarint(text, uint64(len(label))+1), label...)
	}
}

// Caller is who the request comes from; never nil. It must not be changed.
func (v *Values) Caller() *Caller {
	if v.caller == nil {
		return anonymous
	}
	return v.caller
}

// All are the values of all inputs as bytes: two requests with the same bytes may share everything. They are valid
// until Read or Reset.
func (v *Values) All() []byte { return v.text }

// Append appends the values of some inputs: two requests for which they are the same may share what depends on no
// others.
func (v *Values) Append(out []byte, s Set) []byte {
	for _, number := range s.numbers {
		out = append(out, v.value(number)...)
	}
	return out
}

// Present tells that a request has any of some inputs: a header that says something, a claim, a label, an identity.
func (v *Values) Present(s Set) bool {
	for _, number := range s.numbers {
		switch input := v.inputs.list[number]; input.Kind {
		case HeaderInput:
			if v.says(input) {
				return true
			}
		case IdentityInput:
			if !v.caller.Anonymous() || slices.ContainsFunc(v.inputs.credentials, v.says) {
				return true
			}
		default:
			if v.value(number)[0] != 0 {
				return true
			}
		}
	}
	return false
}

// says tells that a header is there and not empty.
func (v *Values) says(header Input) bool {
	return slices.ContainsFunc(v.header[header.Name], func(line string) bool { return line != "" })
}

func (v *Values) value(number int) []byte {
	start := 0
	if number > 0 {
		start = v.ends[number-1]
	}
	return v.text[start:v.ends[number]]
}

// Header reads a declared request header: one element for each of its lines. It must not be changed.
func (v *Values) Header(r HeaderRef) []string { return v.header[r.name] }

// Headers are the names of the headers that were declared by what chooses them, and are there, sorted.
func (v *Values) Headers(r HeadersRef) []string { return v.names(r.name) }

// Lines are the lines of one of the Headers.
func (v *Values) Lines(r HeadersRef, name string) []string {
	if chooses := v.inputs.chosen[r.name]; chooses == nil || !chooses(name) {
		return nil
	}
	return v.header[name]
}

// names are the headers that are there and that a declaration chooses.
func (v *Values) names(declared string) []string {
	var names []string
	chooses := v.inputs.chosen[declared]
	for name := range v.header {
		if chooses != nil && chooses(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Claim reads a declared claim.
func (v *Values) Claim(r ClaimRef) (value any, ok bool) { return v.Caller().Claim(r.name) }

// Label reads a declared label.
func (v *Values) Label(r LabelRef) (value string, ok bool) {
	value, ok = v.Caller().Labels[r.name]
	return value, ok
}
