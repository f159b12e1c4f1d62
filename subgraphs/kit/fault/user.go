package fault

// UserError is one thing that is wrong with what a person asked a mutation for. It is the UserError type of the
// schemas.
type UserError struct {
	// Field is the path of the input value that is to blame; nil when no single one is.
	Field *string
	// Message says what is wrong and how to mend it.
	Message string
	// Code is the kind of error.
	Code string
}

// ForUser splits an error of a mutation: what the person can mend becomes part of the payload, and what is left, an
// error of the whole field. The list is never nil when the error is.
func ForUser(err error) ([]*UserError, error) {
	list := []*UserError{}
	for _, f := range All(err) {
		if f.Code != BadUserInput && f.Code != NotFound && f.Code != Conflict {
			return nil, err
		}
		one := &UserError{Message: f.Message, Code: string(f.Code)}
		if f.Field != "" {
			one.Field = &f.Field
		}
		list = append(list, one)
	}
	if len(list) == 0 {
		return list, err
	}
	return list, nil
}

// Outdated is a Conflict when somebody changes a thing (its name, for the message) who has seen another version of it
// than the one there is. Nobody has to say which version they have seen.
func Outdated(thing string, expected *int, version int) error {
	if expected == nil || *expected == version {
		return nil
	}
	return At(Conflict, "input.expectedVersion", "the %s has version %d now, not %d; look at it again", thing, version,
		*expected)
}
