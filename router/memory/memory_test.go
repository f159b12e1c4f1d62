package memory

import (
	"errors"
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestBudgetsDrawOnTheProcess(t *testing.T) {
	const limit = 100<<20 - 10<<20 - 100<<20/8
	p := NewProcess(100<<20, 0) // 38 MB are for what is in progress
	small, large := NewBudget(10<<20, p, 1), NewBudget(1<<30, p, 2)
	if !small.Take(10<<20) || small.Take(1) {
		t.Error("a budget has its own bound")
	}
	if large.Take(15<<20) || !large.Take(10<<20) {
		t.Error("2 x 15 MB and 10 MB are more than 38 MB, 2 x 10 MB and 10 MB are not")
	}
	if !p.Full() {
		t.Error("30 of 38 MB are taken, and there is room for new work")
	}
	small.GiveBack(10 << 20)
	if p.Full() {
		t.Error("20 of 38 MB are taken, and there is no room for new work")
	}
	large.Overdraw(100 << 20)
	if large.Take(1) || small.Take(1) || !p.Full() {
		t.Error("what is overdrawn counts")
	}
	large.GiveBack(110 << 20)
	if s := p.Stats(); s.InProgress != 0 || s.Limit != limit || small.Left() != 10<<20 || large.Left() != 1<<30 {
		t.Errorf("%+v", s)
	}
	alone := NewBudget(5, nil, 2)
	if !alone.Take(5) || alone.Take(1) {
		t.Error("without a process a budget is as large as it is said to be")
	}
}

// TestAFullHeapTakesNoNewWork: what nobody has counted counts, too.
func TestAFullHeapTakesNoNewWork(t *testing.T) {
	p := NewProcess(1<<40, 0)
	if p.Full() {
		t.Fatal("a terabyte is full")
	}
	p = NewProcess(1<<20, 0) // Go alone takes more
	if !p.Full() {
		t.Error("the heap is larger than it may be, and there is room for new work")
	}
}

// TestLargeTakesFitIntoTheHeap: the budget has enough, the heap has not, until what nobody uses is collected.
func TestLargeTakesFitIntoTheHeap(t *testing.T) {
	runtime.GC()
	p := NewProcess(1<<40, 0)
	_, taken, free := p.read()
	p.limit = taken - free + 64<<20
	b := NewBudget(1<<30, p, 1)
	if !b.Take(32<<20) || b.Left() != 1<<30-32<<20 {
		t.Fatal("there is room, and it is not given")
	}
	uses := make([]byte, 60<<20)
	if b.Take(32 << 20) {
		t.Error("more is taken than the heap may grow")
	}
	if !b.Take(large - 1) {
		t.Error("what is small is counted only")
	}
	runtime.KeepAlive(uses)
	p.collected = -collectPause
	if !b.Take(32 << 20) {
		t.Error("what nobody uses is in the way")
	}
	if p.collected < 0 {
		t.Error("nothing was collected")
	}
}

// TestAFullHeapIsCollected: who refuses all work makes no garbage, so that nobody else would find that the heap is
// empty.
func TestAFullHeapIsCollected(t *testing.T) {
	p := NewProcess(1<<40, 0)
	uses := make([]byte, 60<<20)
	runtime.GC()
	live, _, _ := p.read()
	p.limit = live
	if !p.Full() {
		t.Error("everything lives, and there is room")
	}
	runtime.KeepAlive(uses)
	_, taken, _ := p.read()
	p.limit = max(live, taken)
	p.collected = -collectPause
	p.looked.Store(-int64(lookPause))
	if p.Full() {
		t.Error("nothing lives, and there is no room")
	}
}

// TestALimitThatOnlyWarns takes what a smaller process would not give.
func TestALimitThatOnlyWarns(t *testing.T) {
	p := NewProcess(1<<40, 100<<20) // it warns when more than 3/4 of 38 MB are in progress
	b := NewBudget(1<<30, p, 1)
	if !b.Take(25<<20) || p.Warns() || p.Full() {
		t.Error("25 MB are in progress")
	}
	if !b.Take(5<<20) || !p.Warns() || p.Full() {
		t.Error("30 MB are in progress")
	}
	lives := make([]byte, 8<<20)
	runtime.GC() // what lives is counted by the collector
	if p = NewProcess(1<<40, 4<<20); !p.Warns() || p.Full() {
		t.Error("the heap is larger than what there is a warning of")
	}
	runtime.KeepAlive(lives)
	if p = NewProcess(1<<40, 0); p.Warns() {
		t.Error("there is a warning of nothing")
	}
	for _, c := range []struct {
		bytes, most, warning int64
		warn                 bool
	}{
		{100, 100, 0, false}, {0, 0, 0, true}, {100, min(Available(), unlimited), 100, true}, {1 << 60, 1 << 60, 0, true},
	} {
		if most, warning := Bounds(c.bytes, c.warn); most != c.most || warning != c.warning {
			t.Errorf("%+v: %d, %d", c, most, warning)
		}
	}
	if functionLimit("128") != 128<<20 || functionLimit("") != math.MaxInt64 || functionLimit("-1") != math.MaxInt64 {
		t.Error("the size of a function")
	}
}

func TestLimitsAreThoseOfCgroups(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nobody says":       {nil, math.MaxInt64},
		"second version":    {map[string]string{"/sys/fs/cgroup/memory.max": "268435456\n"}, 256 << 20},
		"no limit":          {map[string]string{"/sys/fs/cgroup/memory.max": "max\n"}, math.MaxInt64},
		"first version":     {map[string]string{"/sys/fs/cgroup/memory/memory.limit_in_bytes": "268435456\n"}, 256 << 20},
		"nonsense":          {map[string]string{"/sys/fs/cgroup/memory.max": "much"}, math.MaxInt64},
		"a path of outside": {map[string]string{"/proc/self/cgroup": "0::/docker/abc\n", "/sys/fs/cgroup/memory.max": "1000"}, 1000},
		"a service's own": {map[string]string{
			"/proc/self/cgroup": "0::/system.slice/weft.service\n", "/sys/fs/cgroup/system.slice/weft.service/memory.max": "1000",
		}, 1000},
		"the one around it": {map[string]string{
			"/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/memory.max": "2000", "/sys/fs/cgroup/a/memory.max": "1000",
		}, 1000},
		"the first version's path": {map[string]string{
			"/proc/self/cgroup": "5:cpu:/x\n4:memory:/a\n0::/\n", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1000",
		}, 1000},
	} {
		read := func(name string) ([]byte, error) {
			if text, ok := c.files[name]; ok {
				return []byte(text), nil
			}
			return nil, errors.New("no such file")
		}
		if got := cgroupLimit(read); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestGoKeepsBelowTheLimit(t *testing.T) {
	defer Limit(0, false)
	if Limit(1<<30, false); debug.SetMemoryLimit(-1) != min(GoLimit(1<<30), environmentLimit()) || GoLimit(1<<30) >= 1<<30 {
		t.Errorf("%d", debug.SetMemoryLimit(-1))
	}
	if Limit(0, false); debug.SetMemoryLimit(-1) != environmentLimit() {
		t.Errorf("%d", debug.SetMemoryLimit(-1))
	}
	if OrAvailable(5) != 5 {
		t.Error("what is said counts")
	}
}
