package clock

import (
	"testing"
)

func FuzzReceive(f *testing.F) {
	f.Add("1700000000000000\n0\n0\ne:abc\ns:products")
	f.Fuzz(func(_ *testing.T, payload string) {
		c := NewTable(NewVersions(4), nil, TableOptions{})
		c.Receive(payload)
	})
}
