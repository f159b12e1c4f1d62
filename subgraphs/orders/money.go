package orders

// Money is an amount of money.
type Money struct {
	// Minor is the amount in the currency's smallest unit.
	Minor    int64
	Currency Currency
}

// Currency is a currency the shop sells in, by its ISO 4217 code.
type Currency string

// times is the amount taken n times.
func (m Money) times(n int) *Money { return &Money{m.Minor * int64(n), m.Currency} }
