package accounts

import (
	"context"
	"strconv"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// MailConnection is one page of mails.
type MailConnection struct {
	Nodes    []*Mail
	Edges    []*MailEdge
	PageInfo page.Info
	total    func(context.Context) (int, error)
}

// MailEdge is a mail at a place in a list.
type MailEdge struct {
	Cursor string
	Node   *Mail
}

// TotalCount counts all mails that are kept, when asked for.
func (l *MailConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// MailPosition is a place in the list of mails.
type MailPosition struct {
	At time.Time
	ID string
}

// KeptMails returns a page of the mails that were kept instead of being sent, newest first.
func (l *Logins) KeptMails(ctx context.Context, caller wire.Identity, args page.Args) (*MailConnection, error) {
	switch {
	case caller.Anonymous():
		return nil, fault.New(fault.Unauthenticated, "sign in to read mails")
	case !caller.HasRole(operatorRole):
		return nil, fault.New(fault.Forbidden, "only operators may read mails")
	}
	ask, err := page.Read(args, UsualPage, maxPage, 2, mailPosition)
	if err != nil {
		return nil, err
	}
	found, err := l.store.KeptMails(ctx, ask)
	if err != nil {
		return nil, err
	}
	list := &MailConnection{total: l.store.CountMails}
	list.Nodes, list.Edges, list.PageInfo = page.Entries(ask, found, func(mail *Mail) string {
		return page.Cursor(strconv.FormatInt(mail.At.UnixMilli(), 10), mail.ID)
	}, func(cursor string, node *Mail) *MailEdge { return &MailEdge{Cursor: cursor, Node: node} })
	return list, nil
}

func mailPosition(parts []string, argument string) (*MailPosition, error) {
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return nil, fault.At(fault.BadUserInput, argument, "%s is not a cursor of this list", argument)
	}
	return &MailPosition{At: time.UnixMilli(at).UTC(), ID: parts[1]}, nil
}
