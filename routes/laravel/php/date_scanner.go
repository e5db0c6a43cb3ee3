package php

import (
	"regexp/syntax"
	"strings"
	"sync"
)

// A scanner finds at a position of the input the longest text that one of its
// rules matches, and of several rules the first, as the scanner re2c makes of
// timelib's parse_date.re. It works on bytes and runs all rules side by side
// (Thompson), so that each byte is looked at once per token.
type scanner struct {
	states []state
	// first holds for each byte the states a token may begin with.
	first [256][]int32
}

// state is one place in a rule that takes a byte.
type state struct {
	takes byteSet
	// next holds the states that may take the byte behind, and ends the rule a
	// token that ends here belongs to, -1 for none.
	next []int32
	ends int
}

// byteSet is a set of bytes.
type byteSet [4]uint64

func (b *byteSet) add(c byte)      { b[c>>6] |= 1 << (c & 63) }
func (b *byteSet) has(c byte) bool { return b[c>>6]&(1<<(c&63)) != 0 }

// newScanner compiles the patterns; their order is the order of precedence.
func newScanner(patterns []string) *scanner {
	sc := &scanner{}
	var start []int32
	for rule, pattern := range patterns {
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			panic(err) // the patterns are constants, and a test compiles them
		}
		prog, err := syntax.Compile(re.Simplify())
		if err != nil {
			panic(err)
		}
		start = append(start, sc.add(prog, rule)...)
	}
	for _, q := range start {
		for c := range sc.first {
			if sc.states[q].takes.has(byte(c)) {
				sc.first[c] = append(sc.first[c], q)
			}
		}
	}
	return sc
}

// add appends the states of one rule and returns those it may begin with.
func (sc *scanner) add(prog *syntax.Prog, rule int) []int32 {
	ids := map[int]int32{} // instruction to state
	for pc := range prog.Inst {
		switch inst := &prog.Inst[pc]; inst.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			st := state{ends: -1}
			for c := range rune(256) {
				if inst.MatchRune(c) {
					st.takes.add(byte(c))
				}
			}
			ids[pc] = int32(len(sc.states))
			sc.states = append(sc.states, st)
		}
	}
	for pc, id := range ids {
		next, ends := closure(prog, ids, int(prog.Inst[pc].Out))
		sc.states[id].next = next
		if ends {
			sc.states[id].ends = rule
		}
	}
	begin, _ := closure(prog, ids, prog.Start)
	return begin
}

// closure returns the states reachable from an instruction without taking a
// byte, and whether the end of the rule is.
func closure(prog *syntax.Prog, ids map[int]int32, pc int) (states []int32, ends bool) {
	seen := map[int]bool{}
	var walk func(pc int)
	walk = func(pc int) {
		if seen[pc] {
			return
		}
		seen[pc] = true
		inst := &prog.Inst[pc]
		switch inst.Op {
		case syntax.InstMatch:
			ends = true
		case syntax.InstAlt, syntax.InstAltMatch:
			walk(int(inst.Out))
			walk(int(inst.Arg))
		case syntax.InstCapture, syntax.InstNop:
			walk(int(inst.Out))
		default:
			if id, ok := ids[pc]; ok {
				states = append(states, id)
			}
		}
	}
	walk(pc)
	return states, ends
}

// scan is one run of a scanner over an input.
type scan struct {
	*scanner
	input string
	seen  []int // by state: the step in which it was last added
	step  int
	now   []int32
	then  []int32
}

// token returns the rule of the token at position from and where it ends, which
// may be one behind the input: there stands, as in C, a NUL. The rule is -1 when
// none matches.
func (s *scan) token(from int) (rule, end int) {
	rule, end = -1, from
	s.now = append(s.now[:0], s.first[s.at(from)]...)
	for pos := from; len(s.now) > 0 && pos <= len(s.input); pos++ {
		// s.now are states that take the byte at pos.
		s.step++
		s.then = s.then[:0]
		following := s.at(pos + 1)
		found := -1
		for _, q := range s.now {
			st := &s.states[q]
			if st.ends >= 0 && (found < 0 || st.ends < found) {
				found = st.ends
			}
			for _, n := range st.next {
				if s.seen[n] != s.step && s.states[n].takes.has(following) {
					s.seen[n] = s.step
					s.then = append(s.then, n)
				}
			}
		}
		if found >= 0 {
			rule, end = found, pos+1
		}
		s.now, s.then = s.then, s.now
	}
	return rule, end
}

func (s *scan) at(pos int) byte {
	if pos < len(s.input) {
		return s.input[pos]
	}
	return 0
}

// dateScanner is the scanner of dateRules, made when the first date is read.
var dateScanner = sync.OnceValue(func() *scanner {
	var names []string // <name>, definition, <name>, definition ...
	for _, d := range dateDefinitions {
		pattern := strings.NewReplacer(names...).Replace(d.pattern)
		names = append(names, "<"+d.name+">", "(?:"+pattern+")")
	}
	definitions := strings.NewReplacer(names...)
	patterns := make([]string, len(dateRules))
	for i, r := range dateRules {
		patterns[i] = definitions.Replace(r.pattern)
	}
	return newScanner(patterns)
})
