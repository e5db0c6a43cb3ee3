package disk

import "testing"

// A path is one word of the shell, whatever it contains.
func TestQuote(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/data/before-0.2.0.db": "/data/before-0.2.0.db", "/my data": "'/my data'", "/it's": `'/it'\''s'`, "/a$(b)": "'/a$(b)'",
	} {
		if got := Quote(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
