package fedtest

import (
	"bytes"
	"fmt"
)

// same compares an answer without errors with the expected data, byte for byte.
func same(want, got *answer) error {
	if len(got.Errors) > 0 && len(want.Errors) == 0 {
		return fmt.Errorf("unexpected error %q at %v", got.Errors[0].Message, got.Errors[0].Path)
	}
	if !bytes.Equal(want.Data, got.Data) {
		return fmt.Errorf("the data differ")
	}
	return nil
}
