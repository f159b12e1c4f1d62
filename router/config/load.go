// Package config is the router's configuration: one YAML file, overridden by environment variables, checked as a
// whole. Every problem is reported with its place and how to mend it.
package config

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
	"go.yaml.in/yaml/v3"
)

// EnvPrefix begins the names of environment variables that override settings: WEFT_LIMITS_BODY_BYTES is
// limits.body_bytes. Values of list settings are separated by commas.
const EnvPrefix = "WEFT_"

// delimiter joins the keys of a path inside koanf; no key has it.
const delimiter = "\x00"

// Source is what a configuration is read from.
type Source struct {
	// File is the path of the YAML file; none when empty.
	File string
	// Environ are the environment variables as NAME=value; os.Environ() when nil.
	Environ []string
	// Override changes the configuration after file and environment and before it is checked; optional.
	Override func(*Config)
}

// Load reads and checks a configuration. The error is of type Problems unless the file cannot be read.
func Load(source Source) (*Config, error) {
	if source.Environ == nil {
		source.Environ = os.Environ()
	}
	env := environment(source.Environ)
	r := &reader{file: source.File, env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }, at: map[string]*yaml.Node{}}
	layers := koanf.New(delimiter)
	if source.File != "" {
		text, err := readFile(source.File)
		if err != nil {
			return nil, fmt.Errorf("the configuration cannot be read: %w", err)
		}
		if values := r.document(text); values != nil {
			if err := layers.Load(confmap.Provider(values, ""), nil); err != nil {
				return nil, err
			}
		}
	}
	overrides, problems := fromEnvironment(env)
	if err := layers.Load(confmap.Provider(overrides, delimiter), nil); err != nil {
		return nil, err
	}
	r.problems = append(r.problems, problems...)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	c := Default()
	if err := decode(layers, &c); err != nil {
		return nil, err
	}
	if source.Override != nil {
		source.Override(&c)
	}
	return &c, r.check(&c)
}

// decode writes the given settings over the defaults in c.
func decode(layers *koanf.Koanf, c *Config) error {
	return layers.UnmarshalWithConf("", c, koanf.UnmarshalConf{Tag: "koanf", DecoderConfig: &mapstructure.DecoderConfig{
		Result: c, ErrorUnused: true, TagName: "koanf",
		DecodeHook: func(_, to reflect.Type, data any) (any, error) {
			if size, ok := data.(*ByteSize); ok && to == byteSizeType {
				return *size, nil
			}
			return data, nil
		},
	}})
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
func fromEnvironment(env map[string]string) (map[string]any, Problems) {
	values := map[string]any{}
	var problems Problems
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
		path, leaf := settingOf(rest, reflect.TypeFor[Config]())
		if leaf == nil {
			continue
		}
		value, err := fromText(env[name], leaf)
		if err != nil {
			problems = append(problems, Problem{Source: name, Key: strings.Join(path, "."), Message: err.Error()})
			continue
		}
		values[strings.Join(path, delimiter)] = value
	}
	return values, problems
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
