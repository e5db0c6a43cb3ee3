package social

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
)

// Profile implements Profiler by the service key of the app that has vouched for the person.
func (v *VK) Profile(ctx context.Context, identity *Identity, language string) error {
	app := v.app(identity.App)
	if app == nil {
		if len(v.apps) == 0 {
			return unavailable(methodUsersGet, errors.New("VK is not configured"))
		}
		app = v.apps[0] // ids are the same for all apps
	}
	// Without a language, servers abroad get names in Latin letters.
	if language != "ru" {
		language = "en"
	}
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	var people []vkPerson
	err := v.api.call(ctx, app, methodUsersGet, url.Values{
		"user_ids": {identity.ID},
		"fields":   {"screen_name,has_photo,photo_max_orig,photo_400_orig,photo_max"},
		"lang":     {language},
	}, yield, &people)
	if err != nil {
		return unavailable(methodUsersGet, err)
	}
	for _, person := range people {
		if int64(person.ID) > 0 && person.ID.String() == identity.ID {
			person.fill(identity)
			return nil
		}
	}
	return unavailable(methodUsersGet, errUnexpectedBody)
}

// vkPerson is a person as VK describes them.
type vkPerson struct {
	ID          number `json:"id"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name"`
	ScreenName  string `json:"screen_name"`
	Deactivated string `json:"deactivated"` // "deleted" or "banned": the names are none
	HasPhoto    flag   `json:"has_photo"`   // 0: the addresses are of a placeholder
	PhotoOrig   string `json:"photo_max_orig"`
	Photo400    string `json:"photo_400_orig"`
	Photo       string `json:"photo_max"`
}

// fill sets the names and the picture of a person.
func (p *vkPerson) fill(identity *Identity) {
	identity.Nickname = p.ScreenName
	if p.Deactivated != "" {
		return
	}
	identity.Name = strings.TrimSpace(p.FirstName + " " + p.LastName)
	if p.HasPhoto != "0" && p.HasPhoto != "false" {
		identity.PictureURL = cmp.Or(p.PhotoOrig, p.Photo400, p.Photo)
	}
}
