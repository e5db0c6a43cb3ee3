package contract

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// nullable are the fields that may be null (contract section 2), with a value of their type otherwise.
var nullable = map[string]any{
	"phone": "", "name": "", "description": "", "firebase_token": "", "price": json.Number(""),
	"occasion_id": json.Number(""), "cancel_text": "", "cancel_date": "", "rating_rate": json.Number(""), "rating_text": "",
	"prev": "", "next": "", "url": "", "from": json.Number(""), "to": json.Number(""),
}

// fractional are the numbers that need not be integers.
var fractional = map[string]bool{"price": true, "rating_rate": true}

// forms are the formats of strings, where the contract promises one.
var forms = map[string]*regexp.Regexp{
	"created_at":  regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$`),
	"updated_at":  regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$`),
	"date_till":   regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`),
	"cancel_date": regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`),
	"token":       regexp.MustCompile(`^[1-9]\d*\|[A-Za-z0-9]{40}[0-9a-f]{8}$`),
	"invite":      regexp.MustCompile(`^[A-Za-z0-9]{8}$`),
	"email":       regexp.MustCompile(`^[^@ ]+@[^@ ]+$`),
	"path_url":    regexp.MustCompile(`^http://[^/]+/storage/media/[^/]+$`),
	"preview_url": regexp.MustCompile(`^http://[^/]+/storage/media/(preview/)?[^/]+$`),
	"first":       regexp.MustCompile(`^http://[^/]+/api/v1/[a-z/]+\?.*page=1$`),
	"path":        regexp.MustCompile(`^http://[^/]+/api/v1/[a-z/]+$`),
}

// shape compares answers with documented ones: their keys, the order of keys, and types, but not values.
type shape struct {
	t *testing.T
	s *testkit.Server
}

// compare reports where got differs in shape from the documented want. Both are the value of the field key; at is its
// path.
func (c shape) compare(at, key string, want, got any) {
	c.t.Helper()
	sample, mayBeNull := nullable[key]
	if mayBeNull && got == nil {
		return
	}
	if mayBeNull && want == nil {
		want = sample
	}
	if reflect.TypeOf(want) != reflect.TypeOf(got) {
		c.t.Errorf("%s: %T %v, documented %T", at, got, got, want)
		return
	}
	switch want := want.(type) {
	case object:
		got := got.(object)
		if a, b := keys(want), keys(got); a != b {
			c.t.Errorf("%s: keys %s, documented %s", at, b, a)
			return
		}
		for i := range want {
			c.compare(at+"."+want[i].Key, want[i].Key, want[i].Value, got[i].Value)
		}
	case []any:
		got := got.([]any)
		if len(got) == 0 && len(want) > 0 {
			c.t.Errorf("%s: empty", at)
		}
		for i := range got {
			c.compare(fmt.Sprintf("%s[%d]", at, i), key, want[min(i, len(want)-1)], got[i])
		}
	case string:
		text := got.(string)
		if form := forms[key]; form != nil && !form.MatchString(text) {
			c.t.Errorf("%s: %q is not of the form %s", at, text, form)
		}
		if strings.HasSuffix(key, "_url") && !strings.HasPrefix(text, c.s.URL+"/") {
			c.t.Errorf("%s: %q leads elsewhere", at, text)
		}
	case json.Number:
		if _, err := got.(json.Number).Int64(); err != nil && !fractional[key] {
			c.t.Errorf("%s: %v is not whole", at, got)
		}
	}
}

// keys returns the keys of an object in their order.
func keys(o object) string {
	var names []string
	for _, m := range o {
		names = append(names, m.Key)
	}
	return strings.Join(names, " ")
}
