package graph

import (
	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/accounts/graph/model"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// sessionPayload is the answer of a mutation that signs somebody in.
func sessionPayload(session *accounts.Session, err error) (*model.SessionPayload, error) {
	list, err := fault.ForUser(err)
	if err != nil {
		return nil, err
	}
	return &model.SessionPayload{Session: session, UserErrors: list}, nil
}

// signOutPayload is the answer of a mutation that ends sessions.
func signOutPayload(ended int, err error) (*model.SignOutPayload, error) {
	list, err := fault.ForUser(err)
	if err != nil {
		return nil, err
	}
	return &model.SignOutPayload{Ended: ended, UserErrors: list}, nil
}

// userPayload is the answer of a mutation of a person.
func userPayload(user *accounts.User, err error) (*model.UserPayload, error) {
	list, err := fault.ForUser(err)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		user = nil
	}
	return &model.UserPayload{User: user, UserErrors: list}, nil
}

// requestPayload is the answer of a mutation that asks for a mail.
func requestPayload(err error) (*model.RequestPayload, error) {
	list, err := fault.ForUser(err)
	if err != nil {
		return nil, err
	}
	return &model.RequestPayload{Accepted: len(list) == 0, UserErrors: list}, nil
}
