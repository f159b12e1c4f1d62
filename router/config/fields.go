package config

import (
	"reflect"
	"strings"
	"time"
)

// The configuration's shape comes from its types: a key per field, named by the yaml tag.

var (
	durationType = reflect.TypeFor[time.Duration]()
	byteSizeType = reflect.TypeFor[ByteSize]()
)

// field is a setting of a section.
type field struct {
	key string
	typ reflect.Type
}

// keyOf is the key of a field; empty when it is no setting.
func keyOf(f reflect.StructField) string {
	key := f.Tag.Get("yaml")
	if key == "-" || !f.IsExported() {
		return ""
	}
	return key
}

// fieldsOf lists the settings of a section in order.
func fieldsOf(section reflect.Type) []field {
	var fields []field
	for i := range section.NumField() {
		if key := keyOf(section.Field(i)); key != "" {
			fields = append(fields, field{key, section.Field(i).Type})
		}
	}
	return fields
}

// fieldIndex finds the field of a setting that is there.
func fieldIndex(section reflect.Type, key string) int {
	for i := range section.NumField() {
		if keyOf(section.Field(i)) == key {
			return i
		}
	}
	panic("there is no setting " + key + " in " + section.String())
}

func keysOf(section reflect.Type) []string {
	var keys []string
	for _, f := range fieldsOf(section) {
		keys = append(keys, f.key)
	}
	return keys
}

func fieldType(section reflect.Type, key string) (reflect.Type, bool) {
	for _, f := range fieldsOf(section) {
		if f.key == key {
			return f.typ, true
		}
	}
	return nil, false
}

// settingOf finds the setting that the rest of an environment variable's name stands for: LIMITS_BODY_BYTES is
// limits.body_bytes, UPSTREAM_SUBGRAPHS_CATALOG_URL is upstream.subgraphs.catalog.url.
func settingOf(name string, typ reflect.Type) (path []string, leaf reflect.Type) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case name == "":
		if typ.Kind() == reflect.Struct || typ.Kind() == reflect.Map {
			return nil, nil
		}
		return []string{}, typ
	case typ.Kind() == reflect.Struct:
		for _, f := range fieldsOf(typ) {
			if rest, ok := cutWord(name, strings.ToUpper(f.key)); ok {
				if path, leaf := settingOf(rest, f.typ); leaf != nil {
					return append([]string{f.key}, path...), leaf
				}
			}
		}
	case typ.Kind() == reflect.Map:
		// The shortest key for which the rest makes sense: names with underscores work as long as that is unambiguous.
		for i := 1; i <= len(name); i++ {
			if i < len(name) && name[i] != '_' {
				continue
			}
			if path, leaf := settingOf(strings.TrimPrefix(name[i:], "_"), typ.Elem()); leaf != nil {
				return append([]string{strings.ToLower(name[:i])}, path...), leaf
			}
		}
	}
	return nil, nil
}

// cutWord cuts a word and the underscore after it from the front of a name.
func cutWord(name, word string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(name, word)
	if !ok || rest == "" {
		return rest, ok
	}
	return strings.CutPrefix(rest, "_")
}
