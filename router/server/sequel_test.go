package server

import (
	"context"
	"slices"
	"testing"
)

// letters is a sequel of so many parts, of which so many are still to come.
type letters struct {
	left, late int
	ready      chan struct{}
	closed     int
}

func (l *letters) Ready() <-chan struct{} { return l.ready }

func (l *letters) Next(resp *Response) Step {
	switch {
	case l.left == 0:
		return Over
	case l.late > 0:
		l.late--
		return NotYet
	}
	l.left--
	resp.Body = append(resp.Buffer(), byte('a'+l.left))
	return Part
}

func (l *letters) Close() { l.closed++ }

func parts(resp *Response) []string {
	var got []string
	for part := range resp.Parts(context.Background()) {
		got = append(got, string(part.Bytes()))
	}
	return got
}

func TestAnAnswerIsASequence(t *testing.T) {
	open := make(chan struct{})
	close(open)
	one := &Response{}
	one.Body = append(one.Buffer(), "whole"...)
	if got := parts(one); !slices.Equal(got, []string{"whole"}) || one.Body != nil || one.buffer != nil {
		t.Errorf("one part: %q, then %+v", got, one)
	}
	sequel := &letters{left: 2, late: 3, ready: open}
	more := &Response{Sequel: sequel}
	more.Body = append(more.Buffer(), "first"...)
	if got := parts(more); !slices.Equal(got, []string{"first", "b", "a"}) || sequel.closed != 1 || more.buffer != nil {
		t.Errorf("three parts: %q, closed %d", got, sequel.closed)
	}
	sequel = &letters{left: 2, ready: open}
	if got := parts(&Response{Sequel: sequel}); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("a first part that is still to come: %q", got)
	}
}

func TestASequenceEndsEarly(t *testing.T) {
	never := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	sequel := &letters{left: 1, late: 1, ready: never}
	resp := &Response{Sequel: sequel}
	if resp.Next(ctx) {
		t.Error("a part came out of a sequel that had none yet")
	}
	if resp.Release(); sequel.closed != 1 || resp.Sequel != nil {
		t.Errorf("closed %d times", sequel.closed)
	}
	broken := &Response{Sequel: &letters{left: 1}, Ended: EndedByError}
	broken.Body = append(broken.Buffer(), "error"...)
	if got := parts(broken); !slices.Equal(got, []string{"error"}) {
		t.Errorf("behind the end: %q", got)
	}
	taken := &letters{left: 9, ready: never}
	for range (&Response{Body: []byte("first"), Sequel: taken}).Parts(context.Background()) {
		break
	}
	if taken.closed != 1 {
		t.Errorf("a consumer that went away left the sequence open")
	}
}
