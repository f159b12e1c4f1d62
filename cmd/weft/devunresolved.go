package main

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/syntax"
	"github.com/weft-graphql/weft/subgraphs"
)

// reportUnresolved says which fields the schema files add that the running sample services have no resolvers for: the
// graph has them, and asking for them fails.
func (d *devProcess) reportUnresolved() {
	found, err := d.subgraphs()
	if err != nil {
		return // composition tells
	}
	var added []string
	for _, sub := range found {
		if d.services[sub.Name] == nil || sub.File == "" {
			continue
		}
		own, err := subgraphs.SDL(sub.Name)
		if err != nil {
			continue
		}
		for _, field := range addedFields(own, sub.SDL) {
			added = append(added, sub.Name+": "+field)
		}
	}
	text := strings.Join(added, ", ")
	if text != "" && text != d.unresolved {
		d.logger.Warn(
			"the running services have no resolvers for fields that the schema files add, so that asking for them fails; "+
				"run go generate ./subgraphs ./schema, write the resolvers, and start weft dev again",
			"fields",
			text,
		)
	}
	d.unresolved = text
}

// addedFields lists the coordinates of fields that only the second document has, and that something leads to: those of
// types both have, and the types with keys that only the second has. It is empty when a document is not valid.
func addedFields(before, after string) []string {
	known, now := fieldsOf(before), fieldsOf(after)
	if known == nil || now == nil {
		return nil
	}
	var added []string
	for name, t := range now {
		old, ok := known[name]
		if !ok && t.key {
			added = append(added, name)
		}
		for field := range t.fields {
			if ok && !old.fields[field] {
				added = append(added, name+"."+field)
			}
		}
	}
	slices.Sort(added)
	return added
}

// objectFields are the fields of an object type, and whether it is an entity.
type objectFields struct {
	key    bool
	fields map[string]bool
}

func fieldsOf(sdl string) map[string]objectFields {
	doc, err := syntax.ParseTypeSystem(&ast.Source{Input: sdl})
	if err != nil {
		return nil
	}
	types := map[string]objectFields{}
	for _, definition := range slices.Concat(doc.Definitions, doc.Extensions) {
		if definition.Kind != ast.Object {
			continue
		}
		t, ok := types[definition.Name]
		if !ok {
			t.fields = map[string]bool{}
		}
		t.key = t.key || definition.Directives.ForName("key") != nil
		for _, field := range definition.Fields {
			if field.Directives.ForName("external") == nil {
				t.fields[field.Name] = true
			}
		}
		types[definition.Name] = t
	}
	return types
}
