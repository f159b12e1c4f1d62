package caller

import (
	"net/textproto"
	"slices"
)

// Kind says where the value of an Input comes from.
type Kind uint8

const (
	// HeaderInput is a header of the client's request, all of its lines.
	HeaderInput Kind = iota
	// ClaimInput is a claim of the caller.
	ClaimInput
	// LabelInput is a label of the caller.
	LabelInput
)

// Input names a value of a request that an answer may depend on.
type Input struct {
	Kind Kind
	Name string
}

// Header is the input of a request header.
func Header(name string) Input { return Input{HeaderInput, textproto.CanonicalMIMEHeaderKey(name)} }

// Claim is the input of a claim.
func Claim(name string) Input { return Input{ClaimInput, name} }

// Label is the input of a label.
func Label(name string) Input { return Input{LabelInput, name} }

// Inputs are all inputs that the parts of one generation of the router declared. They are collected while a generation
// is made, and do not change after that.
type Inputs struct{ list []Input }

// Set is some of the Inputs. The zero value is none of them.
type Set struct{ numbers []int }

// Declare adds inputs, each once, and returns the set of those that were given.
func (in *Inputs) Declare(inputs ...Input) Set {
	var s Set
	for _, input := range inputs {
		number := slices.Index(in.list, input)
		if number < 0 {
			number = len(in.list)
			in.list = append(in.list, input)
		}
		s = s.Union(Set{[]int{number}})
	}
	return s
}

// All is the set of everything declared so far.
func (in *Inputs) All() Set {
	var s Set
	for number := range in.list {
		s.numbers = append(s.numbers, number)
	}
	return s
}

// Headers are the names of the request headers in a set, in canonical spelling: what a Vary header names.
func (in *Inputs) Headers(s Set) []string {
	var names []string
	for _, number := range s.numbers {
		if input := in.list[number]; input.Kind == HeaderInput {
			names = append(names, input.Name)
		}
	}
	return names
}

// Personal tells that a set has something that is not a header, and that a Vary header therefore cannot name.
func (in *Inputs) Personal(s Set) bool {
	return slices.ContainsFunc(s.numbers, func(number int) bool { return in.list[number].Kind != HeaderInput })
}

// Union is what is in either set.
func (s Set) Union(other Set) Set {
	numbers := slices.Concat(s.numbers, other.numbers)
	slices.Sort(numbers)
	return Set{slices.Compact(numbers)}
}

// Empty tells that nothing is in the set.
func (s Set) Empty() bool { return len(s.numbers) == 0 }
