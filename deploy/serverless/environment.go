package serverless

import (
	"fmt"
	"os"
	"strconv"
)

// FromEnvironment reads options: WEFT_LAMBDA_PREFIX and WEFT_LAMBDA_STREAMING.
func FromEnvironment() (o Options, err error) {
	o.Prefix = os.Getenv("WEFT_LAMBDA_PREFIX")
	if text := os.Getenv("WEFT_LAMBDA_STREAMING"); text != "" {
		if o.Streaming, err = strconv.ParseBool(text); err != nil {
			return o, fmt.Errorf("WEFT_LAMBDA_STREAMING is %q; write true or false", text)
		}
	}
	return o, nil
}
