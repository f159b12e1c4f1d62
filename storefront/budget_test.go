package storefront_test

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/weft-graphql/weft/storefront"
)

// budget is what all JavaScript of the storefront may have, compressed: the first page takes less than half of it.
const budget = 120 << 10

// TestTheStorefrontKeepsItsBudget counts what would be loaded if somebody went to every page.
func TestTheStorefrontKeepsItsBudget(t *testing.T) {
	packages, err := storefront.Manifests(storefront.Built())
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, m := range packages {
		for _, file := range m.Files {
			packed, err := fs.ReadFile(storefront.Built(), m.Name+"/"+file+".gz")
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, ".js") {
				total += len(packed)
			}
		}
	}
	t.Logf("all JavaScript: %d bytes, compressed", total)
	if total > budget {
		t.Errorf("all JavaScript has %d bytes, compressed; %d are allowed", total, budget)
	}
}

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	unpacker, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacker)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
