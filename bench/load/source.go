package load

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/stub"
)

// The numbers that make requests distinct have ten digits, so that bodies keep their length, and fit a GraphQL Int.
const (
	firstNumber = 1_000_000_000
	lastNumber  = 1<<31 - 1
)

// The numbers that answers repeat have six digits: subgraphs have to repeat them, too, and must not take two for one.
const (
	firstEchoed = 100_000
	lastEchoed  = 999_999
)

// source is one kind of request: the body before, between and after the places of the number, and what to answer.
type source struct {
	name    string
	parts   [][]byte
	checker *checker
	number  *atomic.Int64
	// echoes tells that the answer has the request's number in it.
	echoes bool
}

// newSources returns what the configuration says to send, in turn.
func newSources(config *Config) ([]*source, error) {
	number := new(atomic.Int64)
	number.Store(rand.Int64N((lastNumber - firstNumber) / 2))
	if config.Operation != "" {
		return operationSource(config, number)
	}
	if config.Expected != "" {
		return nil, fmt.Errorf("an expected answer (%s) is given without an operation", config.Expected)
	}
	reference, err := stub.NewReference(max(config.Scale, 1))
	if err != nil {
		return nil, err
	}
	var sources []*source
	for _, name := range config.Workload {
		w, err := definition.FindWorkload(name)
		if err != nil {
			return nil, err
		}
		expected := w.Expected
		if config.Scale > 1 {
			expected = reference.Answer(w.Body)
		}
		checker, err := newChecker(expected)
		if err != nil {
			return nil, fmt.Errorf("workload %s: %w", name, err)
		}
		s := newSource(name, w.Body, checker, number)
		s.echoes = bytes.Contains(expected, []byte(definition.DistinctNumber))
		sources = append(sources, s)
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("no workload is chosen: use one or more of %q", definition.WorkloadNames())
	}
	return sources, nil
}

func operationSource(config *Config, number *atomic.Int64) ([]*source, error) {
	body, err := os.ReadFile(config.Operation)
	if err != nil {
		return nil, fmt.Errorf("operation: %w", err)
	}
	var expected []byte
	if config.Expected != "" {
		if expected, err = os.ReadFile(config.Expected); err != nil {
			return nil, fmt.Errorf("expected answer: %w", err)
		}
	}
	checker, err := newChecker(expected)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", config.Expected, err)
	}
	return []*source{newSource(config.Operation, body, checker, number)}, nil
}

func newSource(name string, body []byte, checker *checker, number *atomic.Int64) *source {
	parts := bytes.Split(bytes.TrimSpace(body), []byte(definition.DistinctNumber))
	return &source{name: name, parts: parts, checker: checker, number: number}
}

// appendBody appends the next request body, and returns its number, which is in it where the workload says so.
func (s *source) appendBody(body []byte) ([]byte, int64) {
	body = append(body, s.parts[0]...)
	n := s.number.Add(1)
	if s.echoes {
		n = firstEchoed + n%(lastEchoed-firstEchoed)
	} else {
		n = firstNumber + n%(lastNumber-firstNumber)
	}
	for _, part := range s.parts[1:] {
		body = strconv.AppendInt(body, n, 10)
		body = append(body, part...)
	}
	return body, n
}

// check judges the answer to the request with that number.
func (s *source) check(body, encoding []byte, number int64) (verdict, string) {
	if s.echoes && len(encoding) == 0 {
		body = bytes.ReplaceAll(body, strconv.AppendInt(nil, number, 10), []byte(definition.DistinctNumber))
	}
	return s.checker.check(body, encoding)
}
