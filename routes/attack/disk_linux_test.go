package attack

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	diskSize  = 2200 << 20
	diskFloor = 2_000_000_000 // bytes that uploads leave free
)

// BenchmarkDisk fills a small disk, which needs the right to mount one, and prints what is left of it: uploads must
// leave diskFloor free, and orders must be written meanwhile. Then something else takes the rest: what was acknowledged
// has to be there after the server was killed, and orders are written again once there is room.
func BenchmarkDisk(b *testing.B) {
	folder := b.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprint("size=", diskSize), "none", folder).CombinedOutput(); err != nil {
		b.Skipf("needs the right to mount a disk: %v: %s", err, out)
	}
	defer func() {
		if out, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			b.Errorf("%v: %s", err, out)
		}
	}()
	s := start(b, folder, "PRIVET_UPLOAD_FLOOR=2000") // the default; tests run without it
	defer s.end()
	by := newBystander(s.URL)
	defer by.close()
	by.run(200 * time.Millisecond)
	r := &row{quiet: by.run(*quiet)}
	s.forgetPeak()
	r.attack = &disk()[0]
	assailant, err := launch(r.attack, s.URL, "")
	if err != nil {
		b.Fatal(err)
	}
	r.attacked = by.run(8 * time.Second)
	if r.report, err = assailant.end(nil); err != nil {
		b.Fatal(err)
	}
	r.memory = s.Memory("VmHWM")
	printTable(os.Stdout, []*row{r})
	least := free(b, folder)
	fmt.Printf("free at the end: %d of %d MB (at least %d, but for 64 of the database: %t)\n", least>>20, diskSize>>20, diskFloor>>20, least >= diskFloor-diskSlack)

	// Now the disk is filled by something else.
	ballast := filepath.Join(folder, "ballast")
	fillDisk(b, ballast)
	full := by.run(time.Second)
	orders := full[ordering]
	fmt.Printf("on a full disk %d of %d orders failed, %d of %d views: %.200s\n", len(orders.failures), len(orders.latencies),
		len(full[viewing].failures), len(full[viewing].latencies), strings.Join(append(orders.failures, ""), "\n"))
	s.end()
	if err := os.Remove(ballast); err != nil {
		b.Fatal(err)
	}
	s.Start()
	by.base = s.URL
	after := by.run(time.Second)
	fmt.Printf("with room again %d of %d orders failed: %.200s\n", len(after[ordering].failures), len(after[ordering].latencies), strings.Join(after[ordering].failures, "\n"))
	lost := 0
	for _, order := range by.orders {
		if !by.isKept(order) {
			lost++
		}
	}
	stored := storedFiles(b, filepath.Join(folder, "data", "storage"), diskFile)
	fmt.Printf("after a kill %d of %d acknowledged orders are lost; %d whole videos are stored, %d were acknowledged\n", lost, len(by.orders), stored, r.report.Answers["200"])
	if lost > 0 || stored < r.report.Answers["200"] {
		b.Error("something acknowledged is lost")
	}
	b.ReportMetric(0, "ns/op") // the duration has no meaning
	b.ReportMetric(float64(least>>20), "MB-free")
}

// diskSlack is what the database may take of the floor, by its log.
const diskSlack = 64 << 20

// free returns how many bytes are free on a disk.
func free(b *testing.B, disk string) int64 {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(disk, &stat); err != nil {
		b.Fatal(err)
	}
	return int64(stat.Bavail) * stat.Bsize
}

// fillDisk writes a file until its disk is full.
func fillDisk(b *testing.B, name string) {
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	block := make([]byte, 1<<20)
	for size := len(block); size > 0; {
		if _, err := file.Write(block[:size]); err != nil {
			size /= 2 // down to the last bytes
		}
	}
}

// storedFiles returns the number of files below a folder that have a size in bytes.
func storedFiles(b *testing.B, folder string, size int64) (count int) {
	err := filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if info, err := entry.Info(); err == nil && info.Size() == size && !strings.HasSuffix(entry.Name(), ".tmp") {
			count++
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return count
}

// isKept reports whether an acknowledged order can be viewed as it was.
func (b *bystander) isKept(acknowledged string) bool {
	var was struct {
		Data struct {
			ID, ClientID int
			Description  string
		}
	}
	if json.Unmarshal([]byte(strings.ReplaceAll(acknowledged, "client_id", "clientid")), &was) != nil {
		return false
	}
	request, err := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/api/v1/order/view/%d", b.base, was.Data.ID), nil)
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "Bearer "+token(was.Data.ClientID))
	response, err := b.clients[0].Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return err == nil && response.StatusCode == http.StatusOK && strings.Contains(string(body), was.Data.Description)
}
