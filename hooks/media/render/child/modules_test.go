package child

import (
	"bytes"
	"testing"

	"github.com/privet/privet/hooks/media/render/packed"
)

// The embedded module is complete, although package packed took it from the package that embeds it.
func TestFFmpegModule(t *testing.T) {
	code, err := ffmpegModule.unpack()
	if err != nil || len(code) < 16<<20 || !bytes.HasPrefix(code, []byte("\x00asm")) {
		t.Fatalf("%d bytes, %v", len(code), err)
	}
	if len(packed.Module()) > len(code)/2 {
		t.Error("the packed module isn't packed")
	}
}
