package benchmark

import (
	"fmt"
	"net/url"
	"time"
)

// deskCall is a request of a moderator's page, or an act.
type deskCall struct {
	name  string
	paths []string // asked in turn; of an act each is asked once
	body  string   // of an act; "" for a page
	limit time.Duration
}

// The limits of the desk's pages, in time of the server.
const (
	pageLimit   = 100 * time.Millisecond
	figureLimit = 300 * time.Millisecond
)

// deskPages are all GET routes of the desk, with what moderators choose on their pages.
func deskPages(d *dataset, cases []string) (calls []deskCall) {
	add := func(name string, paths ...string) {
		calls = append(calls, deskCall{name: name, paths: paths, limit: pageLimit})
	}
	under := func(prefix string, names ...string) (paths []string) {
		for _, name := range names {
			paths = append(paths, prefix+name)
		}
		return paths
	}
	add("me", "me")
	add("reasons", "reasons", "reasons?act=ban")
	add("queue", "cases")
	add("queue, by kind", under("cases?kind=", "report", "appeal", "overdue", "low", "word", "first", "blocked")...)
	add("queue, free and mine", "cases?whose=free", "cases?whose=mine", "cases?whose=mine&kind=low")
	add("queue, page 2 and 99", "cases?page=2", "cases?page=99")
	add("decided cases", "cases?state=closed", "cases?state=closed&kind=appeal", "cases?state=closed&whose=mine")
	add("decided cases, page 400", "cases?state=closed&page=400")
	add("case", under("cases/", cases...)...)
	add("case in a filtered queue", under("cases/", cases[0]+"?whose=free", cases[len(cases)/2]+"?kind=report", cases[len(cases)-1])...)
	add("case with many reports", "cases/person1")
	add("decided case", "cases/done9?state=closed", "cases/done9")
	var orders []string
	for i := range 20 {
		orders = append(orders, fmt.Sprint("orders/", 1+i*d.orders/20), fmt.Sprint("orders/", 3+10*i)) // every second of the busy performer
	}
	add("order", orders...)
	var people []string
	for i := range 40 {
		people = append(people, fmt.Sprint("users/", 1+i*d.users/40))
	}
	add("person", people...)
	add("person, the busy performer", fmt.Sprint("users/", busyPerformer))
	add("person, who was reported most", fmt.Sprint("users/", reportedPerson))
	for _, tab := range []string{"orders", "media", "reports", "devices", "bans", "notes", "log"} {
		of := func(query string) (paths []string) {
			for _, id := range []int{busyPerformer, reportedPerson} {
				paths = append(paths, fmt.Sprintf("users/%d/%s%s", id, tab, query))
			}
			return paths
		}
		add("person's "+tab, of("")...)
		add("person's "+tab+", page 20 and 500", append(of("?page=20"), of("?page=500")...)...)
	}
	add("consequences of acts", under(fmt.Sprintf("users/%d/consequences?act=", busyPerformer), "ban", "erase", "sign-out")...)
	russian, transcribed := surname(3)
	for _, c := range []struct{ name, text string }{
		{"a number", "777"}, {"an order's number", fmt.Sprint(d.orders - 3)}, {"part of a nickname", transcribed}, {"part of a name", russian}, {"an e-mail", email(4321 % d.users)},
		{"part of an e-mail", "person4@"}, {"a phone", fmt.Sprintf("8 900 %07d", 4321%d.users)}, {"an invite", fmt.Sprintf("%08d", 4321%d.users)}, {"3 letters of many", "ова"}, {"3 letters of nearly all", russian[:6]},
		{"a given name", "Анна"}, {"1 letter", "а"}, {"2 letters", "ан"}, {"what there is not", "щщщщъъъ"},
	} {
		add("search by "+c.name, "search?q="+url.QueryEscape(c.text))
	}
	deep := d.users / 24
	for _, show := range []string{"all", "orders", "hidden"} {
		add("wall of "+show, "media?show="+show)
		add("wall of "+show+", the last pages", fmt.Sprintf("media?show=%s&page=%d", show, min(10_000, deep)), fmt.Sprintf("media?show=%s&page=%d", show, min(10_000, 2*deep)))
	}
	day := func(ago int) string { return time.Now().AddDate(0, 0, -ago).Format(time.DateOnly) }
	add("log", "log", "log?page=2")
	add("log, the last pages", fmt.Sprint("log?page=", d.users/50), "log?page=10000")
	add("log by who", "log?who=anna%40example.com", "log?who=nobody%40example.com")
	add("log by what", "log?what=ban", "log?what=erase")
	add("log by who and what", "log?who=anna%40example.com&what=ban", "log?who=anna%40example.com&what=export")
	add("log by whom", fmt.Sprint("log?whom=", reportedPerson), "log?whom=order+3", fmt.Sprintf("log?whom=%d&what=export", reportedPerson), fmt.Sprintf("log?whom=%d&who=nobody", reportedPerson))
	add("log of a time", "log?from="+day(200)+"&to="+day(190), "log?from="+day(200)+"&to="+day(190)+"&what=export", "log?to="+day(300)+"&who=anna%40example.com", "log?from="+day(1)+"&who=nobody")
	add("who is banned", "bans", "bans?page=10")
	add("faults", "faults", "faults?page=2")
	for _, name := range []string{"orders", "cancelled", "signups", "ratings", "delivery", "pushes", "cases", "verdicts"} {
		for _, period := range []string{"day", "week", "month", "quarter"} {
			add("figures: "+name+", "+period, "figures/"+name+"?period="+period)
		}
		calls = append(calls, deskCall{name: "figures: " + name + ", year", paths: []string{"figures/" + name + "?period=year"}, limit: figureLimit})
	}
	calls = append(calls, deskCall{name: "log.csv, all rows", paths: []string{"log.csv"}})
	return calls
}

// deskActs are acts of moderators, each on targets of their own. They have no limit.
func deskActs(d *dataset, cases []string) []deskCall {
	each := func(from, step int, form string) (paths []string) {
		for i := range min(50, d.users/50) {
			paths = append(paths, fmt.Sprintf(form, from+i*step))
		}
		return paths
	}
	of := func(act string) (paths []string) {
		for _, id := range cases {
			paths = append(paths, "cases/"+id+"/"+act)
		}
		return paths
	}
	const reason = `{"text":"Потому что"}`
	return []deskCall{
		{name: "take a case", paths: of("take"), body: `{"over":true}`},
		{name: "renew a lease", paths: of("renew"), body: `{}`},
		{name: "decide a case", paths: of("verdict"), body: `{"rev":1,"verdict":"nothing","over":true}`},
		{name: "decide a case with many reports", paths: []string{"cases/person1/verdict"}, body: `{"rev":1,"verdict":"nothing","over":true}`},
		{name: "hide a medium", paths: each(11, 40, "media/%d/hide"), body: reason},
		{name: "show a medium", paths: each(11, 40, "media/%d/show"), body: `{}`},
		{name: "write a note", paths: each(12, 40, "users/%d/note"), body: reason},
		{name: "warn a person", paths: each(12, 40, "users/%d/warn"), body: reason},
		{name: "ban a client", paths: each(13, 40, "users/%d/ban"), body: reason},
		{name: "ban the busy performer", paths: []string{fmt.Sprintf("users/%d/ban", busyPerformer)}, body: reason},
	}
}
