package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// How a person was found.
const (
	ByNumber   = "number"
	ByEmail    = "email"
	ByPhone    = "phone"
	ByInvite   = "invite"
	ByNickname = "nickname"
	ByName     = "name"
)

// FoundPerson is a person whom a search has found.
type FoundPerson struct {
	Person
	Name     string
	Match    string // ByNumber and so on
	OpenCase bool

	place int // the first of the ways in which the person was found
}

// FoundOrder is an order as lists show it.
type FoundOrder struct {
	ID                int64
	Client, Performer Person
	Status            string
	Occasion          string
	DateTill, Created query.Moment
	Rating            float64 // 0 for none
	Reports           int64   // up to Cap
}

// Limits of a search's answer.
const (
	maxPeople       = 10
	maxOrders       = 12
	ordersOfPerson  = 4 // newest ones of each side, of the first people
	peopleOfOrders  = 3
	candidates      = "20" // by each way to match a name
	longestNickname = 40   // characters of the index of nicknames
)

// Looks is what a text that was typed into the search field looks like.
type Looks struct {
	Number int64    // of a person or an order, 0 for none
	Email  string   // its key, "" for none
	Phones []string // the digits of a phone number, in the forms in which people write it
	Invite string   // "" for none
	Key    string   // folded, to compare with names
	Part   bool     // of an e-mail address or a phone number, which are found whole only
}

var (
	numberForm = regexp.MustCompile(`^(?:№|#|No\.?)?\s*([1-9][0-9]{0,14})$`)
	phoneForm  = regexp.MustCompile(`^\+?[0-9][0-9 ().-]{2,30}$`)
	inviteForm = regexp.MustCompile(`^[A-Za-z0-9]{8}$`)
	noDigits   = regexp.MustCompile(`[^0-9]`)
)

// LookAt returns what a text looks like.
func LookAt(text string) Looks {
	l := Looks{Key: store.SearchKey(text)}
	if found := numberForm.FindStringSubmatch(text); found != nil {
		l.Number, _ = strconv.ParseInt(found[1], 10, 64) // at most 15 digits
	}
	if strings.Contains(text, "@") {
		l.Email, l.Part = store.EmailKey(text), true
	}
	if phoneForm.MatchString(text) {
		digits := noDigits.ReplaceAllString(text, "")
		l.Phones, l.Part = []string{digits, digits}, len(digits) >= 5
		if len(digits) == 11 && digits[0] == '8' { // as Russians write +7
			l.Phones[1] = "7" + digits[1:]
		} else if len(digits) == 11 && digits[0] == '7' {
			l.Phones[1] = "8" + digits[1:]
		}
	}
	if inviteForm.MatchString(text) {
		l.Invite = text
	}
	return l
}

// phoneDigits is the expression of the index idx_users_phone.
const phoneDigits = "replace(replace(replace(replace(replace(replace(`phone`, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), '+', '')"

// SearchPeople returns the people whom a text may mean, the best match first: by number, e-mail, phone or invite, which must be whole,
// and by parts of nickname and name. Who was erased is found by number alone.
func SearchPeople(ctx context.Context, app core.App, l Looks) ([]FoundPerson, error) {
	var parts []string
	var arguments []any
	add := func(part string, named ...any) {
		parts = append(parts, part)
		arguments = append(arguments, named...)
	}
	if l.Number != 0 {
		add(`SELECT CAST(:number AS TEXT), 1`, sql.Named("number", query.Key(l.Number)))
	}
	if l.Email != "" {
		add(`SELECT id, 2 FROM users WHERE email_key = CAST(:email AS TEXT) AND erased = ''`, sql.Named("email", l.Email))
	}
	if l.Phones != nil {
		add(`SELECT * FROM (SELECT id, 3 FROM users WHERE `+phoneDigits+` IN (:phone, :other) AND phone != '' LIMIT `+candidates+`)`,
			sql.Named("phone", l.Phones[0]), sql.Named("other", l.Phones[1]))
	}
	if l.Invite != "" {
		add(`SELECT id, 4 FROM users WHERE invite = CAST(:invite AS TEXT) AND erased = ''`, sql.Named("invite", l.Invite))
	}
	if length := utf8.RuneCountInString(l.Key); length > 0 && length <= longestNickname {
		const nickname, known = "substr(`search`, 1, 40)", "`erased` = ''"
		add(`SELECT * FROM (SELECT id, 5 FROM users WHERE `+nickname+` >= :key AND `+nickname+` < :end AND `+known+`
			ORDER BY `+nickname+` LIMIT `+candidates+`)`, sql.Named("key", l.Key), sql.Named("end", l.Key+string(utf8.MaxRune)))
	}
	if phrase := store.TrigramPhrase(l.Key); phrase != "" {
		add(`SELECT * FROM (SELECT CAST(s.rowid AS TEXT), 6 FROM users_names s WHERE s.text MATCH :phrase ORDER BY s.rowid DESC LIMIT `+candidates+`)`,
			sql.Named("phrase", phrase))
	}
	if len(parts) == 0 {
		return nil, nil
	}
	people, err := foundPeople.SelectWith(`WITH found(id, place) AS (`+strings.Join(parts, ` UNION ALL `)+`),
			best AS MATERIALIZED (SELECT id, min(place) AS place FROM found GROUP BY id) `,
		`FROM best CROSS JOIN users u ON u.id = best.id ORDER BY best.place, CAST(u.id AS INTEGER) DESC LIMIT `+strconv.Itoa(maxPeople)).Rows(ctx, app, arguments...)
	for i := range people {
		p := &people[i]
		p.Match = []string{"", ByNumber, ByEmail, ByPhone, ByInvite, ByNickname, ByName}[p.place]
		if p.Match == ByName && strings.Contains(store.SearchKey(p.Nickname), l.Key) {
			p.Match = ByNickname
		}
	}
	return people, query.Wrap("search people", err)
}

var foundPeople = query.Map("", func(c *query.Columns, p *FoundPerson) {
	personColumns.Add(c, "u", &p.Person)
	c.Add(`u.name`, &p.Name)
	c.Add(`best.place`, &p.place)
	c.Add(`EXISTS (SELECT 1 FROM cases c WHERE c.user = u.id AND c.state = 'open')`, &p.OpenCase)
})

// SearchOrders returns the order with a number, and the newest orders of the first of some people.
func SearchOrders(ctx context.Context, app core.App, numbered int64, people []FoundPerson) ([]FoundOrder, error) {
	ids := []string{}
	for _, p := range people[:min(len(people), peopleOfOrders)] {
		ids = append(ids, query.Key(p.ID))
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	newest := func(side string) string {
		return `SELECT o.id, 1 FROM json_each(:people) p CROSS JOIN orders o ON o.id IN
			(SELECT n.id FROM orders n WHERE n.` + side + ` = p.value ORDER BY CAST(n.id AS INTEGER) DESC LIMIT ` + strconv.Itoa(ordersOfPerson) + `)`
	}
	orders, err := readOrders(ctx, app, `WITH found(id, place) AS (SELECT CAST(:number AS TEXT), 0 UNION ALL `+newest("client")+` UNION ALL `+newest("performer")+`),
			page AS MATERIALIZED (SELECT id, min(place) AS place FROM found GROUP BY id ORDER BY min(place), CAST(id AS INTEGER) DESC LIMIT `+strconv.Itoa(maxOrders)+`)`,
		`page.place, CAST(o.id AS INTEGER) DESC`, sql.Named("number", query.Key(numbered)), sql.Named("people", string(list)))
	return orders, query.Wrap("search orders", err)
}
