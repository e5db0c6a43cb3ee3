package benchmark

import (
	"fmt"
	"strings"

	"github.com/privet/privet/hooks/store"
)

// usersPerSurname is the number of users with the same surname, and so of results of a search for it, whatever the
// size of the data.
const usersPerSurname = 400

var (
	syllables = strings.Fields("ба во гу де жи зо ка лу ме ни по ра се ту фи хо ца чу ше ря")
	latin     = strings.Fields("ba vo gu de zhi zo ka lu me ni po ra se tu fi kho tsa chu she rya")
	given     = strings.Fields("Анна Борис Вера Глеб Дарья Егор Жанна Захар Ирина Кирилл Лариса Максим Нина Олег Полина Роман Семён Тамара Фёдор Юлия")
	english   = strings.Fields("Alice Bob Carol David Emma Frank Grace Henry Irene Jack Kate Liam Mary Noah Olivia Peter Rose Sam Tina Walter")
	topics    = strings.Fields("стендап песня стихи гитара пародия фокусы танец шутки сказка интервью розыгрыш импровизация рояль кулинария футбол хоккей шахматы аниме косплей обзоры")
	subjects  = strings.Fields("standup songs poems guitar parody magic dancing jokes stories interviews pranks improv piano cooking football hockey chess anime cosplay reviews")
)

// profile holds the texts of a user.
type profile struct{ nickname, name, description, search string }

// surnames returns the number of surnames.
func (d *dataset) surnames() int { return max(1, d.users/usersPerSurname) }

// surname returns the n-th surname in Cyrillic and in Latin letters, in lower case. No two are equal.
func surname(n int) (russian, transcribed string) {
	for range 3 {
		russian, transcribed = russian+syllables[n%len(syllables)], transcribed+latin[n%len(latin)]
		n /= len(syllables)
	}
	return russian, transcribed
}

// profile returns the texts of a user, which are Russian for two of three.
func (d *dataset) profile(id int) (p profile) {
	russian, transcribed := surname(id / 5 % d.surnames())
	p.nickname = fmt.Sprintf("%s_%d", transcribed, id)
	a, b := id*7%len(topics), (id*13+5)%len(topics)
	if id%3 == 0 {
		p.name = english[id%len(english)] + " " + strings.ToUpper(transcribed[:1]) + transcribed[1:] + "son"
		p.description = fmt.Sprintf("I record a personal greeting for any occasion: %s and %s, on the day you ask, with love.", subjects[a], subjects[b])
	} else {
		p.name = given[id%len(given)] + " " + strings.ToUpper(russian[:2]) + russian[2:] + "нко"
		p.description = fmt.Sprintf("Запишу поздравление с днём рождения или просто так: %s и %s, весело и от души. Отвечаю за день.", topics[a], topics[b])
	}
	p.search = store.SearchKey(p.nickname + "\n" + p.name + "\n" + p.description)
	return p
}

// rareText returns a part of a surname, which about two thirds of usersPerSurname users have, a fifth of them
// performers. It has the case of the data, because native PocketBase doesn't fold Cyrillic letters.
func (d *dataset) rareText(n int) string {
	russian, _ := surname(n * 31 % d.surnames())
	return russian[2:] + "нко"
}

// commonText returns a word that every fifteenth user has.
func (d *dataset) commonText(n int) string { return topics[n%len(topics)] }
