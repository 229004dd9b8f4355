package strategy

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/sheet"
)

// column is a column of a spreadsheet.
type column struct {
	key    string // key of the product; "" where the column has no name
	header string // the name as it is written in the file
	read   columnKind
}

// columnKind is how the cells of a column are read.
type columnKind uint8

const (
	asAttribute columnKind = iota // a number, true or false, or a text, depending on the cell
	asText
	asAmount
	asCategories
)

// keyCategory is the key of the category of a product.
const keyCategory = "category"

// columnNames are the names of the columns of a product's own keys. Case is ignored, and
// spaces and hyphens count as underscores.
var columnNames = map[string]column{
	"sku": {key: "sku", read: asText}, "货号": {key: "sku", read: asText}, "编码": {key: "sku", read: asText},
	"商品编码": {key: "sku", read: asText}, "商品编号": {key: "sku", read: asText}, "商品货号": {key: "sku", read: asText},
	"name": {key: "name", read: asText}, "product_name": {key: "name", read: asText}, "名称": {key: "name", read: asText},
	"品名": {key: "name", read: asText}, "商品名称": {key: "name", read: asText}, "商品名": {key: "name", read: asText},
	keyCategory: {key: keyCategory, read: asCategories}, "categories": {key: keyCategory, read: asCategories},
	"分类": {key: keyCategory, read: asCategories}, "类别": {key: keyCategory, read: asCategories},
	"品类": {key: keyCategory, read: asCategories}, "商品分类": {key: keyCategory, read: asCategories},
	"subgroup": {key: "subgroup", read: asText}, "sub_group": {key: "subgroup", read: asText},
	"子分类": {key: "subgroup", read: asText}, "子类": {key: "subgroup", read: asText},
	"price": {key: "price", read: asAmount}, "unit_price": {key: "price", read: asAmount}, "价格": {key: "price", read: asAmount},
	"单价": {key: "price", read: asAmount}, "售价": {key: "price", read: asAmount},
	keyFloor: {key: keyFloor, read: asAmount}, "最低价": {key: keyFloor, read: asAmount}, "底价": {key: keyFloor, read: asAmount},
}

// ownColumns are the keys of a product that a column name may be a typing error of.
var ownColumns = []string{"sku", "name", keyCategory, "categories", "subgroup", "price", keyFloor}

// otherColumns are column names in the spreadsheets of other systems, with the key that
// each stands for.
var otherColumns = map[string]string{
	"code": "sku", "item": "sku", "item_code": "sku", "item_no": "sku", "item_number": "sku", "product_code": "sku", "product_id": "sku", "sku_code": "sku",
	"article": "sku", "article_number": "sku", "barcode": "sku", "ean": "sku", "条码": "sku", "条形码": "sku",
	"product": "name", "item_name": "name", "title": "name", "description": "name", "商品": "name", "标题": "name",
	"product_category": keyCategory, "department": keyCategory, "product_type": keyCategory, "类目": keyCategory,
	"subcategory": "subgroup", "sub_category": "subgroup", "系列": "subgroup",
	"selling_price": "price", "sale_price": "price", "list_price": "price", "retail_price": "price", "rrp": "price", "原价": "price", "零售价": "price", "标价": "price",
	"min_price": keyFloor, "minimum_price": keyFloor, "floor": keyFloor, "cost": keyFloor, "lowest_price": keyFloor,
}

// columnWord is a column name in the form of [columnNames]. Spreadsheets set to Turkish
// write PRİCE or prıce for price.
func columnWord(name string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case ' ', '-', '\u00a0':
			return '_'
		case 'ı', 'İ':
			return 'i'
		}
		return unicode.ToLower(c)
	}, name)
}

// isColumn reports whether a name is that of a column of a product's own keys.
func isColumn(name string) bool {
	_, known := columnNames[columnWord(name)]
	return known
}

// header reads the first row that is not blank, which has the names of the columns. It
// reports whether products can be read with it.
func (x *spreadsheet) header() bool {
	err := x.rows.Next()
	for err == nil && x.rows.Blank() {
		err = x.rows.Next()
	}
	switch {
	case errors.Is(err, io.EOF):
		x.report.Add(x.build.At(0), "", "the file is empty", "its first row has the names of the columns: sku, name, category, subgroup, price, floor_price and attributes")
		return false
	case err != nil:
		x.fault(err)
		return false
	}
	cells := x.rows.Cells()
	for len(cells) > 0 && cells[len(cells)-1] == "" { // the last columns may be empty
		cells = cells[:len(cells)-1]
	}
	if len(cells) > maxColumns {
		x.report.Add(x.build.At(0), x.headerKey(), fmt.Sprintf("%d columns are too many, at most %d are read", len(cells), maxColumns), "")
		return false
	}
	at, right := make(map[string]int, len(cells)), true
	for i, name := range cells {
		x.columns = append(x.columns, columnCalled(name))
		key := x.columns[i].key
		first, twice := at[key]
		switch {
		case name == "":
		case twice:
			right = false
			x.report.Add(x.build.At(x.rows.Offset(i)), x.cellAt(x.rows.Row(), i), fmt.Sprintf("%q is the same as %q in column %s", name, x.columns[first].header, sheet.Letters(first)), "leave one of them out")
		default:
			at[key] = i
		}
	}
	return x.checkHeader(at) && right
}

func columnCalled(name string) column {
	c, own := columnNames[columnWord(name)]
	if !own {
		c.key = strings.Clone(name) // the memory of the row is overwritten by the next one
	}
	c.header = strings.Clone(name)
	return c
}

func (x *spreadsheet) headerKey() string { return fmt.Sprintf("row %d", x.rows.Row()) }

// checkHeader requires a column that identifies each product. It warns of attributes that
// are probably meant as columns of a product's own keys.
func (x *spreadsheet) checkHeader(at map[string]int) (right bool) {
	_, sku := at["sku"]
	_, name := at["name"]
	guesses := x.guesses(at)
	if !sku && !name {
		hint := "the first row has the names of the columns"
		for i := range x.columns {
			if guesses[i] == "sku" || guesses[i] == "name" {
				hint = fmt.Sprintf("is %q of column %s meant as %s?", x.columns[i].header, sheet.Letters(i), guesses[i])
				break
			}
		}
		x.report.Add(x.build.At(x.rows.Offset(0)), x.headerKey(), "there is neither a column sku nor a column name", hint)
		return false
	}
	for i, guess := range guesses {
		if guess != "" {
			x.warnCell(i, x.build.At(x.rows.Offset(i)), fmt.Sprintf("the column %q is read as an attribute", x.columns[i].header), "did you mean "+guess+"?")
		}
	}
	return true
}

// guesses are the keys that columns of attributes are probably meant for, by column; "" for
// none.
func (x *spreadsheet) guesses(at map[string]int) []string {
	missing := slices.DeleteFunc(slices.Clone(ownColumns), func(key string) bool {
		if key == "categories" {
			key = keyCategory
		}
		_, there := at[key]
		return there
	})
	guesses := make([]string, len(x.columns))
	for i := range x.columns {
		c := &x.columns[i]
		if c.read != asAttribute || c.key == "" {
			continue
		}
		guess := otherColumns[columnWord(c.key)]
		if guess == "" {
			guess = document.Closest(columnWord(c.key), missing)
		}
		if slices.Contains(missing, guess) {
			guesses[i] = guess
		}
	}
	return guesses
}
