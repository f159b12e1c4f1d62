package config

import (
	_ "embed" // the comments of sections.go are the settings' descriptions
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"sync"

	"github.com/invopop/jsonschema"
)

//go:embed sections.go
var sectionsSource string

// descriptions are the doc comments of the sections' fields by "Section.Field", and of the sections by "Section".
var descriptions = sync.OnceValue(func() map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "sections.go", sectionsSource, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	texts := map[string]string{}
	for _, decl := range file.Decls {
		types, ok := decl.(*ast.GenDecl)
		if !ok || types.Tok != token.TYPE {
			continue
		}
		for _, spec := range types.Specs {
			section := spec.(*ast.TypeSpec)
			texts[section.Name.Name] = oneLine(types.Doc.Text())
			fields, ok := section.Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, f := range fields.Fields.List {
				for _, name := range f.Names {
					texts[section.Name.Name+"."+name.Name] = oneLine(f.Doc.Text())
				}
			}
		}
	}
	return texts
})

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// choices are the settings with a fixed set of values, by "Section.Field".
var choices = map[string][]any{
	"Supergraph.UnsupportedFeatures": {"refuse", "warn"},
	"UpstreamSettings.Protocol":      {"auto", "http1", "http2", "h2c"},
	"Redis.Mode":                     {"standalone", "cluster", "sentinel"},
	"Log.Level":                      {"debug", "info", "warn", "error"},
	"Log.Format":                     {"json", "text", "pretty"},
}

// Schema is the JSON Schema of the configuration file, for editors.
func Schema() ([]byte, error) {
	r := jsonschema.Reflector{
		FieldNameTag: "koanf", DoNotReference: false, RequiredFromJSONSchemaTags: true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			switch t {
			case durationType:
				return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$|\$\{`,
					Examples: []any{"500ms", "10s", "1h30m"}}
			case byteSizeType:
				return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "integer", Minimum: "0"},
					{Type: "string", Pattern: `^[0-9]+ *([kKmMgG]i?)?[bB]?$|\$\{`}}}
			}
			return nil
		},
	}
	s := r.Reflect(&Config{})
	s.ID = ""
	s.Title = "Weft router configuration"
	for name, section := range s.Definitions {
		section.Description = descriptions()[name]
		describeSection(name, section)
	}
	return json.MarshalIndent(s, "", "  ")
}

// describeSection adds descriptions, choices and defaults to the settings of a section.
func describeSection(name string, section *jsonschema.Schema) {
	typ, ok := sectionTypes()[name]
	if !ok {
		return
	}
	for i := range typ.NumField() {
		f := typ.Field(i)
		setting, ok := section.Properties.Get(f.Tag.Get("koanf"))
		if !ok {
			continue
		}
		setting.Description = descriptions()[name+"."+f.Name]
		if values, ok := choices[name+"."+f.Name]; ok {
			setting.Enum = values
		}
	}
}

// sectionTypes are the types of all sections by name.
var sectionTypes = sync.OnceValue(func() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || types[t.Name()] != nil {
			return
		}
		types[t.Name()] = t
		for i := range t.NumField() {
			walk(t.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[Config]())
	return types
})
