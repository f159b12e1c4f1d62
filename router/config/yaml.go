package config

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds what aliases can expand to.
const maxNodes = 100_000

// reader turns the YAML document into plain values that fit the configuration's types, and remembers where each
// setting stands.
type reader struct {
	file     string
	env      func(string) (string, bool)
	problems Problems
	// at is the position of every setting by path.
	at    map[string]*yaml.Node
	nodes int
	// shape is the type of the whole configuration.
	shape reflect.Type
	// moved are the values of settings that stand at their old places, by their new ones.
	moved    []map[string]any
	warnings Problems
}

func (r *reader) report(node *yaml.Node, path []string, format string, args ...any) {
	r.problems = append(r.problems, Problem{
		File: r.file, Line: node.Line, Column: node.Column, Key: strings.Join(path, "."), Message: fmt.Sprintf(format, args...),
	})
}

// document reads the whole text.
func (r *reader) document(text []byte) map[string]any {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		r.problems = append(r.problems, syntaxProblem(r.file, text, err))
		return nil
	}
	if len(doc.Content) == 0 {
		return nil
	}
	value, _ := r.value(doc.Content[0], r.shape, nil).(map[string]any)
	return value
}

// syntaxProblem says where a text stops being YAML. A bracket or quote that is open is shown where it opens: the parser
// itself only tells how far it came, which can be the end of the file.
func syntaxProblem(file string, text []byte, err error) Problem {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if line, column, what, ok := unclosed(text); ok {
		return Problem{File: file, Line: line, Column: column, Message: what}
	}
	var line int
	if _, scanErr := fmt.Sscanf(message, "line %d:", &line); scanErr == nil && line > 0 {
		_, message, _ = strings.Cut(message, ": ")
		return Problem{File: file, Line: line, Column: 1, Message: "this is not YAML: " + message}
	}
	return Problem{File: file, Message: "this is not YAML: " + message}
}

// value reads a node as a value of type typ. It returns nil when there is none or it is wrong.
func (r *reader) value(node *yaml.Node, typ reflect.Type, path []string) any {
	if r.nodes++; r.nodes > maxNodes {
		if r.nodes == maxNodes+1 {
			r.report(node, path, "the file expands to more than %d values", maxNodes)
		}
		return nil
	}
	r.at[strings.Join(path, ".")] = node
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		if node.Value == "NULL" && typ.Kind() == reflect.String {
			r.report(node, path, `must be text: write it in quotes ("NULL"), without them it means that there is no value`)
		}
		return nil
	}
	switch {
	case typ.Kind() == reflect.Struct:
		return r.section(node, path, func(key string) (reflect.Type, bool) { return fieldType(typ, key) }, typ)
	case typ.Kind() == reflect.Map:
		return r.section(node, path, func(string) (reflect.Type, bool) { return typ.Elem(), true }, typ)
	case typ.Kind() == reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			r.report(node, path, "must be a list, like [a, b]")
			return nil
		}
		list := []any{}
		for i, item := range node.Content {
			if v := r.value(item, typ.Elem(), append(path[:len(path):len(path)], fmt.Sprint(i))); v != nil {
				list = append(list, v)
			}
		}
		return list
	}
	if node.Kind != yaml.ScalarNode {
		r.report(node, path, "must be %s", describe(typ))
		return nil
	}
	text, err := expand(node.Value, r.env)
	if err != nil {
		r.report(node, path, "%s", err)
		return nil
	}
	value, err := scalar(text, typ)
	if err == nil && typ.Kind() == reflect.String && node.Tag != "!!str" {
		err = fmt.Errorf("must be text: write it in quotes")
	}
	if err != nil {
		r.report(node, path, "%s", err)
		return nil
	}
	return value
}

func (r *reader) section(
	node *yaml.Node,
	path []string,
	lookup func(string) (reflect.Type, bool),
	typ reflect.Type,
) any {
	if node.Kind != yaml.MappingNode {
		r.report(node, path, "must be a section with settings below it")
		return nil
	}
	values := map[string]any{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, item := node.Content[i], node.Content[i+1]
		sub := append(path[:len(path):len(path)], name.Value)
		elem, known := lookup(name.Value)
		if to := movedTo(sub); !known && to != "" {
			r.readMoved(name, item, sub, to)
			continue
		}
		if base, elem := fileOf(name.Value, lookup); !known && base != "" {
			at := append(path[:len(path):len(path)], base)
			if _, twice := r.at[strings.Join(at, ".")]; twice || values[base] != nil {
				r.report(name, sub, "stands beside %s; only one of them can count", base)
			} else if v := r.fromFile(item, elem, sub); v != nil {
				r.at[strings.Join(at, ".")] = item
				values[base] = v
			}
			continue
		}
		if !known {
			r.report(name, path, "%s", Unknown("setting", name.Value, "here", keysOf(typ)))
			continue
		}
		if _, twice := r.at[strings.Join(sub, ".")]; twice {
			r.report(name, sub, "stands here twice")
			continue
		}
		if v := r.value(item, elem, sub); v != nil {
			values[name.Value] = v
		}
	}
	return values
}

// scalar reads the text of a setting of a simple type.
func scalar(text string, typ reflect.Type) (any, error) {
	switch {
	case typ == durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			if text == "0" {
				return time.Duration(0), nil
			}
			return nil, fmt.Errorf("%q is not a duration; write one like 500ms, 10s or 1h30m", text)
		}
		return d, nil
	case typ == byteSizeType:
		var size ByteSize
		err := size.UnmarshalText([]byte(text))
		return size, err
	case typ.Kind() == reflect.String:
		return text, nil
	}
	value := reflect.New(typ)
	if err := yaml.Unmarshal([]byte(text), value.Interface()); err != nil || text == "" {
		return nil, fmt.Errorf("must be %s, not %q", describe(typ), text)
	}
	return value.Elem().Interface(), nil
}

func describe(typ reflect.Type) string {
	switch {
	case typ == durationType:
		return "a duration like 10s"
	case typ == byteSizeType:
		return "a size like 64MB"
	case typ.Kind() == reflect.Bool:
		return "true or false"
	case typ.Kind() == reflect.String:
		return "text"
	case typ.Kind() == reflect.Float64:
		return "a number"
	default:
		return "a whole number"
	}
}

// expand replaces ${NAME} by the environment variable of that name, and ${NAME:-default} by the default when it is not
// set. "$${" stands for "${".
func expand(text string, env func(string) (string, bool)) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		if !found {
			out.WriteString(text)
			return out.String(), nil
		}
		if escaped, ok := strings.CutSuffix(before, "$"); ok {
			out.WriteString(escaped + "${")
			text = rest
			continue
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", fmt.Errorf("%q has a ${ without a }; write $${ to mean the characters themselves", text)
		}
		name, fallback, hasFallback := strings.Cut(inside, ":-")
		value, set := env(name)
		switch {
		case set && (value != "" || !hasFallback):
		case hasFallback:
			value = fallback
		default:
			return "", fmt.Errorf("the environment variable %s is not set; set it, or write ${%s:-default}", name, name)
		}
		out.WriteString(before + value)
		text = after
	}
}

// readFile reads a configuration file of a sensible size.
func readFile(path string) ([]byte, error) {
	const largest = 8 << 20
	info, err := os.Stat(path)
	if err != nil {
		return nil, ExplainFile(path, err)
	}
	if info.Size() > largest {
		return nil, fmt.Errorf("%s is larger than %d MB; this cannot be a configuration", path, largest>>20)
	}
	return ReadFile(path)
}
