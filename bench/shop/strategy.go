package shop

import (
	"bytes"
	"fmt"
)

// LinesOf100k is the number of rules that make about 100,000 lines.
const LinesOf100k = 20_000

// StrategyOf is a strategy of five lines a rule whose version is v and a number.
func StrategyOf(rules, version int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "version = \"v%d\"\ncurrency = \"CNY\"\n", version)
	for i := range rules {
		fmt.Fprintf(&b, "\n[rule.\"r%d\"]\nskus = [\"sku-%d\"]\nmin_quantity = %d\ndiscount_rate = 0.%02d\n", i, i, 1+i%3, 1+i%50)
	}
	return b.Bytes()
}
