package browser

import (
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// virtual are the key codes by which Chromium knows keys that write nothing.
var virtual = map[string]int64{"Enter": 13, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40}

// Ctrl is a modifier of Key.
const Ctrl = 2

// Key presses a key as a keyboard does: code is its place, such as "Digit3", key what it writes there, or the code's own name.
func (b *Browser) Key(code, key string, modifiers ...int64) {
	b.t.Helper()
	press := input.DispatchKeyEventParams{Type: "keyDown", Code: code, Key: key, WindowsVirtualKeyCode: virtual[key]}
	for _, modifier := range modifiers {
		press.Modifiers |= modifier
	}
	if len([]rune(key)) == 1 && press.Modifiers == 0 {
		press.Text = key
	}
	release := press
	release.Type, release.Text = "keyUp", ""
	for _, event := range []input.DispatchKeyEventParams{press, release} {
		if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, event); err != nil {
			b.t.Fatal(err)
		}
	}
}

// Insert writes a text where the focus is.
func (b *Browser) Insert(text string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		b.t.Fatal(err)
	}
}

// Size sets the size of the window.
func (b *Browser) Size(width, height int64) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, height))
}
