package reference

// The parts of Postman's collection format that are used.
type (
	collection struct {
		Info     info     `json:"info"`
		Auth     *auth    `json:"auth"`
		Variable []pair   `json:"variable"`
		Item     []folder `json:"item"`
	}
	info struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Schema      string `json:"schema"`
	}
	folder struct {
		Name        string    `json:"name"`
		Description string    `json:"description,omitempty"`
		Item        []request `json:"item"`
	}
	request struct {
		Name     string   `json:"name"`
		Event    []event  `json:"event"`
		Request  call     `json:"request"`
		Response []answer `json:"response"`
	}
	event struct {
		Listen string `json:"listen"`
		Script script `json:"script"`
	}
	script struct {
		Type string   `json:"type"`
		Exec []string `json:"exec"`
	}
	call struct {
		Method      string `json:"method"`
		Auth        *auth  `json:"auth,omitempty"`
		Header      []pair `json:"header"`
		URL         url    `json:"url"`
		Body        *body  `json:"body,omitempty"`
		Description string `json:"description,omitempty"`
	}
	auth struct {
		Type   string `json:"type"`
		Bearer []pair `json:"bearer,omitempty"`
	}
	url struct {
		Raw      string   `json:"raw"`
		Host     []string `json:"host"`
		Path     []string `json:"path"`
		Query    []pair   `json:"query,omitempty"`
		Variable []pair   `json:"variable,omitempty"`
	}
	body struct {
		Mode    string   `json:"mode"`
		Raw     string   `json:"raw,omitempty"`
		Form    []pair   `json:"formdata,omitempty"`
		Options *options `json:"options,omitempty"`
	}
	options struct {
		Raw struct {
			Language string `json:"language"`
		} `json:"raw"`
	}
	answer struct {
		Name   string `json:"name"`
		Code   int    `json:"code"`
		Header []pair `json:"header"`
		Body   string `json:"body"`
	}
	pair struct {
		Key         string `json:"key"`
		Value       string `json:"value"`
		Type        string `json:"type,omitempty"`
		Source      string `json:"src,omitempty"`
		Description string `json:"description,omitempty"`
		Disabled    bool   `json:"disabled,omitempty"`
	}
)

// bearer is the authorization by the access token that a variable contains.
func bearer(variable string) *auth {
	return &auth{Type: "bearer", Bearer: []pair{{Key: "token", Value: "{{" + variable + "}}", Type: "string"}}}
}
