// A whole order by the client that oapi-codegen generates: order URL PICTURE.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"order/api"
)

var ctx = context.Background()

func main() {
	log.SetFlags(0)
	server, picture := os.Args[1], os.Args[2]
	c, err := api.NewClientWithResponses(server)
	must(err)
	performer, performerToken := signUp(c, "2", picture)
	_, clientToken := signUp(c, "1", picture)

	found, err := c.UserSearchWithResponse(ctx, &api.UserSearchParams{CategoryId: pointer(api.Category(2))}, clientToken)
	must(err)
	if found.JSON200 == nil || len(found.JSON200.Data) == 0 {
		log.Fatalf("no performer of the category: %s", found.Body)
	}

	till := time.Now().AddDate(0, 0, 7).Format(time.DateTime)
	created, err := c.OrderCreateWithResponse(ctx, &api.OrderCreateParams{IdempotencyKey: pointer(fmt.Sprint(time.Now().UnixNano()))},
		api.OrderCreate{PerformerId: performer, Description: "Greet my aunt", DateTill: till, OccasionId: pointer(api.Occasion(1))}, clientToken)
	must(err)
	if created.JSON200 == nil {
		log.Fatalf("order/create: %s", created.Body)
	}
	order := created.JSON200.Data.Id

	body, kind := form(picture, "status", "2")
	updated, err := c.OrderUpdateWithBodyWithResponse(ctx, order, nil, kind, body, performerToken)
	must(err)
	if updated.JSON200 == nil {
		log.Fatalf("order/update: %s", updated.Body)
	}

	viewed, err := c.OrderViewWithResponse(ctx, order, clientToken)
	must(err)
	if viewed.JSON200 == nil || viewed.JSON200.Data.Status != 2 || len(viewed.JSON200.Data.Media) != 1 {
		log.Fatalf("order/view: %s", viewed.Body)
	}
	fmt.Println("delivered:", viewed.JSON200.Data.Media[0].PathUrl)
}

// signUp returns the id of a new user, and what adds the user's access token to a request.
func signUp(c *api.ClientWithResponses, role, picture string) (int64, api.RequestEditorFn) {
	email := fmt.Sprintf("oapi%s-%d@example.com", role, time.Now().UnixNano())
	body, kind := form(picture, "email", email, "password", "password", "nickname", "Oapi"+role, "role", role, "category_ids[]", "2")
	answer, err := c.SignupWithBodyWithResponse(ctx, kind, body)
	must(err)
	if answer.JSON200 == nil {
		log.Fatalf("auth/signup: %s", answer.Body)
	}
	return answer.JSON200.Data.Id, func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+answer.JSON200.Token)
		return nil
	}
}

// form returns a body with a picture and fields, and its media type: oapi-codegen leaves forms to the caller.
func form(picture string, fields ...string) (*bytes.Buffer, string) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		must(w.WriteField(fields[i], fields[i+1]))
	}
	content, err := os.ReadFile(picture)
	must(err)
	part, err := w.CreateFormFile("media", picture)
	must(err)
	_, err = part.Write(content)
	must(errors.Join(err, w.Close()))
	return &body, w.FormDataContentType()
}

func pointer[T any](value T) *T { return &value }

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
