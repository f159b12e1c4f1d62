package newsubgraph

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/jinzhu/inflection"
)

// maxName is how many characters a name may have.
const maxName = 63

// goodName is what a name looks like: words of which names of types and fields can be made, in GraphQL and in Go.
var goodName = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z][a-z0-9]*)*$`)

// separators are what words of names that are not good can be taken apart at.
var separators = regexp.MustCompile(`[^a-z0-9]+`)

// taken are types that GraphQL, federation, gqlgen or the template have for something else.
var taken = wordSet(`Query Mutation Subscription Boolean Float ID Int String Any Entity Service FieldSet
	Schema Type TypeKind Field Directive DirectiveLocation EnumValue InputValue
	Resolver InMemory InputError`)

// initialisms are the words that gqlgen writes in capitals in Go. A test compares them with gqlgen's own.
var initialisms = wordSet(`acl api ascii aws cpu css csv dns eof gcp guid html http https icmp id ip json kvk lhs pdf
	pgp qps qr ram rhs rpc sla smtp sql ssh svg tcp tls ttl udp ui uid uri url utf8 uuid vm xml xmpp xsrf xss`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// names are what a subgraph's name becomes in GraphQL and in Go.
type names struct {
	// Name is the subgraph's, and Module the path of its Go module.
	Name, Module string
	// Type is the entity, One and Many the fields that yield one and several. In Go they are Type and GoMany.
	Type, One, Many, GoMany string
	// Owner is an entity of another service, OwnerField a field that yields it, OwnerKey its key.
	Owner, OwnerField, OwnerKey, GoOwnerKey string
	// Sample1 and Sample2 are keys of owners that the sample services have.
	Sample1, Sample2 string
}

// namesOf makes all names from that of a subgraph.
func namesOf(name, module string) (names, error) {
	if !goodName.MatchString(name) || len(name) > maxName {
		return names{}, badName(name)
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' })
	last := len(words) - 1
	words[last] = inflection.Singular(words[last])
	n := names{
		Name: name, Module: module, Type: goName(words), One: fieldName(words),
		Owner: "User", OwnerField: "user", OwnerKey: "id", GoOwnerKey: "ID", Sample1: "u1", Sample2: "u2",
	}
	if plural := inflection.Plural(words[last]); plural != words[last] {
		words[last] = plural
	} else {
		words = append(words, "list")
	}
	n.Many, n.GoMany = fieldName(words), goName(words)
	if n.Type == n.Owner {
		n.Owner, n.OwnerField, n.OwnerKey, n.GoOwnerKey = "Product", "product", "upc", "Upc"
		n.Sample1, n.Sample2 = "p1", "p2"
	}
	if taken[n.Type] {
		return names{}, fmt.Errorf("a subgraph cannot be called %q: its type would be %s, which has another meaning; "+
			"add a word, for example my-%s", name, n.Type, name)
	}
	return n, nil
}

// badName says what a name must look like, and which one may have been meant.
func badName(name string) error {
	err := fmt.Errorf("%.80q cannot be the name of a subgraph: types and fields are named after it, so that it must have "+
		"words of small letters and digits with - or _ between them, %d characters at most, for example gift-cards",
		name, maxName)
	meant := strings.Trim(separators.ReplaceAllString(strings.ToLower(name), "-"), "-0123456789")
	if goodName.MatchString(meant) && len(meant) <= maxName {
		err = fmt.Errorf("%w; did you mean %s?", err, meant)
	}
	return err
}

// goName is what gqlgen calls a type or field of these words.
func goName(words []string) string {
	var b strings.Builder
	for _, word := range words {
		if initialisms[word] {
			b.WriteString(strings.ToUpper(word))
		} else {
			b.WriteString(capitalised(word))
		}
	}
	return b.String()
}

// fieldName is how fields of GraphQL are written: giftCards.
func fieldName(words []string) string {
	var b strings.Builder
	for i, word := range words {
		if i == 0 {
			b.WriteString(word)
		} else {
			b.WriteString(capitalised(word))
		}
	}
	return b.String()
}

func capitalised(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
