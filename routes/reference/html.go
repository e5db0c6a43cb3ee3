package reference

import (
	"bytes"
	"html/template"
)

var endpoints = template.Must(template.New("endpoints").Parse(`{{range .}}<h2>{{.Name}}</h2>
    <ul>
{{- range .Operations}}
      <li><code>{{.Method}} {{.Path}}</code> {{.Summary}}</li>
{{- end}}
    </ul>
    {{end}}`))

// HTML lists the endpoints of an OpenAPI document in YAML, under the names of their tags: for readers without JavaScript.
func HTML(document []byte) ([]byte, error) {
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	type endpoint struct{ Method, Path, Summary string }
	type tag struct {
		Name       string
		Operations []endpoint
	}
	d := specification{root}
	var tags []tag
	for _, node := range items(d.at("tags")) {
		t := tag{Name: text(at(node, "name"))}
		for _, o := range d.operations() {
			if text(at(o.node, "tags", 0)) == t.Name {
				t.Operations = append(t.Operations, endpoint{o.method, o.path, text(at(o.node, "summary"))})
			}
		}
		tags = append(tags, t)
	}
	var out bytes.Buffer
	err = endpoints.Execute(&out, tags)
	return out.Bytes(), err
}
