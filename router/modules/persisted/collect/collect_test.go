package collect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func sources(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDocumentsAreFoundInAllKindsOfSources(t *testing.T) {
	dir := sources(t, map[string]string{
		"a.graphql":                "query A { person(id: 1) { ...Name } }",
		"fragments/name.ts":        "export const NAME = gql`fragment Name on Person { name }`",
		"b.tsx":                    "const q = useQuery(gql`\n  query B($id: ID!) { person(id: $id) { ...Name friends { __typename id } } }\n  ${NAME}\n`)",
		"c.js":                     "graphql(`mutation C { rename(id: 1, name: \"x\") { id } }`); gql<X>`query D { people { id } }`; x = /* GraphQL */ `query E { people { id } }`",
		"node_modules/x/y.graphql": "query Ignored { a }",
		"notes.md":                 "gql`query Ignored { a }`",
	})
	s, err := Read([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	operations, problems := s.Operations(true)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var names, bodies []string
	for _, o := range operations {
		names, bodies = append(names, o.Name+":"+o.Type), append(bodies, o.Body)
	}
	if got := strings.Join(names, " "); got != "A:query B:query C:mutation D:query E:query" {
		t.Error(got)
	}
	want := "query B ($id: ID!) {\n  person(id: $id) {\n    ... Name\n    friends {\n      __typename\n      id\n    }\n    __typename\n  }\n}\n" +
		"fragment Name on Person {\n  name\n  __typename\n}"
	if bodies[1] != want {
		t.Errorf("got  %q\nwant %q", bodies[1], want)
	}
	if !strings.HasSuffix(operations[1].Place, "b.tsx:2") {
		t.Error(operations[1].Place)
	}
}

func TestProblemsTellWhere(t *testing.T) {
	dir := sources(t, map[string]string{
		"a.graphql": "\n{ people { id } }",
		"b.graphql": "query A { people { ...Nowhere } }",
		"c.js":      "\n\ngql`query {`",
		"d.graphql": "query D { people { id } }\nquery D { people { name } }",
		"e.graphql": "fragment F on Person { id }",
		"f.graphql": "fragment F on Person { name }",
	})
	s, err := Read([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	_, problems := s.Operations(false)
	var text strings.Builder
	for _, p := range problems {
		text.WriteString(strings.TrimPrefix(p.String(), dir+"/") + "\n")
	}
	for _, want := range []string{
		"a.graphql:2: the operation has no name", "b.graphql:1: the fragment Nowhere is nowhere", "c.js:3: this is not a document",
		"d.graphql:2: the operation D stands at", "f.graphql:1: the fragment F is another one than at",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if _, err := Read([]string{filepath.Join(dir, "none")}); err == nil || !strings.Contains(err.Error(), "there is no such file") {
		t.Error(err)
	}
}
