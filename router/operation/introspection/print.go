package introspection

// writer prints rows of the tables.
type writer struct {
	s    *Schema
	out  []byte
	more More
	// due is the length of out from which more is called.
	due int
	// stopped tells that nobody wants the rest.
	stopped bool
}

// begin prints what stands before the value of the i-th field of a selection.
func (w *writer) begin(f *selected, i int) {
	if i == 0 {
		w.out = append(w.out, '{', '"')
	} else {
		w.out = append(w.out, ',', '"')
	}
	// Names need no escapes.
	w.out = append(append(w.out, f.key...), '"', ':')
}

// end prints what stands behind a selection of so many fields.
func (w *writer) end(fields int) {
	if fields == 0 {
		w.out = append(w.out, '{')
	}
	w.out = append(w.out, '}')
	if len(w.out) >= w.due && w.more != nil {
		var ok bool
		w.out, ok = w.more(w.out)
		w.stopped = w.stopped || !ok
		w.due = len(w.out) + piece
	}
}

func (w *writer) text(t text) { w.out = append(w.out, t...) }

// common prints the fields that several introspection types have.
func (w *writer) common(s *selection, f *selected, name, description text, reason deprecation) {
	switch f.code {
	case codeTypename:
		w.text(s.of.quotedName)
	case codeName:
		w.text(name)
	case codeDescription:
		w.text(description)
	case codeIsDeprecated:
		w.text(boolean(reason != ""))
	case codeDeprecationReason:
		if reason == "" {
			reason = deprecation(null)
		}
		w.text(text(reason))
	default:
		w.text(null)
	}
}

func (w *writer) schema(s *selection) {
	for i := range s.fields {
		if w.stopped {
			return
		}
		f := &s.fields[i]
		w.begin(f, i)
		switch f.code {
		case codeTypes:
			w.typeList(f, w.s.named)
		case codeQueryType:
			w.typ(f.selection(), w.s.query)
		case codeMutationType:
			w.typ(f.selection(), w.s.mutation)
		case codeSubscriptionType:
			w.typ(f.selection(), w.s.subscription)
		case codeDirectives:
			list(w, w.s.directives, nil, func(d *directiveRow) { w.directive(f.selection(), d) })
		default:
			w.common(s, f, null, w.s.description, "")
		}
	}
	w.end(len(s.fields))
}

// typ prints a type, or null when there is none.
func (w *writer) typ(s *selection, number int32) {
	if number == none {
		w.text(null)
		return
	}
	t := &w.s.types[number]
	for i := range s.fields {
		if w.stopped {
			return
		}
		f := &s.fields[i]
		w.begin(f, i)
		switch f.code {
		case codeKind:
			w.text(t.kind)
		case codeSpecifiedBy:
			w.text(t.specifiedBy)
		case codeIsOneOf:
			w.text(t.oneOf)
		case codeOfType:
			w.typ(f.selection(), t.ofType)
		case codeFields:
			list(
				w,
				t.fields,
				func(row *fieldRow) bool { return f.hides(row.deprecated) },
				func(row *fieldRow) { w.field(f.selection(), row) },
			)
		case codeInputFields:
			w.inputs(f, t.inputFields)
		case codeInterfaces:
			w.typeList(f, t.interfaces)
		case codePossibleTypes:
			w.typeList(f, t.possible)
		case codeEnumValues:
			list(
				w,
				t.values,
				func(v *valueRow) bool { return f.hides(v.deprecated) },
				func(v *valueRow) { w.value(f.selection(), v) },
			)
		default:
			w.common(s, f, t.name, t.description, "")
		}
	}
	w.end(len(s.fields))
}

func (w *writer) field(s *selection, row *fieldRow) {
	for i := range s.fields {
		if w.stopped {
			return
		}
		f := &s.fields[i]
		w.begin(f, i)
		switch f.code {
		case codeArgs:
			w.inputs(f, row.args)
		case codeType:
			w.typ(f.selection(), row.typ)
		default:
			w.common(s, f, row.name, row.description, row.deprecated)
		}
	}
	w.end(len(s.fields))
}

func (w *writer) input(s *selection, row *inputRow) {
	for i := range s.fields {
		if w.stopped {
			return
		}
		f := &s.fields[i]
		w.begin(f, i)
		switch f.code {
		case codeType:
			w.typ(f.selection(), row.typ)
		case codeDefaultValue:
			w.text(row.defaultValue)
		default:
			w.common(s, f, row.name, row.description, row.deprecated)
		}
	}
	w.end(len(s.fields))
}

func (w *writer) value(s *selection, row *valueRow) {
	for i := range s.fields {
		f := &s.fields[i]
		w.begin(f, i)
		w.common(s, f, row.name, row.description, row.deprecated)
	}
	w.end(len(s.fields))
}

func (w *writer) directive(s *selection, row *directiveRow) {
	for i := range s.fields {
		if w.stopped {
			return
		}
		f := &s.fields[i]
		w.begin(f, i)
		switch f.code {
		case codeIsRepeatable:
			w.text(row.repeatable)
		case codeLocations:
			w.text(row.locations)
		case codeArgs:
			w.inputs(f, row.args)
		default:
			w.common(s, f, row.name, row.description, "")
		}
	}
	w.end(len(s.fields))
}

func (w *writer) inputs(f *selected, rows []inputRow) {
	list(
		w,
		rows,
		func(row *inputRow) bool { return f.hides(row.deprecated) },
		func(row *inputRow) { w.input(f.selection(), row) },
	)
}

func (w *writer) typeList(f *selected, numbers []int32) {
	list(w, numbers, nil, func(number *int32) { w.typ(f.selection(), *number) })
}

// hides tells whether a field leaves out what is deprecated.
func (f *selected) hides(reason deprecation) bool { return reason != "" && !f.deprecated }

// list prints a list of rows but for the hidden ones, or null when there is no list.
func list[T any](w *writer, rows []T, hidden func(*T) bool, print func(*T)) {
	if rows == nil {
		w.text(null)
		return
	}
	w.out = append(w.out, '[')
	first := true
	for i := range rows {
		if w.stopped {
			return
		}
		if hidden != nil && hidden(&rows[i]) {
			continue
		}
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		print(&rows[i])
	}
	w.out = append(w.out, ']')
}
