package demo

import (
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
)

// pastOrder is an order of the past, with its changes.
type pastOrder struct {
	client, performer string // keys of people
	occasion          string
	description       string
	daysAgo           float64 // when it was created
	tillDays          float64 // the date_till, from now; negative in the past
	changes           []change
}

// change is a change of an order.
type change struct {
	by      order.Side
	daysAgo float64
	request order.Request
	card    string // the text on the picture that is delivered; "" for the video
	broken  bool   // the video is broken
}

// done is the delivery of a picture with a text, or of the video for "".
func done(daysAgo float64, card string) change {
	return change{by: order.Performer, daysAgo: daysAgo, request: order.Request{Status: order.Done, Media: true}, card: card}
}

func reviewed(daysAgo, rating float64, text string) change {
	return change{by: order.Client, daysAgo: daysAgo, request: order.Request{Status: order.Reviewed, Rating: rating, RatingText: text}}
}

func cancelled(by order.Side, daysAgo float64, reason string) change {
	return change{by: by, daysAgo: daysAgo, request: order.Request{Status: order.Cancelled, CancelText: reason}}
}

// pastOrders are the orders with a story. What moderators do with them is in cases.go.
var pastOrders = []pastOrder{
	{"irina", "roman", "birthday", "Спойте Свете что-нибудь весеннее.", 70, -62, []change{done(68, "Света, это тебе!"), reviewed(67, 4, "Мило.")}},
	{"oleg", "anna", "birthday", "Поздравьте мою сестру Веру, ей тридцать. Она любит ваши песни!", 26, -20,
		[]change{done(24, ""), reviewed(23, 5, "Вера плакала от счастья. Спасибо!")}},
	{"emma", "max", "congratulation", "Please congratulate my brother Sam on his first marathon.", 22, -15,
		[]change{done(19, "Well run, Sam!"), reviewed(18, 4.5, "Great fun, a little short.")}},
	{"irina", "boris", "birthday", "Папе шестьдесят, зовут Николай Иванович. Можно про рыбалку.", 19, -12,
		[]change{done(14, "С юбилеем, папа!"), reviewed(13.5, 2, "Перепутал имя. Обидно.")}},
	{"jack", "lucy", "just", "Say hi to the whole office, they need it.", 17, -9,
		[]change{cancelled(order.Client, 16.5, "Everybody is on holiday then, sorry.")}},
	{"darya", "anna", "advice", "Как начать стримить, если страшно?", 15, -8,
		[]change{cancelled(order.Performer, 14, "Уезжаю, не успею. Закажите, пожалуйста, через неделю.")}},
	{"emma", "gleb", "just", "A greeting for my flatmate Zoe.", 12, 3, nil},
	{"oleg", "misha", "congratulation", "Поздравьте Лену с дипломом, и пусть кот тоже скажет.", 9, -2,
		[]change{done(6, "")}},
	{"jack", "max", "birthday", "Happy birthday to Mia, she is 21.", 8.5, -3,
		[]change{done(5, "Happy birthday!"), reviewed(4.5, 1, "It does not even say her name.")}},
	{"irina", "lucy", "birthday", "A roast of my neighbour; his address is 12 Elm Street.", 7, -1, nil},
	{"darya", "boris", "birthday", "Бабушке Тамаре восемьдесят. Без грубых шуток, пожалуйста.", 6, -1.5, nil},
	{"viktor", "max", "just", "FREE FOLLOWERS, see my page!!!", 5, 5, nil},
	{"emma", "anna", "congratulation", "Congratulate Tom and Kate on their wedding, please.", 4, -0.4, nil},
	{"jack", "timur", "congratulation", "Congratulate Leo on his new flat.", 3.6, 2,
		[]change{done(2.9, "Happy housewarming, Leo!"), reviewed(2.6, 4, "Nice, thanks.")}},
	{"oleg", "lucy", "just", "A good morning for Alice, in English.", 3, 4,
		[]change{done(1.25, "Good morning, Alice!")}},
	{"darya", "anna", "birthday", "Поздравьте Илью, он наконец сдал на права.", 2.8, 3, // the video is broken
		[]change{{by: order.Performer, daysAgo: 1.6, request: order.Request{Status: order.Done, Media: true}, broken: true}}},
	{"irina", "boris", "birthday", "Коллеге Марине сорок пять, мы её очень любим.", 2.5, 4,
		[]change{done(1.4, "Марина, с днём рождения!"), reviewed(hours(20.7), 1.5, "Вместо поздравления реклама своего концерта.")}},
	{"jack", "misha", "advice", "Which cat should I get?", 2, 5, nil},
	{"jack", "ivy", "just", "Kind words for my team, please.", 1.5, 6, []change{done(hours(4), "You are doing great!")}},
	{"irina", "anna", "birthday", "Маше семь лет, она очень ждёт!", 0.6, 9, nil},
}

// The orders that moderators decide about, by their descriptions' beginnings.
const (
	theRoast  = "A roast of my neighbour"
	theMarina = "Коллеге Марине"
	theMia    = "Happy birthday to Mia"
	theCat    = "Which cat"
)

// fates are why pushes did not arrive, as the outbox says it. Nothing that waits is sent.
var fates = []fate{
	{"irina", 14.1, 13.9, store.PushFailed, "The app was removed from the device, or its push token has changed."},
	{"", 19.05, 18.95, store.PushExpired, "It could not be sent in time."},
	{"max", 8.6, 8.4, store.PushExpired, "The order was finished, cancelled, or got another date."},
	{"lucy", 7.1, 6.9, store.PushFailed, "Firebase does not take the push address: The registration token is not a valid FCM registration token"},
	{"timur", 3.7, 3.5, store.PushFailed, "Firebase refused the push: Request contains an invalid argument."},
	{"boris", 2.6, 2.4, store.PushFailed, "RuStore refused the push (400): the message is too long"},
	{"darya", 1.7, 1.5, store.PushWaiting, "Firebase asked to wait: too many pushes to this device."},
	{"anna", 0.7, 0.5, store.PushWaiting, "Firebase is not well (503)."},
}
