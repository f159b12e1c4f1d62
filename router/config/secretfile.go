package config

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Every setting that is text can be given as a file that has it, under its key with _file behind it: secrets of
// containers come as files. A line break at the end of the file does not count.

// largestSecret bounds such a file, in bytes.
const largestSecret = 64 << 10

// fileOf is the setting whose value a key with _file behind it names the file of; empty when it is no such key.
func fileOf(key string, lookup func(string) (reflect.Type, bool)) (base string, typ reflect.Type) {
	base, ok := strings.CutSuffix(key, "_file")
	if !ok {
		return "", nil
	}
	if typ, ok = lookup(base); !ok || typ.Kind() != reflect.String {
		return "", nil
	}
	return base, typ
}

// fromFile reads a setting from the file that a node names.
func (r *reader) fromFile(node *yaml.Node, typ reflect.Type, path []string) any {
	name, ok := r.value(node, typ, path).(string)
	if !ok {
		return nil
	}
	text, err := readSecret(name)
	if err != nil {
		r.report(node, path, "%s", err)
		return nil
	}
	return text
}

func readSecret(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", ExplainFile(name, err)
	}
	if info.Size() > largestSecret {
		return "", fmt.Errorf("%s has more than %d bytes; this cannot be a setting", name, largestSecret)
	}
	text, err := ReadFile(name)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
