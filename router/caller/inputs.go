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
	// IdentityInput is what tells callers apart: the claims of a caller whom somebody vouches for, and the credentials
	// that an anonymous one sends.
	IdentityInput
	// HeadersInput are all headers of the client's request whose names something chooses.
	HeadersInput
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
type Inputs struct {
	list []Input
	// chosen tell, by the names of HeadersInputs, which headers these are.
	chosen map[string]func(name string) bool
	// credentials are the headers, and claims the claims, that an identity is made of.
	credentials, claims []Input
}

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

// DeclareIdentity declares what tells callers apart, and returns the set of that alone: for callers whom somebody
// vouches for these claims, whatever token they came in; for anonymous callers these headers, all of them.
func (in *Inputs) DeclareIdentity(headers, claims []string) Set {
	for _, name := range headers {
		in.credentials = append(in.credentials, Header(name))
	}
	for _, name := range claims {
		in.claims = append(in.claims, Claim(name))
	}
	return in.Declare(Input{Kind: IdentityInput})
}

// All is the set of everything declared so far.
func (in *Inputs) All() Set {
	var s Set
	for number := range in.list {
		s.numbers = append(s.numbers, number)
	}
	return s
}

// Headers are the names of the request headers in a set, sorted, in canonical spelling: what a Vary header names.
func (in *Inputs) Headers(s Set) []string {
	var names []string
	for _, number := range s.numbers {
		switch input := in.list[number]; input.Kind {
		case HeaderInput:
			names = append(names, input.Name)
		case IdentityInput:
			for _, credential := range in.credentials {
				names = append(names, credential.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Personal tells that a set has something that is not a header, and that a Vary header therefore cannot name.
func (in *Inputs) Personal(s Set) bool {
	return slices.ContainsFunc(s.numbers, func(number int) bool { return in.list[number].Kind != HeaderInput })
}

// Credentials are the headers in a set that say who a caller is: those that an identity is made of, and Authorization.
func (in *Inputs) Credentials(s Set) Set {
	return in.only(s, func(input Input) bool {
		return input.Kind == HeaderInput && (input == Header("Authorization") || slices.Contains(in.credentials, input))
	})
}

// Proved is what is in a set and is no header: what somebody says of the caller, rather than the caller.
func (in *Inputs) Proved(s Set) Set {
	return in.only(s, func(input Input) bool { return input.Kind != HeaderInput })
}

func (in *Inputs) only(s Set, wanted func(Input) bool) Set {
	var some Set
	for _, number := range s.numbers {
		if wanted(in.list[number]) {
			some.numbers = append(some.numbers, number)
		}
	}
	return some
}

// Without is what is in the set and not in the other.
func (s Set) Without(other Set) Set {
	var some Set
	for _, number := range s.numbers {
		if !slices.Contains(other.numbers, number) {
			some.numbers = append(some.numbers, number)
		}
	}
	return some
}

// Union is what is in either set.
func (s Set) Union(other Set) Set {
	numbers := slices.Concat(s.numbers, other.numbers)
	slices.Sort(numbers)
	return Set{slices.Compact(numbers)}
}

// Empty tells that nothing is in the set.
func (s Set) Empty() bool { return len(s.numbers) == 0 }
