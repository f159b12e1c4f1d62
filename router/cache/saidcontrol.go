package cache

import (
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/cache/policy"
)

// saidControl are the values of the headers Cache-Control and Age, and what they mean.
type saidControl struct {
	cacheControl, age string
	means             policy.Control
}

// control reads the headers of an answer. What cannot be parsed is not stored.
func (r *requestCache) control(header func(name string) []byte, now time.Time) policy.Control {
	cacheControl, age := header("Cache-Control"), header("Age")
	if last := r.said.Load(); last != nil && last.cacheControl == string(cacheControl) && last.age == string(age) {
		return last.means
	}
	means, remembered := policy.ReadControl(header, now)
	if remembered {
		r.said.Store(&saidControl{cacheControl: string(cacheControl), age: string(age), means: means})
	}
	return means
}

func containsFold(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}
