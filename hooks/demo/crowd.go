package demo

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/privet/privet/hooks/order"
)

const (
	crowdPerformers = 7
	crowdClients    = 30
	crowdOrders     = 150
	year            = 365 // days
)

// The crowd's names, each with what stands in its e-mail address.
var (
	firstNames = [][2]string{{"Алексей", "alexey"}, {"Мария", "maria"}, {"Илья", "ilya"}, {"Ольга", "olga.k"}, {"Sarah", "sarah"}, {"Никита", "nikita"}, {"Елена", "elena"},
		{"Tom", "tom"}, {"Артём", "artyom"}, {"Полина", "polina"}, {"Grace", "grace"}, {"Павел", "pavel"}, {"Юлия", "yulia"}, {"Сергей", "sergey"}, {"Нина", "nina"}, {"Liam", "liam"}}
	lastInitials = []string{"А.", "В.", "Д.", "К.", "Л.", "М.", "Н.", "Р.", "С.", "Т."}

	crowdAbout = []string{"Пою, играю на укулеле и желаю хорошего дня.", "Short, warm greetings. Weekends only.", "Ведущий мероприятий, поздравляю без пошлостей.",
		"Озвучиваю мультфильмы. Могу голосом ёжика.", "Piano and a smile.", "Читаю стихи, свои и ваши.", "Стримлю ретроигры, поздравляю в костюме."}
	crowdWishes = []string{"Поздравьте маму с днём рождения, её зовут Галина.", "Пожелайте удачи на экзамене моей дочке Кате.", "A birthday greeting for Nora, she turns thirty.",
		"Поздравьте коллег с запуском проекта.", "Передайте привет бабушке в Самару.", "Congratulate Ben and Ada on their baby girl.", "Деду Василию семьдесят пять, он любит шахматы.",
		"Скажите Антону, что он лучший папа.", "Wish our choir good luck for Sunday.", "Поздравьте Лизу с новосельем.", "Подбодрите друга перед операцией, его зовут Миша."}
	crowdCards = []string{"С днём рождения!", "Поздравляю!", "Happy birthday!", "Удачи!", "You made it!", "С новосельем!"}
	crowdNotes = map[int][]string{
		5: {"Спасибо, все в восторге!", "Wonderful, we watched it three times.", "Очень душевно.", "Лучший подарок."},
		4: {"Хорошо, но тихо.", "Nice, thank you.", "Понравилось."},
		3: {"Нормально, ждали дольше.", "It was all right."},
		2: {"Забыли назвать имя.", "Too short for the price."},
		1: {"Это не то, что мы просили."},
	}
	crowdCancels = []string{"Планы изменились, извините.", "Не успею к сроку, простите.", "Ordered twice by mistake."}
)

// crowd returns the people and orders of a year, the same at each call. There are more of them lately than a year ago.
func crowd() (crowdPeople []person, crowdPast []pastOrder) {
	random := rand.New(rand.NewPCG(2026, 7))          //nolint:gosec // it has to be the same each time
	grown := func(i, of int, power float64) float64 { // days ago, the oldest first
		return 1.6 + (year-3)*(1-math.Pow(float64(i)/float64(of), power))
	}
	for i := range crowdPerformers + crowdClients {
		first := firstNames[i%len(firstNames)]
		p := person{key: fmt.Sprintf("%s%d", first[1], i+1), name: first[0] + " " + lastInitials[(i*7)%len(lastInitials)], nickname: fmt.Sprintf("%s_%d", first[0], 10+i)}
		if i < crowdPerformers {
			p.about, p.price, p.categories = crowdAbout[i], float64(8+3*i), []string{[]string{"streamer", "comedian"}[i%2]}
			p.daysAgo = grown(i, crowdPerformers, 1.2)
		} else {
			p.daysAgo = grown(i-crowdPerformers, crowdClients, 0.8) - 0.3
		}
		crowdPeople = append(crowdPeople, p)
	}
	signedUp := func(from, to int, before float64) string {
		for {
			if p := crowdPeople[from+random.IntN(to-from)]; p.daysAgo > before+0.5 {
				return p.key
			}
		}
	}
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	for i := range crowdOrders {
		created := grown(i+4, crowdOrders+4, 0.7) - random.Float64()
		delivered := created - hours(2+random.ExpFloat64()*26)
		o := pastOrder{client: signedUp(crowdPerformers, len(crowdPeople), created), performer: signedUp(0, crowdPerformers, created),
			occasion: pick([]string{"birthday", "congratulation", "just"}), description: pick(crowdWishes), daysAgo: created, tillDays: 9 - created}
		switch fortune := random.IntN(100); {
		case delivered < 0.3:
		case fortune < 12:
			o.changes = append(o.changes, cancelled([]order.Side{order.Client, order.Performer}[fortune%2], delivered, pick(crowdCancels)))
		default:
			card := pick(crowdCards)
			if i%29 == 28 {
				card = ""
			}
			o.changes = append(o.changes, done(delivered, card))
			rating := []int{5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 1, 5}[random.IntN(16)]
			if at := delivered - 0.1 - random.Float64()*2; fortune < 85 && at > 1.5 {
				o.changes = append(o.changes, reviewed(at, float64(rating), pick(crowdNotes[rating])))
			}
		}
		crowdPast = append(crowdPast, o)
	}
	return crowdPeople, crowdPast
}
