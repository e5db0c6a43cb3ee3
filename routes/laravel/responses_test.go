package laravel

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

type goldenResponse struct {
	Name    string `json:"name"`
	Request struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
		Body    *string           `json:"body"`
	} `json:"request"`
	Response struct {
		Status int    `json:"status"`
		Body   string `json:"body"`
	} `json:"response"`
}

// responseExceptions are the goldens from which the contract differs, with the status it requires; 0 skips the golden.
var responseExceptions = map[string]int{
	// Broken JSON and multipart are 400 here.
	"form body with JSON content type":                              400,
	"JSON body with Content-Type multipart/form-data":               400,
	"JSON body with Content-Type multipart/form-data; boundary=zzz": 400,
	"multipart truncated (no closing boundary)":                     400,
	"multipart wrong boundary":                                      400,
	"deeply nested JSON 600":                                        400,
	"405 PUT":                                                       0, // routing is not tested here
	"405 DELETE":                                                    0,
	"405 PATCH":                                                     0,
	"405 GET on POST route":                                         0,
	"405 Accept */*":                                                0,
	"HEAD on POST route":                                            0,
	"file > upload_max_filesize (PHP error 1), media required":      0, // PHP's own limit for files, which does not exist here
	"file > upload_max_filesize, media nullable":                    0,
}

// bodies are the bodies that the goldens only describe.
var bodies = map[string]string{
	"deeply nested JSON 600":                strings.Repeat("[", 600) + strings.Repeat("]", 600),
	"big JSON 1 MiB+":                       `{"email":"u1@example.com","password":"` + strings.Repeat("x", 1200043-40) + `"}`,
	"413 body > post_max_size, Accept json": "a=" + strings.Repeat("x", 1200000),
	"413 Accept */*":                        "a=" + strings.Repeat("x", 1200000),
}

func TestGoldenResponses(t *testing.T) {
	server := goldenServer(t)
	unused := maps.Clone(responseExceptions)
	ran := 0
	for _, c := range loadGolden(t).Responses {
		status, excepted := responseExceptions[c.Name]
		delete(unused, c.Name)
		if !strings.Contains(c.Request.Path, "/_v/") && !strings.Contains(c.Request.Path, "/_echo") || excepted && status == 0 {
			continue
		}
		ran++
		t.Run(c.Name, func(t *testing.T) {
			text, described := bodies[c.Name]
			if !described && c.Request.Body != nil {
				text = *c.Request.Body
			}
			req, err := http.NewRequest(c.Request.Method, server.URL+c.Request.Path, strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			for name, val := range c.Request.Headers {
				req.Header.Set(name, val)
			}
			if c.Name == "invalid UTF-8 urlencoded" { // the golden has no headers
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			answer, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			got, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if excepted {
				if answer.StatusCode != status {
					t.Errorf("got %d %s, want %d", answer.StatusCode, got, status)
				}
				return
			}
			if answer.StatusCode != c.Response.Status {
				t.Fatalf("got %d %s, want %d", answer.StatusCode, got, c.Response.Status)
			}
			if strings.HasPrefix(c.Response.Body, "{") && !equalSets(t, got, []byte(c.Response.Body)) {
				t.Errorf("got %s, want %s", got, c.Response.Body)
			}
		})
	}
	if ran < 24 || len(unused) > 0 {
		t.Errorf("%d goldens ran; no golden is called %v", ran, slices.Collect(maps.Keys(unused)))
	}
}
