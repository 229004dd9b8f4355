package cart

import (
	"fmt"
	"strings"
	"testing"
)

// Every body is either refused, with the place, or the same cart for the standard parsers
// of Go, Node, Python, Java and PHP. The pointer "=" is acceptance, "-" is no cart.
var everywhere = map[string]struct {
	body, pointer string
	in            string // a shape, default if empty
}{
	"the whole of a cart":             {body: whole, pointer: "="},
	"the whole of a mapped cart":      {body: mappedWhole, pointer: "=", in: "mapped"},
	"a mapped cart in major decimals": {body: strings.ReplaceAll(mappedWhole, "1800", "18.05"), pointer: "=", in: "mapped major"},
	"a mapped cart in major strings":  {body: strings.ReplaceAll(mappedWhole, "1800", `"18.05"`), pointer: "=", in: "mapped major"},

	"a name twice at the top":                   {body: `{"items":[],"channel":"a","channel":"b"}`, pointer: "/channel"},
	"a name twice in a line":                    {body: oneLine(`"sku":"a","sku":"b"`), pointer: "/items/0/sku"},
	"a name twice with one value":               {body: oneLine(`"sku":"a","sku":"a"`), pointer: "/items/0/sku"},
	"a name twice in attributes":                {body: attribute(`"a":1,"a":2`), pointer: "/items/0/attributes/a"},
	"a name twice in an attribute passed over":  {body: attribute(`"a":{"b":1,"b":2}`), pointer: "/items/0/attributes/a/b"},
	"a name twice where nothing is read":        {body: `{"items":[],"x":[{"y":{"b":1,"b":2}}]}`, pointer: "/x/0/y/b"},
	"a name twice, first escaped":               {body: `{"\u0069tems":[],"items":[]}`, pointer: "/items"},
	"a name twice, in mapped parents":           {body: `{"order":{"lines":[]},"order":{"codes":["A"]}}`, pointer: "/order", in: "mapped"},
	"__proto__ twice":                           {body: `{"items":[],"__proto__":1,"__proto__":2}`, pointer: "/__proto__"},
	"the empty name twice":                      {body: `{"items":[],"":1,"":2}`, pointer: "/"},
	"Items for items":                           {body: `{"Items":[]}`, pointer: "/Items"},
	"Items beside items":                        {body: `{"items":[],"Items":[{}]}`, pointer: "/Items"},
	"items beside Items before it":              {body: `{"Items":[{}],"items":[]}`, pointer: "/Items"},
	"a long s in items":                         {body: `{"items":[],"item\u017f":[{}]}`, pointer: "/itemſ"},
	"a kelvin sign in sku":                      {body: oneLine(`"s\u212au":"b"`), pointer: "/items/0/s\u212au"},
	"a kelvin sign in sku, not escaped":         {body: oneLine(`"s` + "\u212a" + `u":"b"`), pointer: "/items/0/s\u212au"},
	"a long s in a mapped parent":               {body: `{"order":{"lines":[]},"u\u017fer":{"no":"x"}}`, pointer: "/uſer", in: "mapped"},
	"another case of a mapped parent":           {body: `{"order":{"lines":[]},"Order":{"codes":["A"]}}`, pointer: "/Order", in: "mapped"},
	"another case of a mapped leaf":             {body: `{"order":{"lines":[{"qty":1,"price":{"Each":1}}]}}`, pointer: "/order/lines/0/price/Each", in: "mapped"},
	"names differing in case in attributes":     {body: attribute(`"a":1,"A":2`), pointer: "/items/0/attributes/A"},
	"names differing in case not read":          {body: `{"items":[],"x":{"a":1,"A":2}}`, pointer: "="},
	"names differing in case beside what is":    {body: `{"items":[],"x":1,"X":2}`, pointer: "="},
	"a default name that the mapping left":      {body: `{"order":{"lines":[]},"items":[{}],"Coupons":["A"]}`, pointer: "=", in: "mapped"},
	"a dotless i is an i to Java":               {body: `{"items":[],"ıtems":[{}]}`, pointer: "/ıtems"},
	"a dotted capital is an i to Java":          {body: `{"items":[{"quantity":1,"İd":"b"}]}`, pointer: "/items/0/İd"},
	"both in attributes":                        {body: attribute(`"i":1,"ı":2`), pointer: "/items/0/attributes/ı"},
	"a combined dot is no dotted capital":       {body: oneLine(`"i\u0307d":"b"`), pointer: "="},
	"a ligature is not its letters":             {body: `{"items":[],"x":{"ﬁ":1,"fi":2}}`, pointer: "="},
	"a combined letter is not a composed one":   {body: `{"items":[],"x":{"e\u0301":1,"\u00e9":2}}`, pointer: "="},
	"escaped names":                             {body: `{"\u0069tems":[{"\u0073\u006b\u0075":"a","quantit\u0079":2}]}`, pointer: "="},
	"a zero in a name":                          {body: `{"items":[],"\u0000items":1}`, pointer: ""},
	"a zero behind a name":                      {body: `{"items":[],"items\u0000":[{}]}`, pointer: ""},
	"a zero in a name that is not read":         {body: `{"items":[],"x":[{"a\u0000":1}]}`, pointer: "/x/0"},
	"a zero in an attribute's name":             {body: attribute(`"a\u0000":1`), pointer: "/items/0/attributes"},
	"a zero in a string":                        {body: oneLine(`"sku":"a\u0000b"`), pointer: "="},
	"a zero as it is":                           {body: oneLine("\"sku\":\"a\x00b\""), pointer: "/items/0/sku"},
	"a lone high surrogate":                     {body: oneLine(`"sku":"\ud800"`), pointer: "/items/0/sku"},
	"a lone low surrogate":                      {body: oneLine(`"sku":"\udc00"`), pointer: "/items/0/sku"},
	"surrogates the wrong way round":            {body: oneLine(`"sku":"\udc00\ud800"`), pointer: "/items/0/sku"},
	"a lone surrogate in a name":                {body: `{"items":[],"\ud800":1}`, pointer: ""},
	"a lone surrogate in what is not read":      {body: `{"items":[],"x":["\ud800"]}`, pointer: "/x/0"},
	"a pair of surrogates":                      {body: oneLine(`"sku":"\ud83d\ude00","category":"😀"`), pointer: "="},
	"the replacement character":                 {body: oneLine(`"sku":"\ufffd","category":"` + "\ufffd" + `"`), pointer: "="},
	"characters that are none":                  {body: oneLine(`"sku":"\uffff\ufffe"`), pointer: "="},
	"line separators":                           {body: oneLine(`"sku":"` + "\u2028\u2029\u0085" + `"`), pointer: "="},
	"every short escape":                        {body: oneLine(`"sku":"\"\\\/\b\f\n\r\t"`), pointer: "="},
	"an escape that is none":                    {body: oneLine(`"sku":"\x41"`), pointer: "/items/0/sku"},
	"invalid UTF-8":                             {body: oneLine("\"sku\":\"\xff\""), pointer: "/items/0/sku"},
	"overlong UTF-8":                            {body: oneLine("\"sku\":\"\xc0\x80\""), pointer: "/items/0/sku"},
	"surrogates in UTF-8":                       {body: oneLine("\"sku\":\"\xed\xa0\xbd\xed\xb8\x80\""), pointer: "/items/0/sku"},
	"past the last character":                   {body: oneLine("\"sku\":\"\xf4\x90\x80\x80\""), pointer: "/items/0/sku"},
	"a byte order mark":                         {body: "\ufeff" + `{"items":[]}`, pointer: "="},
	"two byte order marks":                      {body: "\ufeff\ufeff" + `{"items":[]}`, pointer: ""},
	"a byte order mark behind":                  {body: `{"items":[]}` + "\ufeff", pointer: ""},
	"UTF-16":                                    {body: "{\x00\"\x00i\x00t\x00e\x00m\x00s\x00\"\x00:\x00[\x00]\x00}\x00", pointer: ""},
	"a comment":                                 {body: `{"items":[]/**/}`, pointer: ""},
	"a comment to the end":                      {body: `{"items":[]} // x`, pointer: ""},
	"a comma behind the last member":            {body: `{"items":[],}`, pointer: ""},
	"a comma behind the last element":           {body: `{"items":[],"x":[1,]}`, pointer: "/x/1"},
	"more behind":                               {body: `{"items":[]}x`, pointer: ""},
	"a second document":                         {body: `{"items":[]}{"items":[{}]}`, pointer: ""},
	"a second document on its line":             {body: "{\"items\":[]}\n{\"items\":[{}]}", pointer: ""},
	"a zero behind":                             {body: "{\"items\":[]}\x00", pointer: ""},
	"__proto__ with a cart in it":               {body: `{"items":[],"__proto__":{"coupons":["A"],"customer":{"tier":"gold"}}}`, pointer: "="},
	"__proto__ in a line":                       {body: oneLine(`"__proto__":{"unit_price":1,"reduced":true}`), pointer: "="},
	"__proto__ as an attribute":                 {body: attribute(`"__proto__":"a","constructor":1,"toString":true`), pointer: "="},
	"constructor":                               {body: `{"items":[],"constructor":{"prototype":{"channel":"x"}}}`, pointer: "="},
	"the empty name":                            {body: `{"items":[],"":{"":1}}`, pointer: "="},
	"names that are indexes":                    {body: attribute(`"1":1,"0":"a","length":9`), pointer: "="},
	"a no-break space":                          {body: "{\u00a0\"items\":[]}", pointer: ""},
	"a form feed":                               {body: "{\f\"items\":[]}", pointer: ""},
	"a vertical tab":                            {body: "{\"items\":\v[]}", pointer: "/items"},
	"all white space there is":                  {body: " \t\r\n{ \t\r\n\"items\" \t\r\n: \t\r\n[ \t\r\n] \t\r\n} \t\r\n", pointer: "="},
	"null for everything but items":             {body: `{"items":[{"id":null,"sku":null,"category":null,"subgroup":null,"quantity":1,"unit_price":null,"reduced":null,"attributes":null}],"currency":null,"customer":null,"coupons":null,"channel":null,"region":null,"shipping":null}`, pointer: "="},
	"null in a customer":                        {body: `{"items":[],"customer":{"id":null,"tier":null,"segments":null,"completed_orders":null}}`, pointer: "="},
	"null for items":                            {body: `{"items":null}`, pointer: "/items"},
	"null for a line":                           {body: `{"items":[null]}`, pointer: "/items/0"},
	"null for a quantity":                       {body: `{"items":[{"quantity":null}]}`, pointer: "/items/0"},
	"null for a coupon":                         {body: `{"items":[],"coupons":[null,"A","",7]}`, pointer: "="},
	"null for an attribute":                     {body: attribute(`"a":null`), pointer: "="},
	"true for reduced":                          {body: oneLine(`"reduced":true`), pointer: "="},
	"one for reduced":                           {body: oneLine(`"reduced":1`), pointer: "="},
	"zero for reduced":                          {body: oneLine(`"reduced":0`), pointer: "="},
	"one with a fraction for reduced":           {body: oneLine(`"reduced":1.0`), pointer: "/items/0/reduced"},
	"two for reduced":                           {body: oneLine(`"reduced":2`), pointer: "/items/0/reduced"},
	"a text for reduced":                        {body: oneLine(`"reduced":"false"`), pointer: "/items/0/reduced"},
	"a text for reduced, with text flags":       {body: oneLine(`"reduced":"false"`), pointer: "=", in: "easy"},
	"a one in a text for reduced":               {body: oneLine(`"reduced":"1"`), pointer: "=", in: "easy"},
	"a text in capitals for reduced":            {body: oneLine(`"reduced":"True"`), pointer: "/items/0/reduced", in: "easy"},
	"an empty text for reduced":                 {body: oneLine(`"reduced":""`), pointer: "/items/0/reduced", in: "easy"},
	"true for a quantity":                       {body: `{"items":[{"quantity":true}]}`, pointer: "/items/0/quantity"},
	"true for a name":                           {body: oneLine(`"sku":true`), pointer: "/items/0/sku"},
	"true, one and their texts in attributes":   {body: attribute(`"a":true,"b":1,"c":"true","d":"1","e":false,"f":0,"g":""`), pointer: "="},
	"a string for a quantity":                   {body: `{"items":[{"quantity":"1"}]}`, pointer: "="},
	"a string with zeros for a quantity":        {body: `{"items":[{"quantity":"3.00"}]}`, pointer: "="},
	"a fraction for a quantity":                 {body: `{"items":[{"quantity":0.5}]}`, pointer: "/items/0/quantity"},
	"a fraction for a quantity by weight":       {body: `{"items":[{"quantity":0.5,"unit_price":333},{"quantity":"1.250","unit_price":"200"}]}`, pointer: "=", in: "easy"},
	"no units":                                  {body: `{"items":[{"quantity":0,"unit_price":5},{"quantity":"0.0"}]}`, pointer: "="},
	"no units of a total":                       {body: `{"line_items":{"physical":[{"quantity":0,"total":"9.99","unit_price":"1.00"}]},"goods":0}`, pointer: "=", in: "shop"},
	"a string for a price in minor units":       {body: oneLine(`"unit_price":"1800"`), pointer: "="},
	"an empty string for a price":               {body: oneLine(`"unit_price":""`), pointer: "/items/0/unit_price"},
	"a number for a category":                   {body: oneLine(`"category":1`), pointer: "="},
	"numbers for every name":                    {body: `{"items":[{"id":1,"sku":2,"category":3,"subgroup":4,"quantity":1}],"customer":{"id":5,"tier":6,"segments":[7]},"coupons":[8],"channel":9,"region":10,"shipping":[{"id":11,"method":12,"amount":13}]}`, pointer: "="},
	"a number for a coupon":                     {body: `{"items":[],"coupons":[1]}`, pointer: "="},
	"one coupon, segment and category":          {body: `{"items":[{"quantity":1,"category":"a"}],"coupons":"A","customer":{"segments":7}}`, pointer: "="},
	"a list in a list of coupons":               {body: `{"items":[],"coupons":[["A"]]}`, pointer: "/coupons/0"},
	"several categories":                        {body: oneLine(`"category":["",null,"a",7,"a"]`), pointer: "="},
	"a longer number for an article":            {body: oneLine(`"sku":12345678901234567890`), pointer: "/items/0/sku"},
	"a longer number for an article, exactly":   {body: oneLine(`"sku":12345678901234567890,"id":9007199254740993`), pointer: "=", in: "exact"},
	"a currency in small letters":               {body: `{"items":[],"currency":"cny"}`, pointer: "="},
	"a currency in both":                        {body: `{"items":[{"quantity":1,"unit_price":1.005}],"currency":"Kwd"}`, pointer: "=", in: "default major"},
	"a currency with a long s":                  {body: `{"items":[],"currency":"u\u017fd"}`, pointer: "/currency"},
	"a currency with a dotless i":               {body: `{"items":[],"currency":"\u0131nr"}`, pointer: "/currency"},
	"no currency in a text":                     {body: `{"items":[],"currency":""}`, pointer: "="},
	"shipping that is an object":                {body: `{"items":[],"shipping":{"id":1,"method":"post","amount":"600"}}`, pointer: "="},
	"shipping that is an amount":                {body: `{"items":[],"shipping":600.0}`, pointer: "="},
	"shipping that is an amount in a text":      {body: `{"items":[],"shipping":"6.00"}`, pointer: "=", in: "default major"},
	"shipping that are amounts":                 {body: `{"items":[],"shipping":[1,"2",{"amount":3}]}`, pointer: "="},
	"shipping without amount":                   {body: `{"items":[],"shipping":{"id":1}}`, pointer: "/shipping"},
	"null for a charge":                         {body: `{"items":[],"shipping":[null]}`, pointer: "/shipping/0"},
	"an empty text for shipping":                {body: `{"items":[],"shipping":""}`, pointer: "/shipping"},
	"an empty list of PHP for attributes":       {body: oneLine(`"attributes":[]`), pointer: "="},
	"a list for attributes":                     {body: oneLine(`"attributes":[{"name":"a","value":1}]`), pointer: "/items/0/attributes"},
	"a list for a customer":                     {body: `{"items":[],"customer":[]}`, pointer: "="},
	"a list of one customer":                    {body: `{"items":[],"customer":[null,{"tier":"gold"},{"id":7,"tier":""}]}`, pointer: "="},
	"a list of two customers":                   {body: `{"items":[],"customer":[{"tier":"gold"},{"tier":"gold"}]}`, pointer: "/customer/1/tier"},
	"segments of several customers":             {body: `{"items":[],"customer":[{"segments":["a"]},{"segments":"b"}]}`, pointer: "="},
	"a text for a customer":                     {body: `{"items":[],"customer":"u"}`, pointer: "/customer"},
	"no items":                                  {body: `{"order":{"items":[]}}`, pointer: "-"},
	"a body that is a list":                     {body: `[{"items":[]}]`, pointer: "-"},
	"an object for items":                       {body: `{"items":{"0":{"quantity":1},"length":1}}`, pointer: "/items"},
	"nested to the last level":                  {body: `{"items":[],"x":` + nested(62) + `}`, pointer: "="},
	"nested to the last level there is":         {body: `{"items":[],"x":` + nested(63) + `}`, pointer: "="},
	"nested one too deep":                       {body: `{"items":[],"x":` + nested(64) + `}`, pointer: "/x" + strings.Repeat("/0", 63)},
	"nested ten thousand deep":                  {body: `{"items":[],"x":` + nested(9000) + `}`, pointer: "/x" + strings.Repeat("/0", 63)},
	"nested deeper than any parser follows":     {body: `{"items":[],"x":` + nested(100_000) + `}`, pointer: ""},
	"objects nested one too deep in attributes": {body: attribute(`"x":` + strings.Repeat(`{"y":`, 61) + "1" + strings.Repeat("}", 61)), pointer: "/items/0/attributes/x" + strings.Repeat("/y", 60)},
	"a MiB of names":                            {body: string(manyNames(1 << 20)), pointer: "="},
	"an escaped name of a map":                  {body: `{"ord\u0065r":{"l\u0069nes":[{"q\u0074y":1}]}}`, pointer: "=", in: "mapped"},

	"all that a shop can write":               {body: shopWhole, pointer: "=", in: "shop"},
	"all that a shop can write, shuffled":     {body: shopShuffled, pointer: "=", in: "shop"},
	"a subtotal that is one off":              {body: `{"line_items":{"physical":[{"quantity":1,"total":"9.99"}]},"goods":10}`, pointer: "/goods", in: "shop"},
	"a subtotal within noise":                 {body: `{"line_items":{"physical":[{"quantity":3,"unit_price":4.77}]},"goods":14.309999999999999}`, pointer: "=", in: "shop"},
	"decimals that are wrong":                 {body: `{"line_items":{"physical":[]},"unit":3}`, pointer: "/unit", in: "shop"},
	"a total that its price does not make":    {body: `{"line_items":{"physical":[{"quantity":2,"unit_price":1,"total":2.02}]}}`, pointer: "/line_items/physical/0", in: "shop"},
	"a total that its price makes":            {body: `{"line_items":{"physical":[{"quantity":2,"unit_price":1,"total":2.01}]}}`, pointer: "=", in: "shop"},
	"lines in minor units":                    {body: `{"line_items":{"digital":[{"quantity":2,"total":"201.0"}]},"goods":201}`, pointer: "=", in: "shop minor"},
	"lines of a list of units":                {body: `{"units":[{"items":[{"id":1,"quantity":1}]},null,{},{"items":[{"id":2,"quantity":1}]},[{"items":[{"id":3,"quantity":1}]}]]}`, pointer: "=", in: "shop"},
	"null for the lines of one unit":          {body: `{"units":[{"items":[]},{"items":null}]}`, pointer: "/units/1/items", in: "shop"},
	"nothing on the way to the lines":         {body: `{"line_items":null,"units":[],"x":[{"a":1,"b":2}]}`, pointer: "-", in: "shop"},
	"a text on the way to the lines":          {body: `{"line_items":"none","units":7}`, pointer: "-", in: "shop"},
	"another case on the way to the lines":    {body: `{"line_items":{"Physical":[]}}`, pointer: "/line_items/Physical", in: "shop"},
	"a name twice in the second unit":         {body: `{"units":[{"items":[]},{"items":[],"items":[]}]}`, pointer: "/units/1/items", in: "shop"},
	"a default that is an address":            {body: `{"line_items":{"physical":[]},"shipping":{"street":"Market 1","city":{}},"channel":{"id":1},"region":["x"]}`, pointer: "=", in: "shop but fees"},
	"a default that is an object of a line":   {body: `{"line_items":{"physical":[{"quantity":1,"reduced":{"a":1},"subgroup":[1],"id":1.5}]}}`, pointer: "=", in: "shop"},
	"a name twice in a default not read":      {body: `{"line_items":{"physical":[]},"channel":{"id":1,"id":2}}`, pointer: "/channel/id", in: "shop"},
	"a default price that is an object":       {body: `{"line_items":{"physical":[{"quantity":1,"unit_price":{}}]}}`, pointer: "/line_items/physical/0/unit_price", in: "shop"},
	"a mapped list that is an object":         {body: `{"line_items":{"physical":[]},"discount_codes":{"code":{}}}`, pointer: "/discount_codes/code", in: "shop"},
	"pairs with a name twice":                 {body: `{"line_items":{"physical":[{"quantity":1,"properties":[{"name":"a","value":1},{"name":"a","value":1}]}]}}`, pointer: "/line_items/physical/0/properties/1", in: "shop"},
	"pairs without a name":                    {body: `{"line_items":{"physical":[{"quantity":1,"properties":[{"value":1}]}]}}`, pointer: "/line_items/physical/0/properties/0", in: "shop"},
	"pairs of which one is null":              {body: `{"line_items":{"physical":[{"quantity":1,"properties":[null]}]}}`, pointer: "/line_items/physical/0/properties/0", in: "shop"},
	"a pair with its name twice":              {body: `{"line_items":{"physical":[{"quantity":1,"properties":[{"name":"a","name":"b","value":1}]}]}}`, pointer: "/line_items/physical/0/properties/0/name", in: "shop"},
	"a pair with its name in another case":    {body: `{"line_items":{"physical":[{"quantity":1,"properties":[{"name":"a","Name":"b","value":1}]}]}}`, pointer: "/line_items/physical/0/properties/0/Name", in: "shop"},
	"attributes of both forms":                {body: `{"line_items":{"physical":[{"quantity":1,"properties":{"a":1}},{"quantity":1,"properties":[{"name":7,"value":"x"},{"name":"b","value":[1]}]}]}}`, pointer: "=", in: "shop"},
	"texts cut at commas":                     {body: `{"line_items":{"physical":[{"quantity":1,"tags":" a,, b\t,","categories":[{"id":7},{"id":"x,y"}]}]},"customer":{"tags":["p, q",null,5]}}`, pointer: "=", in: "shop"},
	"a no-break space between commas":         {body: `{"line_items":{"physical":[]},"customer":{"tags":"a,\u00a0b,\u000b,\u3000"}}`, pointer: "=", in: "shop"},
	"values of an object":                     {body: `{"cart":{"items":{"p":{"sku":1,"x":{"qty":2},"prices":[{"value":3}]},"q":{"x":{"qty":"1"}}},"coupons":{"b":"B","a":["A"]},"fees":{"z":1,"y":{"amount":2}}}}`, pointer: "=", in: "wrapped"},
	"values of a list":                        {body: `{"cart":{"items":[{"x":[2]},[{"x":{"qty":1}}]],"coupons":["B",["A"]],"fees":[1]}}`, pointer: "=", in: "wrapped"},
	"numbers first and ascending":             {body: `{"cart":{"items":{"0":{"x":{"qty":1}},"7":{"x":{"qty":2}},"10":{"x":{"qty":3}},"b":{"x":{"qty":4}},"a":{"x":{"qty":5}}}}}`, pointer: "=", in: "wrapped"},
	"numbers that are no indexes to anyone":   {body: `{"cart":{"coupons":{"b":"B","01":"C","1.0":"D","-1":"E","4294967295":"F","18446744073709551616":"G"},"items":[{"x":[1]}]}}`, pointer: "=", in: "wrapped"},
	"the last index there is":                 {body: `{"cart":{"coupons":{"b":"B","4294967294":"C"},"items":[{"x":[1]}]}}`, pointer: "/cart/coupons/4294967294", in: "wrapped"},
	"numbers descending":                      {body: `{"cart":{"items":{"7":{"x":{"qty":2}},"0":{"x":{"qty":1}}}}}`, pointer: "/cart/items/0", in: "wrapped"},
	"numbers behind names":                    {body: `{"cart":{"items":{"a":{"x":{"qty":2}},"0":{"x":{"qty":1}}}}}`, pointer: "/cart/items/0", in: "wrapped"},
	"an escaped number behind names":          {body: `{"cart":{"items":{"a":{"x":{"qty":2}},"\u0030":{"x":{"qty":1}}}}}`, pointer: "/cart/items/0", in: "wrapped"},
	"a name twice among values":               {body: `{"cart":{"items":{"a":{"x":{"qty":2}},"b":{"x":{"qty":2}},"\u0061":{"x":{"qty":1}}}}}`, pointer: "/cart/items/a", in: "wrapped"},
	"names differing in case among values":    {body: `{"cart":{"coupons":{"a":"A","A":"B"},"items":[{"x":[1]}]}}`, pointer: "=", in: "wrapped"},
	"__proto__ among values":                  {body: `{"cart":{"coupons":{"__proto__":"A","constructor":"B","":"C"},"items":[{"x":[1]}]}}`, pointer: "=", in: "wrapped"},
	"two quantities among values":             {body: `{"cart":{"items":[{"x":{"qty":2,"y":2}}]}}`, pointer: "/cart/items/0/x/y", in: "wrapped"},
	"null for a line among values":            {body: `{"cart":{"items":{"a":null}}}`, pointer: "/cart/items/a", in: "wrapped"},
	"the second of a list":                    {body: `{"cart":{"items":[{"codes":["x","y",{"a":1}],"x":{"qty":1}},{"codes":["x"],"x":{"qty":1}},{"codes":[],"x":{"qty":1}}]}}`, pointer: "=", in: "wrapped"},
	"an object for a list of positions":       {body: `{"cart":{"items":[{"codes":{"1":"y"},"x":{"qty":1}}]}}`, pointer: "/cart/items/0/codes", in: "wrapped"},
	"a list of one order":                     {body: `[{"lines":[{"quantity":1}],"coupons":["A",{"code":"B"},"C"]}]`, pointer: "=", in: "a list of one"},
	"a list of two orders":                    {body: `[{"lines":[]},{}]`, pointer: "/1", in: "a list of one"},
	"a list of no order":                      {body: `[]`, pointer: "-", in: "a list of one"},
	"an order that is in no list":             {body: `{"0":{"lines":[]}}`, pointer: "-", in: "a list of one"},
	"JSON in texts":                           {body: `{"detail":"{\"lines\":[{\"quantity\":\"2\",\"groups\":\"{\\\"a\\\":\\\"x\\\"}\"}],\"channel\":\"\\u5496\"}","more":" [] ","codes":"[\"A\",7]"}`, pointer: "=", in: "in a text"},
	"JSON in a text of escapes":               {body: `{"detail":"\u007b\u0022lines\u0022:[]}","codes":"\"A\""}`, pointer: "=", in: "in a text"},
	"a text without JSON":                     {body: `{"detail":"","codes":"","more":"[]"}`, pointer: "=", in: "in a text"},
	"null in a text":                          {body: `{"detail":"{\"lines\":[]}","codes":"null"}`, pointer: "=", in: "in a text"},
	"null in a text for the lines":            {body: `{"more":"null"}`, pointer: "/more", in: "in a text"},
	"a name twice in a text":                  {body: `{"detail":"{\"lines\":[],\"lines\":[]}"}`, pointer: "/detail", in: "in a text"},
	"a name twice deep in a text":             {body: `{"detail":"{\"lines\":[],\"x\":[{\"a\":1,\"\\u0061\":2}]}"}`, pointer: "/detail", in: "in a text"},
	"another case in a text":                  {body: `{"detail":"{\"lines\":[],\"Channel\":\"a\"}"}`, pointer: "/detail", in: "in a text"},
	"a zero in a name in a text":              {body: `{"detail":"{\"lines\":[],\"\\u0000\":1}"}`, pointer: "/detail", in: "in a text"},
	"a zero in a name in a text, not escaped": {body: `{"detail":"{\"lines\":[],\"\u0000\":1}"}`, pointer: "/detail", in: "in a text"},
	"a lone surrogate in a text":              {body: `{"detail":"{\"lines\":[],\"x\":\"\\ud800\"}"}`, pointer: "/detail", in: "in a text"},
	"half a surrogate by two escapes":         {body: `{"detail":"{\"lines\":[],\"x\":\"\\ud83d\\ude00\"}"}`, pointer: "=", in: "in a text"},
	"a byte order mark in a text":             {body: `{"detail":"\ufeff{\"lines\":[]}"}`, pointer: "/detail", in: "in a text"},
	"more behind the JSON of a text":          {body: `{"detail":"{\"lines\":[]} x"}`, pointer: "/detail", in: "in a text"},
	"a comment in a text":                     {body: `{"detail":"{\"lines\":[/**/]}"}`, pointer: "/detail", in: "in a text"},
	"a number too large in a text":            {body: `{"detail":"{\"lines\":[],\"x\":1e400}"}`, pointer: "/detail", in: "in a text"},
	"a text nested too deep":                  {body: `{"detail":"{\"lines\":[],\"x\":` + nested(64) + `}"}`, pointer: "/detail", in: "in a text"},
	"an object for a text":                    {body: `{"detail":{"lines":[]}}`, pointer: "/detail", in: "in a text"},
	"a list for a text":                       {body: `{"more":[]}`, pointer: "/more", in: "in a text"},
	"JSON in JSON in JSON":                    {body: `{"detail":"\"{\\\"lines\\\":[]}\""}`, pointer: "/detail", in: "in a text"},
	"JSON in a text that is not read":         {body: `{"items":[],"x":"{\"a\":1,\"a\":2}"}`, pointer: "="},
	"attributes in a text":                    {body: `{"more":"[{\"quantity\":1,\"properties\":\"{\\\"a\\\":1.50,\\\"7\\\":true}\"}]"}`, pointer: "=", in: "in a text"},
	"attributes twice in a text":              {body: `{"more":"[{\"quantity\":1,\"properties\":\"{\\\"a\\\":1,\\\"A\\\":2}\"}]"}`, pointer: "/more", in: "in a text"},
}

const mappedWhole = `{
  "order": {"money": {"code": "CNY"}, "codes": ["A", "B"], "no": 17, "shown": {"sum": 1800},
    "lines": [
      {"no": "l1", "product": {"code": "a", "group": {"name": "咖啡", "sub": "冷饮"}, "info": {"mg": 95, "hot": false}},
       "qty": 2, "price": {"each": 1800, "sale": true}},
      {"no": 2, "qty": 1}],
    "to": {"region": "sh", "fees": [{"no": 1, "how": "post", "fee": {"net": 1800}}]}},
  "user": {"no": 7, "level": "gold", "in": ["vip"], "history": {"orders": 3}}, "via": "app",
  "items": "not these", "coupons": 17
}`

// shopWhole has every form of a field of a shop's mapping.
const shopWhole = `{
  "line_items": {
    "physical": [
      {"id": 1, "sku": "a", "quantity": "3.00", "unit_price": 3.33, "total": "10.00", "categories": [{"id": 7}, {"id": "c"}], "tags": "t, u,,",
       "reduced": "0", "properties": [{"name": "size", "value": "L"}, {"name": 5, "value": 1.50}, {"name": "none", "value": null}]},
      {"id": "", "quantity": 0.333, "unit_price": "19.99", "total": 6.66, "reduced": "true", "properties": {"a": false}}],
    "digital": [{"quantity": 2.0, "unit_price": 14.309999999999999, "properties": []}]},
  "units": [{"items": [], "fees": [1, {"id": 2, "amount": "2.5"}]}, {"fees": 0.10}],
  "fees": {"method": "post", "amount": "3.0000"},
  "goods": 45.28, "unit": 2, "currency": "cny", "customer": {"tags": "vip, new", "id": 7, "tier": null}, "discount_codes": [{"code": "A"}, null, {"code": ""}], "more": "B"
}`

// shopShuffled is the same value with the members of its objects in another order.
const shopShuffled = `{
  "more": "B", "fees": {"amount": "3.0000", "method": "post"}, "discount_codes": [{"code": "A"}, null, {"code": ""}],
  "units": [{"fees": [1, {"amount": "2.5", "id": 2}], "items": []}, {"fees": 0.10}],
  "customer": {"id": 7, "tags": "vip, new"}, "currency": "cny",
  "line_items": {
    "digital": [{"properties": [], "unit_price": 14.309999999999999, "quantity": 2.0}],
    "physical": [
      {"tags": "t, u,,", "categories": [{"id": 7}, {"id": "c"}], "total": "10.00", "unit_price": 3.33, "quantity": "3.00", "sku": "a", "id": 1,
       "properties": [{"value": "L", "name": "size"}, {"value": 1.50, "name": 5}, {"value": null, "name": "none"}], "reduced": "0"},
      {"properties": {"a": false}, "reduced": "true", "total": 6.66, "unit_price": "19.99", "quantity": 0.333}]},
  "unit": 2, "goods": 45.28
}`

func oneLine(members string) string {
	return `{"items":[{"quantity":1,` + members + `}]}`
}

func attribute(members string) string {
	return oneLine(`"attributes":{` + members + `}`)
}

// Numbers of every form in every place that takes one. The letters refuse it in
// attributes, names, minor amounts, counts, major amounts, fractional quantities and where
// it is unread; in all other places it is accepted.
var numbers = map[string]struct{ number, refused string }{
	"zero":                           {number: "0", refused: ""},
	"minus zero":                     {number: "-0", refused: "nicmf"},
	"minus zero with decimals":       {number: "-0.0", refused: "nicmf"},
	"an integer":                     {number: "1800", refused: ""},
	"a negative integer":             {number: "-5", refused: "nicmf"},
	"a fraction of nothing":          {number: "1800.0", refused: "n"},
	"a fraction of two nothings":     {number: "1800.00", refused: "ni"},
	"a fraction":                     {number: "18.5", refused: "nic"},
	"more decimals than there are":   {number: "18.505", refused: "nicm"},
	"zeros past the decimals":        {number: "18.50000000000000000000000", refused: "nic"},
	"an exponent":                    {number: "1e2", refused: "nicmf"},
	"an exponent in capitals":        {number: "1E+2", refused: "nicmf"},
	"a negative exponent":            {number: "100e-2", refused: "nicmf"},
	"an exponent of nothing":         {number: "1e0", refused: "nicmf"},
	"a zero in front":                {number: "01", refused: "anicmfu"},
	"a plus":                         {number: "+1", refused: "anicmfu"},
	"a point in front":               {number: ".5", refused: "anicmfu"},
	"a point behind":                 {number: "5.", refused: "anicmfu"},
	"hexadecimal":                    {number: "0x10", refused: "anicmfu"},
	"underscores":                    {number: "1_000", refused: "anicmfu"},
	"a big suffix":                   {number: "1n", refused: "anicmfu"},
	"NaN":                            {number: "NaN", refused: "anicmfu"},
	"Infinity":                       {number: "Infinity", refused: "anicmfu"},
	"minus Infinity":                 {number: "-Infinity", refused: "anicmfu"},
	"digits of another script":       {number: "٣", refused: "anicmfu"},
	"the largest amount":             {number: "999999999999999", refused: "m"},
	"one more than an amount":        {number: "1000000000000000", refused: "icmf"},
	"the last integer of a double":   {number: "9007199254740991", refused: "icmf"},
	"the last negative one":          {number: "-9007199254740991", refused: "nicmf"},
	"the first that is not alone":    {number: "9007199254740992", refused: "nicmf"},
	"2^53 and one":                   {number: "9007199254740993", refused: "anicmf"},
	"minus 2^53 and one":             {number: "-9007199254740993", refused: "anicmf"},
	"the largest of 64 bits":         {number: "9223372036854775807", refused: "anicmf"},
	"more than 64 bits":              {number: "9223372036854775808", refused: "anicmf"},
	"ten to the thirty":              {number: "1" + strings.Repeat("0", 30), refused: "nicmf"},
	"ten to the thirty and one":      {number: "1" + strings.Repeat("0", 29) + "1", refused: "anicmf"},
	"all digits a double keeps":      {number: "0.30000000000000004", refused: "nic"},
	"more digits than a double":      {number: "0.300000000000000004", refused: "anicmf"},
	"noise below an amount":          {number: "14.309999999999999", refused: "nic"},
	"noise above an amount":          {number: "14.310000000000002", refused: "nic"},
	"as much as noise can be":        {number: "0.01000001", refused: "nic"},
	"as much below":                  {number: "0.00999999", refused: "nic"},
	"more than noise":                {number: "0.010000010000001", refused: "nicm"},
	"more below":                     {number: "0.009999989999999", refused: "nicm"},
	"a fraction that is whole":       {number: "2.9999999999999999", refused: "anicf"},
	"a large fraction that is whole": {number: "99999999999.999999", refused: "anicmf"},
	"the largest double":             {number: "1.7976931348623157e308", refused: "nicmf"},
	"more than the largest double":   {number: "1e309", refused: "anicmfu"},
	"an exponent past all":           {number: "1e400", refused: "anicmfu"},
	"an exponent past integers":      {number: "1e99999999999999999999", refused: "anicmfu"},
	"less than the least double":     {number: "1e-400", refused: "anicmf"},
	"nothing with any exponent":      {number: "0e99999999999999999999", refused: "nicmf"},
	"the least double":               {number: "5e-324", refused: "nicmf"},
	"integers without end":           {number: strings.Repeat("9", 5000), refused: "anicmfu"},
	"decimals without end":           {number: "0." + strings.Repeat("3", 5000), refused: "anicmf"},
	"a double by many zeros":         {number: "1" + strings.Repeat("0", 308), refused: "nicmf"},
	"more than one by many zeros":    {number: "1" + strings.Repeat("0", 309), refused: "anicmfu"},
	"a double behind many zeros":     {number: "0." + strings.Repeat("0", 320) + "5", refused: "nicf"},
	"half a cent by a long exponent": {number: "5E-0000000003", refused: "nicmf"},
}

var numberPlaces = []struct{ letter, format, pointer, shape string }{
	{letter: "a", format: attribute(`"a":%s`), pointer: "/items/0/attributes/a", shape: "default"},
	{letter: "n", format: oneLine(`"sku":%s`), pointer: "/items/0/sku", shape: "default"},
	{letter: "n", format: oneLine(`"id":%s`), pointer: "/items/0/id", shape: "default"},
	{letter: "n", format: oneLine(`"category":[%s]`), pointer: "/items/0/category/0", shape: "default"},
	{letter: "n", format: `{"items":[],"customer":{"id":%s}}`, pointer: "/customer/id", shape: "default"},
	{letter: "n", format: `{"items":[],"coupons":%s}`, pointer: "/coupons", shape: "default"},
	{letter: "i", format: oneLine(`"unit_price":%s`), pointer: "/items/0/unit_price", shape: "default"},
	{letter: "i", format: `{"items":[],"shipping":[{"amount":%s}]}`, pointer: "/shipping/0/amount", shape: "default"},
	{letter: "i", format: `{"items":[],"shipping":%s}`, pointer: "/shipping", shape: "default"},
	{letter: "i", format: `{"line_items":{"digital":[{"quantity":1,"total":%s}]}}`, pointer: "/line_items/digital/0/total", shape: "shop minor"},
	{letter: "c", format: `{"items":[],"customer":{"completed_orders":%s}}`, pointer: "/customer/completed_orders", shape: "default"},
	{letter: "c", format: `{"items":[{"quantity":%s}]}`, pointer: "/items/0/quantity", shape: "default"},
	{letter: "m", format: oneLine(`"unit_price":%s`), pointer: "/items/0/unit_price", shape: "default major"},
	{letter: "m", format: `{"items":[],"shipping":%s}`, pointer: "/shipping", shape: "default major"},
	{letter: "m", format: `{"line_items":{"digital":[{"quantity":1,"total":%s}]}}`, pointer: "/line_items/digital/0/total", shape: "shop"},
	{letter: "f", format: `{"items":[{"quantity":%s}]}`, pointer: "/items/0/quantity", shape: "easy"},
	{letter: "u", format: `{"items":[],"x":%s}`, pointer: "/x", shape: "default"},
	{letter: "u", format: attribute(`"x":[%s]`), pointer: "/items/0/attributes/x/0", shape: "default"},
}

func TestEveryParserSeesTheCart(t *testing.T) {
	needRuntimes(t)
	for name, test := range everywhere {
		t.Run(name, func(t *testing.T) {
			if test.in == "" {
				test.in = "default"
			}
			checkEverywhere(t, test.body, test.in, test.pointer)
		})
	}
}

func TestEveryParserSeesTheNumber(t *testing.T) {
	needRuntimes(t)
	for name, test := range numbers {
		t.Run(name, func(t *testing.T) {
			for _, place := range numberPlaces {
				pointer := "="
				if strings.Contains(test.refused, place.letter) {
					pointer = place.pointer
				}
				checkEverywhere(t, fmt.Sprintf(place.format, test.number), place.shape, pointer)
			}
		})
	}
}

// A number in a text is held to the same rules, and is short.
func TestEveryParserSeesTheNumberInAText(t *testing.T) {
	needRuntimes(t)
	for name, test := range numbers {
		t.Run(name, func(t *testing.T) {
			for _, place := range numberPlaces {
				if !strings.Contains("icmf", place.letter) {
					continue
				}
				pointer := "="
				if strings.Contains(test.refused, place.letter) || len(test.number) > 32 {
					pointer = place.pointer
				}
				checkEverywhere(t, fmt.Sprintf(place.format, `"`+test.number+`"`), place.shape, pointer)
			}
		})
	}
}

// checkEverywhere reads a body that is refused at a pointer, or near it where
// it is not even JSON, or accepted and then the same everywhere.
func checkEverywhere(t *testing.T, body, in, pointer string) {
	t.Helper()
	shape, ok := shapes[in]
	if !ok {
		t.Fatalf("there is no shape %q", in)
	}
	defaultCurrency := currency(t, "CNY")
	sameAsPlain(t, shape, []byte(body), defaultCurrency)
	var into Cart
	found, err := reader(t, shape).ReadJSON([]byte(body), defaultCurrency, &into)
	switch {
	case pointer == "-":
		if found || err != nil {
			t.Errorf("%v, %v, want no cart\n%.300s", found, err, body)
		}
	case pointer != "=":
		bad := invalid(t, found, err)
		near := strings.HasPrefix(bad.Reason, "is not JSON") && strings.HasPrefix(pointer, bad.Pointer)
		if bad.Pointer != pointer && !near {
			t.Errorf("refused at %s, want %s: %s\n%.300s", bad.Pointer, pointer, bad.Reason, body)
		}
	case err != nil || !found:
		t.Errorf("%v, %v, want it accepted\n%.300s", found, err, body)
	default:
		sameEverywhere(t, []task{newTask(t, &into, shape, []byte(body), defaultCurrency)})
	}
}
