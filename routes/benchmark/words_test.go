package benchmark

import (
	"fmt"
	"strings"

	"github.com/privet/privet/hooks/store"
)

// sharing is how many users have the same surname, whatever the size of the data: a search for one finds as many.
const sharing = 400

var (
	syllables = strings.Fields("ба во гу де жи зо ка лу ме ни по ра се ту фи хо ца чу ше ря")
	latin     = strings.Fields("ba vo gu de zhi zo ka lu me ni po ra se tu fi kho tsa chu she rya")
	given     = strings.Fields("Анна Борис Вера Глеб Дарья Егор Жанна Захар Ирина Кирилл Лариса Максим Нина Олег Полина Роман Семён Тамара Фёдор Юлия")
	english   = strings.Fields("Alice Bob Carol David Emma Frank Grace Henry Irene Jack Kate Liam Mary Noah Olivia Peter Rose Sam Tina Walter")
	topics    = strings.Fields("стендап песня стихи гитара пародия фокусы танец шутки сказка интервью розыгрыш импровизация рояль кулинария футбол хоккей шахматы аниме косплей обзоры")
	subjects  = strings.Fields("standup songs poems guitar parody magic dancing jokes stories interviews pranks improv piano cooking football hockey chess anime cosplay reviews")
)

// person is the words that describe a user.
type person struct{ nickname, name, description, search string }

// surnames is how many there are.
func (d *dataset) surnames() int { return max(1, d.users/sharing) }

// surname is in Russian and in Latin letters, in lower case; no two are the same.
func surname(n int) (russian, transcribed string) {
	for range 3 {
		russian, transcribed = russian+syllables[n%len(syllables)], transcribed+latin[n%len(latin)]
		n /= len(syllables)
	}
	return russian, transcribed
}

// person describes the user id: two of three in Russian.
func (d *dataset) person(id int) (p person) {
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

// rareText is a part of a surname, which some two thirds of sharing users have, a fifth of them performers. It is
// written as it stands in the data, since native PocketBase folds no Cyrillic.
func (d *dataset) rareText(n int) string {
	russian, _ := surname(n * 31 % d.surnames())
	return russian[2:] + "нко"
}

// commonText is a word that every fifteenth user has.
func (d *dataset) commonText(n int) string { return topics[n%len(topics)] }
