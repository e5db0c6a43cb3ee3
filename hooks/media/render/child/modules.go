package child

import (
	"compress/gzip"
	_ "embed" // the photo codecs
	"errors"
	"fmt"
	"io"
	"strings"

	_ "codeberg.org/gruf/go-ffmpreg/embed" // links the bytes that packed takes
	"github.com/privet/privet/hooks/media/render/packed"
	"github.com/privet/privet/hooks/media/render/process"
)

// The decoders of photos are those of the Go modules github.com/gen2brain/heic v0.4.5 (libheif 1.18.2, libde265 1.0.15)
// and github.com/gen2brain/avif v0.4.4 (libavif), as they lie in their lib folders. The Go around them is not used: it
// brings dlopen, which makes the static binary a dynamic one; it hangs its decoders into package image for the whole
// server; and it knows neither a limit of memory nor a cache. See codecs/README.md.

//go:embed codecs/heif.wasm.gz
var heifGzipped string

//go:embed codecs/avif.wasm.gz
var avifGzipped string

// module is a WebAssembly program of this binary.
type module string

const (
	ffmpegModule module = process.ModuleFFmpeg
	heifModule   module = process.ModuleHEIF
	avifModule   module = process.ModuleAVIF
)

var modules = []module{ffmpegModule, heifModule, avifModule}

func (m module) gzipped() string {
	switch m {
	case ffmpegModule:
		return packed.Module()
	case heifModule:
		return heifGzipped
	case avifModule:
		return avifGzipped
	}
	return ""
}

// folder is where the module's compiled code lies in the cache: its name, and the checksum that ends its gzip stream,
// so that another release's code is never taken for this one's; and the number is that of the folder's own layout.
func (m module) folder() string {
	p := m.gzipped()
	return fmt.Sprintf("%s-2-%x", m, p[len(p)-8:len(p)-4])
}

// unpack puts the module into memory outside of Go's.
func (m module) unpack() ([]byte, error) {
	p := m.gzipped()
	z, err := gzip.NewReader(strings.NewReader(p))
	if err != nil {
		return nil, err
	}
	tail := p[len(p)-4:] // the length of the content; growing a slice to it would double the memory
	size := int(tail[0]) | int(tail[1])<<8 | int(tail[2])<<16 | int(tail[3])<<24
	code := reserveMemory(uint64(size)).Reallocate(uint64(size))
	if code == nil {
		return nil, errors.New("no memory for the module")
	}
	if _, err := io.ReadFull(z, code); err != nil {
		return nil, err
	}
	if _, err := z.Read(make([]byte, 1)); !errors.Is(err, io.EOF) { // here the checksum is looked at
		return nil, err
	}
	return code, nil
}
