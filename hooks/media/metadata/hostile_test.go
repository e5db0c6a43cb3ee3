package metadata_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/privet/privet/hooks/media/metadata"
)

// Whatever a file consists of: it is read and written in large pieces, a few times over at most, not once for each tiny
// part of it.
func TestHostileShapesCostFewCalls(t *testing.T) {
	const size = 1 << 20
	for _, s := range shapes(size) {
		t.Run(s.name, func(t *testing.T) {
			f := &memory{b: slices.Clone(s.content)}
			err := metadata.Clean(f, int64(len(s.content)), s.mime)
			if err != nil && !errors.Is(err, metadata.ErrUnclean) {
				t.Fatal(err)
			}
			megabytes := float64(len(s.content)) / (1 << 20)
			if calls := float64(f.calls) / megabytes; calls > 400 {
				t.Errorf("%.0f reads and writes a megabyte (%v)", calls, err)
			}
			if moved := float64(f.moved) / float64(len(s.content)); moved > 12 {
				t.Errorf("each byte is moved %.1f times (%v)", moved, err)
			}
			t.Logf("%d calls, %.1f times its size, %v", f.calls, float64(f.moved)/float64(len(s.content)), err)
		})
	}
}
