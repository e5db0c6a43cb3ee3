package settings

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
)

// projectID validates a Firebase service account file, as downloaded from Google's console, and returns its project.
// An invalid file must be found at start, and not with the first push.
func projectID(content []byte) (string, error) {
	var account struct {
		Type        string `json:"type"`
		ProjectID   string `json:"project_id"`
		ClientEmail string `json:"client_email"`
		PrivateKey  string `json:"private_key"`
		TokenURI    string `json:"token_uri"`
	}
	if err := json.Unmarshal(content, &account); err != nil {
		return "", errors.New("the service account file is not JSON")
	}
	switch {
	case account.Type != "service_account":
		return "", errors.New(`the file's "type" is not "service_account"`)
	case account.ProjectID == "", account.ClientEmail == "":
		return "", errors.New("the service account file names no project_id or no client_email")
	}
	var tokens string
	if parseURL(&tokens, account.TokenURI) != nil {
		return "", errors.New("the service account file's token_uri is missing or no address as https://example.com/token")
	}
	block, _ := pem.Decode([]byte(account.PrivateKey))
	if block == nil {
		return "", errors.New("the service account file's private_key is not PEM")
	}
	_, err8 := x509.ParsePKCS8PrivateKey(block.Bytes)
	_, err1 := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err8 != nil && err1 != nil {
		return "", errors.New("the service account file's private_key is no RSA key")
	}
	return account.ProjectID, nil
}

// parseRuStoreProject parses the name of a project, which becomes a part of the address.
func parseRuStoreProject(s *Settings, value string) error {
	if strings.ContainsAny(value, whitespace+"/?#%") {
		return errors.New("must be the project's id, as RuStore's console shows it")
	}
	s.RuStore.Project = value
	return nil
}

// parseRuStoreToken parses the service token, which is sent in a header.
func parseRuStoreToken(s *Settings, value string) error {
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) || strings.HasPrefix(value, "Bearer") {
		return errors.New("must be the service token as RuStore's console shows it, without Bearer and blanks")
	}
	s.RuStore.Token = value
	return nil
}
