// Reads carts as a backend in Node does: JSON.parse and nothing else.
//
// One request a line, one answer a line. A request is JSON: the body in base64, the
// routes that lead to every field, and how prices, names and flags are written. An
// answer is {"cart": [[path..., value], ...]} or {"error": "..."}; a value starts with
// its kind, so that 1, "1" and true are never the same: s text, b flag, n number, w
// quantity that is no whole number, # length, x what has no place there.
import { createInterface } from 'node:readline';

// Exact decimal of a number or of a text with one: digits and how many are decimals.
function exact(value) {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(String(value));
  return { negative: sign === '-', digits: whole + fraction, places: fraction.length - Number(exponent) };
}

// One text for each decimal.
function decimal(value) {
  const { negative, digits, places } = exact(value);
  const from = digits.replace(/^0+/, '');
  if (from === '') return '0';
  const kept = from.replace(/0+$/, '');
  return `${negative ? '-' : ''}${kept}e${from.length - kept.length - places}`;
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const unreadable = (value) => 'x' + JSON.stringify(value);

function text(value) {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new Error('a lone surrogate');
    return 's' + value;
  }
  return Number.isSafeInteger(value) && value >= 0 ? 's' + value : unreadable(value);
}

const isNumber = (value) => typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value));

function count(value) {
  return isNumber(value) && Number.isInteger(Number(value)) ? 'n' + decimal(Number(value)) : unreadable(value);
}

function property(value) {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'boolean':
      return 'b' + value;
    case 'number':
      return 'n' + (Number.isFinite(value) ? decimal(value) : value);
  }
  return '';
}

// A backend's reading of one request.
class Reading {
  constructor(request) {
    Object.assign(this, request);
    this.facts = [];
  }

  put(path, value) {
    if (value !== '') this.facts.push([...path, value]);
  }

  // All values at the paths of a key, those of the first path first.
  values(from, key) {
    const found = [];
    for (const route of this.routes) {
      if (route.key === key) this.follow(found, from, route.steps, 0, false);
    }
    return found;
  }

  follow(found, value, steps, taken, embedded) {
    if (embedded && typeof value === 'string') {
      if (value === '') return;
      value = JSON.parse(value);
    }
    if (value === undefined || value === null) return;
    if (taken === steps.length) {
      found.push(value);
      return;
    }
    const step = steps[taken];
    if (Array.isArray(value)) {
      if (step.kind === 'position') {
        this.follow(found, value[step.position], steps, taken + 1, step.embedded);
      } else {
        for (const element of value) {
          if (step.kind === 'each') this.follow(found, element, steps, taken + 1, step.embedded);
          else this.follow(found, element, steps, taken, false);
        }
      }
    } else if (isObject(value)) {
      if (step.kind === 'each') {
        for (const member of Object.values(value)) this.follow(found, member, steps, taken + 1, step.embedded);
      } else if (step.kind === 'member' && Object.hasOwn(value, step.name)) {
        // Own members only: every object has a constructor and a toString.
        this.follow(found, value[step.name], steps, taken + 1, step.embedded);
      }
    }
  }

  // The one value of a key.
  one(from, key, means, path, absent) {
    const found = this.values(from, key).filter((value) => value !== absent);
    if (found.length > 1) this.put([...path, key], 'x' + found.length + ' values');
    else if (found.length === 1) this.put([...path, key], means(found[0]));
  }

  text(from, key, path = []) {
    this.one(from, key, text, path, '');
  }

  texts(from, key, path = []) {
    const commas = this.routes.some((route) => route.key === key && route.commas);
    const found = [];
    for (const value of this.values(from, key)) {
      for (const element of Array.isArray(value) ? value : [value]) {
        if (element === null) continue;
        const whole = text(element);
        const parts = commas ? whole.slice(1).split(',').map((part) => 's' + part.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')) : [whole];
        found.push(...parts.filter((part) => part !== 's'));
      }
    }
    if (found.length > 0) this.put([...path, key], '#' + found.length);
    found.forEach((part, i) => this.put([...path, key, String(i)], part));
  }

  quantity(value) {
    if (!this.fractional || !isNumber(value) || Number.isInteger(Number(value))) return count(value);
    return 'w' + decimal(Number(value));
  }

  // The nearest number of minor units, no further than noise.
  amount(value) {
    if (!isNumber(value)) return unreadable(value);
    const { negative, digits, places } = exact(value);
    const shift = places - (this.major ? this.digits : 0);
    const scale = 10n ** BigInt(Math.max(shift, 0));
    const scaled = BigInt(digits) * 10n ** BigInt(Math.max(-shift, 0));
    const nearest = (2n * scaled + scale) / (2n * scale);
    const off = scaled > nearest * scale ? scaled - nearest * scale : nearest * scale - scaled;
    const millionths = this.major ? 1n + (scaled * 1000000n) / scale / 2n ** 52n + 1n : 0n;
    if (negative || off * 1000000n > millionths * scale) return unreadable(value);
    return 'n' + decimal(nearest);
  }

  flag(value) {
    if (this.text_flags && typeof value === 'string') {
      value = { true: true, 1: true, false: false, 0: false }[value];
    }
    if (value === true || value === 1) return 'btrue';
    return value === false || value === 0 ? '' : unreadable(value);
  }

  attributes(of, path) {
    if (isObject(of)) {
      for (const [name, value] of Object.entries(of)) this.put([...path, text(name)], property(value));
    } else if (Array.isArray(of)) {
      for (const pair of of) {
        const [name] = this.values(pair, 'name');
        for (const value of this.values(pair, 'value')) this.put([...path, text(name)], property(value));
      }
    } else {
      this.put(path, unreadable(of));
    }
  }

  line(line, path) {
    for (const key of ['id', 'sku', 'subgroup']) this.text(line, key, path);
    this.texts(line, 'category', path);
    let units = '';
    this.one(line, 'quantity', (value) => (units = this.quantity(value)), path);
    this.one(line, 'unit_price', (value) => this.amount(value), path);
    if (units !== 'n0') this.one(line, 'line_total', (value) => this.amount(value), path);
    this.one(line, 'reduced', (value) => this.flag(value), path);
    const found = this.values(line, 'attributes');
    if (found.length > 1) this.put([...path, 'attributes'], 'x several');
    for (const value of found) this.attributes(value, [...path, 'attributes']);
  }

  charge(charge, path) {
    if (!isObject(charge)) {
      this.put([...path, 'shipping_amount'], this.amount(charge));
      return;
    }
    this.text(charge, 'shipping_id', path);
    this.text(charge, 'shipping_method', path);
    this.one(charge, 'shipping_amount', (value) => this.amount(value), path);
  }

  // The elements of all lists at a key; what is no list is one.
  list(doc, key, each) {
    const found = this.values(doc, key).flatMap((value) => (Array.isArray(value) ? value : [value]));
    if (found.length > 0) this.put([key], '#' + found.length);
    found.forEach((value, i) => each(value, [key, String(i)]));
  }

  all(doc) {
    this.one(doc, 'currency', (value) => text(value).slice(0, 1) + text(value).slice(1).toUpperCase(), [], '');
    this.one(doc, 'subtotal', (value) => this.amount(value), []);
    this.one(doc, 'expected_payable', (value) => this.amount(value), []);
    this.one(doc, 'decimals', count, []);
    for (const key of ['customer_id', 'customer_tier', 'channel', 'region', 'order_id']) this.text(doc, key);
    this.one(doc, 'completed_orders', count, []);
    this.texts(doc, 'coupons');
    this.texts(doc, 'customer_segments');
    this.list(doc, 'items', (line, path) => this.line(line, path));
    this.list(doc, 'shipping', (charge, path) => this.charge(charge, path));
    return this.facts;
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  let answer;
  try {
    const request = JSON.parse(line);
    answer = { cart: new Reading(request).all(JSON.parse(Buffer.from(request.body, 'base64').toString('utf8'))) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
