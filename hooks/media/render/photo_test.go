//go:build unix

package render

import (
	"bytes"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

func irot(quarters uint8) []byte { return boxed("irot", []byte{quarters}) }
func imir(mode uint8) []byte     { return boxed("imir", []byte{mode}) }

// Each photo is compared with what the machine's own decoder (libheif for both types) makes of it, and with the sample
// itself, rotated by ffmpeg.
func TestPhotos(t *testing.T) {
	moving := movingPicture("1024x768")
	all := []struct {
		name   string
		sample heifSample
		filter string // ffmpeg's, that rotates the sample in the same way
	}{
		{"single", heifSample{width: 1024, height: 768, columns: 1, rows: 1}, "null"},
		{"tiles", heifSample{width: 1024, height: 768, columns: 4, rows: 3}, "null"},
		{"tiles of 4:4:4", heifSample{width: 1024, height: 768, columns: 4, rows: 3, format: "yuvj444p", properties: [][]byte{irot(1)}}, "transpose=cclock"},
		{"tiles, cut", heifSample{width: 1024, height: 768, columns: 4, rows: 3, cut: 37, properties: [][]byte{irot(3), imir(1)}}, "transpose=clock,hflip"},
		{"10 bit", heifSample{width: 1024, height: 768, columns: 1, rows: 1, format: "yuv420p10le"}, "null"},
		{"tiny", heifSample{width: 72, height: 64, columns: 1, rows: 1, properties: [][]byte{boxed("colr", []byte("prof"), make([]byte, 3000))}}, "null"},
		{"4:4:4", heifSample{width: 1024, height: 768, columns: 1, rows: 1, format: "yuvj444p"}, "null"},
		{"grey", heifSample{width: 1024, height: 768, columns: 1, rows: 1, format: "gray", properties: [][]byte{irot(1)}}, "transpose=cclock"},
		{"grey, 10 bit, tiles", heifSample{width: 1024, height: 768, columns: 2, rows: 2, format: "gray10le"}, "null"},
		{"grey, 12 bit", heifSample{width: 1024, height: 768, columns: 1, rows: 1, format: "gray12le"}, "null"},
		{"quarter", heifSample{width: 1024, height: 768, columns: 4, rows: 3, properties: [][]byte{irot(1)}}, "transpose=cclock"},
		{"half", heifSample{width: 1024, height: 768, columns: 1, rows: 1, properties: [][]byte{irot(2)}}, "hflip,vflip"},
		{"three quarters", heifSample{width: 1024, height: 768, columns: 1, rows: 1, properties: [][]byte{irot(3)}}, "transpose=clock"},
		{"top bottom", heifSample{width: 1024, height: 768, columns: 1, rows: 1, properties: [][]byte{imir(0)}}, "vflip"},
		{"left right", heifSample{width: 1024, height: 768, columns: 1, rows: 1, properties: [][]byte{imir(1)}}, "hflip"},
		{"both", heifSample{width: 1024, height: 768, columns: 4, rows: 3, properties: [][]byte{irot(1), imir(1)}}, "transpose=cclock,hflip"},
		{"both, other way", heifSample{width: 1024, height: 768, columns: 1, rows: 1, properties: [][]byte{irot(3), imir(0)}}, "transpose=clock,vflip"},
	}
	if testing.Short() {
		all = all[1:2]
	}
	e, p := engine(t)
	for _, mime := range []string{"image/heic", "image/avif"} {
		for _, c := range all {
			t.Run(mime+" "+c.name, func(t *testing.T) {
				t.Parallel()
				c.sample.avif, c.sample.source = mime == "image/avif", moving
				if c.sample.avif {
					c.sample.cut += c.sample.cut & 1 // AVIF allows no odd size of a grid
				}
				if c.sample.avif && c.name == "10 bit" {
					c.sample.width, c.sample.height = 512, 384
				}
				file := c.sample.make(t)
				got := picture(t, e, file, mime)
				same(t, small(t, got), small(t, heifConvert(t, file)))
				if !c.sample.avif && c.sample.format == "" && c.name != "tiny" && c.sample.cut == 0 {
					same(t, small(t, got), reference(t, "-f", "lavfi", "-i", moving+","+c.filter))
				}
				config, _ := jpeg.DecodeConfig(bytes.NewReader(got))
				if (config.Width > config.Height) != (len(c.filter) < 9 || c.filter[:9] != "transpose") {
					t.Errorf("%dx%d", config.Width, config.Height)
				}
			})
		}
	}
	t.Cleanup(func() { t.Logf("at most %d KB", p.kilobytes) })
}

// Photos that only the embedded ffmpeg decodes get their preview also where a native one makes those of videos, which is why
// the embedded one isn't compiled at first.
func TestPhotoBesideNativeFFmpeg(t *testing.T) {
	long(t)
	t.Parallel()
	warmed, _ := engine(t)
	cache := t.TempDir()
	for _, module := range []string{"heif", "avif"} {
		folders, _ := filepath.Glob(filepath.Join(warmed.config.CacheDir, module+"-*"))
		for _, folder := range folders {
			if err := os.CopyFS(filepath.Join(cache, filepath.Base(folder)), os.DirFS(folder)); err != nil {
				t.Fatal(err)
			}
		}
	}
	e, _ := measured(t, Config{CacheDir: cache, FFmpeg: tool(t, "ffmpeg")})
	grey := heifSample{width: 256, height: 256, columns: 1, rows: 1, format: "gray", source: movingPicture("256x256")}.make(t)
	picture(t, e, grey, "image/heic")
}

// heifConvert returns the photo as a JPEG by the machine's libheif.
func heifConvert(t *testing.T, file string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "reference.jpg")
	run(t, "heif-convert", file, out)
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// asJPEG returns the filtered source, encoded as a JPEG, as a small picture.
func asJPEG(t *testing.T, source, filter string) []byte {
	t.Helper()
	return small(t, ffmpeg(t, "-i", source, "-vf", filter, "-pix_fmt", "yuvj420p", "-q:v", "2", "-f", "image2pipe", "-c:v", "mjpeg", "-"))
}

// Files of a real encoder, libheif's.
func TestEncoderFiles(t *testing.T) {
	long(t)
	t.Parallel()
	folder := t.TempDir()
	source := filepath.Join(folder, "source.png")
	ffmpeg(t, "-f", "lavfi", "-i", movingPicture("800x600"), "-frames:v", "1", source)
	want, onWhite := asJPEG(t, source, "null"), asJPEG(t, source, "drawbox=x=400:w=400:color=white:t=fill")
	clear := filepath.Join(folder, "clear.png")
	ffmpeg(t, "-i", source, "-vf", "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,400),255,0)'", clear)
	e, _ := engine(t)
	for _, c := range []struct {
		name, mime string
		arguments  []string
		want       []byte
	}{
		{"heif-enc.heic", "image/heic", []string{source}, want},
		{"limited.heic", "image/heic", []string{"--matrix_coefficients", "1", "--full_range_flag", "0", source}, want},
		{"bt709.heic", "image/heic", []string{"--matrix_coefficients", "1", "--full_range_flag", "1", source}, want},
		{"heif-enc.avif", "image/avif", []string{"-A", source}, want},
		{"alpha.avif", "image/avif", []string{"-A", clear}, onWhite},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(folder, c.name)
			run(t, "heif-enc", append([]string{"-o", file}, c.arguments...)...)
			d := difference(small(t, picture(t, e, file, c.mime)), c.want, func(x, y int) (int, int) { return x, y })
			t.Logf("differs by %.1f", d)
			if d > most/2 {
				t.Errorf("it differs by %.1f", d)
			}
		})
	}
}

// The colour profile of a phone's photo is preserved, in as many segments as it needs.
func TestProfile(t *testing.T) {
	profile := make([]byte, 3_000)
	copy(profile[16:], "RGB ")
	for i := 128; i < len(profile); i++ {
		profile[i] = byte(i * i >> 3)
	}
	sample := heifSample{width: 64, height: 64, columns: 1, rows: 1, source: movingPicture("64x64")}
	sample.properties = [][]byte{boxed("colr", []byte("prof"), profile)}
	e, _ := engine(t)
	got := picture(t, e, sample.make(t), "image/heic")
	var kept []byte
	for at := 2; at+4 < len(got) && got[at] == 0xff && got[at+1] != 0xda; {
		length := int(got[at+2])<<8 | int(got[at+3])
		if got[at+1] == 0xe2 && bytes.HasPrefix(got[at+4:], []byte("ICC_PROFILE\x00")) {
			kept = append(kept, got[at+18:at+2+length]...)
		}
		at += 2 + length
	}
	if !bytes.Equal(kept, profile) {
		t.Errorf("%d of %d bytes of the profile came along", len(kept), len(profile))
	}
}

// The largest photos that phones make are rendered within the memory limit, and so are the largest that HEVC allows
// without tiles.
func TestLargePhotos(t *testing.T) {
	long(t)
	t.Parallel()
	for _, c := range oneOrAll([]struct {
		name    string
		sample  heifSample
		roomy   bool // needs a machine of 4 GB
		smaller int  // by how much the JPEG is
	}{
		{"48 megapixels", heifSample{width: 8064, height: 6048, columns: 16, rows: 12, properties: [][]byte{irot(3)}}, false, 1},
		{"75 megapixels", heifSample{width: 9216, height: 8192, columns: 18, rows: 16, properties: [][]byte{irot(3)}}, false, 2},
		{"35 in one piece", heifSample{width: 8192, height: 4320, columns: 1, rows: 1, properties: [][]byte{irot(3)}}, false, 1},
		{"33 in one piece, 10 bits", heifSample{width: 8192, height: 4096, columns: 1, rows: 1, format: "yuv420p10le"}, true, 1},
		{"62 in one piece", heifSample{width: 9216, height: 6784, columns: 1, rows: 1}, true, 2},
		{"AVIF of 12", heifSample{width: 4096, height: 3072, columns: 1, rows: 1, avif: true, properties: [][]byte{irot(3)}}, false, 1},
		{"AVIF of 6, 10 bits", heifSample{width: 3072, height: 2048, columns: 1, rows: 1, avif: true, format: "yuv420p10le"}, false, 1},
		{"AVIF of 19", heifSample{width: 4800, height: 4000, columns: 1, rows: 1, avif: true}, true, 1},
	}) {
		t.Run(c.name, func(t *testing.T) {
			e, p := engine(t)
			c.sample.source = movingPicture("1024x768")
			mime, filter := "image/heic", "null"
			if c.sample.avif {
				mime = "image/avif"
			}
			if c.sample.properties != nil {
				filter = "transpose=clock"
			}
			if c.roomy {
				e, p = roomy(t)
			}
			file := c.sample.make(t)
			got := picture(t, e, file, mime)
			switch {
			case c.sample.avif: // TestPhotos checks its colours
			case c.sample.format != "":
				same(t, small(t, got), small(t, heifConvert(t, file)))
			default:
				same(t, small(t, got), reference(t, "-f", "lavfi", "-i", c.sample.source+","+filter))
			}
			config, _ := jpeg.DecodeConfig(bytes.NewReader(got))
			if config.Width*config.Height != c.sample.width*c.sample.height/max(1, c.smaller*c.smaller) || (config.Width < config.Height) != (filter != "null") {
				t.Errorf("%dx%d", config.Width, config.Height)
			}
			t.Logf("at most %d KB", p.kilobytes)
		})
	}
}
