package body

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

// Bodies that are being received share a budget, and each client has a part of it. What is received is given back.
func TestMemory(t *testing.T) {
	const kilobyte = 1 << 10
	memory := NewMemory(350*kilobyte, 200*kilobyte)
	receive := func(client, contentType, text string, before func()) error {
		r := httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader(text), calling(before)))
		r.Header.Set("Content-Type", contentType)
		_, _, err := Read(r, Options{MaxBody: 1 << 20, MaxFields: 1 << 20, Memory: memory, Client: client,
			File: func(_, _ string, content io.Reader) (any, error) { return io.Copy(io.Discard, content) }})
		return err
	}
	text := func(size int) string { return `"` + strings.Repeat("x", size) + `"` }
	form := func(disposition string, size int) string {
		return part("b", disposition, strings.Repeat("x", size)) + "--b--"
	}
	const isJSON, isForm = "application/json", "multipart/form-data; boundary=b"
	err := receive("one", isJSON, text(150*kilobyte), func() {
		for _, c := range []struct {
			about, client, contentType, text string
			want                             error
		}{
			{"a small body", "one", isJSON, text(10 * kilobyte), nil},
			{"more than the client's share", "one", isJSON, text(100 * kilobyte), ErrMemory},
			{"another client", "two", isJSON, text(100 * kilobyte), nil},
			{"more than there is", "two", isJSON, text(190 * kilobyte), ErrMemory},
			{"a form's field", "two", isForm, form(`name="a"`, 190*kilobyte), ErrMemory},
			{"a form's file", "two", isForm, form(`name="a"; filename="a"`, 500*kilobyte), nil},
		} {
			if err := receive(c.client, c.contentType, c.text, func() {}); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.about, err, c.want)
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
	if memory.used != 0 || len(memory.clients) != 0 {
		t.Errorf("%d bytes are still reserved, for %v", memory.used, memory.clients)
	}
}

// calling is an empty reader that calls a function.
type calling func()

func (c calling) Read([]byte) (int, error) {
	c()
	return 0, io.EOF
}
