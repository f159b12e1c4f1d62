package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Example is a configuration file with every setting, its description and its default, all commented out.
func Example(sections []Section) string {
	var b strings.Builder
	shape := newRoot(sections)
	b.WriteString("# The Weft router's configuration. Every setting is optional except where the graph comes from.\n")
	b.WriteString("# Values may use environment variables: ${NAME}, or ${NAME:-default}.\n")
	b.WriteString("# Each setting can also be given as an environment variable: WEFT_LIMITS_BODY_BYTES=2MB.\n")
	writeExample(&b, shape.descriptions(), "Config", shape.defaults(), "")
	return b.String()
}

func writeExample(b *strings.Builder, texts map[string]string, name string, section reflect.Value, indent string) {
	typ := section.Type()
	for i := range typ.NumField() {
		f := typ.Field(i)
		key, value := keyOf(f), section.Field(i)
		if key == "" {
			continue
		}
		if indent == "" {
			b.WriteString("\n")
		}
		text := texts[name+"."+f.Name]
		if text == "" {
			text = texts[f.Name]
		}
		fmt.Fprintf(b, "%s# %s\n", indent, text)
		switch {
		case value.Kind() == reflect.Struct:
			fmt.Fprintf(b, "#%s%s:\n", indent, key)
			writeExample(b, texts, value.Type().Name(), value, indent+"  ")
		case value.Kind() == reflect.Map || value.Kind() == reflect.Pointer:
			fmt.Fprintf(b, "#%s%s: {}\n", indent, key)
		default:
			fmt.Fprintf(b, "#%s%s: %s\n", indent, key, exampleValue(value))
		}
	}
}

func exampleValue(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case time.Duration:
		return shortDuration(value)
	case ByteSize:
		return value.String()
	case string:
		if value == "" {
			return `""`
		}
		return value
	case []string:
		return "[" + strings.Join(value, ", ") + "]"
	default:
		if v.Kind() == reflect.Slice {
			return "[]"
		}
		return fmt.Sprint(value)
	}
}

// shortDuration leaves out the zeros that time.Duration writes: 1h instead of 1h0m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}
