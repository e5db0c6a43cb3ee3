// Package browser drives a Chromium for tests: any page, and PocketBase's dashboard as a moderator uses it. Screenshots
// are kept in the folder that the flag -shots names.
package browser

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// shots is where screenshots are kept.
var shots = flag.String("shots", "", "a folder for screenshots")

// Browser is a tab of a Chromium, with a record of its network traffic.
type Browser struct {
	t   *testing.T
	ctx context.Context

	mu        sync.Mutex
	requested []string
	status    map[string]int64 // of the last answer, by path
	errors    []string         // of the console
	files     []string         // what file dialogs choose
}

// ChooseFiles sets the files that file dialogs choose from now on.
func (b *Browser) ChooseFiles(files ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files = files
}

// Open starts a Chromium that runs until the test ends. It skips the test if none is installed.
func Open(t *testing.T) *Browser {
	t.Helper()
	var binary string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			binary = found
			break
		}
	}
	if binary == "" {
		t.Skip("needs chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(binary), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 9*time.Minute)
	t.Cleanup(cancel)
	return newTab(t, ctx)
}

// newTab records the network traffic of a context's tab and intercepts its file dialogs.
func newTab(t *testing.T, ctx context.Context) *Browser {
	t.Helper()
	b := &Browser{t: t, ctx: ctx, status: map[string]int64{}}
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, err2 := chromedp.Call(ctx, page.Enable, page.EnableParams{})
	_, err3 := chromedp.Call(ctx, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true})
	_, err4 := chromedp.Call(ctx, log.Enable, chromedp.Void{})
	if err := errors.Join(err, err2, err3, err4, chromedp.Listen(ctx, b.note)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.wantNoErrors)
	return b
}

// Tab opens another tab of the same browser. Both share their storage.
func (b *Browser) Tab() *Browser {
	b.t.Helper()
	return b.open()
}

// open opens another tab with chromedp's options.
func (b *Browser) open(options ...chromedp.ContextOption) *Browser {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, options...)
	b.t.Cleanup(cancel)
	return newTab(b.t, ctx)
}

// WantLoopback fails the test if the tab sent a request to any host but 127.0.0.1, or if it recorded so few requests
// that the record can't be right.
func (b *Browser) WantLoopback() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, requested := range b.requested {
		if at, err := url.Parse(requested); err != nil || at.Scheme == "http" && at.Hostname() != "127.0.0.1" || at.Scheme == "https" {
			b.t.Errorf("it requested %s", requested)
		}
	}
	if len(b.requested) < 8 {
		b.t.Errorf("the network log is short: %q", b.requested)
	}
}

// wantNoErrors fails the test if a page has written an error to the console. Answers of the API, and of forms, that report
// errors are none.
func (b *Browser) wantNoErrors() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, text := range b.errors {
		b.t.Errorf("the console has an error: %s", text)
	}
}

// note records network events and answers file dialogs.
func (b *Browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requested = append(b.requested, e.Request.URL)
	case *network.EventResponseReceived:
		if at, err := url.Parse(e.Response.URL); err == nil {
			b.status[at.Path] = e.Response.Status
		}
	case *log.EventEntryAdded:
		if at, err := url.Parse(e.Entry.URL); e.Entry.Level == log.EntryLevelError &&
			(e.Entry.Source != log.EntrySourceNetwork || err != nil || !strings.HasPrefix(at.Path, "/api/") && at.Path != "/account") {
			b.errors = append(b.errors, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		text, _ := json.Marshal(e.ExceptionDetails) // it was JSON before
		b.errors = append(b.errors, string(text))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			text, _ := json.Marshal(e.Args)
			b.errors = append(b.errors, string(text))
		}
	case *page.EventFileChooserOpened:
		files := b.files
		go func() {
			_, err := chromedp.Call(b.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, BackendNodeID: e.BackendNodeID})
			if err != nil {
				b.t.Error(err)
			}
		}()
	}
}

// Do runs chromedp's actions.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Evaluate returns the value of a JavaScript expression. It counts as an action of the user, without which no file
// dialog opens.
func (b *Browser) Evaluate(expression string) bool {
	b.t.Helper()
	byUser := func(p *runtime.EvaluateParams) { yes := true; p.UserGesture = &yes }
	is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression, byUser))
	if err != nil {
		b.t.Fatal(expression, ": ", err)
	}
	return is
}

// Until waits until a JavaScript expression is true.
func (b *Browser) Until(expression string) {
	b.t.Helper()
	for range 300 {
		if b.Evaluate("!!(" + expression + ")") {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatal("it never became true: ", expression)
}

// Click waits until a JavaScript expression returns an element, and clicks it.
func (b *Browser) Click(expression string) {
	b.t.Helper()
	b.Until("(() => { const e = " + expression + "; if (e) e.click(); return !!e })()")
}

// Anchor navigates to an anchor of the page.
func (b *Browser) Anchor(name string) {
	b.t.Helper()
	b.Until(fmt.Sprintf("(location.hash = %q, true)", name))
}

// Answer waits for the answer to a request of a path and returns its status.
func (b *Browser) Answer(path string) int64 {
	b.t.Helper()
	for range 300 {
		b.mu.Lock()
		status := b.status[path]
		b.mu.Unlock()
		if status != 0 {
			return status
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatal("no answer of ", path)
	return 0
}

// ColorScheme makes the browser prefer the "light" or "dark" colour scheme.
func (b *Browser) ColorScheme(scheme string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
		b.t.Fatal(err)
	}
}

// DisableScripts disables JavaScript.
func (b *Browser) DisableScripts() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		b.t.Fatal(err)
	}
}

// Screenshots returns the folder that the flag shots names, else a temporary one.
func Screenshots(t *testing.T) string {
	t.Helper()
	if *shots == "" {
		return t.TempDir()
	}
	return *shots
}

// CaptureWhole writes a picture of the whole page, however long it is, to a file in a folder, which it makes.
func (b *Browser) CaptureWhole(folder, name string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.save(folder, name, picture, err)
}

// Capture writes a picture of the screen to a file in a folder, which it makes.
func (b *Browser) Capture(folder, name string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	b.save(folder, name, picture, err)
}

// save writes a picture, unless taking it failed with err.
func (b *Browser) save(folder, name string, picture []byte, err error) {
	b.t.Helper()
	if err := errors.Join(err, os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, name), picture, 0o644)); err != nil {
		b.t.Fatal(err)
	}
}
