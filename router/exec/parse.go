package exec

import (
	"strconv"

	"github.com/weft-graphql/weft/router/jsontext"
)

// parser reads a subgraph's answer into slots.
type parser struct {
	b []byte
	a *answer
	// start is where the answer begins in b.
	start int
	// types finds runtime types.
	types *typeNames
	// problem is what is wrong with the answer, at the position where it was found.
	problem string
	at      int
	// errors and extensions are the raw values of these entries.
	errors, extensions []byte
	// dataNull tells that data is null or absent; data is its raw range otherwise.
	hasData bool
	data    []byte
	// dataProblem is what is wrong with data as a whole, at dataAt, while the rest of the answer can be read.
	dataProblem string
	dataAt      int
	// misfits counts the values that have another form than their type.
	misfits int
	// ranges asks for answer.ranges.
	ranges bool
}

const notJSON = "the answer is not JSON"

// fail notes what is wrong. It returns -1, the position that stands for failure.
func (p *parser) fail(i int, problem string) int {
	if p.problem == "" {
		p.problem, p.at = problem, i
	}
	return -1
}

// document reads the whole answer; data reads the value of its data entry.
func (p *parser) document(data func(p *parser, i int) int) bool {
	b := p.b
	i := jsontext.SkipSpace(b, p.start)
	if i >= len(b) || b[i] != '{' {
		p.fail(i, "the answer is not a JSON object")
		return false
	}
	var seen [3]bool
	i = jsontext.SkipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		i++
	} else {
		for {
			start := i
			i = jsontext.SkipKey(b, i)
			if i < 0 {
				p.fail(start, notJSON)
				return false
			}
			key := b[start:jsontext.SkipString(b, start)]
			i = p.entry(string(jsontext.Text(key)), jsontext.SkipSpace(b, i), &seen, data)
			if i < 0 {
				p.fail(start, notJSON)
				return false
			}
			i = jsontext.SkipSpace(b, i)
			if i < len(b) && b[i] == ',' {
				i = jsontext.SkipSpace(b, i+1)
				continue
			}
			if i < len(b) && b[i] == '}' {
				i++
				break
			}
			p.fail(i, notJSON)
			return false
		}
	}
	if i = jsontext.SkipSpace(b, i); i != len(b) {
		p.fail(i, "the answer goes on behind its end")
		return false
	}
	return true
}

// entry reads an entry of the answer: data, errors, extensions, or another that is passed over.
func (p *parser) entry(key string, i int, seen *[3]bool, data func(p *parser, i int) int) int {
	known := -1
	switch key {
	case "data":
		known = 0
	case "errors":
		known = 1
	case "extensions":
		known = 2
	}
	if known >= 0 {
		if seen[known] {
			return p.fail(i, "the answer has the key "+key+" twice")
		}
		seen[known] = true
	}
	start := i
	if key == "data" && i < len(p.b) && p.b[i] == '{' {
		p.hasData = true
		if i = data(p, i); i > 0 {
			p.data = p.b[start:i]
		}
		return i
	}
	if i = jsontext.SkipValue(p.b, i); i < 0 {
		return p.fail(start, notJSON)
	}
	raw := p.b[start:i]
	switch key {
	case "data":
		if raw[0] != 'n' {
			p.dataProblem, p.dataAt = "data is not an object", start
		}
	case "errors":
		// What is not a list is an error in a wrong form, not none.
		if raw[0] != 'n' && (raw[0] != '[' || jsontext.SkipSpace(raw, 1) != len(raw)-1) {
			p.errors = raw
		}
	case "extensions":
		if raw[0] == '{' {
			p.extensions = raw
		}
	}
	return i
}

// object reads an object, which starts at i, into the slots of a selection set. typ is the runtime type if it is known
// otherwise than from the selection set. It returns the object's index and the position behind it.
func (p *parser) object(n *selectionSet, typ int32, i int) (uint32, int) {
	if n.typ >= 0 {
		typ = n.typ
	}
	a, b := p.a, p.b
	o := a.addObject(typ, len(n.fields), int(n.links))
	if a.counting {
		a.sent = append(a.sent, sentObject{n.id, o})
	}
	if n.collector >= 0 {
		a.collected[n.collector] = append(a.collected[n.collector], o)
	}
	slots := a.objects[o].slots
	i = jsontext.SkipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return o, i + 1
	}
	predicted := 0
	for {
		// The next field in order, spelled as servers spell it, is what is there nearly always.
		slot := -1
		if predicted < len(n.fields) {
			if s := n.fields[predicted].spelled; len(b)-i > len(s) && string(b[i:i+len(s)]) == s {
				slot = predicted
				i += len(s)
			}
		}
		if slot < 0 {
			if slot, i = p.key(n, predicted, i); i < 0 {
				return 0, -1
			}
		}
		if i < len(b) && b[i] <= ' ' {
			i = jsontext.SkipSpace(b, i)
		}
		if slot >= 0 && (n.fields[slot].next >= 0 || !n.fields[slot].first) {
			slot = p.alternative(n, slot, &typ, i)
		}
		if slot < 0 {
			start := i
			if i = jsontext.SkipValue(b, i); i < 0 {
				p.fail(start, notJSON)
				return 0, -1
			}
		} else {
			f := &n.fields[slot]
			var v value
			var end int
			if f.plain && i < len(b) && b[i] == '"' {
				if end = jsontext.SkipString(b, i); end < 0 {
					p.fail(i, notJSON)
					return 0, -1
				}
				v = newValue(kindString, i, end-i)
			} else if v, end = p.value(f, f.lists, i); end < 0 {
				return 0, -1
			}
			at := slots + uint32(slot)
			if a.values[at].kind() != kindAbsent {
				p.fail(i, "an object has the key "+strconv.Quote(f.key())+" twice")
				return 0, -1
			}
			a.values[at] = v
			if p.ranges && n.plan.Owner == nil && v.kind() >= kindObject {
				a.ranges = append(a.ranges, slotRange{slot: at, start: uint32(i), end: uint32(end)})
			}
			if f.leaf == leafTypename && v.kind() == kindString {
				if named := p.types.find(b[i:end]); named != typeUnknown || typ < 0 {
					typ = named
				}
			}
			predicted = slot + 1
			i = end
		}
		if i < len(b) && b[i] <= ' ' {
			i = jsontext.SkipSpace(b, i)
		}
		if i >= len(b) {
			p.fail(i, "the answer ends too early")
			return 0, -1
		}
		switch b[i] {
		case ',':
			i++
			if i < len(b) && b[i] <= ' ' {
				i = jsontext.SkipSpace(b, i)
			}
		case '}':
			a.objects[o].typ = typ
			return o, i + 1
		default:
			p.fail(i, notJSON)
			return 0, -1
		}
	}
}

// key reads a key that is not the predicted one. It returns the field's slot, -1 for a key nobody asked for, and the
// position behind the colon.
func (p *parser) key(n *selectionSet, predicted, i int) (int, int) {
	end := jsontext.SkipKey(p.b, i)
	if end < 0 {
		return -1, p.fail(i, notJSON)
	}
	key := jsontext.Text(p.b[i:jsontext.SkipString(p.b, i)])
	return n.find(key, predicted), end
}

// alternative chooses among the fields with the same key by runtime type, looking ahead for the __typename if it is
// not known yet. i is the position of the value.
func (p *parser) alternative(n *selectionSet, slot int, typ *int32, i int) int {
	if *typ < 0 {
		*typ = p.lookAhead(n, i)
	}
	first := slot
	for !n.fields[first].first {
		// A prediction can hit in the middle of a chain: begin at its start.
		first = n.find([]byte(n.fields[slot].key()), 0)
	}
	for s := int32(first); s >= 0; s = n.fields[s].next {
		if n.fields[s].on().Has(int(*typ)) {
			return int(s)
		}
	}
	return -1
}

// lookAhead returns the runtime type that a __typename further on in the object tells. i is the position of a value.
func (p *parser) lookAhead(n *selectionSet, i int) int32 {
	b := p.b
	for {
		if i = jsontext.SkipValue(b, i); i < 0 {
			return typeUnknown
		}
		if i = jsontext.SkipSpace(b, i); i >= len(b) || b[i] != ',' {
			return typeUnknown
		}
		start := jsontext.SkipSpace(b, i+1)
		if i = jsontext.SkipKey(b, start); i < 0 {
			return typeUnknown
		}
		i = jsontext.SkipSpace(b, i)
		slot := n.find(jsontext.Text(b[start:jsontext.SkipString(b, start)]), 0)
		if slot >= 0 && n.fields[slot].leaf == leafTypename && i < len(b) && b[i] == '"' {
			if end := jsontext.SkipString(b, i); end > 0 {
				return p.types.find(b[i:end])
			}
		}
	}
}

// value reads the value of a field, or an element in as many lists.
func (p *parser) value(f *selectedField, lists int32, i int) (value, int) {
	b := p.b
	if i >= len(b) {
		return value{}, p.fail(i, "the answer ends too early")
	}
	switch b[i] {
	case '"':
		end := jsontext.SkipString(b, i)
		if end < 0 {
			return value{}, p.fail(i, notJSON)
		}
		return p.scalar(f, lists, kindString, i, end)
	case 'n':
		if end := jsontext.SkipWord(b, i, "null"); end > 0 {
			return newValue(kindNull, 0, 0), end
		}
		return value{}, p.fail(i, notJSON)
	case '{':
		if f.set != nil && lists == 0 {
			o, end := p.object(f.set, typeUnknown, i)
			return newValue(kindObject, int(o), 0), end
		}
		return p.opaque(f, lists, i)
	case '[':
		if lists > 0 {
			return p.list(f, lists-1, i)
		}
		return p.opaque(f, lists, i)
	case 't':
		return p.scalar(f, lists, kindBool, i, jsontext.SkipWord(b, i, "true"))
	case 'f':
		return p.scalar(f, lists, kindBool, i, jsontext.SkipWord(b, i, "false"))
	}
	return p.scalar(f, lists, kindNumber, i, jsontext.SkipNumber(b, i))
}

// scalar makes the value of a scalar. Where a list or an object is expected it is a misfit, which is null with an
// error when it is printed: what is wrong in one position does not concern the rest of the answer.
func (p *parser) scalar(f *selectedField, lists int32, k kind, i, end int) (value, int) {
	if end < 0 {
		return value{}, p.fail(i, notJSON)
	}
	if lists > 0 || f.set != nil {
		p.misfits++
	}
	return newValue(k, i, end-i), end
}

// opaque reads an array or object as it is, the value of a custom scalar or a misfit.
func (p *parser) opaque(f *selectedField, lists int32, i int) (value, int) {
	end := jsontext.SkipValue(p.b, i)
	if end < 0 {
		return value{}, p.fail(i, notJSON)
	}
	return p.scalar(f, lists, kindJSON, i, end)
}

// list reads a list. Its elements are kept aside until all are there, for they must be neighbours.
func (p *parser) list(f *selectedField, lists int32, i int) (value, int) {
	a, b := p.a, p.b
	mark := len(a.pending)
	i = jsontext.SkipSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		a.lists = append(a.lists, list{})
		return newValue(kindList, len(a.lists)-1, 0), i + 1
	}
	for {
		var v value
		if v, i = p.value(f, lists, i); i < 0 {
			return value{}, -1
		}
		a.pending = append(a.pending, v)
		if i < len(b) && b[i] <= ' ' {
			i = jsontext.SkipSpace(b, i)
		}
		if i >= len(b) {
			return value{}, p.fail(i, "the answer ends too early")
		}
		switch b[i] {
		case ',':
			i = jsontext.SkipSpace(b, i+1)
		case ']':
			at := len(a.values)
			a.values = append(a.values, a.pending[mark:]...)
			a.lists = append(a.lists, list{at: uint32(at), size: uint32(len(a.pending) - mark)})
			a.pending = a.pending[:mark]
			return newValue(kindList, len(a.lists)-1, 0), i + 1
		default:
			return value{}, p.fail(i, notJSON)
		}
	}
}
