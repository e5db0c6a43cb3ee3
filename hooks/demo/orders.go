package demo

import "github.com/privet/privet/hooks/order"

// pastOrder is an order of the past weeks, with its changes.
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

// pastOrders are the orders, the oldest first.
var pastOrders = [...]pastOrder{
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
	{"irina", "lucy", "birthday", "A roast of my neighbour; his address is 12 Elm Street.", 7, -1,
		[]change{cancelled(order.Moderator, 6.8, "Private addresses don't belong into an order. Please order again without it.")}},
	{"darya", "boris", "birthday", "Бабушке Тамаре восемьдесят. Без грубых шуток, пожалуйста.", 6, -1.2, nil},
	{"viktor", "max", "just", "FREE FOLLOWERS, see my page!!!", 5, 5, nil},
	{"emma", "anna", "congratulation", "Congratulate Tom and Kate on their wedding, please.", 4, -0.2, nil},
	{"oleg", "lucy", "just", "A good morning for Alice, in English.", 3, 4,
		[]change{done(1, "Good morning, Alice!")}},
	{"jack", "misha", "advice", "Which cat should I get?", 2, 5, nil},
	{"irina", "anna", "birthday", "Маше семь лет, она очень ждёт!", 0.6, 9, nil},
}

// ban is a moderator's ban of a user.
type ban struct {
	key, reason string
	daysAgo     float64
	daysLeft    float64 // until it ends; 0 for no end
}

var bans = []ban{
	{"gleb", "Asks clients for money outside of the app; three complaints.", 8, 0},
	{"viktor", "Advertising in orders. Warned, for a week.", 2, 5},
}
