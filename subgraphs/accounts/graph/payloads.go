package graph

import (
	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/accounts/graph/model"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// userErrors splits an error of a mutation: what the person can mend becomes part of the payload, and what is left, an error
// of the whole field.
func userErrors(err error) ([]*model.UserError, error) {
	list := []*model.UserError{}
	for _, f := range fault.All(err) {
		if f.Code != fault.BadUserInput && f.Code != fault.NotFound && f.Code != fault.Conflict {
			return nil, err
		}
		one := &model.UserError{Message: f.Message, Code: string(f.Code)}
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

// sessionPayload is the answer of a mutation that signs somebody in.
func sessionPayload(session *accounts.Session, err error) (*model.SessionPayload, error) {
	list, err := userErrors(err)
	if err != nil {
		return nil, err
	}
	return &model.SessionPayload{Session: session, UserErrors: list}, nil
}

// signOutPayload is the answer of a mutation that ends sessions.
func signOutPayload(ended int, err error) (*model.SignOutPayload, error) {
	list, err := userErrors(err)
	if err != nil {
		return nil, err
	}
	return &model.SignOutPayload{Ended: ended, UserErrors: list}, nil
}

// userPayload is the answer of a mutation of a person.
func userPayload(user *accounts.User, err error) (*model.UserPayload, error) {
	list, err := userErrors(err)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		user = nil
	}
	return &model.UserPayload{User: user, UserErrors: list}, nil
}
