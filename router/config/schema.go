package config

import (
	_ "embed" // the comments of sections.go are the settings' descriptions
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"
)

//go:embed sections.go
var sectionsSource string

//go:embed subscription.go
var subscriptionSource string

//go:embed canary.go
var canarySource string

//go:embed source.go
var sourceSource string

//go:embed graphs.go
var graphsSource string

// descriptions are the doc comments of the sections' fields by "Section.Field", and of the sections by "Section".
func (r *root) descriptions() map[string]string {
	texts := map[string]string{}
	readComments(texts, sectionsSource)
	readComments(texts, subscriptionSource)
	readComments(texts, canarySource)
	readComments(texts, sourceSource)
	readComments(texts, graphsSource)
	for _, s := range r.sections {
		readComments(texts, s.Source)
		name := reflect.TypeOf(s.New()).Elem().Name()
		texts["Module_"+strings.ToUpper(s.Key)] = texts[name]
	}
	return texts
}

// readComments adds the doc comments of a source.
func readComments(texts map[string]string, source string) {
	file, err := parser.ParseFile(
		token.NewFileSet(),
		"settings.go",
		source,
		parser.ParseComments|parser.SkipObjectResolution,
	)
	if err != nil {
		// It was compiled, so it can be parsed.
		panic(err)
	}
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
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// choices are the settings with a fixed set of values, by "Section.Field".
var choices = map[string][]any{
	"Supergraph.UnsupportedFeatures": {"refuse", "warn"},
	"GraphQL.OverHTTP":               {"stable", "draft"},
	"OnError.Default":                {"PROPAGATE", "NULL", "HALT"},
	"UpstreamSettings.Protocol":      {"auto", "http1", "http2", "h2c"},
	"Redis.Mode":                     {"standalone", "cluster", "sentinel"},
	"Log.Level":                      {"debug", "info", "warn", "error"},
	"Log.Format":                     {"json", "text", "pretty"},
}

// Schema is the JSON Schema of the configuration file, for editors.
func Schema(sections []Section) ([]byte, error) {
	shape := newRoot(sections)
	r := jsonschema.Reflector{
		FieldNameTag: "yaml", DoNotReference: false, ExpandedStruct: true, RequiredFromJSONSchemaTags: true,
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
	s := r.ReflectFromType(shape.typ)
	s.ID = ""
	s.Title = "Weft router configuration"
	texts, types := shape.descriptions(), shape.sectionTypes()
	s.Description = texts["Config"]
	describeSection(texts, "Config", shape.typ, s)
	for name, section := range s.Definitions {
		section.Description = texts[name]
		if typ, ok := types[name]; ok {
			describeSection(texts, name, typ, section)
		}
	}
	return json.MarshalIndent(s, "", "  ")
}

// describeSection adds descriptions, choices and defaults to the settings of a section.
func describeSection(texts map[string]string, name string, typ reflect.Type, section *jsonschema.Schema) {
	for i := range typ.NumField() {
		f := typ.Field(i)
		setting, ok := section.Properties.Get(keyOf(f))
		if !ok {
			continue
		}
		if setting.Description = texts[name+"."+f.Name]; setting.Description == "" {
			setting.Description = texts[f.Name]
		}
		if values, ok := choices[name+"."+f.Name]; ok {
			setting.Enum = values
		}
	}
}

// sectionTypes are the types of all sections by name.
func (r *root) sectionTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return
		}
		if known := types[t.Name()]; known != nil {
			if known != t {
				panic("two sections are called " + t.Name() + ": their descriptions would be mixed up")
			}
			return
		}
		if t != r.typ {
			types[t.Name()] = t
		}
		for i := range t.NumField() {
			if keyOf(t.Field(i)) != "" {
				walk(t.Field(i).Type)
			}
		}
	}
	walk(r.typ)
	return types
}
