package benchmark

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
)

// host is the Host header of requests, with which links in the answers begin.
const host = "api.example.com"

// client is an HTTP client on one connection. It implements as little of HTTP as possible to use little CPU, because
// it runs on the same cores as the measured server.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

// dial connects a client to a server.
func dial(address string) (*client, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}, nil
}

// get returns the bytes of a GET request. authorization is the value of the header; "" omits it.
func get(authorization, path string) []byte { return request("GET", authorization, path, "") }

// post returns the bytes of a POST request with a JSON body; see get.
func post(authorization, path, body string) []byte { return request("POST", authorization, path, body) }

func request(method, authorization, path, body string) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\n", method, path, host)
	if authorization != "" {
		fmt.Fprintf(&out, "Authorization: %s\r\n", authorization)
	}
	if body != "" {
		fmt.Fprintf(&out, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	out.WriteString("\r\n" + body)
	return out.Bytes()
}

// do sends a request and returns the answer's body, which is valid until the next call. A status other than 200 is an
// error.
func (c *client) do(request []byte) (body []byte, err error) {
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	ok := bytes.HasPrefix(line, []byte("HTTP/1.1 200"))
	length, chunked := 0, false
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return nil, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch string(name) { // as Go's server writes them
		case "Content-Length":
			if length, err = strconv.Atoi(string(value)); err != nil {
				return nil, err
			}
		case "Transfer-Encoding":
			chunked = true
		}
	}
	c.body = c.body[:0]
	if chunked {
		err = c.readChunks()
	} else {
		err = c.readBody(length)
	}
	if err == nil && !ok {
		err = fmt.Errorf("%.80s…: %.500s", request, c.body)
	}
	return c.body, err
}

func (c *client) readBody(length int) error {
	at := len(c.body)
	if cap(c.body) < at+length {
		c.body = append(make([]byte, 0, 2*(at+length)), c.body...)
	}
	c.body = c.body[:at+length]
	_, err := io.ReadFull(c.in, c.body[at:])
	return err
}

func (c *client) readChunks() error {
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32)
		if err != nil {
			return err
		}
		if err := c.readBody(int(size)); err != nil {
			return err
		}
		if _, err := c.in.Discard(len("\r\n")); err != nil || size == 0 {
			return err
		}
	}
}
