package browser

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// NeedsShots skips a test that only makes pictures, unless the flag shots names a folder for them, and returns it.
func NeedsShots(t *testing.T) (folder string) {
	t.Helper()
	if *shots == "" {
		t.Skip("makes pictures: needs -shots folder")
	}
	return *shots
}

// TimeZone sets the time zone of the pages.
func (b *Browser) TimeZone(name string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: name}); err != nil {
		b.t.Fatal(err)
	}
}

// What makes pictures small, and text in them sharp enough: their quality in percent, and how many pixels they have for one of the page,
// up to a width.
const (
	quality  = 50
	density  = 1.2
	maxWidth = 1200
)

// settled is true once nothing moves, loads or waits in a page.
const settled = `document.getAnimations().every(a => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity) &&
	[...document.images].every(i => i.complete || i.loading === 'lazy' && !i.checkVisibility()) && document.fonts.status === 'loaded' &&
	![...document.querySelectorAll('.skeleton-loader, .btn.loading, .dk-wait')].some(e => e.checkVisibility())`

// Picture writes a WebP picture of all elements in sight that a CSS selector names, as one rectangle with a margin, to a file in a folder.
// The area ends at the window.
func (b *Browser) Picture(folder, name, selector string, margin int) {
	b.t.Helper()
	b.Until(settled)
	area := fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll(%q)].filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect()), margin = %d;
		const x = Math.max(0, Math.min(...all.map(r => r.left)) - margin), y = Math.max(0, Math.min(...all.map(r => r.top)) - margin);
		const right = Math.min(innerWidth, Math.max(...all.map(r => r.right)) + margin), bottom = Math.min(innerHeight, Math.max(...all.map(r => r.bottom)) + margin);
		return all.length === 0 ? '' : JSON.stringify({ x, y, width: right - x, height: bottom - y });
	})()`, selector, margin)
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](area))
	if err != nil {
		b.t.Fatal(err)
	}
	var clip page.Viewport
	if err := json.Unmarshal([]byte(found), &clip); err != nil {
		b.t.Fatalf("there is no %s for the picture %s", selector, name)
	}
	clip.Scale = max(1, min(density, maxWidth/clip.Width))
	lossy := int64(quality)
	picture, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: &lossy, Clip: &clip})
	b.save(folder, name+".webp", picture.Data, err)
}
