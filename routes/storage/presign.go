package storage

import (
	"context"
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

// urlLifetime is how long a presigned URL is valid: a player that fetches a video in ranges uses it again and again.
const urlLifetime = time.Hour

// redirect answers with a presigned URL of the file in the object store, so that its bytes bypass this server.
func redirect(e *core.RequestEvent, key string) error {
	signed, err := presign(e.Request.Context(), e.App.Settings().S3, e.Request.Method, key)
	if err != nil {
		return fmt.Errorf("presign %s: %w", key, err)
	}
	header := e.Response.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	// Cached for half of the URL's lifetime, so that a URL out of a cache remains valid for a while.
	header.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(urlLifetime.Seconds()/2)))
	return e.Redirect(http.StatusFound, signed)
}

// presign returns a URL that gives access to an object without credentials (AWS Signature Version 4, query parameters).
// It uses AWS's own signer, as PocketBase does not export the one it has.
func presign(ctx context.Context, s3 core.S3Config, method, key string) (string, error) {
	endpoint := s3.Endpoint
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	address, err := url.Parse(endpoint)
	if err != nil {
		return "", err
	}
	if s3.ForcePathStyle {
		address.Path = path.Join("/", address.Path, s3.Bucket, key)
	} else {
		address.Host = s3.Bucket + "." + address.Host
		address.Path = path.Join("/", address.Path, key)
	}
	address.RawQuery = url.Values{
		"X-Amz-Expires":                {fmt.Sprint(int(urlLifetime.Seconds()))},
		"response-cache-control":       {cacheControl},
		"response-content-disposition": {"inline"},
	}.Encode()
	request, err := http.NewRequestWithContext(ctx, method, address.String(), nil)
	if err != nil {
		return "", err
	}
	credentials := aws.Credentials{AccessKeyID: s3.AccessKey, SecretAccessKey: s3.Secret}
	signer, now := v4.NewSigner(), time.Now().UTC()
	signed, _, err := signer.PresignHTTP(ctx, credentials, request, "UNSIGNED-PAYLOAD", "s3", s3.Region, now)
	return signed, err
}
