//go:build unix

package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// There is no still of what is no picture, or of a picture whose header claims an immense size.
func TestStillOfHostilePictures(t *testing.T) {
	long(t)
	t.Parallel()
	e, _ := engine(t)
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	bomb := out.Bytes()
	binary.BigEndian.PutUint32(bomb[16:], 20000)
	binary.BigEndian.PutUint32(bomb[20:], 20000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	for name, content := range map[string][]byte{"bomb": bomb, "broken": out.Bytes()[:40], "text": []byte("no picture"), "empty": nil} {
		file := filepath.Join(t.TempDir(), name+".png")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := e.Still(t.Context(), file, "image/png", file+".jpg", io.Discard); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
