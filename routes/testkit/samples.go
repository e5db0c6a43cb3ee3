package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// RequireTools skips the test unless all programs are installed that make its samples.
func RequireTools(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed, which makes the samples of this test", name)
		}
	}
}

// RunTool runs a program in a folder and returns its output.
func RunTool(t testing.TB, folder, program string, arguments ...string) []byte {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Dir = folder
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, arguments, err, out)
	}
	return out
}

// identifyingTags are exiftool's options for the tags that a phone adds to its pictures and videos.
var identifyingTags = []string{"-overwrite_original", "-Make=Telephone", "-Model=Telephone 12", "-GPSLatitude=55.75", "-GPSLatitudeRef=N",
	"-GPSLongitude=37.61", "-GPSLongitudeRef=E", "-Keys:GPSCoordinates=55.75, 37.61, 150", "-Keys:Make=Telephone", "-XMP:Creator=Somebody"}

// PhoneVideo returns a video that is stored rotated and tagged with a place and a device, as phones record them: stored
// 320 wide and 240 high, shown 240 wide and 320 high, with a blue upper and a red lower half as shown.
func PhoneVideo(t testing.TB) File {
	t.Helper()
	RequireTools(t, "ffmpeg", "exiftool")
	folder := t.TempDir()
	RunTool(t, folder, "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=red:s=160x240:d=2:r=25[a];color=blue:s=160x240:d=2:r=25[b];[a][b]hstack",
		"-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "flat.mp4")
	RunTool(t, folder, "ffmpeg", "-nostdin", "-v", "error", "-i", "flat.mp4", "-c", "copy", "-metadata:s:v", "rotate=90", "phone.mp4")
	RunTool(t, folder, "exiftool", append(identifyingTags, "phone.mp4")...)
	return sample(t, folder, "phone.mp4", "video/mp4")
}

// PhonePhoto returns a HEIC photo of 640×480 pixels, the left half red, the right blue, tagged with a place and a
// device.
func PhonePhoto(t testing.TB) File {
	t.Helper()
	RequireTools(t, "ffmpeg", "heif-enc", "exiftool")
	folder := t.TempDir()
	RunTool(t, folder, "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=red:s=320x480[a];color=blue:s=320x480[b];[a][b]hstack", "-frames:v", "1", "photo.png")
	RunTool(t, folder, "heif-enc", "photo.png", "-o", "photo.heic")
	RunTool(t, folder, "exiftool", append(identifyingTags, "photo.heic")...)
	return sample(t, folder, "photo.heic", "image/heic")
}

func sample(t testing.TB, folder, name, kind string) File {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return File{"media", name, kind, content}
}

// IdentifyingTags lists the tags of a file that reveal where, with which device or by whom it was made.
func IdentifyingTags(t testing.TB, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return string(RunTool(t, ".", "exiftool", "-s", "-G1", "-a", "-ee", "-Make", "-Model", "-Creator", "-GPS*", "-XMP:all", "-Keys:all", file))
}
