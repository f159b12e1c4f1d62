package exectest

import (
	"encoding/json"
	"fmt"
)

// Partial checks that got is want with some values replaced by null.
func Partial(want, got json.RawMessage) error {
	if string(got) == "null" {
		return nil
	}
	if len(want) == 0 || len(got) == 0 || want[0] != got[0] {
		return fmt.Errorf("%s where there should be %s", got, want)
	}
	switch got[0] {
	case '{':
		var w, g map[string]json.RawMessage
		if json.Unmarshal(want, &w) != nil || json.Unmarshal(got, &g) != nil || len(w) != len(g) {
			return fmt.Errorf("%s where there should be %s", got, want)
		}
		for key := range w {
			if err := Partial(w[key], g[key]); err != nil {
				return err
			}
		}
	case '[':
		var w, g []json.RawMessage
		if json.Unmarshal(want, &w) != nil || json.Unmarshal(got, &g) != nil || len(w) != len(g) {
			return fmt.Errorf("%s where there should be %s", got, want)
		}
		for i := range w {
			if err := Partial(w[i], g[i]); err != nil {
				return err
			}
		}
	default:
		if string(want) != string(got) {
			return fmt.Errorf("%s where there should be %s", got, want)
		}
	}
	return nil
}
