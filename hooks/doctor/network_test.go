package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/pocketbase/pocketbase/core"
)

// linesOf returns what a look reports.
func linesOf(d *Doctor, look func(context.Context)) string {
	var lines strings.Builder
	d.client = http.DefaultClient
	d.Report = func(f Finding) { fmt.Fprintln(&lines, f.Level, f.About, f.Text) }
	look(context.Background())
	return lines.String()
}

// RuStore's answer to a message for nobody shows whether it takes the token.
func TestRuStore(t *testing.T) {
	t.Parallel()
	rustore := fakes.NewRuStore(t)
	nobody := fakes.Always(fakes.Reply{Status: http.StatusNotFound, Code: "NOT_FOUND"})
	for want, change := range map[string]func(*settings.Settings){
		"ok RuStore it takes the token for the project greetings\n": func(*settings.Settings) {},
		"FAIL RuStore ": func(s *settings.Settings) { s.RuStore.Token = "wrong" },
		"FAIL RuStore RuStore could not be reached": func(s *settings.Settings) { s.RuStore.URL = "http://127.0.0.1:1" },
		"ok RuStore off": func(s *settings.Settings) { s.RuStore.Token = "" },
	} {
		rustore.Answer(nobody)
		s := &settings.Settings{}
		rustore.Configure(s)
		change(s)
		d := &Doctor{Settings: s}
		if lines := linesOf(d, d.providers); !strings.Contains(lines, want) {
			t.Errorf("%q is not in\n%s", want, lines)
		}
	}
}

// Of VK's hosts, the first that can be used is asked, and each one before it is a warning.
func TestHostsInTurn(t *testing.T) {
	t.Parallel()
	vk := fakes.NewVK(t)
	vk.Set(fakes.Gone)
	second, third := vk.Host(t), vk.Host(t)
	s := &settings.Settings{VK: vk.Settings()}
	s.VK.APIURLs = []string{vk.URL, second.URL, third.URL}
	host := func(server *fakes.Server) string { return strings.TrimPrefix(server.URL, "http://") }
	d := &Doctor{Settings: s}
	lines := linesOf(d, d.providers)
	want := "warning VK " + vk.URL + " can't be used, the next address is: it answers 410 Gone\nok VK " + host(second) + " answers\n"
	if !strings.Contains(lines, want) || strings.Contains(lines, host(third)) {
		t.Errorf("%q is not in\n%s", want, lines)
	}
}

// The object stores of files and of backups are asked, and what is wrong with them is a line.
func TestObjectStores(t *testing.T) {
	t.Parallel()
	backend := s3mem.New()
	if err := backend.CreateBucket("media"); err != nil {
		t.Fatal(err)
	}
	store := httptest.NewServer(gofakes3.New(backend).Server())
	defer store.Close()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<Error>\n<Code>InvalidAccessKeyId</Code>\n<Message>No such key.</Message>\n</Error>"))
	}))
	defer refusing.Close()
	config := func(endpoint, bucket string) core.S3Config {
		return core.S3Config{Enabled: true, Endpoint: endpoint, Bucket: bucket, Region: "r", AccessKey: "k", Secret: "s", ForcePathStyle: true}
	}
	d := &Doctor{stored: &core.Settings{}}
	for want, c := range map[string]core.S3Config{
		"ok storage the bucket media at " + store.URL:                 config(store.URL, "media"),
		"FAIL storage the object store (bucket other at " + store.URL: config(store.URL, "other"),
		"NoSuchBucket": config(store.URL, "other"),
		"FAIL storage the object store (bucket media at " + refusing.URL: config(refusing.URL, "media"),
		"InvalidAccessKeyId": config(refusing.URL, "media"),
		"FAIL storage the object store (bucket media at http://127.0.0.1": config("http://127.0.0.1:1", "media"),
	} {
		d.stored.S3 = c
		if lines := linesOf(d, d.objects); !strings.Contains(lines, want) || strings.Count(lines, "\n") != 1 {
			t.Errorf("%q is not in, or not alone in\n%s", want, lines)
		}
	}
	d.stored.S3, d.stored.Backups.S3 = core.S3Config{}, config(store.URL, "other")
	if lines := linesOf(d, d.objects); !strings.HasPrefix(lines, "FAIL backups ") {
		t.Error(lines)
	}
}
