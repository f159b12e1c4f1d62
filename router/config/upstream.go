package config

import "reflect"

// For returns the settings for a subgraph: its own, and where those are left out the ones for all.
func (u *Upstream) For(name string) UpstreamSettings {
	settings := u.All
	own, ok := u.Subgraphs[name]
	if ok {
		inherit(valueOf(&settings), valueOf(&own))
	}
	return settings
}

// valueOf is what a pointer points to.
func valueOf[T any](settings *T) reflect.Value { return reflect.ValueOf(settings).Elem() }

// inherit writes what is set in own over base, section by section.
func inherit(base, own reflect.Value) {
	for i := range base.NumField() {
		switch from, to := own.Field(i), base.Field(i); {
		case from.Kind() == reflect.Struct:
			inherit(to, from)
		case !from.IsZero():
			to.Set(from)
		}
	}
}
