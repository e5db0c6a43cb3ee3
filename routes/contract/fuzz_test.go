package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// FuzzRoutes sends anything to every endpoint: the answer must be JSON and no server error. The seeds run with the
// other tests; for a long run use
//
//	go test -fuzz FuzzRoutes -fuzztime 10m ./routes/contract
func FuzzRoutes(f *testing.F) {
	s := testkit.Start(f)
	client, performer := s.Client(), s.Performer()
	s.Order(client, performer)
	tokens := map[string]string{"client": "Bearer " + client.Token, "performer": "Bearer " + performer.Token}

	const form, jsonType, multipartType = "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b"
	part := func(header, content string) string {
		return "--b\r\nContent-Disposition: form-data; " + header + "\r\n\r\n" + content + "\r\n"
	}
	picture := part(`name="media"; filename="a.png"`, string(testkit.PNG()))
	for number := range endpoints {
		for _, seed := range []struct{ method, id, query, contentType, body, token, language string }{
			{endpoints[number].method, "1", "page=2&text=abc&status=1&role=2", jsonType, `{"status":2,"performer_id":2,"description":"d","date_till":"2030-10-02 12:36:51","email":"a@b.c","password":"secret"}`, "client", "ru"},
			{endpoints[number].method, "1", "text=%22*%00", form, "status=3&category_ids[]=1&email=a%40b.c&social_type=1&token=t&firebase_token=f&invite=abcdefgh", "performer", "en;q=0.5,ru"},
			{endpoints[number].method, "1", "", multipartType, part(`name="nickname"`, "n") + picture + part(`name="status"`, "2") + "--b--", "performer", "*"},
			{"POST", "../1", "_method=GET&page[]=1", multipartType, picture, "client", ""},
			{"PATCH", "%2e", "%ff", jsonType, "\xff[", "Bearer 1|x", "\xff"},
		} {
			f.Add(uint8(number), seed.method, seed.id, seed.query, seed.contentType, []byte(seed.body), seed.token, seed.language)
		}
	}
	f.Fuzz(func(t *testing.T, number uint8, method, id, query, contentType string, body []byte, token, language string) {
		path := "/api/v1/" + endpoints[int(number)%len(endpoints)].path
		if strings.HasSuffix(path, "/1") {
			path = strings.TrimSuffix(path, "1") + id
		}
		address, err := url.Parse(s.URL + path)
		if err != nil || address.Host != strings.TrimPrefix(s.URL, "http://") {
			t.Skip("no address")
		}
		address.RawQuery = query
		ctx, cancel := context.WithTimeout(t.Context(), slow)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(body))
		if err != nil {
			t.Skip("no request")
		}
		if known, ok := tokens[token]; ok {
			token = known
		}
		request.Header.Set("Authorization", token)
		request.Header.Set("Content-Type", contentType)
		request.Header.Set("Accept-Language", language)
		request.Host = "privet.example"
		answer, err := s.HTTPClient.Transport.RoundTrip(request)
		if err != nil {
			if strings.Contains(err.Error(), "net/http: invalid") || strings.Contains(err.Error(), "CONNECT") {
				t.Skip("no request")
			}
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if !strings.HasPrefix(request.URL.Path, "/api/v1/") || answer.Header.Get("Access-Control-Allow-Origin") == "" {
			return // net/http has rejected it before it reached a route
		}
		var got bytes.Buffer
		if _, err := got.ReadFrom(answer.Body); err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode >= 500 && !strings.Contains(got.String(), "Invalid service account") {
			t.Fatalf("%d %s", answer.StatusCode, got.String())
		}
		if method != http.MethodHead && method != http.MethodOptions && got.Len() > 0 && !json.Valid(got.Bytes()) {
			t.Fatalf("%d %q is not JSON", answer.StatusCode, got.String())
		}
		if got.Len() == 0 && method != http.MethodHead && method != http.MethodOptions {
			t.Fatalf("%d without an answer", answer.StatusCode)
		}
	})
}
