package demo

// person is a user of the demo, with the e-mail <key>@example.com.
type person struct {
	key                   string
	name, nickname, about string
	phone                 string
	price                 float64  // of a performer
	categories            []string // likewise; none of a client
	daysAgo               float64  // when they signed up
}

func (p person) email() string { return p.key + "@example.com" }

// firstClient is the index of the first client in people.
const firstClient = 10

// people are the users with a story. The crowd around them signed up during the year.
var people = []person{
	{"anna", "Анна Смирнова", "Аня Стримит", "Играю, пою и поздравляю. Стримы по средам и субботам.", "+7 900 000-00-01", 15, []string{"streamer"}, 141},
	{"max", "Max Power", "MaxPower", "Speedruns on weekdays, greetings at the weekend.", "+1 202 555 0101", 25, []string{"streamer"}, 140},
	{"boris", "Борис Ковалёв", "Борис шутит", "Стендап-комик. Поздравлю так, что запомнят все гости.", "+7 900 000-00-02", 30, []string{"comedian"}, 139},
	{"lucy", "Lucy Bright", "Lucy Bright", "Stand-up, songs, and birthday roasts that nobody cries at.", "+44 20 7946 0001", 12.5, []string{"comedian"}, 138},
	{"misha", "Михаил Орлов", "Миша и кот", "Стримлю и шучу. Кот участвует бесплатно.", "+7 900 000-00-03", 20, []string{"streamer", "comedian"}, 137},
	{"gleb", "Глеб Дымов", "Глеб", "Скидки на всё, пишите в личку.", "", 5, []string{"streamer"}, 36},
	{"ivy", "Ivy Chen", "ivy.live", "Cosy games and kind words.", "", 18, []string{"streamer"}, 6},
	{"timur", "Тимур Ахметов", "Тимур", "Розыгрыши и поздравления, можно на татарском.", "", 22, []string{"comedian"}, 5.5},
	{"denis", "Денис Климов", "Денис К.", "Веду праздники десять лет.", "", 8, []string{"comedian"}, 3},
	{"roman", "Роман Быков", "Рома", "Пою под гитару.", "+7 900 000-00-07", 17, []string{"streamer"}, 130},

	{"oleg", "Олег Петров", "Олег", "", "+7 900 000-00-04", 0, nil, 135},
	{"emma", "Emma Wilson", "Emma", "", "+44 20 7946 0002", 0, nil, 134},
	{"irina", "Ирина Соколова", "Ира", "", "+7 900 000-00-05", 0, nil, 130},
	{"jack", "Jack Turner", "jackt", "", "", 0, nil, 28},
	{"darya", "Дарья Лебедева", "Даша", "", "+7 900 000-00-06", 0, nil, 24},
	{"kostya", "Константин Рябов", "Костя", "", "", 0, nil, 120},
	{"viktor", "Виктор Громов", "Виктор", "", "", 0, nil, 9},
	{"tony", "Tony T", "MaxPower_tv", "", "", 0, nil, 5},
}

// phone is a device on which somebody signed in.
type phone struct {
	key, device string
	address     string // where pushes go; "" for none. No push service knows these.
	language    string
	daysAgo     float64
	usedAgo     float64 // days since it was last used
}

var phones = []phone{
	{"roman", "roman-phone", "demo-roman", "ru", 129, 2},
	{"anna", "anna-iphone", "demo-anna", "ru", 40, 0.1},
	{"max", "max-pixel", "demo-max", "en", 40, 0.4},
	{"boris", "boris-phone", "rustore:demo-boris", "ru", 39, 0.9},
	{"lucy", "lucy-iphone", "demo-lucy", "en", 38, 0.2},
	{"emma", "emma-iphone", "demo-emma", "en", 34, 0.3},
	{"emma", "emma-ipad", "demo-emma-ipad", "en", 20, 3},
	{"irina", "irina-phone", "demo-irina", "ru", 30, 0.5},
	{"jack", "shared-phone", "demo-jack", "en", 28, 1.5},
	{"tony", "shared-phone", "", "en", 5, 0.4}, // on Jack's phone
	{"darya", "darya-phone", "demo-darya", "ru", 24, 0.1},
	{"ivy", "ivy-phone", "demo-ivy", "en", 6, 0.2},
	{"timur", "timur-phone", "demo-timur", "ru", 5.5, 0.7},
}

// fate is what becomes of the pushes to somebody that are added within a span of time: other pushes are sent.
type fate struct {
	key      string // "" for everybody
	from, to float64
	state    string
	error    string // as the outbox has it
}
