package orders

import "time"

// Saga is the checkout behind an order: what was asked of stock and payment, and what comes next. It is stored with the
// order, and changed in the same transactions, so that a crash at any place goes on from there.
type Saga struct {
	OrderID string
	Step    SagaStep
	// DueAt is when it goes on by itself; zero when there is nothing to do.
	DueAt time.Time
	// ClaimedUntil is until when a process has it: two do not talk to the payment provider at the same time.
	ClaimedUntil time.Time
	// Attempts is how often the present step was tried.
	Attempts int
	// ReserveBy is when stock must have set pieces aside, and Deadline when everything must be certain.
	ReserveBy, Deadline time.Time
	// Charged says that the provider may hold money, and Held that stock may be set aside or taken out.
	Charged, Held bool
	// Problem is what went wrong at the last attempt.
	Problem string
}

// LastError is what went wrong at the last attempt; nil when nothing did.
func (s *Saga) LastError() *string { return orNil(s.Problem) }

// SagaStep is what a saga does next, or waits for.
type SagaStep string

// The steps. Reserve, Commit and Undo wait for an answer of stock; Authorise, Capture and Undo ask the payment
// provider.
const (
	StepReserve   SagaStep = "RESERVE"
	StepAuthorise SagaStep = "AUTHORISE"
	StepCommit    SagaStep = "COMMIT"
	StepCapture   SagaStep = "CAPTURE"
	StepUndo      SagaStep = "UNDO"
	StepDone      SagaStep = "DONE"
)

// begin makes the saga of a new order.
func (t Timing) begin(order *Order, now time.Time) *Saga {
	return &Saga{
		OrderID: order.ID, Step: StepReserve, DueAt: now.Add(t.First), Held: true,
		ReserveBy: now.Add(t.Reserve), Deadline: now.Add(t.Whole),
	}
}

// next goes on to the step, at once.
func (s *Saga) next(step SagaStep, now time.Time) {
	s.Step, s.DueAt, s.Attempts, s.Problem = step, now, 0, ""
}

// wait goes on to a step that waits for an answer, and asks again when none comes.
func (s *Saga) wait(step SagaStep, now time.Time, t Timing) {
	s.next(step, now)
	s.DueAt = now.Add(t.First)
}

// retry comes back to the step after a pause.
func (s *Saga) retry(now time.Time, t Timing, problem string) {
	pause := t.First
	for i := 0; i < s.Attempts && pause < t.Most; i++ {
		pause *= 2
	}
	s.Attempts++
	s.DueAt, s.Problem = now.Add(min(pause, t.Most)), problem
}

// fail ends the order in the state, and has the saga undo what was done.
func (s *Saga) fail(order *Order, state OrderState, reason string, now time.Time) {
	order.enter(state, now)
	order.Why = reason
	s.next(StepUndo, now)
	s.finishUndo(order)
}

// finishUndo is done when nothing is left to be undone.
func (s *Saga) finishUndo(order *Order) {
	if !s.Charged && order.Paid != PaymentDeclined {
		order.Paid = PaymentVoided
	}
	if !s.Charged && !s.Held {
		s.done()
	}
}

func (s *Saga) done() {
	s.Step, s.DueAt, s.Attempts, s.Problem = StepDone, time.Time{}, 0, ""
}

// hear takes in what stock says of the order, and reports whether that changes anything: what comes late does not.
func (s *Saga) hear(order *Order, reservation ReservationState, reason string, now time.Time) bool {
	switch s.Step {
	case StepReserve:
		switch reservation {
		case ReservationHeld:
			order.enter(Reserved, now)
			s.next(StepAuthorise, now)
		case ReservationRefused:
			s.Held = false
			s.fail(order, Rejected, reason, now)
		case ReservationExpired, ReservationReleased:
			s.Held = false
			s.fail(order, Expired, "the pieces were not set aside for long enough", now)
		default:
			return false
		}
	case StepCommit:
		switch reservation {
		case ReservationCommitted:
			s.next(StepCapture, now)
		case ReservationExpired, ReservationReleased, ReservationRefused:
			s.Held = false
			s.fail(order, Expired, "the pieces were not set aside for long enough", now)
		default:
			return false
		}
	case StepUndo:
		if !s.Held || reservation == ReservationHeld || reservation == ReservationCommitted {
			return false
		}
		s.Held = false
		s.finishUndo(order)
	default:
		return false
	}
	return true
}

// ReservationState is how the pieces of an order stand, as inventory says.
type ReservationState string

// The states of a reservation.
const (
	ReservationHeld      ReservationState = "HELD"
	ReservationRefused   ReservationState = "REFUSED"
	ReservationCommitted ReservationState = "COMMITTED"
	ReservationReleased  ReservationState = "RELEASED"
	ReservationExpired   ReservationState = "EXPIRED"
)
