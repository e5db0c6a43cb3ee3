package demo

// person is a user of the demo, with the e-mail <key>@example.com.
type person struct {
	key                   string
	name, nickname, about string
	phone                 string
	price                 float64 // of a performer
	categories            []string
	daysAgo               float64 // when they signed up
}

func (p person) email() string { return p.key + "@example.com" }

// firstClient is the index of the first client in people.
const firstClient = 8

// people are the users, performers first.
var people = []person{
	{"anna", "Анна Смирнова", "Аня Стримит", "Играю, пою и поздравляю. Стримы по средам и субботам.", "+7 900 000-00-01", 15, []string{"streamer"}, 41},
	{"max", "Max Power", "MaxPower", "Speedruns on weekdays, greetings at the weekend.", "+1 202 555 0101", 25, []string{"streamer"}, 40},
	{"boris", "Борис Ковалёв", "Борис шутит", "Стендап-комик. Поздравлю так, что запомнят все гости.", "+7 900 000-00-02", 30, []string{"comedian"}, 39},
	{"lucy", "Lucy Bright", "Lucy Bright", "Stand-up, songs, and birthday roasts that nobody cries at.", "+44 20 7946 0001", 12.5, []string{"comedian"}, 38},
	{"misha", "Михаил Орлов", "Миша и кот", "Стримлю и шучу. Кот участвует бесплатно.", "+7 900 000-00-03", 20, []string{"streamer", "comedian"}, 37},
	{"gleb", "Глеб Дымов", "Глеб", "Скидки на всё, пишите в личку.", "", 5, []string{"streamer"}, 36},
	{"ivy", "Ivy Chen", "ivy.live", "Cosy games and kind words.", "", 18, []string{"streamer"}, 6},
	{"timur", "Тимур Ахметов", "Тимур", "Розыгрыши и поздравления, можно на татарском.", "", 22, []string{"comedian"}, 2},

	{"oleg", "Олег Петров", "Олег", "", "+7 900 000-00-04", 0, nil, 35},
	{"emma", "Emma Wilson", "Emma", "", "+44 20 7946 0002", 0, nil, 34},
	{"irina", "Ирина Соколова", "Ира", "", "+7 900 000-00-05", 0, nil, 30},
	{"jack", "Jack Turner", "jackt", "", "", 0, nil, 28},
	{"darya", "Дарья Лебедева", "Даша", "", "+7 900 000-00-06", 0, nil, 24},
	{"viktor", "Виктор Громов", "Виктор", "", "", 0, nil, 9},
}
