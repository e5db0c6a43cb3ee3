package metadata_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit/oracle"
)

// An image keeps its orientation, and nothing else of its EXIF remains.
func TestOrientationStays(t *testing.T) {
	need(t, "ffmpeg", "exiftool")
	for _, s := range samples {
		switch s.name {
		case "plain.jpg", "progressive.jpg", "plain.png", "moving.png", "plain.webp", "moving.webp":
		default:
			continue
		}
		if testing.Short() && s.name != "plain.jpg" && s.name != "plain.png" && s.name != "plain.webp" {
			continue
		}
		t.Run(s.name, func(t *testing.T) { orientationStays(t, s) })
	}
}

// orientationStays cleans one image in each orientation, with EXIF in both byte orders.
func orientationStays(t *testing.T, s sample) {
	source := filepath.Join(t.TempDir(), s.name)
	s.write(t, source)
	folder := t.TempDir()
	var paths []string
	for o := 1; o <= 8; o++ {
		path := filepath.Join(folder, fmt.Sprint(o, filepath.Ext(s.name)))
		if err := os.Rename(copyOf(t, source), path); err != nil {
			t.Fatal(err)
		}
		run(t, "exiftool", "-q", "-overwrite_original", "-n", "-ExifByteOrder="+[]string{"MM", "II"}[o/2%2], fmt.Sprint("-EXIF:Orientation=", o),
			"-EXIF:Make="+marker, "-EXIF:GPSLatitude=48.1", "-EXIF:GPSLatitudeRef=N", path)
		paths = append(paths, path)
	}
	for _, found := range oracle.Tags(t, paths...) {
		if found["IFD0:Make"] != marker {
			t.Fatal("no EXIF could be written")
		}
	}
	for _, path := range paths {
		clean(t, path, s.mime)
	}
	for i, found := range oracle.Tags(t, paths...) {
		got := map[string]any{}
		for tag, value := range found {
			for _, group := range []string{"IFD", "ExifIFD", "GPS", "XMP", "Interop"} {
				if strings.HasPrefix(tag, group) {
					got[tag] = value
				}
			}
		}
		if i == 0 && len(got) == 0 { // upright needs no EXIF
			continue
		}
		if len(got) != 1 || fmt.Sprint(got["IFD0:Orientation"]) != fmt.Sprint(i+1) {
			t.Errorf("EXIF says %v, want the orientation %d alone", got, i+1)
		}
	}
}

// A phone's video is rotated by its track's matrix, a HEIC by a property.
func TestTurnedMediaStay(t *testing.T) {
	need(t, "ffmpeg", "exiftool", "heif-enc", "heif-convert")
	folder := t.TempDir()
	plain, path := filepath.Join(folder, "plain.mp4"), filepath.Join(folder, "turned.mp4")
	film("-c:v", "libx264", "-c:a", "aac")(t, plain)
	ffmpeg(t, "-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90", path)
	before := tags(t, path)["Composite:Rotation"]
	clean(t, path, "video/mp4")
	if after := tags(t, path)["Composite:Rotation"]; before != after || fmt.Sprint(after) == "0" {
		t.Errorf("the video's rotation was %v and is %v", before, after)
	}

	path = filepath.Join(folder, "turned.heic")
	heif()(t, path) // from a JPEG that is turned by 90 degrees
	size := func() string {
		out := filepath.Join(folder, "turned.png")
		run(t, "heif-convert", path, out)
		return ffmpeg(t, "-i", out, "-f", "framemd5", "-")
	}
	shown := size()
	if tags(t, path)["IFD0:Make"] != marker {
		t.Fatal("the HEIC has no EXIF to remove")
	}
	clean(t, path, "image/heic")
	if shown != size() {
		t.Error("the HEIC looks otherwise")
	}
}
