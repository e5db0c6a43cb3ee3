package routes

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/pocketbase/pocketbase/core"
)

// addressLife is how long a presigned address is good for: a video that is watched in pieces asks for it again.
const addressLife = time.Hour

// redirect answers by where the object store has the file, signed so that it hands it out without a password (AWS
// Signature Version 4, query parameters). The bytes go past this server. AWS's own signer does it, as PocketBase keeps
// its own to itself.
func (a *api) redirect(e *core.RequestEvent, key string) error {
	s3 := a.app.Settings().S3
	endpoint := s3.Endpoint
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	address, err := url.Parse(endpoint)
	if err != nil {
		return err
	}
	if s3.ForcePathStyle {
		address.Path = path.Join("/", address.Path, s3.Bucket, key)
	} else {
		address.Host = s3.Bucket + "." + address.Host
		address.Path = path.Join("/", address.Path, key)
	}
	address.RawQuery = url.Values{
		"X-Amz-Expires":                {fmt.Sprint(int(addressLife.Seconds()))},
		"response-cache-control":       {"public, max-age=31536000, immutable"},
		"response-content-disposition": {"inline"},
	}.Encode()
	request, err := http.NewRequestWithContext(e.Request.Context(), e.Request.Method, address.String(), nil)
	if err != nil {
		return err
	}
	credentials := aws.Credentials{AccessKeyID: s3.AccessKey, SecretAccessKey: s3.Secret}
	signed, _, err := v4.NewSigner().PresignHTTP(e.Request.Context(), credentials, request, "UNSIGNED-PAYLOAD", "s3", s3.Region, time.Now().UTC())
	if err != nil {
		return err
	}
	header := e.Response.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	// Kept for half of the address's life: an address from a cache still works for a while.
	header.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(addressLife.Seconds()/2)))
	return e.Redirect(http.StatusFound, signed)
}
