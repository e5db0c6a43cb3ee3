package reference

import (
	"bytes"
	"fmt"
)

// Postman converts an OpenAPI 3.1 document to a Postman collection (format 2.1.0): a folder for each tag, requests with
// the examples as their input, the documented answers as saved responses. Its variables are host and token; a sign-in
// sets the token, which is sent from then on. The first folder contains the steps of the extension x-first-order, whose
// requests must succeed; those of the other folders must get a documented answer.
func Postman(document []byte) ([]byte, error) {
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	d := specification{root}
	c := collection{
		Info: info{
			Name:        text(d.at("info", "title")),
			Description: text(d.at("info", "summary")),
			Schema:      "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
		},
		Auth:     bearer("token"),
		Variable: []pair{{Key: "host", Value: "http://127.0.0.1:8090"}, {Key: "token"}},
	}
	operations := d.operations()
	walk := folder{Name: "From zero to the first order"}
	for _, step := range items(d.at("x-first-order")) {
		id := text(at(step, "operation"))
		found, ok := operations.find(id)
		if !ok {
			return nil, fmt.Errorf("x-first-order: there is no operation %q", id)
		}
		request, err := found.step(step)
		if err != nil {
			return nil, err
		}
		walk.Item = append(walk.Item, request)
	}
	c.Item = append(c.Item, walk)
	for _, tag := range items(d.at("tags")) {
		f := folder{Name: text(at(tag, "name")), Description: text(at(tag, "description"))}
		for _, o := range operations {
			if text(at(o.node, "tags", 0)) != f.Name {
				continue
			}
			request, err := o.request()
			if err != nil {
				return nil, err
			}
			f.Item = append(f.Item, request)
		}
		c.Item = append(c.Item, f)
	}
	var out bytes.Buffer
	err = encode(&out, c)
	return out.Bytes(), err
}
