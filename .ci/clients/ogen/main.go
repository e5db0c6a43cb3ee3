// A whole order by the client that ogen generates: order URL PICTURE.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"order/api"

	ht "github.com/ogen-go/ogen/http"
)

var ctx = context.Background()

// token is the access token with which a client's requests are sent.
type token string

func (t token) Bearer(context.Context, api.OperationName) (api.Bearer, error) {
	return api.Bearer{Token: string(t)}, nil
}

func main() {
	log.SetFlags(0)
	server, picture := os.Args[1], os.Args[2]
	performer, asPerformer := signUp(server, api.Role2, picture)
	_, asClient := signUp(server, api.Role1, picture)

	found := answer[*api.UserPageHeaders](asClient.UserSearch(ctx, api.UserSearchParams{CategoryID: api.NewOptCategory(2)}))
	if len(found.Response.Data) == 0 {
		log.Fatal("no performer of the category")
	}

	till := time.Now().AddDate(0, 0, 7).Format(time.DateTime)
	created := answer[*api.CreatedOrderAnswerHeaders](asClient.OrderCreate(ctx,
		&api.OrderCreate{PerformerID: performer, Description: "Greet my aunt", DateTill: api.DateTill(till)},
		api.OrderCreateParams{IdempotencyKey: api.NewOptString(fmt.Sprint(time.Now().UnixNano()))}))
	order := created.Response.Data.ID

	answer[*api.UpdatedOrderAnswerHeaders](asPerformer.OrderUpdate(ctx, api.NewOptOrderUpdateFormMultipart(api.OrderUpdateFormMultipart{
		Status: api.NewOptStatus(2), Media: api.NewOptMultipartFile(open(picture))}), api.OrderUpdateParams{OrderID: order}))

	viewed := answer[*api.ViewedOrderAnswerHeaders](asClient.OrderView(ctx, api.OrderViewParams{OrderID: order})).Response.Data
	if viewed.Status != 2 || len(viewed.Media) != 1 {
		log.Fatalf("order/view: %+v", viewed)
	}
	fmt.Println("delivered:", viewed.Media[0].PathURL.String())
}

// signUp returns the id of a new user and a client with their access token.
func signUp(server string, role api.Role, picture string) (int64, *api.Client) {
	c, err := api.NewClient(server, token(""))
	must(err)
	in := answer[*api.UserWithTokenHeaders](c.Signup(ctx, &api.SignupFormMultipart{
		Email:    api.Email(fmt.Sprintf("ogen%d-%d@example.com", role, time.Now().UnixNano())),
		Password: "password", Nickname: "Ogen", Role: role, CategoryIds: []api.Category{2}, Media: open(picture),
	})).Response
	c, err = api.NewClient(server, token(in.Token))
	must(err)
	return in.Data.ID, c
}

// answer returns an answer of the kind that success has.
func answer[T any](any any, err error) T {
	must(err)
	got, ok := any.(T)
	if !ok {
		log.Fatalf("%T: %+v", any, any)
	}
	return got
}

func open(picture string) ht.MultipartFile {
	file, err := os.Open(picture)
	must(err)
	return ht.MultipartFile{Name: picture, File: file}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
