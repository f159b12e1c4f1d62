// Package collect finds the documents in the sources of a frontend and makes a manifest of persisted documents of them.
package collect

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/config"
)

// Operation is one that a frontend sends.
type Operation struct {
	// ID is the SHA-256 hash of Body.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Type is query, mutation or subscription.
	Type string `json:"type"`
	// Body has the operation and all fragments it needs.
	Body string `json:"body"`

	// Place is where it stands in the sources, as FILE:LINE.
	Place string `json:"-"`
}

// Problem is why a document cannot be collected.
type Problem struct{ Place, Message string }

func (p Problem) String() string { return p.Place + ": " + p.Message }

// Sources are the documents of a frontend.
type Sources struct {
	operations []*operation
	fragments  map[string]*fragment
	problems   []Problem
}

type operation struct {
	place string
	ast   *ast.OperationDefinition
}

type fragment struct {
	place, text string
	ast         *ast.FragmentDefinition
}

// skipped are folders that hold what somebody else wrote, or what was made.
var skipped = []string{"node_modules", "vendor", "dist", "build", "__generated__"}

// template matches the documents in JavaScript and TypeScript: gql`…`, graphql(`…`), gql<…>`…`, /* GraphQL */ `…`.
var template = regexp.MustCompile(
	"(?:\\b(?:gql|graphql)\\b(?:<[^`<>]*>)?\\s*\\(?|/\\*\\s*GraphQL\\s*\\*/)\\s*`((?:[^`\\\\]|\\\\.)*)`",
)

// interpolation matches what is put into a template: a fragment, which is found by its name.
var interpolation = regexp.MustCompile(`\$\{[^}]*\}`)

// Read reads files and folders. The error is about one that cannot be read.
func Read(paths []string) (*Sources, error) {
	s := &Sources{fragments: map[string]*fragment{}}
	for _, path := range paths {
		err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return config.ExplainFile(file, err)
			case entry.IsDir() && file != path && (strings.HasPrefix(entry.Name(), ".") || slices.Contains(skipped, entry.Name())):
				return fs.SkipDir
			case entry.IsDir():
				return nil
			}
			return s.read(file)
		})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Sources) read(file string) error {
	kind := strings.TrimPrefix(filepath.Ext(file), ".")
	if !slices.Contains([]string{"graphql", "gql", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte"}, kind) {
		return nil
	}
	text, err := config.ReadFile(file)
	if err != nil {
		return err
	}
	if kind == "graphql" || kind == "gql" {
		s.add(file, string(text), 0)
		return nil
	}
	for _, at := range template.FindAllSubmatchIndex(text, -1) {
		document := interpolation.ReplaceAllStringFunc(string(text[at[2]:at[3]]), func(found string) string {
			return strings.Repeat(" ", len(found))
		})
		document = strings.NewReplacer("\\`", "`", "\\\\", "\\").Replace(document)
		s.add(file, document, strings.Count(string(text[:at[2]]), "\n"))
	}
	return nil
}

// add takes in a document that begins after so many lines of a file.
func (s *Sources) add(file, text string, lines int) {
	place := func(p *ast.Position) string { return fmt.Sprintf("%s:%d", file, p.Line+lines) }
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		at := 1
		if gerr, ok := err.(*gqlerror.Error); ok && len(gerr.Locations) > 0 {
			at = gerr.Locations[0].Line
		}
		s.problems = append(
			s.problems,
			Problem{fmt.Sprintf("%s:%d", file, at+lines), "this is not a document: " + message(err)},
		)
		return
	}
	for _, f := range doc.Fragments {
		text := print(&ast.QueryDocument{Fragments: ast.FragmentDefinitionList{f}})
		if other := s.fragments[f.Name]; other != nil {
			if other.text != text {
				s.problems = append(s.problems, Problem{place(f.Position),
					fmt.Sprintf("the fragment %s is another one than at %s; names must be unique", f.Name, other.place)})
			}
			continue
		}
		s.fragments[f.Name] = &fragment{place(f.Position), text, f}
	}
	for _, o := range doc.Operations {
		s.operations = append(s.operations, &operation{place(o.Position), o})
	}
}

func message(err error) string {
	if gerr, ok := err.(*gqlerror.Error); ok {
		return gerr.Message
	}
	return err.Error()
}

// Operations are all operations, by name. typename adds __typename to all selections but those of the operations
// themselves, as Apollo Client does with what it sends.
func (s *Sources) Operations(typename bool) ([]Operation, []Problem) {
	problems := slices.Clone(s.problems)
	if typename {
		for _, f := range s.fragments {
			f.ast.SelectionSet = withTypename(f.ast.SelectionSet, true)
		}
		for _, o := range s.operations {
			o.ast.SelectionSet = withTypename(o.ast.SelectionSet, false)
		}
	}
	var all []Operation
	known := map[string]string{}
	for _, o := range s.operations {
		if o.ast.Name == "" {
			problems = append(problems, Problem{o.place, "the operation has no name; clients find its id by that"})
			continue
		}
		if other, twice := known[o.ast.Name]; twice {
			problems = append(problems, Problem{o.place,
				fmt.Sprintf("the operation %s stands at %s, too; names must be unique", o.ast.Name, other)})
			continue
		}
		known[o.ast.Name] = o.place
		doc := &ast.QueryDocument{Operations: ast.OperationList{o.ast}}
		if missing := s.gather(doc, o.ast.SelectionSet, map[string]bool{}); missing != "" {
			problems = append(problems, Problem{o.place, fmt.Sprintf("the fragment %s is nowhere in the sources", missing)})
			continue
		}
		slices.SortFunc(doc.Fragments, func(a, b *ast.FragmentDefinition) int { return cmp.Compare(a.Name, b.Name) })
		body := print(doc)
		sum := sha256.Sum256([]byte(body))
		all = append(all, Operation{
			ID: hex.EncodeToString(sum[:]), Name: o.ast.Name, Type: cmp.Or(string(o.ast.Operation), "query"), Body: body, Place: o.place,
		})
	}
	slices.SortFunc(all, func(a, b Operation) int { return cmp.Compare(a.Name, b.Name) })
	return all, problems
}

// gather adds the fragments that a selection needs to a document; missing is one that is not there.
func (s *Sources) gather(doc *ast.QueryDocument, set ast.SelectionSet, seen map[string]bool) (missing string) {
	for _, sel := range set {
		var below ast.SelectionSet
		switch sel := sel.(type) {
		case *ast.Field:
			below = sel.SelectionSet
		case *ast.InlineFragment:
			below = sel.SelectionSet
		case *ast.FragmentSpread:
			if seen[sel.Name] {
				continue
			}
			seen[sel.Name] = true
			f := s.fragments[sel.Name]
			if f == nil {
				return sel.Name
			}
			doc.Fragments = append(doc.Fragments, f.ast)
			below = f.ast.SelectionSet
		}
		if missing := s.gather(doc, below, seen); missing != "" {
			return missing
		}
	}
	return ""
}

// withTypename adds __typename to the selections below, and to this one.
func withTypename(set ast.SelectionSet, here bool) ast.SelectionSet {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if strings.HasPrefix(sel.Name, "__") {
				if sel.Name == "__typename" && sel.Alias == sel.Name {
					here = false
				}
			} else if len(sel.SelectionSet) > 0 {
				sel.SelectionSet = withTypename(sel.SelectionSet, true)
			}
		case *ast.InlineFragment:
			sel.SelectionSet = withTypename(sel.SelectionSet, true)
		}
	}
	if here {
		set = append(set, &ast.Field{Name: "__typename", Alias: "__typename"})
	}
	return set
}

func print(doc *ast.QueryDocument) string {
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatQueryDocument(doc)
	return strings.TrimSpace(text.String())
}

// Apollo writes the manifest of generate-persisted-query-manifest.
func Apollo(operations []Operation) ([]byte, error) {
	return indented(struct {
		Format     string      `json:"format"`
		Version    int         `json:"version"`
		Operations []Operation `json:"operations"`
	}{"apollo-persisted-query-manifest", 1, operations})
}

// Relay writes the manifest of Relay's compiler: an object of ids and texts.
func Relay(operations []Operation) ([]byte, error) {
	byID := map[string]string{}
	for _, o := range operations {
		byID[o.ID] = o.Body
	}
	return indented(byID)
}

func indented(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return append(text, '\n'), err
}
