package resource

import (
	"encoding/json"
	"strings"
	"testing"
)

// marshal returns what an asciiWriter encodes.
func marshal(value any) ([]byte, error) {
	var w asciiWriter
	err := w.encode(value)
	return w.out, err
}

// Answers are pure ASCII, escaped as PHP's json_encode does, except for the slash.
func TestEncode(t *testing.T) {
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"ASCII":              {"plain <b>&'\x7f/", `"plain <b>&'` + "\x7f" + `/"`},
		"control characters": {"\x00\x1f\b\f\n\r\t\"\\", `"\u0000\u001f\b\f\n\r\t\"\\"`},
		"Cyrillic":           {"Ёж Иван", `"\u0401\u0436 \u0418\u0432\u0430\u043d"`},
		"first and last":     {"éa…z€", `"\u00e9a\u2026z\u20ac"`},
		"edges of planes":    {"\u0080\u07ff\u0800\uffff\U00010000\U0010ffff", `"\u0080\u07ff\u0800\uffff\ud800\udc00\udbff\udfff"`},
		"emoji":              {"😀👩‍👩", `"\ud83d\ude00\ud83d\udc69\u200d\ud83d\udc69"`},
		"line separators":    {"\u2028\u2029", `"\u2028\u2029"`},
		"U+FFFD as sent":     {"\ufffd", `"\ufffd"`},
		"keys":               {map[string]any{"имя": 1}, `{"\u0438\u043c\u044f":1}`},
		"numbers":            {[]any{Number(4), Number(2.99), 1e21}, `[4,2.99,1e+21]`},
		"nothing":            {[]any{nil, []int(nil), ""}, `[null,null,""]`},
		"long":               {strings.Repeat("0123456é", 1000), `"` + strings.Repeat(`0123456\u00e9`, 1000) + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := marshal(c.value)
			if err != nil || string(got) != c.want {
				t.Errorf("%v: got %s, want %s", err, got, c.want)
			}
		})
	}
	if got, err := marshal([]string{"fine", "\xffbad"}); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("%v: %s", err, got)
	}
}

// Whatever the text, its JSON is ASCII and decodes to the text.
func FuzzEncode(f *testing.F) {
	f.Add("Иван", "ü😀")
	f.Fuzz(func(t *testing.T, a, b string) {
		value := []string{a, b, a + b}
		got, err := marshal(value)
		if err != nil {
			return // not UTF-8
		}
		for _, c := range got {
			if c > 0x7f {
				t.Fatalf("%s", got)
			}
		}
		var back []string
		if err := json.Unmarshal(got, &back); err != nil || strings.Join(back, "|") != strings.Join(value, "|") {
			t.Fatalf("%q became %q: %v", value, back, err)
		}
	})
}

// page is one of user/search, with names and descriptions of the given text.
func page(text string) Page {
	long := strings.Repeat(text+" ", 12)
	users := make([]User, 15)
	for i := range users {
		price := Number(299.5)
		users[i] = User{
			ID: int64(i + 1), Email: "user1@hidden.invalid", Name: &text, Nickname: text, Description: &long, Role: 2, Price: &price, Invite: "Ab3dE5gH",
			Media: []Media{{ID: int64(i), UserID: int64(i), Type: 1, PreviewURL: "https://api.example.com/storage/media/0123456789abcdef.png",
				PathURL: "https://api.example.com/storage/media/0123456789abcdef.png"}},
			Categories: &[]Category{{1}}, UpdatedAt: "2024-04-30 10:28:25.123Z", CreatedAt: "2024-04-30 10:28:25.123Z",
		}
	}
	return Page{Data: users, Meta: Meta{Path: "https://api.example.com/api/v1/user/search"}}
}

func BenchmarkEncode(b *testing.B) {
	for name, text := range map[string]string{"ASCII": "Ivan the greeter", "Cyrillic": "Иван поздравляет"} {
		value := page(text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var w asciiWriter
			for b.Loop() {
				if err := w.encode(value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
