package config

import (
	"reflect"
	"strings"
)

// Section is a section of the configuration that a module adds.
type Section struct {
	// Key is the name of the section.
	Key string
	// New returns a pointer to a struct of settings at their defaults: its exported fields that have a yaml tag.
	New func() any
	// Source is the Go source that declares the struct: doc comments describe the settings to users.
	Source string
}

// root is the whole configuration as one struct: Config, with a field for each section of the modules behind its own.
// Reading, the environment, the example and the JSON Schema know nothing else.
type root struct {
	sections []Section
	typ      reflect.Type
	// core is how many fields Config has.
	core int
}

func newRoot(sections []Section) *root {
	r := &root{sections: sections}
	core := reflect.TypeFor[Config]()
	var fields []reflect.StructField
	for i := range core.NumField() {
		fields = append(fields, core.Field(i))
	}
	r.core = len(fields)
	for _, s := range sections {
		fields = append(fields, reflect.StructField{
			Name: "Module_" + strings.ToUpper(s.Key), Type: reflect.TypeOf(s.New()).Elem(), Tag: reflect.StructTag(`yaml:"` + s.Key + `"`),
		})
	}
	r.typ = reflect.StructOf(fields)
	return r
}

// defaults is the configuration that was told nothing.
func (r *root) defaults() reflect.Value {
	v := reflect.New(r.typ).Elem()
	core := reflect.ValueOf(Default())
	for i := range r.core {
		v.Field(i).Set(core.Field(i))
	}
	for i, s := range r.sections {
		v.Field(r.core + i).Set(reflect.ValueOf(s.New()).Elem())
	}
	return v
}

// config takes a filled root apart.
func (r *root) config(v reflect.Value) *Config {
	c := &Config{}
	core := reflect.ValueOf(c).Elem()
	for i := range r.core {
		core.Field(i).Set(v.Field(i))
	}
	if len(r.sections) > 0 {
		c.Modules = map[string]any{}
	}
	for i, s := range r.sections {
		settings := reflect.New(v.Field(r.core + i).Type())
		settings.Elem().Set(v.Field(r.core + i))
		c.Modules[s.Key] = settings.Interface()
	}
	return c
}
