package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// CheckHealth asks the server that listens on address (in the form of the flag --http) for its health, within five
// seconds. The error says why it is not healthy.
func CheckHealth(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not an address like 127.0.0.1:8090", address)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	url := "http://" + net.JoinHostPort(localHost(host), port) + "/api/health"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		var answer struct{ Message string }
		_ = json.NewDecoder(io.LimitReader(response.Body, 10_000)).Decode(&answer) // else the status says enough
		return fmt.Errorf("the server answers %s %s", response.Status, answer.Message)
	}
	return nil
}
