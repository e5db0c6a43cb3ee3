package observe

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// One line an hour tells that all of its requests came from one private address, and none of other hours.
func TestLoneAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		addresses []string // of the hour's requests, in turn
		count     int
		forwarded bool
		want      string
	}{
		{"a proxy that names clients", []string{"10.0.0.2"}, 50, true, "X-Forwarded-For is sent and not read"},
		{"a proxy that names none", []string{"127.0.0.1"}, 50, false, "no request has X-Forwarded-For"},
		{"a proxy, by IPv6", []string{"fd00::2"}, 50, true, "fd00::2"},
		{"two clients", []string{"10.0.0.2", "10.0.0.3"}, 50, true, ""},
		{"one client of the internet", []string{"203.0.113.9"}, 50, false, ""},
		{"hardly any requests", []string{"10.0.0.2"}, 5, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := time.Unix(1e9, 0)
			watch := lone{now: func() time.Time { return now }}
			var printed bytes.Buffer
			logger := slog.New(slog.NewTextHandler(&printed, nil))
			const hours = 3
			for range hours {
				for i := range c.count {
					watch.note(func() string { return c.addresses[i%len(c.addresses)] }, c.forwarded, func() *slog.Logger { return logger })
				}
				now = now.Add(time.Hour)
			}
			lines := strings.Count(printed.String(), "\n")
			if c.want == "" && lines > 0 || c.want != "" && (lines != hours-1 || strings.Count(printed.String(), c.want) != lines) {
				t.Errorf("%d lines: %s", lines, printed.String())
			}
		})
	}
}
