package routes

import (
	"github.com/privet/privet/routes/resource"
	"github.com/privet/privet/routes/wire"
)

// data is an answer with a resource.
type data struct {
	Data any `json:"data"`
}

// dataToken is an answer with a resource and an access token.
type dataToken struct {
	Data  any    `json:"data"`
	Token string `json:"token"`
}

// success is the answer of endpoints that return no resource.
type success struct {
	Status string `json:"status"`
}

// answer answers with JSON, once the previews of what was uploaded are made or have taken too long.
func (c *call) answer(status int, body any) error {
	c.awaitPreviews()
	if _, secret := body.(dataToken); secret {
		wire.Uncompressed(c.event.Response)
	}
	return resource.WriteJSON(c.event.Response, status, body)
}
