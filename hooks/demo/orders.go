package demo

import "github.com/privet/privet/hooks/order"

// pastOrder is an order, and what came of it.
type pastOrder struct {
	client, performer string // keys of people
	occasion, wish    string
	ordered           float64 // days ago
	till              float64 // days from now; past ones are negative
	changes           []change
}

// change is a change of an order.
type change struct {
	by      order.Side
	ago     float64 // days
	request order.Request
	video   bool   // the video comes with it
	card    string // a picture that says this comes with it
}

func done(ago float64, card string) change {
	return change{by: order.Performer, ago: ago, request: order.Request{Status: order.Done, Media: true}, video: card == "", card: card}
}

func reviewed(ago, rating float64, text string) change {
	return change{by: order.Client, ago: ago, request: order.Request{Status: order.Reviewed, Rating: rating, RatingText: text}}
}

func cancelled(by order.Side, ago float64, why string) change {
	return change{by: by, ago: ago, request: order.Request{Status: order.Cancelled, CancelText: why}}
}

// pastOrders are all orders, the oldest first.
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

// ban is what a moderator did to somebody.
type ban struct {
	who, reason string
	ago         float64 // days
	left        float64 // days until it ends by itself; 0: it does not
}

var bans = []ban{
	{"gleb", "Asks clients for money outside of the app; three complaints.", 8, 0},
	{"viktor", "Advertising in orders. Warned, for a week.", 2, 5},
}
