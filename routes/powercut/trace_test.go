package powercut

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tracedCalls are all system calls that could change a file, and those that tell which client a descriptor belongs to.
const tracedCalls = "openat,open,creat,lseek,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,rename,renameat," +
	"renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,symlinkat,fsync,fdatasync,sync_file_range,sync,syncfs,msync," +
	"copy_file_range,sendfile,splice,mmap,io_uring_setup,accept4,clone,clone3,execve"

// longestWrite is the size in bytes up to which strace records the content of a write.
const longestWrite = 8 << 20

// tracer returns the command that runs a program and records its system calls in a file. With -D it is no parent of the
// program, so that signals reach the program itself.
func tracer(record string) []string {
	return []string{"strace", "-D", "-f", "-q", "--seccomp-bpf", "-y", "-xx", "-s", strconv.Itoa(longestWrite), "-e", "trace=" + tracedCalls,
		"-e", "signal=none", "-o", record}
}

// call is a system call. Its times are numbers of lines of the record: calls of several threads overlap.
type call struct {
	thread      string
	name        string
	args        string
	result      string
	begin, end  int
	isOfAnother bool // process than the server: a child that renders previews
}

// eachLine calls use with each line of a record: its number, the thread, and what that did.
func eachLine(record string, use func(number int, thread, text string) error) error {
	file, err := os.Open(record)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewReaderSize(file, 1<<20)
	for number := 1; ; number++ {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		thread, text, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		if err := use(number, thread, strings.TrimLeft(text, " ")); err != nil {
			return err
		}
	}
}

// readTrace calls begin when a call begins, of which only the arguments that go in are known, and end when it has ended
// without an error, in the order of the record. A call that never ended has no end.
func readTrace(record string, begin, end func(call) error) error {
	others, err := otherThreads(record)
	if err != nil {
		return err
	}
	open := map[string]call{} // by thread
	return eachLine(record, func(number int, thread, text string) error {
		c, resumed := open[thread], strings.HasPrefix(text, "<... ")
		var unfinished bool
		switch {
		case strings.HasPrefix(text, "+++"), strings.HasPrefix(text, "---"):
			return nil
		case resumed:
			_, rest, _ := strings.Cut(text, " resumed>")
			c.args += rest
			delete(open, thread)
		default:
			c = call{thread: thread, begin: number, isOfAnother: others[thread]}
			c.name, c.args, _ = strings.Cut(text, "(")
			c.args, unfinished = strings.CutSuffix(c.args, " <unfinished ...>")
			if err := begin(c); err != nil {
				return fmt.Errorf("line %d: %s: %w", number, c.name, err)
			}
		}
		if unfinished {
			open[thread] = c
			return nil
		}
		c.end = number
		at := strings.LastIndex(c.args, " = ")
		if at < 0 {
			return fmt.Errorf("line %d: no result in %.200q", number, text)
		}
		c.result = c.args[at+len(" = "):]
		c.args = strings.TrimSuffix(strings.TrimRight(c.args[:at], " "), ")")
		if strings.HasPrefix(c.result, "-1 ") || strings.HasPrefix(c.result, "?") {
			return nil
		}
		if err := end(c); err != nil {
			return fmt.Errorf("line %d: %s: %w", number, c.name, err)
		}
		return nil
	})
}

// otherThreads returns the threads of a record that are not the server's: those that have become another program, and all that
// these have made. Its own pass, as a thread may be recorded before the end of the call that made it, which tells whose it is.
func otherThreads(record string) (map[string]bool, error) {
	first, parents, others := "", map[string]string{}, map[string]bool{}
	err := eachLine(record, func(_ int, thread, text string) error {
		if first == "" {
			first = thread
		}
		text = strings.TrimPrefix(text, "<... ")
		if at := strings.LastIndex(text, " = "); at >= 0 && strings.HasPrefix(text, "clone") {
			parents[text[at+len(" = "):]] = thread
		}
		if strings.HasPrefix(text, "execve") && thread != first {
			others[thread] = true
		}
		return nil
	})
	for thread := range parents {
		for parent := thread; parent != ""; parent = parents[parent] {
			if others[parent] {
				others[thread] = true
				break
			}
		}
	}
	return others, err
}

// descriptors finds the descriptors with their paths, as strace's option -y writes them.
var descriptors = regexp.MustCompile(`^(AT_FDCWD|-?\d+)(?:<((?:\\x[0-9a-f]{2})*)>)?(\(deleted\))?`)

// descriptor returns the descriptor that a text begins with, and the path that it stands for.
func descriptor(text string) (fd int, path string) {
	found := descriptors.FindStringSubmatch(text)
	if found == nil {
		return -1, ""
	}
	fd = -1
	if n, err := strconv.Atoi(found[1]); err == nil {
		fd = n
	}
	return fd, string(unescape(found[2]))
}

func (c call) descriptor() (fd int, path string) { return descriptor(c.args) }

// data returns the bytes that the call writes, which strace wrote as quoted strings.
func (c call) data() ([]byte, error) {
	var all []byte
	for text := c.args; ; {
		_, rest, found := strings.Cut(text, `"`)
		if !found {
			return all, nil
		}
		quoted, rest, _ := strings.Cut(rest, `"`)
		if strings.HasPrefix(rest, "...") {
			return nil, fmt.Errorf("more than %d bytes", longestWrite)
		}
		all = append(all, unescape(quoted)...)
		text = rest
	}
}

// paths returns the absolute paths among the arguments.
func (c call) paths() []string {
	var all []string
	for text := c.args; ; {
		before, rest, found := strings.Cut(text, `"`)
		if !found {
			return all
		}
		quoted, rest, _ := strings.Cut(rest, `"`)
		path := string(unescape(quoted))
		if !filepath.IsAbs(path) {
			// Relative to the descriptor before it, as in unlinkat(5</data>, "name", 0).
			if at := strings.LastIndexAny(strings.TrimSuffix(before, ", "), " ,"); at >= 0 {
				before = before[at+1:]
			}
			_, folder := descriptor(before)
			path = filepath.Join(folder, path)
		}
		all = append(all, path)
		text = rest
	}
}

// numbers returns the arguments after the last string or descriptor, which are numbers.
func (c call) numbers() (all []int64) {
	at := strings.LastIndexAny(c.args, `">`)
	for _, field := range strings.Split(strings.TrimLeft(c.args[at+1:], ", "), ", ") {
		if n, err := strconv.ParseInt(field, 0, 64); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// unescape decodes \x-escaped bytes, as strace's option -xx writes them.
func unescape(text string) []byte {
	digits := make([]byte, 0, len(text)/2)
	for i := 2; i+1 < len(text); i += 4 {
		digits = append(digits, text[i], text[i+1])
	}
	n, err := hex.Decode(digits, digits)
	if err != nil {
		return nil
	}
	return digits[:n]
}

// exchange is an answer that the server sent: the which-th over the connection from a client's port.
type exchange struct {
	port  string
	which int
}

// sending is something that left the server.
type sending struct {
	at     int // the line at which it began to leave
	answer exchange
	push   *pushed // nil for an answer
}

// pushed is what a push says.
type pushed struct{ kind, order string }

// network follows what the server sends.
type network struct {
	ports   map[int]string // of the clients, by descriptor
	answers map[string]int // how many were sent to each port
	sent    []sending
}

var (
	accepted  = regexp.MustCompile(`sin6?_port=htons\((\d+)\)`)
	pushKind  = regexp.MustCompile(`"type":"(order\.\w+)"`)
	pushOrder = regexp.MustCompile(`"order_id":"(\d+)"`)
)

// begin notes what a call sends.
func (n *network) begin(c call) error {
	if c.name != "write" && c.name != "writev" {
		return nil
	}
	fd, path := c.descriptor()
	if c.isOfAnother || !strings.HasPrefix(path, "socket:") {
		return nil
	}
	content, err := c.data()
	if err != nil {
		return err
	}
	text := string(content)
	port, isAnswer := n.ports[fd]
	if isAnswer && strings.HasPrefix(text, "HTTP/1.1 ") && !strings.HasPrefix(text, "HTTP/1.1 1") {
		n.answers[port]++
		n.sent = append(n.sent, sending{at: c.begin, answer: exchange{port, n.answers[port]}})
	}
	if kind, order := pushKind.FindStringSubmatch(text), pushOrder.FindStringSubmatch(text); !isAnswer && kind != nil && order != nil {
		n.sent = append(n.sent, sending{at: c.begin, push: &pushed{kind[1], order[1]}})
	}
	return nil
}

// end notes whom a descriptor belongs to.
func (n *network) end(c call) error {
	if c.isOfAnother || !slices.Contains([]string{"accept4", "openat", "creat"}, c.name) {
		return nil
	}
	fd, _ := descriptor(c.result)
	delete(n.ports, fd)
	if port := accepted.FindStringSubmatch(c.args); c.name == "accept4" && port != nil {
		n.ports[fd] = port[1]
	}
	return nil
}
