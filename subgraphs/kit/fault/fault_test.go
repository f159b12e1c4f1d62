package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

func TestChecker(t *testing.T) {
	var c fault.Checker
	c.Between(3, 1, 3, "input.a")
	c.Length(" é ", 1, 1, "input.b")
	if err := c.Err(); err != nil {
		t.Errorf("nothing is wrong, but %v", err)
	}
	c.Between(4, 1, 3, "input.a")
	c.Length("  ", 1, 5, "input.b")
	c.Require(false, "input.c", "c is %s", "odd")
	list := fault.All(fmt.Errorf("wrapped: %w", c.Err()))
	want := []fault.Fault{
		{Code: fault.BadUserInput, Field: "input.a", Message: "a must be between 1 and 3, not 4"},
		{Code: fault.BadUserInput, Field: "input.b", Message: "b must be 1 to 5 characters long, not 0"},
		{Code: fault.BadUserInput, Field: "input.c", Message: "c is odd"},
	}
	if len(list) != len(want) {
		t.Fatalf("got %v", list)
	}
	for i, f := range list {
		if *f != want[i] {
			t.Errorf("got %+v, want %+v", *f, want[i])
		}
	}
	if !strings.Contains(list.Error(), "c is odd") {
		t.Errorf("the message is %q", list.Error())
	}
}

func TestAll(t *testing.T) {
	if list := fault.All(errors.New("something else")); list != nil {
		t.Errorf("got %v", list)
	}
	if list := fault.All(fmt.Errorf("w: %w", fault.New(fault.NotFound, "gone"))); len(list) != 1 || list[0].Code != fault.NotFound {
		t.Errorf("got %v", list)
	}
}
