package child

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// wazero needs the whole module even when its compiled code is in the cache, and then parses, validates and holds all
// of it: 0.2 s and 45 MB for ffmpeg in each child. So the cache stores the code of the whole module under the key of
// an outline: the module with empty functions and without names, which is all that wazero needs to find and run that
// code.

// outlineName is the file name of a module's outline within its cache folder.
const outlineName = "outline.wasm"

var errNotWasm = errors.New("it is not a WebAssembly module")

// outline returns the module with empty functions. A module (WebAssembly core specification, 5.5) is a header of eight
// bytes and sections, each with its number and its length in LEB128.
func outline(module []byte) ([]byte, error) {
	const customSection, codeSection = 0, 10 // names are a custom section
	if len(module) < 8 {
		return nil, errNotWasm
	}
	short := bytes.Clone(module[:8])
	for rest := module[8:]; len(rest) > 0; {
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return nil, errNotWasm
		}
		whole := rest[:1+n+int(size)]
		rest = rest[len(whole):]
		switch content := whole[1+n:]; whole[0] {
		case customSection:
		case codeSection:
			count, n := binary.Uvarint(content)
			if n <= 0 || count > size {
				return nil, errNotWasm
			}
			// Each function becomes three bytes: no locals, "unreachable", "end".
			content = append(slices.Clone(content[:n]), bytes.Repeat([]byte{3, 0, 0, 0x0b}, int(count))...)
			short = append(binary.AppendUvarint(append(short, codeSection), uint64(len(content))), content...)
		default:
			short = append(short, whole...)
		}
	}
	return short, nil
}

// compiledFile identifies the file with a module's compiled code, well enough to notice that it was replaced.
type compiledFile struct {
	name string
	size int64
	time int64 // of the last change, in nanoseconds
}

// cached returns the compiled code and the outline in a cache folder. Whether the code is complete and fits this
// processor is left to wazero, which compiles anew if not.
func cached(folder string) (compiledFile, []byte, error) {
	outline, err := os.ReadFile(filepath.Join(folder, outlineName))
	if err != nil {
		return compiledFile{}, nil, err
	}
	found, err := filepath.Glob(filepath.Join(folder, "wazero-*", "*"))
	if err != nil || len(found) != 1 {
		return compiledFile{}, nil, fmt.Errorf("%d modules: %w", len(found), err)
	}
	info, err := os.Stat(found[0])
	if err != nil {
		return compiledFile{}, nil, err
	}
	return compiledFile{found[0], info.Size(), info.ModTime().UnixNano()}, outline, nil
}

// compile compiles the module and its outline into the cache, where its folder appears complete, by a rename.
func (m module) compile(ctx context.Context, cache string) error {
	whole, err := m.unpack()
	if err != nil {
		return fmt.Errorf("unpacking %s: %w", m, err)
	}
	short, err := outline(whole)
	if err != nil {
		return fmt.Errorf("outline of %s: %w", m, err)
	}
	folder, err := os.MkdirTemp(cache, m.folder()+partial+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	var files []string
	for name, program := range map[string][]byte{"whole": whole, "short": short} {
		g, err := compile(ctx, filepath.Join(folder, name), program, videoPages)
		if err == nil {
			err = g.runtime.Close(ctx)
		}
		if err != nil {
			return fmt.Errorf("compiling %s: %w", m, err)
		}
	}
	for _, name := range []string{"whole", "short"} {
		found, _ := filepath.Glob(filepath.Join(folder, name, "wazero-*", "*"))
		if len(found) != 1 {
			return fmt.Errorf("%d modules were compiled", len(found))
		}
		files = append(files, found[0])
	}
	if err := os.Rename(files[0], files[1]); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "short", outlineName), short, 0o600); err != nil {
		return err
	}
	err = os.Rename(filepath.Join(folder, "short"), filepath.Join(cache, m.folder()))
	if _, _, there := cached(filepath.Join(cache, m.folder())); there == nil {
		return nil // another process was faster
	}
	return err
}

// partial is part of the name of a folder whose compilation is under way.
const partial = ".part-"

// isModuleFolder reports whether a folder in the cache belongs to a module of this program, of any release.
func isModuleFolder(name string) bool {
	for _, m := range modules {
		if strings.HasPrefix(name, string(m)+"-") {
			return true
		}
	}
	return false
}
