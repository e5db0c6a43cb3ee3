package child

import (
	"compress/gzip"
	_ "embed" // the photo codecs
	"errors"
	"fmt"
	"io"
	"strings"

	_ "codeberg.org/gruf/go-ffmpreg/embed" // links the bytes that package packed holds
	"github.com/privet/privet/hooks/media/render/packed"
	"github.com/privet/privet/hooks/media/render/process"
)

// The decoders of photos are those in the lib folders of the Go modules github.com/gen2brain/heic v0.4.5 (libheif
// 1.18.2, libde265 1.0.15) and github.com/gen2brain/avif v0.4.4 (libavif). The Go code of these modules is not used:
// it links dlopen, which turns the static binary into a dynamic one; it registers its decoders with package image for
// the whole server; and it supports neither a memory limit nor a cache. See codecs/README.md.

//go:embed codecs/heif.wasm.gz
var heifGzipped string

//go:embed codecs/avif.wasm.gz
var avifGzipped string

// module is the name of a WebAssembly module embedded in this binary.
type module string

const (
	ffmpegModule module = process.ModuleFFmpeg
	heifModule   module = process.ModuleHEIF
	avifModule   module = process.ModuleAVIF
)

var modules = []module{ffmpegModule, heifModule, avifModule}

// gzipped returns the module as it is embedded.
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

// folder returns the name of the module's folder in the cache: the module's name, the version of the folder's layout,
// and the checksum from the end of its gzip stream, so that the code of another release is never used for this one's.
func (m module) folder() string {
	p := m.gzipped()
	return fmt.Sprintf("%s-2-%x", m, p[len(p)-8:len(p)-4])
}

// unpack decompresses the module into memory outside of Go's heap.
func (m module) unpack() ([]byte, error) {
	p := m.gzipped()
	z, err := gzip.NewReader(strings.NewReader(p))
	if err != nil {
		return nil, err
	}
	tail := p[len(p)-4:] // the uncompressed size; growing a slice up to it would need twice the memory
	size := int(tail[0]) | int(tail[1])<<8 | int(tail[2])<<16 | int(tail[3])<<24
	code := reserveMemory(uint64(size)).Reallocate(uint64(size))
	if code == nil {
		return nil, errors.New("no memory for the module")
	}
	if _, err := io.ReadFull(z, code); err != nil {
		return nil, err
	}
	if _, err := z.Read(make([]byte, 1)); !errors.Is(err, io.EOF) { // at the end the checksum is verified
		return nil, err
	}
	return code, nil
}
