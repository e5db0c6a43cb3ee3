package metadata_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// written returns exiftool's arguments to write tags into a file; it skips those that the format can't hold.
func written(thumbnail string) []string {
	args := []string{"-q", "-q", "-m", "-overwrite_original", "-ThumbnailImage<=" + thumbnail}
	for _, tag := range strings.Fields("EXIF:Make EXIF:Model EXIF:Software EXIF:Artist EXIF:Copyright EXIF:ImageDescription " +
		"EXIF:SerialNumber EXIF:LensModel EXIF:LensSerialNumber EXIF:OwnerName EXIF:UserComment IPTC:City IPTC:Keywords IPTC:By-line " +
		"XMP-dc:Title XMP-xmp:CreatorTool XMP-tiff:Make XMP-photoshop:City Comment PNG:Author PNG:Title " +
		"Keys:Make Keys:Model Keys:Software Keys:Title UserData:Make UserData:Model UserData:Comment ItemList:Title ItemList:Artist ItemList:Comment") {
		args = append(args, "-"+tag+"="+marker)
	}
	return append(args, "-EXIF:DateTimeOriginal=2011:12:13 14:15:16", "-EXIF:CreateDate=2011:12:13 14:15:16",
		"-EXIF:GPSLatitude=48.1", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=11.5", "-EXIF:GPSLongitudeRef=E", "-EXIF:GPSAltitude=520",
		"-XMP:GPSLatitude=48.1", "-XMP:GPSLongitude=11.5", "-Keys:GPSCoordinates=48.1, 11.5, 520", "-UserData:GPSCoordinates=48.1, 11.5, 520",
		"-ItemList:GPSCoordinates=48.1, 11.5, 520",
		"-QuickTime:CreateDate=2011:12:13 14:15:16", "-QuickTime:ModifyDate=2011:12:13 14:15:16", "-TrackCreateDate=2011:12:13 14:15:16", "-MediaCreateDate=2011:12:13 14:15:16")
}

func TestNothingRemains(t *testing.T) {
	need(t, "ffmpeg", "exiftool")
	seen := map[string]bool{}
	for _, s := range samples {
		if testing.Short() && seen[s.mime] {
			continue
		}
		seen[s.mime] = true
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), s.name)
			s.write(t, path)
			original := copyOf(t, path)
			mark(t, path)
			if s.video || s.mime == "image/gif" || s.mime == "image/jpeg" {
				appendTrailer(t, path)
			}
			before := find(t, path, s.mime)
			if len(before) == 0 {
				t.Error("nothing was found that has to go")
			}
			wantGone(t, before, path, clean(t, path, s.mime))
			if before, after := shown(t, s, original), shown(t, s, path); before != after {
				t.Errorf("what is shown differs, before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

// mark writes into a file all the tags that it can hold.
func mark(t testing.TB, path string) {
	switch name := filepath.Base(path); {
	case strings.HasSuffix(name, ".webm"), strings.HasSuffix(name, ".mkv"), strings.Contains(name, "fragments"), strings.HasPrefix(name, "dash"):
		return // exiftool can't write these; ffmpeg put tags into them
	}
	thumbnail := filepath.Join(t.TempDir(), "thumbnail.jpg")
	still("-s", "80x48", "-pix_fmt", "yuvj420p")(t, thumbnail)
	run(t, "exiftool", append(written(thumbnail), path)...)
	found := 0
	for _, value := range tags(t, path) {
		if text, ok := value.(string); ok && strings.Contains(text, marker) {
			found++
		}
	}
	if found == 0 {
		t.Fatal("no tag could be written")
	}
}

// appendTrailer appends a vendor's trailer.
func appendTrailer(t testing.TB, path string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("\x00\x00\x01\x0aSEFH" + marker + "\x00\x00SEFT")
	f.Close()
}

// shown returns hashes of all that is seen and heard: of videos the packets with their times, of images the pixels.
func shown(t testing.TB, s sample, path string) string {
	if strings.HasSuffix(path, ".heic") || strings.HasSuffix(path, ".avif") && s.name != "moving.avif" {
		out := filepath.Join(t.TempDir(), "out.png")
		run(t, "heif-convert", path, out)
		return ffmpeg(t, "-i", out, "-f", "framemd5", "-")
	}
	if strings.HasSuffix(path, ".webp") { // ffmpeg does not decode moving ones
		return run(t, "convert", path, "-format", "%# %T %wx%h%O\n", "info:")
	}
	args := []string{"-noautorotate", "-i", path, "-map", "0:v?", "-map", "0:a?"}
	if strings.HasSuffix(path, ".jpg") || strings.HasSuffix(path, ".gif") || strings.HasSuffix(path, ".png") {
		return ffmpeg(t, append(args, "-f", "framemd5", "-")...)
	}
	list := filepath.Join(t.TempDir(), "packets")
	frames := ffmpeg(t, append(args, "-c", "copy", "-f", "framemd5", list, "-map", "0:v?", "-map", "0:a?", "-f", "framemd5", "-")...)
	packets, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	return withoutExtradata.ReplaceAllString(withoutHash.ReplaceAllString(string(packets), "$1\n")+frames, "")
}

// withoutHash matches a packet of pictures. What it decodes to is compared, as metadata between the pictures goes.
var withoutHash = regexp.MustCompile(`(?m)^(0,.*), [0-9a-f]{32}\n`)

// withoutExtradata matches the line about a codec's header, from which comments are removed.
var withoutExtradata = regexp.MustCompile(`(?m)^#extradata.*\n`)
