// Reads carts as a backend in Node does: JSON.parse and nothing else.
//
// One request a line, one answer a line. A request is JSON: the body in base64,
// the path of every field, and whether prices are major. An answer is
// {"cart": [[path..., value], ...]} or {"error": "..."}; a value starts with
// its kind, so that 1, "1" and true are never the same.
import { createInterface } from 'node:readline';

// Exact decimal of what is left of a number once it is a double.
function decimal(text) {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text);
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const kept = digits.replace(/0+$/, '');
  return `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

function tagged(value) {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new Error('a lone surrogate');
      return 's' + value;
    case 'boolean':
      return 'b' + value;
    case 'number':
      return Number.isFinite(value) ? 'n' + decimal(String(value)) : 'n' + value;
  }
  return 'x' + JSON.stringify(value);
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

// Own members only: every object has a constructor and a toString.
function lookup(from, path) {
  if (!path) return undefined;
  for (const name of path) {
    if (!isObject(from) || !Object.hasOwn(from, name)) return undefined;
    from = from[name];
  }
  return from ?? undefined;
}

function flatten(doc, paths, major) {
  const out = [];
  const at = (from, key) => lookup(from, paths[key]);
  const put = (where, value, empty) => {
    const text = value === undefined ? empty : tagged(value);
    if (text !== empty) out.push([...where, text]);
  };
  const name = (value) => (Number.isInteger(value) ? String(value) : value);
  const amount = (value) => (major && typeof value === 'string' ? Number(value) : value);
  const list = (where, value, each) => {
    if (value !== undefined && !Array.isArray(value)) return put(where, value);
    out.push([...where, '#' + (value ?? []).length]);
    (value ?? []).forEach((element, i) => each([...where, String(i)], element));
  };
  const texts = (where, value) => list(where, value, (w, element) => put(w, element ?? undefined));

  for (const key of ['currency', 'customer_tier', 'channel', 'region']) put([key], at(doc, key), 's');
  put(['customer_id'], name(at(doc, 'customer_id')), 's');
  put(['completed_orders'], at(doc, 'completed_orders'));
  texts(['coupons'], at(doc, 'coupons'));
  texts(['customer_segments'], at(doc, 'customer_segments'));
  list(['items'], at(doc, 'items'), (where, item) => {
    for (const key of ['id', 'sku']) put([...where, key], name(at(item, key)), 's');
    for (const key of ['category', 'subgroup']) put([...where, key], at(item, key), 's');
    put([...where, 'quantity'], at(item, 'quantity'));
    put([...where, 'unit_price'], amount(at(item, 'unit_price')));
    put([...where, 'reduced'], at(item, 'reduced'), 'bfalse');
    const attributes = at(item, 'attributes');
    if (attributes !== undefined && !isObject(attributes)) put([...where, 'attributes'], attributes);
    for (const [attribute, value] of Object.entries(isObject(attributes) ? attributes : {})) {
      if (typeof value !== 'object') put([...where, 'attributes', tagged(attribute)], value);
    }
  });
  list(['shipping'], at(doc, 'shipping'), (where, charge) => {
    put([...where, 'shipping_id'], name(at(charge, 'shipping_id')), 's');
    put([...where, 'shipping_method'], at(charge, 'shipping_method'), 's');
    put([...where, 'shipping_amount'], amount(at(charge, 'shipping_amount')));
  });
  return out;
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  let answer;
  try {
    const { body, paths, major } = JSON.parse(line);
    answer = { cart: flatten(JSON.parse(Buffer.from(body, 'base64').toString('utf8')), paths, major) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
