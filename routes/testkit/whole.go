package testkit

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// WriteWhole sends a request over a connection of its own, as many HTTP clients do: it writes all of the request before
// it reads. http.Client does not: it reads meanwhile, and thereby gets answers that those clients lose. Unless the
// answer closes the connection, a second request over it has to be answered, too.
func WriteWhole(request *http.Request) (*http.Response, []byte, error) {
	connection, err := net.DialTimeout("tcp", request.URL.Host, 10*time.Second)
	if err != nil {
		return nil, nil, err
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(time.Minute))
	if err := request.Write(connection); err != nil {
		return nil, nil, fmt.Errorf("writing the request: %w", err)
	}
	buffered := bufio.NewReader(connection)
	response, body, err := readAnswer(buffered, request)
	if err != nil || response.Close {
		return response, body, err
	}
	next, err := http.NewRequest(http.MethodGet, "http://"+request.URL.Host+"/api/health", nil)
	if err != nil {
		return nil, nil, err
	}
	if err := next.Write(connection); err != nil {
		return nil, nil, fmt.Errorf("writing the next request: %w", err)
	}
	health, _, err := readAnswer(buffered, next)
	if err != nil {
		return nil, nil, fmt.Errorf("the next request: %w", err)
	}
	if health.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("the next request: %s", health.Status)
	}
	return response, body, nil
}

func readAnswer(from *bufio.Reader, to *http.Request) (*http.Response, []byte, error) {
	response, err := http.ReadResponse(from, to)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the answer: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, body, err
}
