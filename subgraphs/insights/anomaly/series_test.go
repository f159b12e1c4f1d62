package anomaly_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
)

// daily is a rate that goes up and down with the day, grows by 2 % a week and is a little noisy.
func daily(r *rand.Rand, i int) float64 {
	day := float64(i) / float64(perDay)
	return 100 * math.Exp(0.5*math.Sin(2*math.Pi*day)+0.02*day/7+0.05*r.NormFloat64())
}

// feed gives a series samples from one place to another, each changed by change, and returns what it finds.
func feed(s *anomaly.Series, r *rand.Rand, from, to int, change func(float64) float64) (found []anomaly.Finding) {
	for i := from; i < to; i++ {
		found = append(found, s.Look(at(i))...)
		found = append(found, s.Observe(at(i), change(daily(r, i)))...)
	}
	return found
}

func same(v float64) float64 { return v }

func newRand() *rand.Rand { return rand.New(rand.NewPCG(7, 11)) }

// learned is a series that knows four quiet weeks.
func learned(t *testing.T, r *rand.Rand) *anomaly.Series {
	t.Helper()
	s := anomaly.New(anomaly.Settings{Name: "requests", Unit: "/s"})
	if found := feed(s, r, 0, learning, same); len(found) > 0 {
		t.Fatalf("in quiet weeks it found %v", found)
	}
	return s
}

func TestIncidentIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newRand()
	s := learned(t, r)
	from := learning + 10*perHour
	found := feed(s, r, learning, from, same)
	found = append(found, feed(s, r, from, from+2*perHour, func(v float64) float64 { return v / 2 })...)
	found = append(found, feed(s, r, from+2*perHour, from+perDay, same)...)
	if len(found) != 2 || found[0].Stage != anomaly.Begun || found[1].Stage != anomaly.Ended {
		t.Fatalf("found %+v; want one beginning and one end", found)
	}
	if f, unusual := s.Unusual(); unusual {
		t.Errorf("after its end it is unusual: %+v", f)
	}
	begun, ended := found[0], found[1]
	if begun.Above || !begun.Began.Equal(at(from)) || !ended.Began.Equal(begun.Began) ||
		ended.Ending != anomaly.Returned {
		t.Errorf("the incident began %s and ended as %q; want %s and returned", begun.Began, ended.Ending, at(from))
	}
	if math.Abs(begun.Observed/begun.Expected.Value-0.5) > 0.07 || begun.Score < 4 {
		t.Errorf(
			"observed %.1f, expected %.1f, score %.1f; want half",
			begun.Observed,
			begun.Expected.Value,
			begun.Score,
		)
	}
	for _, words := range []string{"requests was ", "/s is usual", "standard deviations below", "UTC"} {
		if !strings.Contains(begun.Why, words) {
			t.Errorf("why does not say %q: %s", words, begun.Why)
		}
	}
	if !strings.Contains(ended.Why, "as usual again") {
		t.Errorf("the end does not say that it is one: %s", ended.Why)
	}
}

func TestIncidentThatComesBackGoesOn(t *testing.T) {
	t.Parallel()
	r := newRand()
	s := learned(t, r)
	double := func(v float64) float64 { return v * 2 }
	found := feed(s, r, learning, learning+perHour, double)
	found = append(found, feed(s, r, learning+perHour, learning+2*perHour, same)...)
	found = append(found, feed(s, r, learning+2*perHour, learning+3*perHour, double)...)
	found = append(found, feed(s, r, learning+3*perHour, learning+perDay, same)...)
	var stages []anomaly.Stage
	for _, f := range found {
		stages = append(stages, f.Stage)
		if !f.Began.Equal(found[0].Began) {
			t.Errorf("a finding is of an incident of its own, begun %s", f.Began)
		}
	}
	want := []anomaly.Stage{anomaly.Begun, anomaly.Ended, anomaly.Resumed, anomaly.Ended}
	if !reflect.DeepEqual(stages, want) {
		t.Errorf("stages are %v; want %v", stages, want)
	}
}

func TestWhatLastsBecomesUsual(t *testing.T) {
	t.Parallel()
	for _, kind := range []anomaly.Kind{anomaly.Amount, anomaly.Count} {
		r := newRand()
		s := anomaly.New(anomaly.Settings{Kind: kind})
		feed(s, r, 0, learning, math.Round)
		found := feed(s, r, learning, learning+14*perDay, func(v float64) float64 { return math.Round(1.6 * v) })
		if len(found) != 2 || found[0].Stage != anomaly.Begun || found[1].Ending != anomaly.Accepted {
			t.Fatalf("kind %d: found %+v; want a beginning, and an end because it lasted", kind, found)
		}
		if lasted := found[1].EndedAt.Sub(found[0].Began); lasted < 5*24*time.Hour || lasted > 6*24*time.Hour {
			t.Errorf("kind %d: it was accepted after %s; want five days", kind, lasted)
		}
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	r := newRand()
	s := learned(t, r)
	var found []anomaly.Finding
	for i := learning; i < learning+3*perHour; i++ {
		found = append(found, s.Look(at(i))...)
	}
	found = append(found, feed(s, r, learning+3*perHour, learning+perDay, same)...)
	if len(found) != 2 || found[0].Reason != anomaly.Silence || found[1].Stage != anomaly.Ended {
		t.Fatalf("found %+v; want the beginning and the end of a silence", found)
	}
	if !found[0].Began.Equal(at(learning)) || !strings.Contains(found[0].Why, "samples are missing") {
		t.Errorf("the silence began %s: %s", found[0].Began, found[0].Why)
	}
}

// TestSilenceThatSaysNothing: series whose samples may be missing are not told of for that.
func TestSilenceThatSaysNothing(t *testing.T) {
	t.Parallel()
	r := newRand()
	s := anomaly.New(anomaly.Settings{Silence: -1})
	feed(s, r, 0, learning, same)
	if found := s.Look(at(learning + 3*perDay)); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
}

func TestSilenceEndsAnIncident(t *testing.T) {
	t.Parallel()
	r := newRand()
	s := learned(t, r)
	found := feed(s, r, learning, learning+perHour, func(v float64) float64 { return 3 * v })
	if f, unusual := s.Unusual(); !unusual || f.Began != found[0].Began {
		t.Errorf("it is unusual: %v, %+v", unusual, f)
	}
	found = append(found, s.Look(at(learning+4*perHour))...)
	if len(found) != 3 || found[1].Ending != anomaly.Vanished || found[2].Reason != anomaly.Silence {
		t.Fatalf("found %+v; want an incident, its end and a silence", found)
	}
}

// TestSides: what is not worth telling is not told.
func TestSides(t *testing.T) {
	t.Parallel()
	for sides, want := range map[anomaly.Sides][2]int{anomaly.Both: {1, 1}, anomaly.Above: {1, 0}, anomaly.Below: {0, 1}} {
		for i, factor := range []float64{2, 0.5} {
			r := newRand()
			s := anomaly.New(anomaly.Settings{Sides: sides})
			feed(s, r, 0, learning, same)
			found := feed(s, r, learning, learning+3*perHour, func(v float64) float64 { return factor * v })
			if len(found) != want[i] {
				t.Errorf("sides %d, times %.1f: found %d; want %d", sides, factor, len(found), want[i])
			}
		}
	}
}

// TestSaveAndRestore: a series that is saved and restored at any moment goes on as one that never was.
func TestSaveAndRestore(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		s := draw(seed)
		plain, moved := anomaly.New(s.settings), anomaly.New(s.settings)
		largest := 0
		for i, v := range s.values {
			if i%997 == 0 || i == s.labels[0].from+perHour {
				text, err := moved.Save()
				if err != nil {
					t.Fatal(err)
				}
				largest = max(largest, len(text))
				if moved, err = anomaly.Restore(s.settings, text); err != nil {
					t.Fatal(err)
				}
			}
			want, got := plain.Look(at(i)), moved.Look(at(i))
			if !math.IsNaN(v) {
				want, got = append(want, plain.Observe(at(i), v)...), append(got, moved.Observe(at(i), v)...)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf(
					"seed %d, sample %d: a restored series finds %+v; one that went on finds %+v",
					seed,
					i,
					got,
					want,
				)
			}
		}
		if largest > 24<<10 {
			t.Errorf("a saved state has %d bytes; at most 24 kB are to be", largest)
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	text, err := learned(t, newRand()).Save()
	if err != nil {
		t.Fatal(err)
	}
	for name, refused := range map[string]func() error{
		"rubbish": func() error { _, err := anomaly.Restore(anomaly.Settings{}, []byte("rubbish")); return err },
		"half":    func() error { _, err := anomaly.Restore(anomaly.Settings{}, text[:len(text)/2]); return err },
		"another step": func() error {
			_, err := anomaly.Restore(anomaly.Settings{Step: time.Hour}, text)
			return err
		},
		"another kind": func() error {
			_, err := anomaly.Restore(anomaly.Settings{Kind: anomaly.Count}, text)
			return err
		},
		"too long": func() error { _, err := anomaly.Restore(anomaly.Settings{}, make([]byte, 1<<20)); return err },
	} {
		if err := refused(); err == nil {
			t.Errorf("%s was restored", name)
		}
	}
}

// TestExpectAhead: the forecast follows hour, weekday and growth.
func TestExpectAhead(t *testing.T) {
	t.Parallel()
	r := newRand()
	s := learned(t, r)
	for _, ahead := range []int{0, 6 * perHour, perDay, 3*perDay + 5*perHour} {
		i := learning + ahead
		day := float64(i) / float64(perDay)
		want := 100 * math.Exp(0.5*math.Sin(2*math.Pi*day)+0.02*day/7)
		got, ok := s.Expect(at(i))
		if !ok || math.Abs(got.Value/want-1) > 0.05 || got.Low >= got.Value || got.High <= got.Value {
			t.Errorf("%d samples ahead %+v is expected; want about %.1f", ahead, got, want)
		}
	}
	if _, ok := anomaly.New(anomaly.Settings{}).Expect(begin); ok {
		t.Error("something is expected of a series without samples")
	}
}

// TestEarly: in the first hour, deviations from the samples just before are found.
func TestEarly(t *testing.T) {
	t.Parallel()
	r := newRand()
	s := anomaly.New(anomaly.Settings{Step: 10 * time.Second, Early: 30})
	var found []anomaly.Finding
	for i := range 200 {
		v := 20 + r.NormFloat64()
		if i >= 120 && i < 150 {
			v = 40 + r.NormFloat64()
		}
		found = append(found, s.Observe(begin.Add(time.Duration(i)*10*time.Second), v)...)
	}
	if len(found) != 2 || found[0].Stage != anomaly.Begun || !found[0].Above || found[1].Ending != anomaly.Returned {
		t.Fatalf("found %+v; want one incident", found)
	}
	if !strings.Contains(found[0].Why, "of late") {
		t.Errorf("it does not say what it is compared with: %s", found[0].Why)
	}
}

// TestEarlyIdle: one request to an idle process is no incident.
func TestEarlyIdle(t *testing.T) {
	t.Parallel()
	s := anomaly.New(anomaly.Settings{Step: 10 * time.Second, Early: 30, Floor: 1})
	for i := range 200 {
		v := 0.0
		if i == 100 {
			v = 0.2
		}
		if found := s.Observe(begin.Add(time.Duration(i)*10*time.Second), v); len(found) > 0 {
			t.Errorf("found %+v", found)
		}
	}
}

// TestUselessSamples: what is no number or comes late changes nothing.
func TestUselessSamples(t *testing.T) {
	t.Parallel()
	plain, hit := learned(t, newRand()), learned(t, newRand())
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		hit.Observe(at(learning), v)
	}
	hit.Observe(at(learning-1), 1e9)
	a, _ := plain.Expect(at(learning))
	b, _ := hit.Expect(at(learning))
	if a != b {
		t.Errorf("useless samples changed what is expected from %+v to %+v", a, b)
	}
}

// TestHugeAndTinyValues: nothing breaks at the ends of numbers.
func TestHugeAndTinyValues(t *testing.T) {
	t.Parallel()
	for _, kind := range []anomaly.Kind{anomaly.Amount, anomaly.Share, anomaly.Count} {
		r := newRand()
		s := anomaly.New(anomaly.Settings{Kind: kind})
		feed(s, r, 0, 16*perDay, func(float64) float64 {
			return []float64{0, -5, 1e300, 1e-300, math.MaxFloat64, 3}[r.IntN(6)]
		})
		if e, ok := s.Expect(at(16 * perDay)); !ok || math.IsNaN(e.Value) {
			t.Errorf("kind %d: %+v is expected", kind, e)
		}
	}
}
