package http1

import "time"

// deadline is when a connection's reads or writes fail. It is moved only when it would be too early, or late by more
// than an eighth, so that most requests do not touch a timer. The zero time is none.
type deadline struct {
	move func(time.Time) error
	at   time.Time
}

// in sets the deadline to be in so long; never when that is zero.
func (d *deadline) in(timeout time.Duration) { d.by(time.Now(), timeout) }

// by sets the deadline to be so long after a time; never when that is zero.
func (d *deadline) by(start time.Time, timeout time.Duration) {
	earliest := start.Add(timeout)
	latest := earliest.Add(timeout / 8)
	switch {
	case timeout == 0 && !d.at.IsZero():
		d.set(time.Time{})
	case timeout > 0 && (d.at.Before(earliest) || d.at.After(latest)):
		d.set(latest)
	}
}

// set moves the deadline at once. That fails only on a connection that is closed, which the next read or write tells.
func (d *deadline) set(at time.Time) {
	d.at = at
	_ = d.move(at)
}
