package oracle_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit/oracle"
)

// Texts and numbers of every kind are found in a file that has them, and none in one without.
func TestOracle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jpg")
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, picture.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := oracle.Find(t, path, "image/jpeg"); len(found) > 0 {
		t.Errorf("in a picture alone there are %v", found)
	}
	oracle.Exiftool(t, "-q", "-overwrite_original", "-n", "-EXIF:Make=Telephones", "-EXIF:GPSLatitude=48.1234", "-EXIF:GPSLatitudeRef=N",
		"-EXIF:ExposureTime=0.000123", "-EXIF:DateTimeOriginal=2011:12:13 14:15:16", "-XMP-tiff:Model=Model 1234567", "-IPTC:City=Somewhere",
		"-EXIF:XPTitle=in UTF-16", "-XMP:GPSLongitude=11.56789", "-Comment=a comment", path)
	before := oracle.Find(t, path, "image/jpeg")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	remaining := oracle.Remaining(before, content)
	for _, tag := range []string{"IFD0:Make", "IFD0:XPTitle", "ExifIFD:DateTimeOriginal", "XMP-tiff:Model", "IPTC:City", "File:Comment",
		"imagemeta's EXIF:GPSLatitude", "imagemeta's EXIF:ExposureTime", "imagemeta's EXIF:Make", "imagemeta's XMP:Model", "imagemeta's IPTC:City"} {
		if !slices.ContainsFunc(remaining, func(v oracle.Value) bool { return v.Tag == tag }) {
			t.Errorf("%s isn't found in its own file", tag)
		}
	}
	if left := strings.Join(oracle.Leftovers(t, path), " "); !strings.Contains(left, "GPS:GPSLatitude") {
		t.Errorf("what exiftool still finds: %s", left)
	}
	if remaining := oracle.Remaining(before, picture.Bytes()); len(remaining) > 0 {
		t.Errorf("in a picture alone there remain %v", remaining)
	}
}
