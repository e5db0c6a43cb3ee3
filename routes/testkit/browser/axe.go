package browser

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// axeVersion is the version of the npm package axe-core that looks for faults of accessibility.
const axeVersion = "4.14.1"

// axe returns the program of axe-core, which npm fetches once for all tests of a binary. The error wraps exec.ErrNotFound where there is no npm.
var axe = sync.OnceValues(func() (program string, err error) {
	folder, err := os.MkdirTemp("", "axe")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	command := exec.Command("npm", "pack", "--silent", "axe-core@"+axeVersion)
	command.Dir = folder
	if out, err := command.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	packed, err := os.ReadFile(filepath.Join(folder, "axe-core-"+axeVersion+".tgz"))
	if err != nil {
		return "", err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	for files := tar.NewReader(unzipped); ; {
		file, err := files.Next()
		if err != nil {
			return "", err // io.EOF: it is not in there
		}
		if file.Name == "package/axe.min.js" {
			content, err := io.ReadAll(files)
			return string(content), err
		}
	}
})

// WantAccessible fails the test if axe-core finds a serious or critical fault in the page, or in the parts of it that CSS selectors
// name. Without npm it looks for none.
func (b *Browser) WantAccessible(within ...string) {
	b.t.Helper()
	program, err := axe()
	if errors.Is(err, exec.ErrNotFound) {
		b.t.Log("without npm there is no axe-core")
		return
	}
	if err != nil {
		b.t.Fatal(err)
	}
	scope := "document"
	if len(within) > 0 {
		scope = fmt.Sprintf("{include: [[%q]]}", strings.Join(within, ", "))
	}
	b.Evaluate(program + `; window.axeFound = ''; axe.run(` + scope + `).then(r => { window.axeFound = JSON.stringify(r.violations) }, e => { window.axeFound = String(e) }); true`)
	b.Until(`window.axeFound`)
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`window.axeFound`))
	if err != nil {
		b.t.Fatal(err)
	}
	var violations []struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML string }
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatal(found)
	}
	for _, v := range violations {
		if v.Impact == "serious" || v.Impact == "critical" {
			b.t.Errorf("%s (%s): %s: %+v", v.ID, v.Impact, v.Help, v.Nodes)
		}
	}
}
