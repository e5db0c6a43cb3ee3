package push

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/privet/privet/hooks/store"
)

// However long the nicknames are, a message stays below what FCM takes, and its texts are whole characters.
func TestMessagesStaySmall(t *testing.T) {
	const fcmTakes = 4096
	long := strings.Repeat("👋", 255)
	for lang := range texts {
		for kind := range texts[lang] {
			m := messageOf(&store.PushContent{Type: kind, Order: "123456789", Event: "order-123456789-12", Language: lang, PushToken: "phone",
				Client: long, Performer: long, Warning: strings.Repeat("👋", 1000), Rating: 4.5, Badge: 20}, time.Now())
			content, err := json.Marshal(fcmMessage(m))
			if err != nil {
				t.Fatal(err)
			}
			if len(content) >= fcmTakes || !utf8.Valid(content) {
				t.Errorf("%s %s has %d bytes", lang, kind, len(content))
			}
			if names := strings.Count(m.Title+m.Body, "👋…"); kind != "test" && !strings.HasPrefix(kind, "report.") && names == 0 || strings.Count(m.Title+m.Body, "👋") > max(2*maxNameLength, maxWarningLength) {
				t.Errorf("%s %s says %s: %s", lang, kind, m.Title, m.Body)
			}
		}
	}
	if got := truncate(strings.Repeat("я", maxNameLength), maxNameLength); strings.Contains(got, "…") {
		t.Errorf("%s was cut", got)
	}
}

// Installation ids go out as "fid", whatever else the message has, and nothing else changes.
func TestAddressAsFID(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":{"token":"cA1-_56789012345678901","data":{"token":"x"}}}`: `{"message":{"data":{"token":"x"},"fid":"cA1-_56789012345678901"}}`,
		`{"message":{"token":"f123456789012345678901"},"validate_only":true}`: `{"message":{"fid":"f123456789012345678901"},"validate_only":true}`,
		`{"message":{"token":"cA1-_56789012345678901:APA91b"}}`:               ``,
		`{"message":{"token":"g123456789012345678901"}}`:                      ``, // begins otherwise
		`{"message":{"token":"c12345678901234567890"}}`:                       ``, // one short
		`{"message":{"token":"c1234567890123456789012"}}`:                     ``, // one long
		`{"message":{"token":"c12345678901234567890\n"}}`:                     ``,
		`{"message":{"topic":"c123456789012345678901"}}`:                      ``,
		`{"message":{"token":1}}`:                                             ``,
		`{"message":[]}`:                                                      ``,
		`no JSON`:                                                             ``,
	} {
		if want == "" {
			want = body
		}
		if got := string(addressAsFID([]byte(body))); got != want {
			t.Errorf("%s became\n%s, want\n%s", body, got, want)
		}
	}
}

// The details of an answer decide whom it blames.
func TestFCMDetails(t *testing.T) {
	const fcmError = `{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"CODE"}`
	violation := func(subject, description string) string {
		return `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"subject":"` + subject + `","description":"` + description + `"}]}`
	}
	badRequest := func(fields string) string {
		return `{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[` + fields + `]}`
	}
	invalid := strings.Replace(fcmError, "CODE", "INVALID_ARGUMENT", 1)
	quota := strings.Replace(fcmError, "CODE", "QUOTA_EXCEEDED", 1)
	for _, c := range []struct {
		name, details   string
		address, device bool
	}{
		{"nothing", ``, false, false},
		{"an FcmError alone", invalid, true, true},
		{"another FcmError", strings.Replace(fcmError, "CODE", "INTERNAL", 1), false, true},
		{"a wrong field", invalid + "," + badRequest(`{"field":"message.android.ttl"}`), false, true},
		{"the address", badRequest(`{"field":"message.token"}`) + "," + invalid, true, true},
		{"the installation id", invalid + "," + badRequest(`{"field":"message.fid"}`), true, true},
		{"the address and a field", invalid + "," + badRequest(`{"field":"message.token"},{"field":"message.data"}`), false, true},
		{"no field", invalid + "," + badRequest(``), false, true},
		{"fields of another form", invalid + `,{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":7}`, false, true},
		{"a device's quota", quota + "," + violation("device:1", "Device message rate exceeded"), false, true},
		{"a quota", quota, false, true},
		{"the project's quota", quota + "," + violation("project:greetings", "Message rate exceeded"), false, false},
		{"a quota of the project", quota + "," + violation("", "Too many messages of this project"), false, false},
		{"a device's quota without an FcmError", violation("device:1", "too many"), false, true},
		{"the rate of the project", `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED"}`, false, false},
	} {
		d := parseFCMDetails([]byte(`{"error":{"details":[` + c.details + `]}}`))
		if d.blamesAddress() != c.address || d.quotaOfDevice() != c.device {
			t.Errorf("%s: address %t, device %t", c.name, d.blamesAddress(), d.quotaOfDevice())
		}
	}
}
