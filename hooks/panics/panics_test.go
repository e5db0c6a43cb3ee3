package panics

import (
	"errors"
	"strings"
	"testing"
)

// A panic becomes an error with its cause and its stack, whatever panic was called with; results and errors stay as they are.
func TestCatch(t *testing.T) {
	failed := errors.New("failed")
	for _, c := range []struct {
		work func() (int, error)
		want int
		err  string
	}{
		{func() (int, error) { return 7, nil }, 7, ""},
		{func() (int, error) { return 0, failed }, 0, "failed"},
		{func() (int, error) { panic("a text") }, 0, "panic: a text\ngoroutine "},
		{func() (int, error) { panic(failed) }, 0, "panic: failed\ngoroutine "},
		{func() (int, error) { return []int{}[len(failed.Error())], nil }, 0, "panic: runtime error: index out of range"},
	} {
		got, err := Catch(c.work)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.HasPrefix(err.Error(), c.err) {
			t.Errorf("%d, %v", got, err)
		}
		var panicked *Error
		if errors.As(err, &panicked) && !strings.Contains(panicked.Stack, "panics.TestCatch.") {
			t.Errorf("the stack does not say where it was: %s", panicked.Stack)
		}
	}
}
