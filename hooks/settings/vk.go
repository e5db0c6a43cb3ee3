package settings

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

func parseApps(s *Settings, value string) error {
	for i, part := range strings.Split(value, ",") {
		keys := strings.Split(strings.TrimSpace(part), ":")
		if len(keys) != 3 || keys[0] == "" || keys[1] == "" || keys[2] == "" {
			return fmt.Errorf("app %d is not client_id:secure_key:service_key", i+1)
		}
		if strings.ContainsAny(strings.TrimSpace(part), whitespace) {
			return fmt.Errorf("app %d has a blank in it: commas stand between apps", i+1)
		}
		s.VK.Apps = append(s.VK.Apps, VKApp{keys[0], keys[1], keys[2]})
	}
	return nil
}

// parseVKAPI parses PRIVET_VK_API_URL, the addresses of one API under several names.
func parseVKAPI(s *Settings, value string) error {
	for part := range strings.SplitSeq(value, ",") {
		var address string
		if err := parseURL(&address, strings.TrimSpace(part)); err != nil {
			return err
		}
		if slices.Contains(s.VK.APIURLs, address) {
			return errors.New("names an address twice")
		}
		s.VK.APIURLs = append(s.VK.APIURLs, address)
	}
	return nil
}

// minKeyBits is the least length of an RSA key that signs tokens (RFC 7518, section 3.3).
const minKeyBits = 2048

// parseVKIDKey reads the PEM file that PRIVET_VK_ID_KEY names. It may hold several keys: a new one beside the one that it
// replaces.
func parseVKIDKey(s *Settings, value string) error {
	if strings.HasPrefix(value, "-----BEGIN") {
		return errors.New("must be the path of the PEM file, not what is in it")
	}
	content, err := os.ReadFile(value)
	if err != nil {
		return fmt.Errorf("the PEM file can't be read: %w", err)
	}
	for {
		var block *pem.Block
		if block, content = pem.Decode(content); block == nil {
			break
		}
		key, err := rsaKey(block)
		if err != nil {
			return err
		}
		s.VK.IDKeys = append(s.VK.IDKeys, key)
	}
	if len(s.VK.IDKeys) == 0 {
		return errors.New("the file is not PEM: it has no -----BEGIN PUBLIC KEY-----")
	}
	return nil
}

// rsaKey returns the public key in a block of a PEM file.
func rsaKey(block *pem.Block) (*rsa.PublicKey, error) {
	var key any
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		return nil, fmt.Errorf("the file has a %q: it must have a PUBLIC KEY, VK's, and nothing else", block.Type)
	}
	if err != nil {
		return nil, errors.New("the file's key is damaged")
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok || public.N.BitLen() < minKeyBits {
		return nil, fmt.Errorf("the file's key is not an RSA key of %d bits or more", minKeyBits)
	}
	return public, nil
}
