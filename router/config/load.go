// Package config is the router's configuration: one YAML file, overridden by environment variables, checked as a
// whole. Every problem is reported with its place and how to mend it.
package config

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// EnvPrefix begins the names of environment variables that override settings: WEFT_LIMITS_BODY_BYTES is
// limits.body_bytes. Values of list settings are separated by commas.
const EnvPrefix = "WEFT_"

// Source is what a configuration is read from.
type Source struct {
	// File is the path of the YAML file; none when empty.
	File string
	// Environ are the environment variables as NAME=value; os.Environ() when nil.
	Environ []string
	// Sections are those of the modules.
	Sections []Section
	// Override changes the configuration after file and environment and before it is checked; optional.
	Override func(*Config)
	// Warn is told of what works, but should be mended: settings at places where they used to be; optional.
	Warn func(Problem)
}

// Load reads and checks a configuration. The error is of type Problems unless the file cannot be read.
func Load(source Source) (*Config, error) {
	if source.Environ == nil {
		source.Environ = os.Environ()
	}
	env := environment(source.Environ)
	shape := newRoot(source.Sections)
	r := &reader{
		file: source.File, env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		at: map[string]*yaml.Node{}, shape: shape.typ,
	}
	filled := shape.defaults()
	if source.File != "" {
		text, err := readFile(source.File)
		if err != nil {
			return nil, fmt.Errorf("the configuration cannot be read: %w", err)
		}
		if values := r.document(text); values != nil {
			assign(filled, values)
		}
		for _, values := range r.moved {
			assign(filled, values)
		}
	}
	overrides, warnings, problems := fromEnvironment(env, shape.typ)
	if _, said := env[EnvPrefix+"LISTEN"]; !said {
		port, err := AtPort(env[portVariable])
		if err != nil {
			problems = append(problems, Problem{Source: portVariable, Key: "listen", Message: err.Error()})
		} else if port != "" {
			overrides = append(overrides, map[string]any{"listen": port})
		}
	}
	for _, override := range overrides {
		assign(filled, override)
	}
	r.problems = append(r.problems, problems...)
	if source.Warn != nil {
		for _, w := range append(r.warnings, warnings...) {
			source.Warn(w)
		}
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	c := shape.config(filled)
	if source.Override != nil {
		source.Override(c)
	}
	c.applyProduction()
	return c, r.check(c)
}

// applyProduction switches off what is not for the public.
func (c *Config) applyProduction() {
	if c.Production {
		c.GraphQL.Explain = false
		c.GraphQL.Introspection, c.GraphQL.Suggestions, c.Playground.Enabled, c.Errors.Redact = false, false, false, true
	}
}

func environment(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env[name] = value
		}
	}
	return env
}

// fromEnvironment collects the settings that environment variables override. Variables that name no setting are left
// alone: Kubernetes puts its own WEFT_* variables into pods next to a service called weft.
func fromEnvironment(env map[string]string, shape reflect.Type) (values []map[string]any, warnings, problems Problems) {
	names := make([]string, 0, len(env))
	for name := range env {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, EnvPrefix)
		if !ok {
			continue
		}
		path, leaf := settingOf(rest, shape)
		if to := movedVariable(rest); leaf == nil && to != "" {
			variable := EnvPrefix + strings.ToUpper(strings.ReplaceAll(to, ".", "_"))
			told := Problem{Source: name, Message: "the setting is called " + to + " now: set " + variable}
			path, leaf = settingOf(strings.TrimPrefix(variable, EnvPrefix), shape)
			switch _, both := env[variable]; {
			case leaf == nil:
				problems = append(problems, told)
			case both:
				told.Message += " alone: both are set, and this one does not count"
				leaf = nil
				fallthrough
			default:
				warnings = append(warnings, told)
			}
		}
		text := env[name]
		if base, isFile := strings.CutSuffix(rest, "_FILE"); leaf == nil && isFile {
			if path, leaf = settingOf(base, shape); leaf == nil || leaf.Kind() != reflect.String {
				continue
			}
			var err error
			if text, err = readSecret(text); err != nil {
				problems = append(problems, Problem{Source: name, Key: strings.Join(path, "."), Message: err.Error()})
				continue
			}
		}
		if leaf == nil {
			continue
		}
		value, err := fromText(text, leaf)
		if err != nil {
			problems = append(problems, Problem{Source: name, Key: strings.Join(path, "."), Message: err.Error()})
			continue
		}
		values = append(values, nested(path, value))
	}
	return values, warnings, problems
}

// fromText reads a setting from the value of an environment variable.
func fromText(text string, typ reflect.Type) (any, error) {
	if typ.Kind() != reflect.Slice {
		return scalar(text, typ)
	}
	if typ.Elem().Kind() != reflect.String {
		return nil, fmt.Errorf("this list cannot be set from the environment; use the configuration file")
	}
	list := []any{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list, nil
}
