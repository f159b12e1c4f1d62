package cache

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestOneSpellingOfNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"1": "1", "-0": "0", "0.0": "0", "-0e5": "0", "1.0": "1", "1e3": "1000", "12.50": "12.5", "0.001": "0.001",
		"1E-3": "0.001", "123e-1": "12.3", "9007199254740993": "9007199254740993", "-1.20e+1": "-12", "1e400": "1e400",
		"1e99999999999999999999": "1e99999999999999999999", "x": "x", "": "",
	} {
		if got := string(appendNumber(nil, []byte(in))); got != want {
			t.Errorf("%s is spelled %s, want %s", in, got, want)
		}
	}
}

// Numbers are spelled alike if they are equal, and only then.
func TestSpellingsOfEqualNumbers(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	digits := func(most int) string {
		var b strings.Builder
		for range rnd.IntN(most) {
			fmt.Fprint(&b, rnd.IntN(3)*5%11)
		}
		return b.String()
	}
	spelled := map[string]string{}
	value := map[string]string{}
	for range 20_000 {
		number := []string{"", "-"}[rnd.IntN(2)] + []string{"0", "1" + digits(3), "5" + digits(3)}[rnd.IntN(3)]
		if rnd.IntN(2) == 0 {
			number += "." + digits(3) + fmt.Sprint(rnd.IntN(2))
		}
		if rnd.IntN(2) == 0 {
			number += []string{"e", "E", "e+", "e-"}[rnd.IntN(4)] + fmt.Sprint(rnd.IntN(6))
		}
		exact, ok := new(big.Rat).SetString(number)
		if !ok {
			t.Fatal(number)
		}
		got := string(appendNumber(nil, []byte(number)))
		if other, seen := spelled[exact.String()]; seen && other != got {
			t.Fatalf("%s is spelled %s and %s", exact, other, got)
		}
		if other, seen := value[got]; seen && other != exact.String() {
			t.Fatalf("%s is the spelling of %s and %s", got, other, exact)
		}
		spelled[exact.String()], value[got] = got, exact.String()
	}
	if len(value) < 500 {
		t.Errorf("only %d different numbers", len(value))
	}
}
